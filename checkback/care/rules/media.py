"""What somebody sent instead of words: a picture, a voice note, somebody's card."""

from __future__ import annotations

import json

_CARDS = ("text/vcard", "text/x-vcard", "text/directory")


def received_as(media: str | None) -> str:
    """The wording that answers it, by the types the carrier names; a picture where it names none we know.

    Args:
        media: a JSON list of addresses and types, as `InboundMessage.media` keeps it.
    """
    types = [str(each.get("type", "")).lower() for each in json.loads(media or "[]")]
    if types and all(kind.startswith("audio/") for kind in types):
        return "voice.received"
    if types and all(kind.startswith(_CARDS) for kind in types):
        return "card.received"
    return "picture.received"
