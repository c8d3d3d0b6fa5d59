"""What the account at Twilio looks like: read for the doctor, who judges it. Nothing is changed there."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation

from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from checkback.adapters.outside import Limits
from checkback.adapters.twilio_http import TwilioAccount, TwilioHttp, client_of
from checkback.care.errors import SendFailed, SendUnclear

READING = Limits(connect=5.0, total=10.0, largest_answer=2 * 1024 * 1024)
_MOST = 200


class AccountUnread(Exception):
    """The account could not be read; the message says how far it came, and nothing that was asked or said."""

    def __init__(self, words: str, *, refused: bool = False) -> None:
        super().__init__(words)
        self.refused = refused


@dataclass(frozen=True)
class Standing:
    """The account itself. `token_is_primary`: webhooks are signed with the token we were given."""

    type: str
    status: str
    token_is_primary: bool
    told_at: datetime | None


@dataclass(frozen=True)
class OwnNumber:
    """A number of the account, and where it brings the texts that come to it."""

    number: str
    sends_texts: bool
    webhook: str
    method: str
    is_toll_free: bool
    application: bool


@dataclass(frozen=True)
class Service:
    """A messaging service: its numbers, where it brings texts, and how far its registration is, if there is one."""

    name: str
    numbers: frozenset[str]
    uses_number_webhook: bool
    webhook: str | None
    method: str
    campaign: str | None


class AccountReader:
    """Reads with Twilio's official client. Every method raises AccountUnread when Twilio does not say."""

    def __init__(self, account: TwilioAccount, limits: Limits = READING) -> None:
        self._account = account
        self._limits = limits
        self._client = client_of(account, limits)

    def standing(self) -> Standing:
        """The account, by its token."""
        client = self._client
        with _in_our_words():
            found = client.api.v2010.accounts(self._account.sid).fetch()
            is_primary = hmac.compare_digest(str(found.auth_token or ""), self._account.token)
            return Standing(str(found.type), str(found.status), is_primary, _told_at(client))

    def balance(self) -> Decimal | None:
        """What is left of the account's credit; None where Twilio does not say: a subaccount has none of its own."""
        with _in_our_words():
            said = self._client.api.v2010.accounts(self._account.sid).balance.fetch().balance
            return _amount(said)

    def knows(self, token: str) -> bool:
        """Whether this token opens the account too. Raises AccountUnread when that cannot be told."""
        other = AccountReader(replace(self._account, token=token), self._limits)
        try:
            other.standing()
        except AccountUnread as unread:
            if unread.refused:
                return False
            raise
        return True

    def number(self, number: str) -> OwnNumber | None:
        """Our number, if it is one of the account's."""
        with _in_our_words():
            listed = self._client.incoming_phone_numbers.list(phone_number=number, limit=_MOST)
            return next((_number(found) for found in listed if found.phone_number == number), None)

    def services(self) -> Sequence[Service]:
        """Every messaging service of the account."""
        with _in_our_words():
            return [self._service(found) for found in self._client.messaging.v1.services.list(limit=_MOST)]

    def _service(self, found: object) -> Service:
        sid = str(found.sid)  # type: ignore[attr-defined]
        one = self._client.messaging.v1.services(sid)
        campaigns = [str(campaign.campaign_status) for campaign in one.us_app_to_person.list(limit=_MOST)]
        return Service(
            name=str(found.friendly_name),  # type: ignore[attr-defined]
            numbers=frozenset(str(number.phone_number) for number in one.phone_numbers.list(limit=_MOST)),
            uses_number_webhook=bool(found.use_inbound_webhook_on_number),  # type: ignore[attr-defined]
            webhook=found.inbound_request_url or None,  # type: ignore[attr-defined]
            method=str(found.inbound_method or "POST"),  # type: ignore[attr-defined]
            campaign="VERIFIED" if "VERIFIED" in campaigns else next(iter(campaigns), None),
        )


class _in_our_words:
    """Turns whatever goes wrong while reading into AccountUnread; Twilio's own words stay behind."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _at: object) -> None:
        match error:
            case SendFailed(code=None, permanent=False):
                raise AccountUnread("not reached; look at TWILIO_BASE_URL and the network") from None
            case SendFailed(code=20003):
                raise AccountUnread(
                    "refuses us: look at TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN", refused=True
                ) from None
            case SendFailed(code=code):
                raise AccountUnread(f"refuses to say (code {code})") from None
            case SendUnclear():
                raise AccountUnread("gave no whole answer; try again, and look at its status page") from None
            case TwilioException() | ValueError() | TypeError() | AttributeError() | KeyError():
                raise AccountUnread("answered in a way we do not understand") from None


def _amount(said: object) -> Decimal | None:
    try:
        amount = Decimal(str(said))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def _number(found: object) -> OwnNumber:
    capabilities = getattr(found, "capabilities", None) or {}
    number = str(found.phone_number)  # type: ignore[attr-defined]
    return OwnNumber(
        number=number,
        sends_texts=bool(capabilities.get("sms") if isinstance(capabilities, dict) else capabilities.sms),
        webhook=str(found.sms_url or ""),  # type: ignore[attr-defined]
        method=str(found.sms_method or "POST"),  # type: ignore[attr-defined]
        is_toll_free=number.startswith(_TOLL_FREE),
        application=bool(found.sms_application_sid),  # type: ignore[attr-defined]
    )


#: North American toll-free area codes.
_TOLL_FREE = tuple(f"+1{code}" for code in (800, 833, 844, 855, 866, 877, 888))


def _told_at(client: Client) -> datetime | None:
    http = client.http_client
    return http.date if isinstance(http, TwilioHttp) else None
