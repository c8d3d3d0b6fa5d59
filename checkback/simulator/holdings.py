"""What the account holds, for who looks after it: the account, its numbers, messaging services and A2P campaigns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from checkback.simulator.account import Account, OwnNumber, Service, derived_sid
from checkback.simulator.door import Asked, Door, Terms
from checkback.simulator.numbering import spoken
from checkback.simulator.paging import Page, cut_page, list_2010, list_with_meta
from checkback.simulator.refusals import Refusal
from checkback.simulator.resources import account_uri, rfc_2822, rfc_3339

_ACCOUNT = "/2010-04-01/Accounts/{account}"
_SERVICES = "/v1/Services"
_ACCOUNT_PARTS = {
    "addresses": "Addresses",
    "applications": "Applications",
    "authorized_connect_apps": "AuthorizedConnectApps",
    "available_phone_numbers": "AvailablePhoneNumbers",
    "balance": "Balance",
    "calls": "Calls",
    "conferences": "Conferences",
    "connect_apps": "ConnectApps",
    "incoming_phone_numbers": "IncomingPhoneNumbers",
    "keys": "Keys",
    "messages": "Messages",
    "notifications": "Notifications",
    "outgoing_caller_ids": "OutgoingCallerIds",
    "queues": "Queues",
    "recordings": "Recordings",
    "short_codes": "SMS/ShortCodes",
    "signing_keys": "SigningKeys",
    "sip": "SIP",
    "transcriptions": "Transcriptions",
    "usage": "Usage",
}
_SERVICE_PARTS = {
    "alpha_senders": "AlphaSenders",
    "channel_senders": "ChannelSenders",
    "destination_alpha_senders": "DestinationAlphaSenders",
    "messages": "Messages",
    "phone_numbers": "PhoneNumbers",
    "short_codes": "ShortCodes",
    "us_app_to_person": "Compliance/Usa2p",
    "us_app_to_person_usecases": "Compliance/Usa2p/Usecases",
}
_NOT_FOUND = 20404
_READ = Terms("read")


class Holdings:
    """The account as resources; it can be read here and is changed at the control door."""

    def __init__(self, account: Account, address: str) -> None:
        self._account = account
        self._services = f"{address}{_SERVICES}"

    def routes(self, door: Door) -> list[Route]:
        numbers, service = f"{_ACCOUNT}/IncomingPhoneNumbers", f"{_SERVICES}/{{service}}"
        return [
            # A standard API key may not look at the account itself.
            door.route("GET", f"{_ACCOUNT}.json", self.fetch_account, Terms("read", api_keys=False, suspended=True)),
            door.route("GET", f"{_ACCOUNT}/Balance.json", self.fetch_balance, _READ),
            door.route("GET", f"{numbers}.json", self.list_numbers, _READ),
            door.route("GET", f"{numbers}/{{own}}.json", self.fetch_number, _READ),
            door.route("GET", _SERVICES, self.list_services, _READ),
            door.route("GET", service, self.fetch_service, _READ),
            door.route("GET", f"{service}/PhoneNumbers", self.list_pool, _READ),
            door.route("GET", f"{service}/PhoneNumbers/{{own}}", self.fetch_from_pool, _READ),
            door.route("GET", f"{service}/Compliance/Usa2p", self.list_campaigns, _READ),
            door.route("GET", f"{service}/Compliance/Usa2p/{{campaign}}", self.fetch_campaign, _READ),
        ]

    async def fetch_account(self, asked: Asked) -> Response:
        return JSONResponse(account_resource(self._account))

    async def fetch_balance(self, asked: Asked) -> Response:
        balance = {"account_sid": self._account.sid, "balance": self._account.standing.balance, "currency": "USD"}
        return JSONResponse(balance)

    async def list_numbers(self, asked: Asked) -> Response:
        page = cut_page(_wanted(list(self._account.numbers.values()), asked.query), asked.query)
        root = f"{account_uri(self._account.sid)}/IncomingPhoneNumbers.json"
        resources = [number_resource(number, self._account) for number in page.items]
        return JSONResponse(list_2010(page, "incoming_phone_numbers", resources, root))

    async def fetch_number(self, asked: Asked) -> Response:
        for number in self._account.numbers.values():
            if number.sid == asked.path("own"):
                return JSONResponse(number_resource(number, self._account))
        raise Refusal(_NOT_FOUND)

    async def list_services(self, asked: Asked) -> Response:
        page = cut_page(list(self._account.services.values()), asked.query)
        resources = [self._service_resource(service) for service in page.items]
        return JSONResponse(list_with_meta(page, "services", resources, self._services))

    async def fetch_service(self, asked: Asked) -> Response:
        return JSONResponse(self._service_resource(self._service(asked)))

    async def list_pool(self, asked: Asked) -> Response:
        service = self._service(asked)
        page: Page[OwnNumber] = cut_page([self._account.numbers[one] for one in service.numbers], asked.query)
        resources = [self._pool_resource(number, service) for number in page.items]
        root = f"{self._services}/{service.sid}/PhoneNumbers"
        return JSONResponse(list_with_meta(page, "phone_numbers", resources, root))

    async def fetch_from_pool(self, asked: Asked) -> Response:
        service = self._service(asked)
        for number in (self._account.numbers[one] for one in service.numbers):
            if number.sid == asked.path("own"):
                return JSONResponse(self._pool_resource(number, service))
        raise Refusal(_NOT_FOUND)

    async def list_campaigns(self, asked: Asked) -> Response:
        service = self._service(asked)
        page = cut_page([service] if service.campaign_status else [], asked.query)
        resources = [self._campaign_resource(one) for one in page.items]
        root = f"{self._services}/{service.sid}/Compliance/Usa2p"
        return JSONResponse(list_with_meta(page, "compliance", resources, root))

    async def fetch_campaign(self, asked: Asked) -> Response:
        service = self._service(asked)
        if not service.campaign_status or asked.path("campaign") != _campaign_sid(service):
            raise Refusal(_NOT_FOUND)
        return JSONResponse(self._campaign_resource(service))

    def _service(self, asked: Asked) -> Service:
        service = self._account.services.get(asked.path("service"))
        if service is None:
            raise Refusal(_NOT_FOUND)
        return service

    def _service_resource(self, service: Service) -> dict[str, Any]:
        url = f"{self._services}/{service.sid}"
        return {
            **self._whose(),
            "area_code_geomatch": True,
            "fallback_method": service.fallback_method,
            "fallback_to_long_code": True,
            "fallback_url": service.fallback_url,
            "friendly_name": service.friendly_name,
            "inbound_method": service.inbound_method,
            "inbound_request_url": service.inbound_request_url,
            "links": {name: f"{url}/{part}" for name, part in _SERVICE_PARTS.items()},
            "mms_converter": True,
            "scan_message_content": "inherit",
            "sid": service.sid,
            "smart_encoding": False,
            "status_callback": service.status_callback,
            "sticky_sender": service.sticky_sender,
            "synchronous_validation": False,
            "url": url,
            "us_app_to_person_registered": service.is_registered,
            "use_inbound_webhook_on_number": service.use_inbound_webhook_on_number,
            "usecase": "undeclared",
            "validity_period": service.validity_period,
        }

    def _pool_resource(self, number: OwnNumber, service: Service) -> dict[str, Any]:
        can = {"Voice": number.voice, "SMS": number.sms, "MMS": number.mms}
        return {
            **self._whose(),
            "capabilities": [name for name, able in can.items() if able],
            "country_code": "US",
            "phone_number": number.number,
            "service_sid": service.sid,
            "sid": number.sid,
            "url": f"{self._services}/{service.sid}/PhoneNumbers/{number.sid}",
        }

    def _campaign_resource(self, service: Service) -> dict[str, Any]:
        sid = _campaign_sid(service)
        return {
            **self._whose(),
            "age_gated": False,
            "brand_registration_sid": derived_sid("BN", service.sid),
            "campaign_id": derived_sid("C", service.sid)[:7].upper() if service.is_registered else None,
            "campaign_status": service.campaign_status,
            "description": "Check-ins with families after an incident",
            "direct_lending": False,
            "errors": [],
            "has_embedded_links": False,
            "has_embedded_phone": True,
            "help_keywords": ["HELP"],
            "help_message": None,
            "is_externally_registered": False,
            "message_flow": "An officer or clinician asks the family in person, and writes down who may be texted.",
            "message_samples": ["Hello, this is the check-in we promised.", "Thank you for telling us."],
            "messaging_service_sid": service.sid,
            "mock": False,
            "opt_in_keywords": ["START"],
            "opt_in_message": None,
            "opt_out_keywords": ["STOP"],
            "opt_out_message": None,
            "rate_limits": None,
            "sid": sid,
            "subscriber_opt_in": True,
            "url": f"{self._services}/{service.sid}/Compliance/Usa2p/{sid}",
            "us_app_to_person_usecase": "MIXED",
        }

    def _whose(self) -> dict[str, Any]:
        created = rfc_3339(self._account.created_at)
        return {"account_sid": self._account.sid, "date_created": created, "date_updated": created}


def account_resource(account: Account) -> dict[str, Any]:
    """The Account resource. Its token is shown as Twilio shows it to the account itself."""
    uri = account_uri(account.sid)
    return {
        "auth_token": account.standing.primary_token,
        "date_created": rfc_2822(account.created_at),
        "date_updated": rfc_2822(account.created_at),
        "friendly_name": account.standing.friendly_name,
        "owner_account_sid": account.sid,
        "sid": account.sid,
        "status": account.standing.status,
        "subresource_uris": {name: f"{uri}/{part}.json" for name, part in _ACCOUNT_PARTS.items()},
        "type": account.standing.type,
        "uri": f"{uri}.json",
    }


def number_resource(number: OwnNumber, account: Account) -> dict[str, Any]:
    """The IncomingPhoneNumber resource; what is not set is blank."""
    return {
        "account_sid": account.sid,
        "address_requirements": "none",
        "address_sid": None,
        "api_version": "2010-04-01",
        "beta": False,
        "bundle_sid": None,
        "capabilities": {"voice": number.voice, "sms": number.sms, "mms": number.mms, "fax": False},
        "date_created": rfc_2822(account.created_at),
        "date_updated": rfc_2822(account.created_at),
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "emergency_status": "Inactive",
        "friendly_name": number.label or spoken(number.number),
        "identity_sid": None,
        "origin": "twilio",
        "phone_number": number.number,
        "sid": number.sid,
        "sms_application_sid": None,
        "sms_fallback_method": number.sms_fallback_method,
        "sms_fallback_url": number.sms_fallback_url or "",
        "sms_method": number.sms_method,
        "sms_url": number.sms_url or "",
        "status": "in-use",
        "status_callback": number.status_callback or "",
        "status_callback_method": number.status_callback_method,
        "trunk_sid": None,
        "type": "toll-free" if number.is_toll_free else "local",
        "uri": f"{account_uri(account.sid)}/IncomingPhoneNumbers/{number.sid}.json",
        "voice_application_sid": None,
        "voice_caller_id_lookup": False,
        "voice_fallback_method": number.voice_fallback_method,
        "voice_fallback_url": number.voice_fallback_url or "",
        "voice_method": number.voice_method,
        "voice_receive_mode": "voice",
        "voice_url": number.voice_url or "",
    }


def _campaign_sid(service: Service) -> str:
    return derived_sid("QE", service.sid)


def _wanted(numbers: list[OwnNumber], query: Mapping[str, str]) -> list[OwnNumber]:
    """Those whose number holds the digits asked for, `*` standing for any, and whose name is the one asked for."""
    digits = re.compile(re.escape(query.get("PhoneNumber", "")).replace(r"\*", "[0-9]"))
    name, origin = query.get("FriendlyName", ""), query.get("Origin", "")
    return [
        number
        for number in numbers
        if digits.search(number.number)
        and name in ("", number.label or spoken(number.number))
        and origin in ("", "twilio")
    ]
