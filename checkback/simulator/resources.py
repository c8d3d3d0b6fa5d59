"""Writes texts as Twilio's Message and Media resources: dates in RFC 2822, numbers as strings, prices unknown."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from typing import Any

from checkback.simulator.codes import delivery_error
from checkback.simulator.paging import Page, list_2010, recipient_of, sender_of
from checkback.simulator.segments import count_segments
from checkback.simulator.texts import Text


def account_uri(account_sid: str) -> str:
    return f"/2010-04-01/Accounts/{account_sid}"


def message_resource(text: Text, account_sid: str) -> dict[str, Any]:
    """The Message resource of a text as it stands now. A service that has not chosen a sender yet shows none."""
    uri = f"{account_uri(account_sid)}/Messages/{text.sid}"
    return {
        "account_sid": account_sid,
        "api_version": "2010-04-01",
        "body": "" if text.redacted else text.body,
        "date_created": rfc_2822(text.created_at),
        "date_sent": rfc_2822(text.sent_at),
        "date_updated": rfc_2822(text.updated_at),
        "direction": text.direction.value,
        "error_code": text.error_code,
        "error_message": delivery_error(text.error_code),
        "from": sender_of(text) if text.sender_shown else None,
        "messaging_service_sid": text.service_sid,
        "num_media": str(text.num_media),
        "num_segments": str(count_segments(text.body)) if text.sender_shown else "0",
        "price": None,
        "price_unit": "USD",
        "sid": text.sid,
        "status": text.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": recipient_of(text),
        "uri": f"{uri}.json",
    }


def message_list(page: Page[Text], account_sid: str) -> dict[str, Any]:
    """One page of the list, with the addresses of its neighbours."""
    resources = [message_resource(text, account_sid) for text in page.items]
    return list_2010(page, "messages", resources, f"{account_uri(account_sid)}/Messages.json")


def media_resource(text: Text, media_sid: str, account_sid: str) -> dict[str, Any]:
    """One picture of a text; what it shows is behind its address without `.json`."""
    return {
        "account_sid": account_sid,
        "content_type": "image/png",
        "date_created": rfc_2822(text.created_at),
        "date_updated": rfc_2822(text.created_at),
        "parent_sid": text.sid,
        "sid": media_sid,
        "uri": f"{account_uri(account_sid)}/Messages/{text.sid}/Media/{media_sid}.json",
    }


def rfc_2822(moment: datetime | None) -> str | None:
    """A moment as the API of 2010 writes it."""
    return None if moment is None else format_datetime(moment.replace(microsecond=0))


def rfc_3339(moment: datetime) -> str:
    """A moment as the newer APIs write it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
