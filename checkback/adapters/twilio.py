"""Twilio as the carrier of texts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from twilio.base.exceptions import TwilioException

from checkback.adapters.outside import Limits
from checkback.adapters.twilio_http import TwilioAccount, client_of
from checkback.care.errors import SendFailed, SendUnclear
from checkback.care.points import Points
from checkback.care.ports import Caller, Carrier, OutgoingCall, OutgoingText
from checkback.care.terms import Sender

# Twilio takes 1 to 36,000 seconds: https://www.twilio.com/docs/messaging/api/message-resource
_LONGEST_VALIDITY = 36_000

SENDING = Limits(connect=5.0, total=18.0)
# A look-up asks twice.
FINDING = Limits(connect=4.0, total=9.0, largest_answer=8 * 1024 * 1024)
_MOST_FOUND = 1000
#: Of one text; Twilio takes ten.
_MOST_PICTURES = 50
#: The carrier's code for what it does not have, or no longer.
_NO_SUCH_TEXT = 20404


class TwilioCarrier(Carrier):
    """Sends through Twilio's official client, once, with every answer turned into one of ours.

    Args:
        senders: our own numbers, E.164, by what they are for.
        public_url: where Twilio reaches our gateway; the status of each text is called back below it.
        sending, finding: how long Twilio may take; within the twenty seconds that a carrier promises.
    """

    def __init__(
        self,
        account: TwilioAccount,
        senders: Mapping[Sender, str],
        public_url: str,
        points: Points,
        *,
        sending: Limits = SENDING,
        finding: Limits = FINDING,
    ) -> None:
        self._sending = client_of(account, sending)
        self._finding = client_of(account, finding)
        self._senders = dict(senders)
        self._status_url = public_url.rstrip("/") + "/twilio/status"
        self._points = points

    def send(self, text: OutgoingText) -> str:
        seconds = math.floor(text.valid_for.total_seconds())
        if seconds < 1:
            raise SendFailed(None, permanent=True)
        self._points.reach("carrier.send.before")
        sid = self._create(text, min(seconds, _LONGEST_VALIDITY))
        self._points.reach("carrier.send.after")
        return sid

    def find(self, text: OutgoingText, since: datetime, until: datetime | None = None) -> Sequence[str]:
        self._points.reach("carrier.find.before")
        # Twilio writes times to the second, and its client writes any zone as if it were UTC.
        start = since.astimezone(UTC).replace(microsecond=0)
        # Asked twice: a text that still waits in Twilio's queue has no DateSent, and Twilio does not say where it
        # stands in a list by date; without the filter the first page holds it.
        found = {**self._look(text, start, until), **self._look(text, start, until, date_sent_after=start)}
        return sorted(found, key=lambda sid: (found[sid], sid))

    def redact(self, sid: str) -> None:
        self._points.reach("carrier.redact.before")
        message = self._finding.messages(sid)
        try:
            if message.fetch().body:
                message.update(body="")
            for picture in message.media.list(limit=_MOST_PICTURES):
                picture.delete()
            # Its answer to the change is not taken for the change: it is asked again what it has.
            if message.fetch().body or message.media.list(limit=1):
                raise SendUnclear
        except SendFailed as refusal:
            if refusal.code != _NO_SUCH_TEXT:
                raise
        except (TwilioException, ValueError, TypeError, AttributeError, KeyError):
            raise SendUnclear from None

    def _create(self, text: OutgoingText, validity: int) -> str:
        try:
            message = self._sending.messages.create(
                to=text.to,
                from_=self._senders[text.sender],
                body=text.body,
                validity_period=validity,
                status_callback=f"{self._status_url}?message={text.id}",
            )
        except (ValueError, TypeError, AttributeError):
            raise SendUnclear from None  # taken, but not said in a way the client understands
        return _sid(message.sid)

    def _look(
        self, text: OutgoingText, start: datetime, end: datetime | None, **filters: datetime
    ) -> Mapping[str, datetime]:
        try:
            listed = self._finding.messages.list(
                to=text.to, from_=self._senders[text.sender], limit=_MOST_FOUND, **filters
            )
            made = {_sid(m.sid): m.date_created or m.date_sent for m in listed if m.body == text.body}
            return {sid: at for sid, at in made.items() if start <= at <= (end or at)}
        except (SendFailed, TwilioException, ValueError, TypeError, AttributeError, KeyError):
            raise SendUnclear from None


#: How long a phone rings; then somebody else is told.
_RINGS_FOR = 25


class TwilioCaller(Caller):
    """Calls through Twilio. What is said is asked for at our gateway once somebody has picked up.

    Args:
        number: ours that calls, E.164; the one that texts staff, so that they know it.
    """

    def __init__(self, account: TwilioAccount, number: str, public_url: str, points: Points) -> None:
        self._client = client_of(account, SENDING)
        self._number = number
        self._url = public_url.rstrip("/") + "/twilio/voice"
        self._points = points

    def call(self, call: OutgoingCall) -> str:
        self._points.reach("caller.call.before")
        try:
            placed = self._client.calls.create(
                to=call.to,
                from_=self._number,
                url=f"{self._url}/alert?call={call.id}",
                status_callback=f"{self._url}/status?call={call.id}",
                status_callback_event=["completed"],
                timeout=_RINGS_FOR,
            )
        except (ValueError, TypeError, AttributeError):
            raise SendUnclear from None  # taken, but not said in a way the client understands
        sid = _sid(placed.sid)
        self._points.reach("caller.call.after")
        return sid


def _sid(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise SendUnclear
    return value
