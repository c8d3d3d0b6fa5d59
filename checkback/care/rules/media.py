"""What somebody sent instead of words: a picture, a voice note, somebody's card."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum

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


class Media(StrEnum):
    """What came with a text, as staff are told it."""

    PICTURE = "picture"
    VOICE = "voice"
    VIDEO = "video"
    CARD = "card"
    FILE = "file"


def kinds_of(media: str | None, count: int) -> Sequence[Media]:
    """What was sent, in its order. Where the carrier named no type of something, it is a picture, as most are.

    Args:
        media: as `received_as` takes it.
        count: how many there were, as the carrier counted them; those it gave no address of count too.
    """
    named = [_kind(str(each.get("type", "")).lower()) for each in json.loads(media or "[]")]
    return [*named, *[Media.PICTURE] * (count - len(named))]


def _kind(type_: str) -> Media:
    if type_.startswith(_CARDS):
        return Media.CARD
    kinds = {"audio": Media.VOICE, "video": Media.VIDEO, "image": Media.PICTURE, "": Media.PICTURE}
    return kinds.get(type_.partition("/")[0], Media.FILE)
