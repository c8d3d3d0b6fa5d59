"""Some of the nights of `make chaos`, and that what looks at them would see a broken promise."""

from __future__ import annotations

import pytest

from checkback.care.model import AuditEvent, CheckIn, EscalationNotice, OutboundMessage
from checkback.care.terms import CheckInState
from scripts import chaos
from tests.chaos.carrier import Handed
from tests.chaos.night import Night
from tests.chaos.promises import ONCE, broken

SEED, NIGHTS, BATCHES = 1, 28, 4


@pytest.mark.timeout(300)
@pytest.mark.parametrize("batch", range(BATCHES))
def test_no_night_breaks_a_promise(batch):
    told = chaos.tell("sqlite", range(SEED + batch, SEED + NIGHTS, BATCHES))
    assert [(night.seed, night.broken) for night in told if night.broken] == []
    assert sum(night.crashes for night in told) > 0, "nothing went wrong: what was shown?"


@pytest.mark.parametrize("seed", [116, 401])
def test_a_house_that_slept_for_hours_tells_and_asks_within_a_minute_of_its_waking(seed):
    """An alert that came too late goes on to the next person; three check-ins that are due together all go."""
    (told,) = chaos.tell("sqlite", [seed])
    assert told.broken == ()


@pytest.mark.postgres
@pytest.mark.timeout(300)
def test_no_night_on_postgresql_breaks_a_promise():
    told = chaos.tell("postgresql", range(SEED, SEED + 6))
    assert [(night.seed, night.broken) for night in told if night.broken] == []


def test_a_seed_tells_the_same_night_again():
    def story(seed):
        with chaos.staged("sqlite") as stage:
            night = Night(seed, stage)
            house = night.told()
            handed = [(h.text.body, h.at, h.sid) for h in night.carrier.handed]
            told = handed, night.crashes, [(e.action, e.at) for e in house.all(AuditEvent)]
            return told

    assert story(7) == story(7) != story(8)


def test_a_run_that_was_broken_off_goes_on_where_it_was(tmp_path):
    path, told = tmp_path / "chaos.jsonl", chaos.Told(1, 2, 3, 4, 5, 6, ("a promise",))
    chaos.Log(path, "abc").keep("sqlite", told)
    chaos.Log(path, "def").keep("kills", chaos.Kills(14, 1, well=True))
    again = chaos.Log(path, "def")
    assert again.nights("sqlite") == [told]
    assert again.nights("postgresql") == []
    chaos.told_by_all("sqlite", [1], jobs=1, log=again)
    chaos.killed_by_all(14, 1, again)
    page = chaos.page([chaos.Part("sqlite", again.nights("sqlite"))], again.kills(), again.commits, "make chaos")
    assert "abc, def" in page
    assert "seed 1: a promise" in page


def test_an_alert_that_only_the_rows_know_of_is_seen():
    with chaos.staged("sqlite") as stage:
        for seed in range(1, 40):
            night = Night(seed, stage)
            house = night.told()
            if house.all(EscalationNotice) and not broken(night, house):
                break
        night.carrier.handed.clear()
        night.caller.rang.clear()
        night.mailer.sent.clear()
        assert [what for what in broken(night, house) if "was told to nobody" in what]


def test_a_text_that_came_twice_is_seen():
    with chaos.staged("sqlite") as stage:
        night = Night(7, stage)
        house = night.told()
        once = {text.id for text in house.all(OutboundMessage) if text.kind in ONCE}
        came = next(h for h in night.carrier.handed if not h.lost_by and h.text.id in once)
        night.carrier.handed.append(Handed(came.text, came.at, "SM0", None))
        assert [what for what in broken(night, house) if "came 2 times" in what]


def test_a_promise_that_nobody_kept_is_seen():
    with chaos.staged("sqlite") as stage:
        night = Night(7, stage)
        house = night.told()
        with house.rt.store.begin("test.lost") as tx:
            lost = tx.session.merge(house.all(CheckIn)[0])
            lost.state, lost.due_at = CheckInState.DUE, tx.now
            tx.record("test.lost", lost)
        assert [what for what in broken(night, house) if "every_promise" in what]
