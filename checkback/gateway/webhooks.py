"""Reads Twilio's webhooks into values: https://www.twilio.com/docs/messaging/guides/webhook-request.

City, state and zip describe a number's rate centre, not a person, and are not kept; fields we do not know are ignored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

import structlog

from checkback.care.flows.inbound import ReceivedText
from checkback.care.flows.outbound import DeliveryReport

log = structlog.get_logger(__name__)

_SID = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")
_MOST_PICTURES = 10
_LONGEST_NUMBER = 64
_LONGEST_STATUS = 32
_LONGEST_ADDRESS = 500
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,80}")
_TWILIO = ".twilio.com"


class Malformed(Exception):
    """A field of a signed webhook is missing or not what Twilio writes; the message names it."""


@dataclass(frozen=True)
class MediaHost:
    """Where the pictures of one account may lie: below its own address at Twilio, by https; or at the pretended Twilio
    of a demonstration. Any other address would lead somebody of ours to wherever its writer likes.
    """

    base_url: str
    account_sid: str

    def is_at(self, address: str) -> bool:
        if len(address) > _LONGEST_ADDRESS or not address.isascii() or not address.isprintable():
            return False
        try:
            parts = urlsplit(address)
            host, has_port = parts.hostname or "", parts.port is not None
        except ValueError:
            return False
        below_account = parts.path.startswith(f"/2010-04-01/Accounts/{self.account_sid}/") and ".." not in parts.path
        if not below_account or parts.username is not None or "\\" in address:
            return False
        if f"{parts.scheme}://{parts.netloc}" == self.base_url.rstrip("/"):
            return True
        return parts.scheme == "https" and not has_port and host.startswith("api.") and host.endswith(_TWILIO)


def received_text(form: Mapping[str, str], media_host: MediaHost) -> ReceivedText:
    """The text in an inbound webhook. Raises Malformed."""
    count = min(_whole(form.get("NumMedia")) or 0, _MOST_PICTURES)
    media = list(_media(form, count, media_host))
    return ReceivedText(
        carrier_sid=_sid(form),
        from_number=_required(form, "From", _LONGEST_NUMBER),
        to_number=_required(form, "To", _LONGEST_NUMBER),
        body=_clean(form.get("Body", "")),
        media_count=count,
        media=json.dumps(media) if media else None,
        opt_out_type=_clean(form.get("OptOutType", ""))[:_LONGEST_STATUS] or None,
    )


def delivery_report(form: Mapping[str, str], message: str | None) -> DeliveryReport:
    """What a status callback says; `message` is our id of the text, from its address. Raises Malformed."""
    return DeliveryReport(
        message_id=_uuid(message),
        carrier_sid=_sid(form),
        status=_required(form, "MessageStatus", _LONGEST_STATUS),
        error_code=_whole(form.get("ErrorCode")),
    )


def _media(form: Mapping[str, str], count: int, host: MediaHost) -> Iterator[Mapping[str, str]]:
    """Where each picture is and what it says it is; one that is elsewhere is dropped, and counts as a picture still."""
    for at in range(count):
        address, kind = form.get(f"MediaUrl{at}", ""), form.get(f"MediaContentType{at}", "").lower()
        if host.is_at(address):
            yield {"url": address, "type": kind if _MEDIA_TYPE.fullmatch(kind) else "unknown"}
        else:
            log.warning("webhook.media-elsewhere", at=at)


def _sid(form: Mapping[str, str]) -> str:
    sid = form.get("MessageSid", "")
    if not _SID.fullmatch(sid):
        raise Malformed("MessageSid")
    return sid


def _required(form: Mapping[str, str], field: str, longest: int) -> str:
    value = _clean(form.get(field, ""))
    if not value or len(value) > longest:
        raise Malformed(field)
    return value


def _clean(value: str) -> str:
    # PostgreSQL keeps no NUL.
    return value.replace("\x00", "")


def _whole(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) <= 6 else None  # noqa: PLR2004


def _uuid(value: str | None) -> UUID | None:
    try:
        return UUID(value or "")
    except ValueError:
        return None
