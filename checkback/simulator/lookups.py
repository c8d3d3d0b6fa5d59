"""Lookup v2 of the REST API: what kind of line a number is, and whether somebody else has it by now."""

from __future__ import annotations

from datetime import date
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from checkback.simulator.account import Account, PhoneLine
from checkback.simulator.door import Asked, Door, Terms
from checkback.simulator.numbering import is_e164, spoken
from checkback.simulator.refusals import Refusal

_DONE_HERE = frozenset({"line_type_intelligence", "reassigned_number", "validation"})
_NOT_DONE_HERE = (
    "caller_name",
    "call_forwarding",
    "identity_match",
    "line_status",
    "phone_number_quality_score",
    "pre_fill",
    "sim_swap",
    "sms_pumping_risk",
)
# How many characters a number may have, in North America and elsewhere.
_LENGTHS = {"+1": (12, 12), "+": (8, 16)}


class Lookups:
    """Phones as Lookup knows them; what it is to say is set at the control door."""

    def __init__(self, account: Account, address: str) -> None:
        self._account = account
        self._root = f"{address}/v2/PhoneNumbers"

    def routes(self, door: Door) -> list[Route]:
        return [
            door.route("GET", "/v2/PhoneNumbers/{number}", self.fetch, Terms("lookup", test_credentials=True)),
        ]

    async def fetch(self, asked: Asked) -> Response:
        number, fields = asked.path("number"), _fields(asked.query.get("Fields", ""))
        line = self._account.line(number)
        is_valid = is_e164(number) and line.is_valid
        is_domestic = is_valid and number.startswith("+1")
        return JSONResponse(
            {
                "calling_country_code": "1" if is_domestic else None,
                "country_code": "US" if is_domestic else None,
                "national_format": spoken(number) if is_valid else None,
                "phone_number": number,
                "valid": is_valid,
                "validation_errors": None if is_valid else [_wrong(number)],
                **dict.fromkeys(_NOT_DONE_HERE),
                "line_type_intelligence": _line_type(line) if "line_type_intelligence" in fields and is_valid else None,
                "reassigned_number": _reassigned(line, asked) if "reassigned_number" in fields and is_valid else None,
                "url": f"{self._root}/{number}",
            }
        )


def _fields(said: str) -> set[str]:
    fields = {field for field in said.split(",") if field}
    unknown = sorted(fields - _DONE_HERE)
    if unknown:
        raise Refusal(20001, f"This simulator looks up no '{unknown[0]}'")
    return fields


def _wrong(number: str) -> str:
    if not number.lstrip("+").isdigit():
        return "NOT_A_NUMBER"
    shortest, longest = _LENGTHS["+1" if number.startswith("+1") else "+"]
    if len(number) > longest:
        return "TOO_LONG"
    return "TOO_SHORT" if len(number) < shortest else "INVALID_BUT_POSSIBLE"


def _line_type(line: PhoneLine) -> dict[str, Any]:
    is_mobile = line.line_type == "mobile"
    return {
        "carrier_name": line.carrier_name,
        "error_code": None,
        "mobile_country_code": "310" if is_mobile else None,
        "mobile_network_code": "999" if is_mobile else None,
        "type": line.line_type,
    }


def _reassigned(line: PhoneLine, asked: Asked) -> dict[str, Any]:
    """Whether the number changed hands since the date asked for, which has to be given."""
    said = asked.query.get("LastVerifiedDate", "")
    try:
        since = date.fromisoformat(said)
    except ValueError as error:
        raise Refusal(20001, "'LastVerifiedDate' must be a date such as 20261123") from error
    return {"error_code": None, "is_number_reassigned": line.reassigned, "last_verified_date": since.isoformat()}
