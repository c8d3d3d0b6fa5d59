"""A key is changed while the house runs: what the old one held is held by the new one, and the old one can go."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from checkback.care.flows import keys, rotas, sealing
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import Contact, Phone
from checkback.care.model.sealing import Keyring
from checkback.care.store import Store, people, renewing
from tests.fakes import CrashingPoints
from tests.story import ANA, House

NEW = 2


def with_ring(house: House, url: str, ring: Keyring) -> House:
    """The same house after a restart with another ring."""
    store = Store(url, keyring=ring, clock=house.clock, points=CrashingPoints())
    return replace(house, rt=replace(house.rt, store=store))


@pytest.fixture
def both(keyring) -> Keyring:
    return Keyring({**keyring.sealing, NEW: b"S" * 32}, {**keyring.indexing, NEW: b"I" * 32})


@pytest.fixture
def only_new(both) -> Keyring:
    return Keyring({NEW: both.sealing[NEW]}, {NEW: both.indexing[NEW]})


@pytest.fixture
def renewed(house, ana, home, both):
    house.enrols(child_ages=[7])
    house.works()
    ana.texts("1")
    ana.texts("we need a crib for Mateo")
    rotated = with_ring(house, home.url, both)
    yield rotated
    rotated.rt.store.close()


def test_after_a_renewal_the_old_keys_can_leave_the_ring(renewed, home, only_new):
    before = keys.in_use(renewed.rt)
    assert set(before.sealed) == {1} and before.to_renew == sum(before.sealed.values()) + sum(before.indexed.values())
    done = keys.renew(renewed.rt)
    assert done.broken == [] and done.values == sum(before.sealed.values())
    after = keys.in_use(renewed.rt)
    assert (set(after.sealed), set(after.indexed), after.to_renew) == ({NEW}, {NEW}, 0)
    alone = with_ring(renewed, home.url, only_new)
    with alone.rt.store.read() as tx:
        found = people.phone(tx, ANA)
        assert found is not None and found.number == ANA
        assert [each.name for each in people.contacts_named(tx, "mora")] == ["Ana Morales"]
        for where in renewing.sealed_columns():
            tx.session.execute(where.table.select().with_only_columns(where.column)).all()
    alone.rt.store.close()


def test_done_twice_it_changes_nothing(renewed):
    keys.renew(renewed.rt)
    again = keys.renew(renewed.rt)
    assert (again.values, again.found, again.broken) == (0, 0, [])


def test_broken_off_after_any_batch_it_goes_on_where_it_was(renewed, monkeypatch):
    monkeypatch.setattr(keys, "BATCH", 3)
    whole = keys.in_use(renewed.rt).to_renew
    with pytest.raises(KeyboardInterrupt):
        keys.renew(renewed.rt, _after_three_batches())
    left = keys.in_use(renewed.rt).to_renew
    assert 0 < left < whole
    keys.renew(renewed.rt)
    assert keys.in_use(renewed.rt).to_renew == 0


def _after_three_batches():
    told = []

    def progress(number: int) -> None:
        told.append(number)
        if len(told) == 3:
            raise KeyboardInterrupt

    return progress


def test_one_value_that_does_not_open_is_named_and_the_others_are_done(renewed):
    renewed.enrols("24-0118", contacts=[NewContact("Luis Vega", "+13145550177")])
    with renewed.rt.store.begin("test.break") as tx:
        contact = next(each for each in tx.session.query(Contact).all() if each.name == "Ana Morales")
        tx.session.execute(
            text("UPDATE contact SET name = :value WHERE id = :id"),
            {"value": b"\x01" + b"x" * 40, "id": _key(tx, contact.id)},
        )
    done = keys.renew(renewed.rt)
    assert sorted(done.broken) == sorted([f"contact.name {contact.id}", f"name_token.token {contact.id}"])
    left = keys.in_use(renewed.rt)
    assert left.sealed[1] == 1
    assert left.to_renew == 1 + left.indexed[1]


def test_what_somebody_wrote_meanwhile_is_not_overwritten(renewed):
    with renewed.rt.store.begin("test.meanwhile") as tx:
        where = next(each for each in renewing.sealed_columns() if each.place == "contact.name")
        ((row_id, old),) = renewing.sealed_before(tx, where, None, 10)  # Ana's alone
        tx.get(Contact, row_id).name = "Ana M. Morales"
        tx.session.flush()
        assert not renewing.replace(tx, where, row_id, old, tx.keyring.seal(b"Ana Morales", where.place))
        tx.record("test.meanwhile", tx.get(Contact, row_id))
    with renewed.rt.store.read() as tx:
        assert [each.name for each in tx.session.query(Contact)] == ["Ana M. Morales"]


def test_a_text_that_comes_during_a_renewal_finds_its_family(renewed, both):
    seen: list[int] = []

    def texts(_number: int) -> None:
        if not seen:
            seen.append(1)
            with renewed.rt.store.begin("test.text") as tx:
                assert people.phone_or_new(tx, ANA).number == ANA

    keys.renew(renewed.rt, texts)
    assert seen
    with renewed.rt.store.read() as tx:
        assert [each.number for each in tx.session.query(Phone)].count(ANA) == 1


def test_a_calendar_goes_on_after_the_index_key_was_changed(house, home, both):
    with house.rt.store.read() as tx:
        rota = next(iter(tx.session.execute(text("SELECT name FROM rota ORDER BY name")))).name
    rota_id, token = rotas.feed_token(house.rt, rota)
    rotated = with_ring(house, home.url, both)
    assert rotas.feed(rotated.rt, rota_id, token)[0] == rota
    rotated.rt.store.close()


def test_the_audits_seals_name_their_key_and_are_left_as_they_are(renewed):
    renewed.clock.tick(hours=1)
    sealing.seal_due(renewed.rt)
    seals = keys.in_use(renewed.rt).audit
    assert set(seals) == {NEW} and seals[NEW] >= 1
    keys.renew(renewed.rt)
    assert sealing.verify(renewed.rt).flaw is None


def _key(tx, row_id):
    return row_id if tx.session.get_bind().dialect.name == "postgresql" else row_id.hex
