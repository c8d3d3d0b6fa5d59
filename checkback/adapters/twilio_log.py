"""Twilio's own list of the texts that went and came: read after a backup was put back, to learn what it missed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from twilio.base.exceptions import TwilioException

from checkback.adapters.outside import Limits
from checkback.adapters.twilio_http import TwilioAccount, client_of
from checkback.care.errors import CarrierLogUnread, SendFailed, SendUnclear
from checkback.care.ports import CarrierLog, LoggedText

_LIMITS = Limits(connect=5.0, total=30.0, largest_answer=16 * 1024 * 1024)
_PAGE = 500
#: Of what has no date yet because it waits in Twilio's queue: it holds ten hours' worth of one number.
_MOST_IN_QUEUE = 50_000


class TwilioLog(CarrierLog):
    """Reads with Twilio's official client, and changes nothing there."""

    def __init__(self, account: TwilioAccount, numbers: Iterable[str], limits: Limits = _LIMITS) -> None:
        self._client = client_of(account, limits)
        self._numbers = list(numbers)

    def texts_since(self, since: datetime) -> Sequence[LoggedText]:
        start = since.astimezone(UTC).replace(microsecond=0)
        found: dict[str, LoggedText] = {}
        try:
            for listed in self._client.messages.stream(date_sent_after=start, page_size=_PAGE):
                _keep(found, listed, start)
            # What waits in the carrier's queue has no DateSent, and is in no list by date.
            for number in self._numbers:
                self._keep_waiting(found, number, start)
        except (SendFailed, SendUnclear, TwilioException, ValueError, TypeError, AttributeError, KeyError):
            raise CarrierLogUnread from None
        return sorted(found.values(), key=lambda text: (text.at, text.carrier_sid))

    def _keep_waiting(self, found: dict[str, LoggedText], number: str, start: datetime) -> None:
        for listed in self._client.messages.stream(from_=number, limit=_MOST_IN_QUEUE, page_size=_PAGE):
            if listed.date_sent is not None and listed.date_created < start:
                return  # the newest come first: from here on all is older
            _keep(found, listed, start)


def _keep(found: dict[str, LoggedText], listed: Any, start: datetime) -> None:
    at = listed.date_created or listed.date_sent
    if at >= start:
        found[str(listed.sid)] = LoggedText(
            carrier_sid=str(listed.sid),
            from_number=str(listed.from_),
            to_number=str(listed.to),
            body=str(listed.body or ""),
            at=at,
            status=str(listed.status),
            error_code=int(listed.error_code) if listed.error_code else None,
            media_count=int(listed.num_media or 0),
            is_inbound=str(listed.direction) == "inbound",
        )
