"""The audit's chain: whatever is done to its lines behind our back, the first batch that does not fit is named."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, func, insert, select, update

from checkback.care.flows import sealing
from checkback.care.flows.sealing import SETTLED, seal_due, verify
from checkback.care.model import AuditEvent, Counter
from checkback.care.model.sealing import Keyring
from checkback.care.terms import ChainFlaw


@pytest.fixture
def sealed(house, ana, monkeypatch):
    """Three batches of four lines and a short one; what was left in the last minutes is not sealed."""
    monkeypatch.setattr(sealing, "BATCH", 4)
    house.enrols()
    house.works()
    ana.texts("1")
    with house.rt.store.begin("test.left") as tx:
        keep = select(AuditEvent.id).order_by(AuditEvent.at, AuditEvent.id).limit(14)
        tx.session.execute(delete(AuditEvent).where(AuditEvent.id.not_in(tx.session.scalars(keep).all())))
    house.clock.tick(minutes=6)
    seal_due(house.rt)
    return house


def does(house, *statements) -> None:
    """Somebody who may write to the database does this to it."""
    with house.rt.store.engine.begin() as connection:
        for each in statements:
            connection.execute(each)


def flaw_of(house) -> tuple[int, ChainFlaw] | None:
    found = verify(house.rt).flaw
    return (found.batch, found.kind) if found else None


def at(position: int):
    return AuditEvent.chain_position == position


def a_line(when, **more):
    return insert(AuditEvent).values(
        id=uuid4(),
        at=when,
        flow="test",
        action="family.read",
        actor="system",
        subject="family",
        subject_id=uuid4(),
        **more,
    )


def when_of(house, position: int):
    with house.rt.store.read() as tx:
        return tx.session.scalar(select(AuditEvent.at).where(at(position)))


def test_what_nobody_touched_fits(sealed):
    found = verify(sealed.rt)
    assert (found.sealed, found.batches, found.flaw) == (14, 4, None)
    assert found.from_line == 1


@pytest.mark.parametrize(
    "changed", [{"actor": "system:x"}, {"action": "x"}, {"subject_id": uuid4()}, {"subject": "x"}, {"flow": "x"}]
)
def test_a_line_changed_in_the_middle_is_found(sealed, changed):
    does(sealed, update(AuditEvent).where(at(6)).values(**changed))
    found = verify(sealed.rt).flaw
    assert found is not None
    assert (found.batch, found.first, found.last, found.kind) == (2, 5, 8, ChainFlaw.CHANGED)


def test_another_moment_is_found(sealed):
    does(sealed, update(AuditEvent).where(at(6)).values(at=when_of(sealed, 6) + timedelta(microseconds=1)))
    assert flaw_of(sealed) == (2, ChainFlaw.CHANGED)


@pytest.mark.parametrize("position", [5, 6, 8])
def test_a_line_taken_out_is_found(sealed, position):
    does(sealed, delete(AuditEvent).where(at(position)))
    assert flaw_of(sealed) == (2, ChainFlaw.REMOVED)


def test_a_line_taken_out_and_the_rest_moved_up_is_found(sealed):
    does(sealed, delete(AuditEvent).where(at(6)))
    for position in range(7, 15):
        does(sealed, update(AuditEvent).where(at(position)).values(chain_position=position - 1))
    assert flaw_of(sealed) == (2, ChainFlaw.CHANGED)


def test_an_end_that_was_cut_off_is_found_also_after_more_was_sealed(sealed):
    does(sealed, delete(AuditEvent).where(AuditEvent.chain_position > 12))
    assert flaw_of(sealed) == (4, ChainFlaw.REMOVED)
    sealed.enrols("24-0118")
    sealed.clock.tick(minutes=6)
    assert seal_due(sealed.rt).done
    assert flaw_of(sealed) == (4, ChainFlaw.REMOVED)


def test_the_last_line_cut_off_is_found(sealed):
    does(sealed, delete(AuditEvent).where(at(14)))
    assert flaw_of(sealed) == (4, ChainFlaw.REMOVED)


def test_a_line_put_in_with_an_earlier_moment_is_found_at_once_and_when_it_was_sealed(sealed):
    sealed.clock.tick(hours=1)
    sealed.enrols("24-0118")
    sealed.clock.tick(minutes=6)
    seal_due(sealed.rt)
    does(sealed, a_line(when_of(sealed, 1)))
    found = flaw_of(sealed)
    assert found is not None
    assert found[1] is ChainFlaw.PUT_IN
    assert seal_due(sealed.rt).done == 1
    found = flaw_of(sealed)
    assert found is not None
    assert found[1] is ChainFlaw.PUT_IN


def test_a_line_put_in_by_moving_the_others_is_found(sealed):
    for position in range(14, 5, -1):
        does(sealed, update(AuditEvent).where(at(position)).values(chain_position=position + 1))
    does(sealed, a_line(when_of(sealed, 5), chain_position=6))
    assert flaw_of(sealed) == (2, ChainFlaw.CHANGED)


@pytest.mark.parametrize("position", [0, -3])
def test_a_line_before_the_first_is_found(sealed, position):
    does(sealed, a_line(when_of(sealed, 1), chain_position=position))
    assert flaw_of(sealed) == (1, ChainFlaw.PUT_IN)


def test_a_line_behind_the_end_is_found_and_stops_no_sealing(sealed):
    does(sealed, a_line(when_of(sealed, 14), chain_position=15))
    assert flaw_of(sealed) == (5, ChainFlaw.PUT_IN)
    sealed.enrols("24-0118")
    sealed.clock.tick(minutes=6)
    assert seal_due(sealed.rt).done
    found = flaw_of(sealed)
    assert found is not None
    assert found[0] == 5


def test_a_seal_made_without_the_key_does_not_fit(sealed, house):
    """Who knows how it is made, and has the database alone, seals anew with a key of their own."""
    does(sealed, update(AuditEvent).where(at(6)).values(actor="system:x"))
    ours, theirs = house.rt.store.keyring, Keyring(sealing={1: b"s" * 32}, indexing={1: b"x" * 32})
    does(sealed, update(AuditEvent).values(chain_position=None, chain_hash=None), update(Counter).values(last=99))
    house.rt.store.keyring = theirs
    seal_due(house.rt)
    house.rt.store.keyring = ours
    assert verify(house.rt).flaw is not None


def test_with_its_key_gone_a_batch_cannot_be_verified(sealed, house):
    house.rt.store.keyring = Keyring(sealing={1: b"s" * 32}, indexing={2: b"i" * 32})
    try:
        assert flaw_of(sealed) == (1, ChainFlaw.KEY_GONE)
    finally:
        house.rt.store.keyring = Keyring(sealing={1: b"s" * 32}, indexing={1: b"i" * 32})


def test_the_last_lines_alone_can_be_looked_at(sealed):
    does(sealed, update(AuditEvent).where(at(2)).values(actor="system:x"))
    near = verify(sealed.rt, last=4)
    assert (near.from_line, near.flaw) == (9, None)
    assert flaw_of(sealed) == (1, ChainFlaw.CHANGED)


def test_what_may_still_be_on_its_way_is_not_sealed(house):
    house.enrols()
    with house.rt.store.read() as tx:
        newest = tx.session.scalar(select(func.max(AuditEvent.at)))
    house.clock.set(newest + SETTLED)
    seal_due(house.rt)
    with house.rt.store.read() as tx:
        assert (
            tx.session.scalar(select(func.count()).where(AuditEvent.at == newest, AuditEvent.chain_position > 0)) == 0
        )
    house.clock.tick(seconds=1)
    seal_due(house.rt)
    assert verify(house.rt).waiting == 0
