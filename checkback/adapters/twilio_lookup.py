"""Twilio Lookup v2 as the one who knows of numbers: https://www.twilio.com/docs/lookup/v2-api/reassigned-number"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from twilio.base.exceptions import TwilioException

from checkback.adapters.outside import Limits
from checkback.adapters.twilio_http import TwilioAccount, client_of
from checkback.care.errors import LookupUnavailable, SendFailed, SendUnclear
from checkback.care.points import Points
from checkback.care.ports import Lookup, Reassigned

LOOKING_UP = Limits(connect=4.0, total=9.0)
_FIELD = "reassigned_number"
_ANSWERS = {"yes": Reassigned.YES, "no": Reassigned.NO, "no_data_available": Reassigned.UNKNOWN}


class TwilioLookup(Lookup):
    """Asks Twilio's official client once, with a deadline; it asks the FCC's Reassigned Numbers Database."""

    def __init__(self, account: TwilioAccount, points: Points, *, limits: Limits = LOOKING_UP) -> None:
        self._client = client_of(account, limits)
        self._points = points

    def reassigned(self, number: str, since: date) -> Reassigned:
        self._points.reach("lookup.reassigned.before")
        try:
            asked = self._client.lookups.v2.phone_numbers(number)
            found = asked.fetch(fields=_FIELD, last_verified_date=f"{since:%Y%m%d}").reassigned_number
        except (SendFailed, SendUnclear, TwilioException, ValueError, TypeError, AttributeError):
            raise LookupUnavailable from None
        answer = found.get("is_number_reassigned") if isinstance(found, Mapping) else None
        if not isinstance(found, Mapping) or found.get("error_code") is not None or answer not in _ANSWERS:
            raise LookupUnavailable
        return _ANSWERS[answer]
