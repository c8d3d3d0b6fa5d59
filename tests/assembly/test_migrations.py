"""Migrations that change rows, over rows, on both kinds of database: what was so before is so after."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from checkback.care.model.sealing import Keyring
from checkback.care.store import Store, history
from tests.fakes import CrashingPoints, FrozenClock

MOMENT = datetime(2026, 1, 5, 16, tzinfo=UTC)


class Old:
    """A database of an older version, with rows as that version kept them."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def becomes(self, revision: str) -> None:
        history.upgrade(self.store, revision)

    def keeps(self, table: str, **values: Any) -> UUID:
        """A row; what must be there and was not given is something of its type."""
        with self.store.engine.begin() as connection:
            there = sa.Table(table, sa.MetaData(), autoload_with=connection)
            row_id = uuid4()
            missing = {
                column.name: _something(column)
                for column in there.columns
                if not column.nullable and column.server_default is None
            }
            row = {**missing, "id": row_id, **values}
            is_sqlite = connection.dialect.name == "sqlite"
            kept = {name: each.hex if is_sqlite and isinstance(each, UUID) else each for name, each in row.items()}
            connection.execute(there.insert().values(kept))
        return row_id

    def all(self, table: str, *names: str) -> list[tuple[Any, ...]]:
        with self.store.engine.connect() as connection:
            there = sa.Table(table, sa.MetaData(), autoload_with=connection)
            return [tuple(row) for row in connection.execute(sa.select(*(there.c[name] for name in names)))]


def _something(column: sa.Column[Any]) -> Any:
    match column.type:
        case sa.LargeBinary():
            return b"x" + uuid4().bytes
        case sa.Boolean():
            return False
        case sa.Integer() | sa.Numeric():
            return 1
        case sa.DateTime():
            return MOMENT
        case _:
            return uuid4().hex[:8]


@pytest.fixture
def old(database_url: str, keyring: Keyring, clock: FrozenClock) -> Iterator[Old]:
    store = Store(database_url, keyring=keyring, clock=clock, points=CrashingPoints())
    yield Old(store)
    store.close()


def test_what_stood_before_buckets_plans_consent_and_ways_stands_after_them(old):
    old.becomes("0002")
    programme = old.keeps("programme")
    team = old.keeps("care_team", programme_id=programme)
    phone = old.keeps("phone")
    lee = old.keeps("staff_member", programme_id=programme, role="clinician", phone_id=phone)
    old.keeps("staff_member", programme_id=programme, role="officer")
    old.keeps("check_in_plan", programme_id=programme, approved_at=MOMENT)
    family = old.keeps("family", programme_id=programme, team_id=team)
    contact = old.keeps("contact", family_id=family)
    old.keeps("consent", contact_id=contact, scope="check-ins", state="given")
    for level in ("acute", "high"):
        old.keeps("escalation_policy", programme_id=programme, level=level)
    for lane in ("alerts", "families"):
        old.keeps("outbound_message", phone_id=phone, lane=lane)
    old.becomes("head")
    assert sorted(old.all("outbound_message", "lane", "priority")) == [("alerts", 1), ("families", 8)]
    assert [drafted is not None for (drafted,) in old.all("check_in_plan", "drafted_at")] == [True]
    assert old.all("consent", "scope", "state") == [("this-programme", "given")]
    policies = {
        level: (bool(hours), approved)
        for level, hours, approved in old.all("escalation_policy", "level", "only_in_hours", "approved_at")
    }
    assert [policies[level][0] for level in ("acute", "high")] == [False, True]
    assert all(approved is not None for _, approved in policies.values())
    ways = old.all("staff_way", "staff_id", "way", "levels", "verified_at")
    assert [(UUID(str(who)), way, levels) for who, way, levels, _ in ways] == [(lee, "sms", "emergent urgent high")]
    assert ways[0][3] is not None  # the phone that got alerts yesterday gets them today
    history.must_be_current(old.store)


def test_services_are_found_by_their_places_after_the_directory_was_widened(old):
    old.becomes("0009")
    hours = json.dumps([{"opens_at": "09:00", "closes_at": "17:00", "days": ["MO", "TU"]}])
    near = old.keeps("resource", needs="food housing", zips="63106 63107", hours=hours)
    anywhere = old.keeps("resource", needs="food", zips="", hours="[]")
    old.becomes("0010")
    reached = {
        (need, reach, UUID(str(which)))
        for need, reach, which in old.all("resource_reach", "need", "reach", "resource_id")
    }
    places = {(need, f"zip:{each}", near) for need in ("food", "housing") for each in ("63106", "63107")}
    assert reached == places | {("food", "any", anywhere)}
    schedules = {UUID(str(which)): json.loads(said) for which, said in old.all("resource", "id", "schedules")}
    assert schedules == {near: [{"opens_at": "09:00", "closes_at": "17:00", "byday": "MO,TU"}], anywhere: []}
    old.becomes("head")
    history.must_be_current(old.store)
