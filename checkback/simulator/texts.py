"""The texts on the pretend network, who blocked whom, and the journal that lets them survive a restart."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import Any
from uuid import uuid4


class Direction(StrEnum):
    """Who wrote it, in Twilio's words. `automatic` is the network's own answer to a keyword, no resource of ours."""

    INBOUND = "inbound"
    OUTBOUND_API = "outbound-api"
    OUTBOUND_REPLY = "outbound-reply"
    AUTOMATIC = "automatic"


_MOMENTS = ("created_at", "updated_at", "sent_at", "arrived_at", "send_at")
FINAL_STATES = frozenset({"delivered", "undelivered", "failed", "received", "canceled"})


@dataclass(frozen=True)
class Text:
    """One text between a phone and a number of ours, as it stands now."""

    sid: str
    direction: Direction
    phone: str
    ours: str
    body: str
    status: str
    created_at: datetime
    updated_at: datetime
    sent_at: datetime | None = None
    arrived_at: datetime | None = None
    """When it could be read on the phone, or was written there."""
    num_media: int = 0
    error_code: int | None = None
    status_callback: str | None = None
    valid_for: int = 36_000
    service_sid: str | None = None
    handed_on: bool = True
    """Whether the webhook of an inbound text is over and done with."""
    taken: bool | None = None
    """Whether the application answered an inbound text's webhook well; None until it answered."""
    token: str = ""
    more_fields: Mapping[str, str] = field(default_factory=dict)
    """What an inbound webhook says besides, or instead, of what every webhook says."""
    redacted: bool = False
    deleted: bool = False
    send_at: datetime | None = None
    """When a scheduled text is to go."""
    sender_shown: bool = True
    """False until a messaging service has chosen the sender, as far as the application can see."""
    media_gone: tuple[str, ...] = ()
    """The pictures whose resources were taken away."""

    @property
    def enters_queue_at(self) -> datetime:
        """From when on its validity is counted."""
        return self.send_at or self.created_at

    @property
    def shown_at(self) -> datetime:
        """When it came to the phone, or when its fate was last known."""
        return self.arrived_at or self.updated_at

    @property
    def has_no_receipt(self) -> bool:
        """Whether it came to the phone and its carrier will never say so."""
        return self.status == "sent" and self.arrived_at is not None

    @property
    def is_final(self) -> bool:
        return self.status in FINAL_STATES


def new_sid(prefix: str) -> str:
    """A fresh identifier in Twilio's form: two letters and 32 hexadecimal digits."""
    return prefix + uuid4().hex


def media_sids(text: Text) -> list[str]:
    """The identifiers of the pictures of a text, the same each time they are asked for."""
    return [f"ME{index:02x}{text.sid[4:]}" for index in range(text.num_media)]


class Texts:
    """Everything on the network, in memory, and in `journal` too if there is one. Used from one event loop only."""

    def __init__(self, journal: Path | None) -> None:
        self._texts: dict[str, Text] = {}
        self._blocked: set[tuple[str, str]] = set()
        self._journal: TextIOWrapper | None = None
        if journal is not None:
            self._reopen(journal)

    def keep(self, text: Text) -> Text:
        """Keep the text as it stands now; survives this process once this returns."""
        self._write({"text": asdict(text)})
        self._texts[text.sid] = text
        return text

    def find(self, sid: str) -> Text | None:
        return self._texts.get(sid)

    def now(self, text: Text) -> Text:
        """The text as it stands now, after whatever was awaited."""
        return self._texts[text.sid]

    def of_phone(self, number: str) -> list[Text]:
        """Every text to and from this phone, oldest first."""
        return [text for text in self._texts.values() if text.phone == number]

    def resources(self) -> list[Text]:
        """What the account can list, newest first."""
        kept = (text for text in self._texts.values() if text.direction is not Direction.AUTOMATIC)
        return [text for text in kept if not text.deleted][::-1]

    def unfinished(self) -> list[Text]:
        """Texts still under way, oldest first: what a restart has to take up again."""
        texts = self._texts.values()
        return [text for text in texts if not (text.is_final or text.has_no_receipt) or not text.handed_on]

    def phone_numbers(self) -> list[str]:
        """Every phone that ever took part, in the order they appeared."""
        return list(dict.fromkeys(text.phone for text in self._texts.values()))

    def is_blocked(self, phone: str, ours: str) -> bool:
        """Whether the phone's holder told the network to stop texts from this number of ours."""
        return (phone, ours) in self._blocked

    def block(self, phone: str, ours: str) -> None:
        self._write({"block": [phone, ours]})
        self._blocked.add((phone, ours))

    def unblock(self, phone: str, ours: str) -> None:
        self._write({"unblock": [phone, ours]})
        self._blocked.discard((phone, ours))

    def close(self) -> None:
        if self._journal is not None:
            self._journal.close()

    def _write(self, record: dict[str, Any]) -> None:
        if self._journal is None:
            return
        # Flushed and not synced: this outlives the process, which is all that a pretend carrier promises.
        self._journal.write(json.dumps(record, default=datetime.isoformat) + "\n")
        self._journal.flush()

    def _reopen(self, journal: Path) -> None:
        journal.parent.mkdir(parents=True, exist_ok=True)
        journal.touch()
        for record in _whole_records(journal):
            self._replay(record)
        self._journal = journal.open("a", encoding="utf-8")

    def _replay(self, record: dict[str, Any]) -> None:
        match record:
            case {"text": fields}:
                self._texts[fields["sid"]] = _text(fields)
            case {"block": [phone, ours]}:
                self._blocked.add((phone, ours))
            case {"unblock": [phone, ours]}:
                self._blocked.discard((phone, ours))


def _whole_records(journal: Path) -> Iterator[dict[str, Any]]:
    """The records of the journal. A last line that a kill cut short is cut off: it was never answered for."""
    content = journal.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        journal.write_bytes(whole)
    for line in whole.splitlines():
        yield json.loads(line)


def _text(fields: dict[str, Any]) -> Text:
    moments = {name: _moment(fields.get(name)) for name in _MOMENTS}
    gone = tuple(fields.get("media_gone", ()))
    return Text(**{**fields, **moments, "direction": Direction(fields["direction"]), "media_gone": gone})


def _moment(said: str | None) -> datetime | None:
    return None if said is None else datetime.fromisoformat(said)
