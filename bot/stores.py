"""The assistant's memory at rest: every event of a conversation sealed, one turn kept whole or not at all."""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from sqlalchemy.orm import DeclarativeMeta, Query, Session, declarative_base

KEY = "CHECKBACK_ASSISTANT_KEY"
DATABASE = "CHECKBACK_ASSISTANT_DATABASE"
DEFAULT_DATABASE = "sqlite:///var/assistant.sqlite3"

KEY_BYTES = 32
_NONCE_BYTES = 12
_KEY_ID = b"\x01"


class BadSetting(RasaException):
    """A setting of the assistant is missing or wrong; the message names it and the mend, never its value."""


class Unsealable(Exception):
    """A sealed row cannot be opened: another key, another conversation, or it was changed."""


class Seal:
    """AES-256-GCM over one column: key id, nonce, ciphertext; bound to the conversation the row belongs to."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def close(self, words: str, conversation_id: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _KEY_ID + nonce + self._cipher.encrypt(nonce, words.encode(), conversation_id.encode())

    def open(self, sealed: bytes, conversation_id: str) -> str:
        nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, ciphertext, conversation_id.encode()).decode()
        except Exception as error:
            raise Unsealable from error


#: What asks for an answer: where more follows in the same turn, it is not asked.
QUESTIONS = frozenset({"need.ask", "need.which", "greet.hello", "child.ask"})


@dataclass(frozen=True)
class KeptTurn:
    """A turn the store holds: what was understood, and the blocks that followed."""

    intent: str
    confidence: float
    blocks: list[dict[str, Any]]
    also: list[str]
    """What else the same text wanted."""


class SealedTrackerStore(SQLTrackerStore):
    """Rasa's SQL store with its words sealed, and with turns that can be found again by the application's `turn_id`.

    In the clear are only ids, event types and times. `turn_id` is unique in its conversation, so that a turn told to
    two servers at once is kept once.
    """

    Base: DeclarativeMeta = declarative_base()

    class SQLEvent(Base):  # type: ignore[misc, valid-type]
        """One event. Named as in Rasa's own store, whose queries use it."""

        __tablename__ = "events"
        __table_args__ = (sa.UniqueConstraint("sender_id", "turn_id"),)

        id = sa.Column(sa.Integer, primary_key=True)
        sender_id = sa.Column(sa.String(255), nullable=False, index=True)
        turn_id = sa.Column(sa.String(64))
        type_name = sa.Column(sa.String(255), nullable=False)
        timestamp = sa.Column(sa.Float)
        data = sa.Column(sa.LargeBinary, nullable=False)

    def __init__(self, domain: Domain | None = None, event_broker: EventBroker | None = None, **_: Any) -> None:
        self._seal = Seal(_key())
        super().__init__(domain, host=_database_url(), event_broker=event_broker)
        if self.engine.dialect.name == "sqlite":
            sa.event.listen(self.engine, "connect", _use_write_ahead_log)
            self.engine.dispose()

    def is_reachable(self) -> bool:
        """Whether the database answers."""
        try:
            with self.session_scope() as session:
                session.execute(sa.select(self.SQLEvent.id).limit(1))
        except sa.exc.SQLAlchemyError:
            return False
        return True

    def session_length(self, conversation_id: str) -> int:
        """How many events the running session has; a turn's cost grows with it."""
        with self.session_scope() as session:
            return self._event_query(session, conversation_id, fetch_events_from_all_sessions=False).count()

    def find_turn(self, conversation_id: str, turn_id: str) -> KeptTurn | None:
        """What the store holds of this turn, in whichever session it was."""
        with self.session_scope() as session:
            events = [self._opened(row) for row in self._turn_rows(session, conversation_id, turn_id)]
        if not events:
            return None
        intents = [event["parse_data"]["intent"] for event in events if event["event"] == UserUttered.type_name]
        uttered = (event["data"].get("custom") for event in events if event["event"] == BotUttered.type_name)
        first, blocks = intents[0], joined([block for block in uttered if block])
        return KeptTurn(first["name"], float(first["confidence"]), blocks, [each["name"] for each in intents[1:]])

    def undo_turn(self, conversation_id: str, turn_id: str) -> None:
        """Forget this turn and what followed it, so that it can be told again."""
        with self.session_scope() as session:
            for row in self._turn_rows(session, conversation_id, turn_id):
                session.delete(row)
            session.commit()

    def forget(self, conversation_id: str) -> None:
        """Delete every row of the conversation."""
        with self.session_scope() as session:
            session.query(self.SQLEvent).filter(self.SQLEvent.sender_id == conversation_id).delete()
            session.commit()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep what is new in one transaction: after a crash a turn is there as a whole or not at all."""
        await self.stream_events(tracker)
        with self.session_scope() as session:
            for event in self._additional_events(session, tracker):
                session.add(self._sealed(event, tracker.sender_id))
            session.commit()

    async def _retrieve(self, sender_id: str, fetch_events_from_all_sessions: bool) -> DialogueStateTracker | None:
        with self.session_scope() as session:
            rows = self._event_query(session, sender_id, fetch_events_from_all_sessions).all()
            events = [self._opened(row) for row in rows]
        return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots) if events else None

    def _event_query(self, session: Session, sender_id: str, fetch_events_from_all_sessions: bool) -> Query:
        """The latest session is found by row order: by time, as Rasa does, a clock set back would lose events."""
        own = session.query(self.SQLEvent).filter(self.SQLEvent.sender_id == sender_id)
        if not fetch_events_from_all_sessions:
            start = (
                session.query(sa.func.max(self.SQLEvent.id))
                .filter(self.SQLEvent.sender_id == sender_id, self.SQLEvent.type_name == SessionStarted.type_name)
                .scalar()
            )
            own = own.filter(self.SQLEvent.id >= (start or 0))
        return own.order_by(self.SQLEvent.id)

    def _turn_rows(self, session: Session, conversation_id: str, turn_id: str) -> Iterator[Any]:
        """The text of the turn and all up to the next turn's text or session; a text may hold several wishes."""
        own = self._event_query(session, conversation_id, fetch_events_from_all_sessions=True)
        first = own.filter(self.SQLEvent.turn_id == turn_id).one_or_none()
        if first is None:
            return
        yield first
        for row in own.filter(self.SQLEvent.id > first.id):
            if row.type_name == SessionStarted.type_name:
                return
            if row.type_name == UserUttered.type_name and not self._is_of_turn(row, turn_id):
                return
            yield row

    def _is_of_turn(self, row: Any, turn_id: str) -> bool:
        return bool((self._opened(row).get("metadata") or {}).get("of_turn") == turn_id)

    def _sealed(self, event: Event, conversation_id: str) -> Any:
        told = event.as_dict()
        return self.SQLEvent(
            sender_id=conversation_id,
            turn_id=(told.get("metadata") or {}).get("turn_id") if isinstance(event, UserUttered) else None,
            type_name=event.type_name,
            timestamp=told.get("timestamp"),
            data=self._seal.close(json.dumps(told), conversation_id),
        )

    def _opened(self, row: Any) -> dict[str, Any]:
        opened: dict[str, Any] = json.loads(self._seal.open(bytes(row.data), row.sender_id))
        return opened


def joined(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The blocks of a turn, none twice, and no question but the last: one thing is asked at a time."""
    once = [block for place, block in enumerate(blocks) if block not in blocks[:place]]
    return [block for place, block in enumerate(once) if place == len(once) - 1 or block.get("say") not in QUESTIONS]


def _key() -> bytes:
    mend = f"{KEY} must be {KEY_BYTES} random bytes in base64, e.g. from `openssl rand -base64 {KEY_BYTES}`"
    try:
        key = base64.b64decode(os.environ.get(KEY, ""), validate=True)
    except binascii.Error:
        raise BadSetting(mend) from None
    if len(key) != KEY_BYTES:
        raise BadSetting(mend)
    return key


def _database_url() -> str:
    """The assistant's own database; the application's way of writing a PostgreSQL URL is understood too."""
    url = os.environ.get(DATABASE) or DEFAULT_DATABASE
    scheme, _, rest = url.partition("://")
    if scheme.partition("+")[0] in ("postgres", "postgresql"):
        return f"postgresql://{rest}"
    if scheme == "sqlite" and rest.strip("/"):
        Path(rest[1:]).parent.mkdir(parents=True, exist_ok=True)
    return url


def _use_write_ahead_log(connection: Any, _: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=3000", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
