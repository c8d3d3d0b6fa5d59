"""A step's own window and days hold it whenever it goes: when it is planned, put off, tried again, or foretold."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from checkback.care.errors import CareError
from checkback.care.flows import family_events, forecast, plan_versions
from checkback.care.flows.enrolment import NewContact
from checkback.care.flows.family_events import NewHours
from checkback.care.flows.forecast import Fate
from checkback.care.model import CheckIn
from checkback.care.terms import CheckInState, OutboundKind, TaskKind
from tests.conftest import PROGRAM
from tests.story import ANA, HeldPhone, House

ST_LOUIS = ZoneInfo("America/Chicago")
SHORT = (PROGRAM / "plans" / "short.yml").read_text("utf-8")
#: A week after a Tuesday; it may go on Tuesdays and Thursdays from five until seven.
EVENINGS = SHORT.replace(
    "day-7, after_days: 7, window: [9, 20], late: {policy: send, within_hours: 24}",
    "day-7, after_days: 7, window: [17, 19], days: [TU, TH], late: {policy: send, within_hours: 96}",
)


def follows(house: House, ana: HeldPhone, folder: Path, text: str) -> None:
    """Ana's family is enrolled on this version of the short plan, has agreed, and answered what was promised."""
    if text != SHORT:
        (folder / "short.yml").write_text(text, "utf-8")
        plan_versions.draft(house.rt, folder / "short.yml", "lee")
        plan_versions.approve(house.rt, "short", "ortiz")
    house.enrols(plan="short", contacts=[NewContact("Ana Morales", ANA)])
    house.works()
    ana.texts("1")
    house.clock.tick(hours=48)
    house.works()
    ana.texts("we are fine")


def at(house: House, day: int, hour: int, minute: int = 0) -> None:
    house.sets_clock(datetime(2026, 3, day, hour, minute, tzinfo=ST_LOUIS))
    house.works()


def again(ana: HeldPhone, house: House) -> list[str]:
    return [text.body for text in house.outbox() if text.kind is OutboundKind.CHECK_IN and text.body in ana.got][1:]


def of_week(house: House) -> CheckIn:
    (row,) = house.promises("day-7")
    return row


def test_a_check_in_that_is_put_off_waits_for_its_own_next_window(house, ana, tmp_path):
    follows(house, ana, tmp_path, EVENINGS)
    assert of_week(house).due_at.astimezone(ST_LOUIS) == datetime(2026, 3, 10, 17, tzinfo=ST_LOUIS)
    at(house, 10, 19, 30)  # nobody looked before
    assert again(ana, house) == []
    (told,) = [
        text for text in forecast.coming(house.rt, house.clock.now() + timedelta(days=5)).texts if text.step == "day-7"
    ]
    assert (told.fate, told.at and told.at.astimezone(ST_LOUIS)) == (
        Fate.GOES,
        datetime(2026, 3, 12, 17, tzinfo=ST_LOUIS),
    )
    at(house, 11, 17, 30)
    assert again(ana, house) == [], "a Wednesday"
    at(house, 12, 9, 30)
    assert again(ana, house) == [], "inside their hours, outside the step's"
    at(house, 12, 17, 1)
    assert len(again(ana, house)) == 1


def test_a_text_the_carrier_does_not_take_waits_for_the_steps_window_too(house, ana, tmp_path):
    follows(house, ana, tmp_path, EVENINGS)
    house.carrier.is_down = True
    at(house, 10, 17, 1)
    at(house, 10, 18, 55)
    house.carrier.is_down = False
    for day, hour in ((10, 19), (11, 10), (11, 18), (12, 10)):
        at(house, day, hour, 30)
        assert again(ana, house) == []
    at(house, 12, 17, 1)
    at(house, 12, 17, 10)
    assert len(again(ana, house)) == 1


def test_hours_of_their_own_that_never_meet_the_steps_days_are_kept_all_the_same(house, ana, tmp_path):
    follows(house, ana, tmp_path, EVENINGS)
    family_events.set_hours(house.rt, "F-12", NewHours(days=["WE"]), "lee")
    at(house, 10, 17, 1)
    assert again(ana, house) == []
    at(house, 11, 17, 1)
    assert len(again(ana, house)) == 1


def test_a_plan_says_after_how_many_silences_a_person_is_asked(house, ana, tmp_path):
    follows(house, ana, tmp_path, SHORT.replace("name: short", "name: short\nsilences: 1"))
    at(house, 10, 12)
    assert of_week(house).state is CheckInState.ASKED
    house.clock.tick(hours=49)
    house.works()
    assert TaskKind.SILENT in house.tasks
    (last,) = house.promises("day-14")
    assert (last.state, last.reason) == (CheckInState.CANCELLED, "gone-silent")


def test_a_version_that_asks_sooner_is_shown_as_another(house, tmp_path):
    (tmp_path / "short.yml").write_text(SHORT.replace("name: short", "name: short\nsilences: 2"), "utf-8")
    reference, is_new = plan_versions.draft(house.rt, tmp_path / "short.yml", "lee")
    assert is_new
    assert plan_versions.compare(house.rt, "short@1", reference) == ["~ silences 3 -> 2"]


@pytest.mark.parametrize(
    ("was", "becomes", "mend"),
    [
        ("name: short", "name: short\nsilences: 0", "silences"),
        ("name: short", "name: short\nsilences: 6", "at most 5"),
        (
            "dialogue: check-in}",
            "instrument: gad-7}",
            "no questionnaire 'gad-7'; write one of",
        ),
    ],
    ids=["no silence", "too many", "an unknown questionnaire"],
)
def test_what_a_plan_cannot_mean_is_refused_with_the_mend(house, tmp_path, was, becomes, mend):
    (tmp_path / "short.yml").write_text(SHORT.replace(was, becomes, 1), "utf-8")
    with pytest.raises(CareError, match=mend):
        plan_versions.draft(house.rt, tmp_path / "short.yml", "lee")


def test_every_text_made_of_our_sentences_says_of_which_version(house, ana, tmp_path):
    follows(house, ana, tmp_path, SHORT)
    ana.texts("I want to kill myself")
    to_ana = [text for text in house.outbox() if text.contact_id]
    assert {text.kind for text in to_ana} >= {
        OutboundKind.WELCOME,
        OutboundKind.CHECK_IN,
        OutboundKind.ANSWER,
        OutboundKind.SAFETY,
    }
    assert {text.wording_version for text in to_ana} == {house.rt.wording.version}


def test_a_promise_made_before_there_was_a_plan_is_kept_in_their_hours(house, ana):
    house.enrols()
    with house.rt.store.begin("test.no-plan") as tx:
        for row in tx.session.query(CheckIn).all():
            row.plan_id = None
            tx.record("test.changed", row)
    house.works()
    ana.texts("1")
    house.clock.tick(hours=48)
    house.works()
    assert house.check_in.state is CheckInState.ASKED
    assert house.check_in.asked_at is not None
    assert house.check_in.asked_at - house.check_in.due_at < timedelta(minutes=5)
