"""The sealed store by itself: what it keeps, what it refuses, and that clocks and second servers do not fool it."""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.stores import BadSetting, SealedTrackerStore, Unsealable

URLS = ["sqlite", *(["postgresql"] if os.environ.get("CHECKBACK_TEST_POSTGRES") else [])]


def a_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


@pytest.fixture(params=URLS)
def settings(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[pytest.MonkeyPatch]:
    """Settings of a store with a database of its own."""
    monkeypatch.setenv("CHECKBACK_ASSISTANT_KEY", a_key())
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    if request.param == "postgresql":
        url = os.environ["CHECKBACK_TEST_POSTGRES"]
        monkeypatch.setenv("POSTGRESQL_SCHEMA", "assistant_test")
        with sa.create_engine("postgresql://" + url.partition("://")[2]).begin() as admin:
            admin.execute(sa.text("DROP SCHEMA IF EXISTS assistant_test CASCADE"))
            admin.execute(sa.text("CREATE SCHEMA assistant_test"))
    monkeypatch.setenv("CHECKBACK_ASSISTANT_DATABASE", url)
    return monkeypatch


@pytest.fixture
def store(settings: pytest.MonkeyPatch) -> Iterator[SealedTrackerStore]:
    opened = SealedTrackerStore(Domain.empty())
    yield opened
    opened.engine.dispose()


def said(text: str, turn_id: str, at: float = 1000.0) -> list[Any]:
    heard = UserUttered(text, {"name": "thanks", "confidence": 0.9}, timestamp=at, metadata={"turn_id": turn_id})
    return [
        heard,
        BotUttered(None, {"custom": {"say": "thanks.welcome"}}, timestamp=at),
        ActionExecuted("action_listen"),
    ]


def keep(store: SealedTrackerStore, conversation_id: str, events: list[Any]) -> None:
    tracker = asyncio.run(store.get_or_create_tracker(conversation_id, append_action_listen=False))
    tracker.update_with_events(events, Domain.empty())
    asyncio.run(store.save(tracker))


def load(store: SealedTrackerStore, conversation_id: str) -> DialogueStateTracker:
    tracker = asyncio.run(store.retrieve(conversation_id))
    assert tracker is not None
    return tracker


def test_a_turn_is_found_with_what_followed_it_and_no_more(store: SealedTrackerStore) -> None:
    keep(store, "ana", [*said("thank you", "t1"), *said("thanks again", "t2")])
    kept = store.find_turn("ana", "t1")
    assert kept is not None
    assert (kept.intent, kept.confidence, kept.blocks) == ("thanks", 0.9, [{"say": "thanks.welcome"}])
    assert store.find_turn("rosa", "t1") is None


def test_a_clock_set_back_loses_nothing(store: SealedTrackerStore) -> None:
    keep(store, "ana", [SessionStarted(timestamp=5000.0)])
    keep(store, "ana", said("after the clock went back", "t1", at=1000.0))
    keep(store, "ana", said("and later", "t2", at=1001.0))
    heard = [event.text for event in load(store, "ana").events if isinstance(event, UserUttered)]
    assert heard == ["after the clock went back", "and later"]


def test_only_the_latest_session_is_read(store: SealedTrackerStore) -> None:
    keep(store, "ana", said("old", "t1"))
    keep(store, "ana", [SessionStarted()])
    keep(store, "ana", said("new", "t2"))
    assert [event.text for event in load(store, "ana").events if isinstance(event, UserUttered)] == ["new"]
    assert store.session_length("ana") < 6


def test_two_servers_cannot_keep_one_turn_twice(store: SealedTrackerStore) -> None:
    turn_id = str(uuid4())
    one, two = (asyncio.run(store.get_or_create_tracker("ana", append_action_listen=False)) for _ in range(2))
    one.update_with_events([*said("x", turn_id)], Domain.empty())
    two.update_with_events(
        [SessionStarted(), ActionExecuted("a"), ActionExecuted("b"), *said("x", turn_id)], Domain.empty()
    )
    asyncio.run(store.save(one))
    with pytest.raises(sa.exc.IntegrityError):
        asyncio.run(store.save(two))


def test_an_undone_turn_leaves_its_neighbours(store: SealedTrackerStore) -> None:
    keep(store, "ana", [*said("one", "t1"), *said("two", "t2")])
    store.undo_turn("ana", "t1")
    assert store.find_turn("ana", "t1") is None
    assert store.find_turn("ana", "t2") is not None


def test_another_key_opens_nothing(store: SealedTrackerStore, settings: pytest.MonkeyPatch) -> None:
    keep(store, "ana", said("thank you", "t1"))
    settings.setenv("CHECKBACK_ASSISTANT_KEY", a_key())
    with pytest.raises(Unsealable):
        SealedTrackerStore(Domain.empty()).find_turn("ana", "t1")


def test_a_row_moved_to_another_conversation_does_not_open(store: SealedTrackerStore) -> None:
    keep(store, "ana", said("thank you", "t1"))
    with store.engine.begin() as database:
        database.execute(sa.text("UPDATE events SET sender_id = 'rosa'"))
    with pytest.raises(Unsealable):
        store.find_turn("rosa", "t1")


def test_nothing_of_what_was_said_is_in_the_clear(store: SealedTrackerStore) -> None:
    keep(store, "ana", said("a marked zanzibar sentence", "t1"))
    with store.engine.begin() as database:
        values = [value for row in database.execute(sa.text("SELECT * FROM events")) for value in row]
    rows = str([bytes(value) if isinstance(value, memoryview) else value for value in values])
    assert "t1" in rows
    assert "zanzibar" not in rows
    assert "thanks" not in rows


@pytest.mark.parametrize("key", ["", "short", "!!!", base64.b64encode(b"x" * 31).decode()])
def test_a_wrong_key_is_refused_with_its_mend(settings: pytest.MonkeyPatch, key: str) -> None:
    settings.setenv("CHECKBACK_ASSISTANT_KEY", key)
    with pytest.raises(BadSetting, match="CHECKBACK_ASSISTANT_KEY must be 32 random bytes"):
        SealedTrackerStore(Domain.empty())
