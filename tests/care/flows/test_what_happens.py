"""What happens to a family holds, moves, cancels or ends what was planned; and when they may be texted at all."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import permutations
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from bot import directives as d
from checkback.care.errors import HoldRefused, NotFound
from checkback.care.flows import escalations, family_events, forecast, holds, staff_work
from checkback.care.flows.enrolment import NewContact
from checkback.care.flows.family_events import NewHours, ProgrammeTimes
from checkback.care.flows.forecast import Fate
from checkback.care.model import CheckIn, Contact, OutboundMessage, StaffMember
from checkback.care.ports import Turn
from checkback.care.store.holds import sent_to
from checkback.care.terms import (
    CheckInState,
    Dialogue,
    EscalationOutcome,
    LatePolicy,
    OutboundKind,
    OutboundState,
    ZoneSource,
)
from tests.care.conftest import ON_SQLITE, of_one_promise, promised
from tests.fakes.clock import MORNING
from tests.story import HeldPhone, House

ST_LOUIS = ZoneInfo("America/Chicago")


@pytest.fixture
def agreed(house: House, ana: HeldPhone) -> House:
    house.enrols()
    of_one_promise(house)
    house.works()
    ana.texts("1")
    return house


def questions(phone: HeldPhone) -> list[str]:
    return [text for text in phone.got if "How are things going" in text]


def works_on(house: House, hours: float, every: float = 1) -> None:
    """Time passes, and the house does its work all along."""
    for _ in range(round(hours / every)):
        house.clock.tick(hours=every)
        holds.end_run_out(house.rt)
        holds.let_go(house.rt)
        house.works(rounds=2)


def promises(house: House, step: str, due_at: datetime, **values: object) -> None:
    """One more check-in is planned for Ana."""
    with house.rt.store.begin("test.promise") as tx:
        first = promised(tx)
        made = CheckIn(
            first.contact_id, first.incident_id, step, due_at, due_at + timedelta(hours=24), "check_in.opening"
        )
        for name, value in values.items():
            setattr(made, name, value)
        tx.add(made)
        tx.session.flush()
        tx.record("test.promised", made)


def states(house: House) -> dict[str, CheckInState]:
    return {check_in.step: check_in.state for check_in in house.all(CheckIn)}


# A pause


def wants_a_pause(house: House, phone: HeldPhone, until: str) -> None:
    house.assistant.says_next = Turn("ask_for_pause", 1.0, [d.PauseTexts(until), d.Say("pause.promised")])
    phone.texts(f"no texts {until} please")


def test_a_pause_ends_by_itself_on_the_day_that_was_said_back(agreed, ana):
    """On Tuesday they ask for peace until Monday; the promise of Thursday is kept then, and is not late."""
    wants_a_pause(agreed, ana, "until monday")
    assert "until Monday, Mar 9" in ana.last
    assert agreed.tasks == []
    assert agreed.check_in.due_at == datetime(2026, 3, 9, tzinfo=ST_LOUIS)
    works_on(agreed, 24 * 5 + 20, every=4)
    assert questions(ana) == []
    works_on(agreed, 6)
    assert len(questions(ana)) == 1


def test_a_pause_in_words_we_do_not_understand_is_a_week_and_a_person_looks(agreed, ana):
    wants_a_pause(agreed, ana, "after easter")
    assert "until Tuesday, Mar 10" in ana.last
    assert agreed.tasks == ["pause"]


def test_staff_pause_a_family_and_end_it(agreed, ana):
    assert not family_events.pause(agreed.rt, "F-12", date(2026, 3, 20), "lee").already
    works_on(agreed, 72, every=4)
    assert questions(ana) == []
    assert family_events.resume(agreed.rt, "F-12", "lee").already is False
    assert family_events.resume(agreed.rt, "F-12", "lee").already is True
    assert agreed.check_in.due_at == datetime(2026, 3, 20, tzinfo=ST_LOUIS), "what was moved stays"
    with pytest.raises(HoldRefused, match="has begun already"):
        family_events.pause(agreed.rt, "F-12", date(2026, 3, 1), "lee")
    with pytest.raises(NotFound):
        family_events.pause(agreed.rt, "F-12", date(2026, 4, 1), "lee", contact=9)


def test_what_they_ask_during_a_pause_is_answered(agreed, ana):
    family_events.pause(agreed.rt, "F-12", date(2026, 3, 20), "lee")
    before = len(ana.got)
    ana.texts("we need a crib")
    assert len(ana.got) == before + 1


# Events that end, and events that wait


def test_a_closed_case_cancels_what_was_promised_and_is_closed_once(agreed, ana):
    assert family_events.close_case(agreed.rt, "F-12", "lee").already is False
    assert (agreed.check_in.state, agreed.check_in.reason) == (CheckInState.CANCELLED, "case-closed")
    assert family_events.close_case(agreed.rt, "F-12", "lee").already is True
    works_on(agreed, 60, every=4)
    assert questions(ana) == []


def test_a_wrong_number_that_staff_learned_of_cancels_and_asks_for_the_right_one(agreed, ana):
    assert family_events.is_wrong_number(agreed.rt, "F-12", 1, "lee").already is False
    assert agreed.check_in.reason == "wrong-person"
    assert agreed.tasks == ["wrong-person"]
    assert family_events.is_wrong_number(agreed.rt, "F-12", 1, "lee").already is True


def test_after_a_crisis_no_check_in_goes_until_some_hours_after_somebody_saw_to_it(agreed, ana, dr_lee):
    agreed.clock.tick(hours=20)
    ana.texts("I want to kill myself")
    works_on(agreed, 28, every=2)
    assert questions(ana) == []
    dr_lee.texts("reached 12")
    works_on(agreed, 11)
    assert questions(ana) == []
    works_on(agreed, 13)
    assert len(questions(ana)) + [str(c.state) for c in agreed.all(CheckIn)].count("handed-over") == 1


def test_a_false_alarm_leaves_no_calm_behind(agreed, ana):
    agreed.clock.tick(hours=47)
    ana.texts("I want to kill myself")
    lee = next(each for each in agreed.all(StaffMember) if each.login == "lee")
    escalations.resolve(agreed.rt, agreed.escalation.number, lee.id, EscalationOutcome.FALSE_ALARM)
    works_on(agreed, 2)
    assert len(questions(ana)) == 1


def test_a_crisis_takes_back_an_answer_that_has_not_gone(agreed, ana):
    agreed.carrier.is_down = True
    ana.texts("we need a crib")
    ana.texts("I want to kill myself")
    agreed.carrier.is_down = False
    agreed.clock.tick(minutes=3)
    agreed.works()
    assert [text.reason for text in agreed.outbox() if text.state is OutboundState.CANCELLED] == ["acute"]
    assert not any("555-01" in text for text in ana.got)


def test_a_queued_check_in_waits_while_a_crisis_is_open(agreed, ana):
    """It was begun, the carrier was down, and then they wrote."""
    agreed.clock.tick(hours=48)
    agreed.carrier.is_down = True
    agreed.works()
    ana.texts("I want to kill myself")
    agreed.carrier.is_down = False
    agreed.clock.tick(minutes=5)
    agreed.works()
    assert questions(ana) == []


def test_a_person_who_writes_takes_back_the_assistants_unsent_answer(agreed, ana):
    agreed.carrier.is_down = True
    ana.texts("we need a crib")
    (contact,) = agreed.all(Contact)
    lee = next(each for each in agreed.all(StaffMember) if each.login == "lee")
    staff_work.reply(agreed.rt, "F-12", contact.id, lee.id, "I will bring one.", uuid4())
    agreed.carrier.is_down = False
    agreed.clock.tick(minutes=3)
    agreed.works()
    assert ana.last == "I will bring one.\n- Riverbend Families"
    assert not any("555-01" in text for text in ana.got), "the assistant's own offer came in between"


LASTING = {
    "pause": lambda rt: family_events.pause(rt, "F-12", date(2026, 3, 12), "lee"),
    "hold": lambda rt: holds.hold_family(rt, "F-12", "why", "lee"),
    "date": lambda rt: holds.keep_date_free(rt, "F-12", date(2026, 3, 5), date(2026, 3, 6), "funeral", "lee"),
    "closed": lambda rt: family_events.close_case(rt, "F-12", "lee"),
}


@ON_SQLITE
@pytest.mark.parametrize("order", list(permutations(LASTING, 2)), ids="-".join)
def test_in_whichever_order_events_come_the_promise_ends_alike(agreed, ana, order):
    for name in order:
        LASTING[name](agreed.rt)
    works_on(agreed, 24 * 3, every=8)
    assert questions(ana) == []
    for hold in holds.standing(agreed.rt):
        holds.end(agreed.rt, hold.reference, "lee")
    works_on(agreed, 24 * 9, every=8)
    closed = "closed" in order
    assert len(questions(ana)) == (0 if closed else 1)
    assert (agreed.check_in.state is CheckInState.CANCELLED) is closed


# Hours


def test_a_familys_own_days_and_hours_bind(agreed, ana):
    """After five, and not on Thursdays."""
    family_events.set_hours(agreed.rt, "F-12", NewHours(opens=17, days=["MO", "TU", "WE", "FR"]), "lee")
    with agreed.rt.store.begin("test.longer") as tx:
        check_in = promised(tx)
        check_in.send_before += timedelta(days=1)
        tx.record("test.changed", check_in)
    agreed.sets_clock(datetime(2026, 3, 5, 18, tzinfo=ST_LOUIS))
    agreed.works()
    assert questions(ana) == []
    agreed.sets_clock(datetime(2026, 3, 6, 16, 59, tzinfo=ST_LOUIS))
    agreed.works(rounds=1)
    assert questions(ana) == []
    agreed.sets_clock(datetime(2026, 3, 6, 17, 1, tzinfo=ST_LOUIS))
    agreed.works()
    assert len(questions(ana)) == 1


def test_in_two_possible_zones_a_text_waits_for_the_later_morning_and_ends_with_the_earlier_evening(house, ana):
    house.enrols(zip="00000", contacts=[NewContact("Ana Morales", "+12085550101")])
    (contact,) = house.all(Contact)
    assert (contact.zone, contact.other_zones, contact.zone_source) == (
        "America/Boise",
        "America/Los_Angeles",
        ZoneSource.NUMBER,
    )
    assert house.check_in.due_at.astimezone(ZoneInfo("America/Los_Angeles")).hour >= 9
    boise = house.phone("+12085550101")
    of_one_promise(house)
    house.works(rounds=1)
    assert boise.got == [], "nine in Boise is eight in Los Angeles"
    house.clock.tick(hours=1)
    house.works()
    assert len(boise.got) == 1


def test_on_a_holiday_no_check_in_goes_and_an_answer_does(house, ana):
    """Tuesday before Thanksgiving; the promise would be due on the day itself."""
    house.sets_clock(datetime(2026, 11, 24, 10, tzinfo=ST_LOUIS))
    house.enrols()
    of_one_promise(house)
    house.works()
    ana.texts("1")
    assert house.check_in.due_at == datetime(2026, 11, 27, 9, tzinfo=ST_LOUIS)
    with house.rt.store.begin("test.earlier") as tx:
        check_in = promised(tx)
        check_in.due_at = datetime(2026, 11, 26, 10, tzinfo=ST_LOUIS)
        tx.record("test.changed", check_in)
    house.sets_clock(datetime(2026, 11, 26, 10, 1, tzinfo=ST_LOUIS))
    house.works()
    assert questions(ana) == []
    ana.texts("we need a crib")
    assert "555-01" in ana.last
    house.sets_clock(datetime(2026, 11, 27, 9, 1, tzinfo=ST_LOUIS))
    house.works()
    assert len(questions(ana)) == 1


def test_in_the_first_hours_after_an_incident_only_the_consent_question_goes(house, ana):
    family_events.set_programme_times(house.rt, ProgrammeTimes(texts_a_day=2), "admin")  # so that no cap helps
    house.enrols(promise_hours=2)
    of_one_promise(house)
    house.works()
    assert len(ana.got) == 1
    ana.texts("1")
    works_on(house, 11)
    assert questions(ana) == []
    assert house.check_in.due_at == datetime(2026, 3, 4, 9, tzinfo=ST_LOUIS)


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewHours(opens=7), "hours"),
        (NewHours(opens=20, closes=9), "hours"),
        (NewHours(days=["XX"]), "days"),
        (NewHours(zone="Mars"), "zone"),
    ],
    ids=["too early", "turned round", "no day", "no zone"],
)
def test_hours_that_cannot_be_are_refused_and_nothing_of_them_is_kept(agreed, new, field):
    (before,) = agreed.all(Contact)
    with pytest.raises(HoldRefused, match=f"^{field}"):
        family_events.set_hours(agreed.rt, "F-12", new, "lee")
    (after,) = agreed.all(Contact)
    kept = ("opens", "closes", "days", "zone")
    assert [getattr(before, name) for name in kept] == [getattr(after, name) for name in kept]


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (ProgrammeTimes(opens=7), "opens"),
        (ProgrammeTimes(closes=22), "closes"),
        (ProgrammeTimes(opens=20, closes=10), "hours"),
        (ProgrammeTimes(holidays="XX"), "holidays"),
        (ProgrammeTimes(texts_a_day=3, texts_a_week=1), "texts_a_week"),
        (ProgrammeTimes(starts_a_minute=0), "starts_a_minute"),
    ],
    ids=["opens", "closes", "turned round", "holidays", "week", "pace"],
)
def test_times_of_a_programme_that_cannot_be_are_refused(agreed, new, field):
    before = family_events.programme_times(agreed.rt)
    with pytest.raises(HoldRefused, match=f"^{field}"):
        family_events.set_programme_times(agreed.rt, new, "admin")
    assert family_events.programme_times(agreed.rt) == before


def test_families_that_keep_the_programmes_hours_follow_them(agreed):
    family_events.set_programme_times(agreed.rt, ProgrammeTimes(opens=10, closes=18), "admin")
    (contact,) = agreed.all(Contact)
    assert (contact.opens, contact.closes) == (10, 18)
    family_events.set_hours(agreed.rt, "F-12", NewHours(opens=16), "lee")
    with pytest.raises(HoldRefused, match="hours of their own"):
        family_events.set_programme_times(agreed.rt, ProgrammeTimes(closes=15), "admin")


# Caps


def test_a_second_check_in_of_a_day_goes_on_the_next(agreed, ana):
    promises(agreed, "another", MORNING + timedelta(hours=48))
    agreed.clock.tick(hours=47)
    works_on(agreed, 2)
    assert len(questions(ana)) == 1
    ana.texts("fine")
    works_on(agreed, 22, every=2)
    assert len(questions(ana)) == 2
    assert set(states(agreed).values()) == {CheckInState.ANSWERED, CheckInState.ASKED}


def test_a_fourth_of_a_week_waits_and_its_late_policy_judges(agreed, ana):
    """The consent question on Tuesday counts too, and two more have gone by Thursday."""
    promises(agreed, "second", MORNING + timedelta(hours=72))
    promises(agreed, "third", MORNING + timedelta(hours=96), late_policy=LatePolicy.DROP)
    works_on(agreed, 24 * 6, every=2)
    assert len(questions(ana)) == 2
    assert states(agreed)["third"] is CheckInState.CANCELLED


def test_families_that_share_a_phone_share_its_caps(house, ana):
    for reference in ("24-0117", "24-0118"):
        house.enrols(reference)
    of_one_promise(house)
    house.works()
    ana.texts("1")
    works_on(house, 49)
    assert len(questions(ana)) == 1
    went = [text for text in house.outbox() if text.kind is OutboundKind.CHECK_IN and text.handed_at]
    with house.rt.store.read() as tx:
        # The question that waits for its answer keeps the other back too; the count must not depend on that.
        for contact in house.all(Contact):
            counted = sent_to(tx, contact.id, went[0].phone_id, MORNING)
            assert went[0].handed_at in counted, "what went to the phone counts for everybody who uses it"
    works_on(house, 23)
    assert len(questions(ana)) == 2


def test_answers_do_not_count_and_are_never_held_by_a_cap(agreed, ana):
    agreed.clock.tick(hours=48)
    agreed.works()
    for _ in range(3):
        ana.texts("we need a crib")
    assert len([text for text in ana.got if "555-01" in text]) >= 1
    assert len(questions(ana)) == 1


def test_two_that_were_begun_together_are_counted_again_when_they_are_handed_over(agreed, ana):
    agreed.clock.tick(hours=48)
    agreed.works()
    (first,) = [text for text in agreed.outbox() if text.kind is OutboundKind.CHECK_IN]
    promises(agreed, "twin", MORNING + timedelta(hours=48))
    with agreed.rt.store.begin("test.twin") as tx:
        twin = tx.session.query(CheckIn).filter_by(step="twin").one()
        twin.state = CheckInState.DUE
        tx.add(
            OutboundMessage(
                kind=first.kind, lane=first.lane, sender=first.sender, phone_id=first.phone_id, body=first.body,
                dedupe_key="twin", queued_at=tx.now, due_at=tx.now, not_after=twin.send_before,
                conversation_id=first.conversation_id, contact_id=first.contact_id, family_id=first.family_id,
                check_in_id=twin.id,
            )
        )  # fmt: skip
        tx.record("test.twin", twin)
    agreed.works()
    assert len(questions(ana)) == 1
    works_on(agreed, 23)
    assert len(questions(ana)) == 2


# Late, and silent


def test_the_carrier_gone_for_a_day_makes_a_task_and_no_late_surprise(agreed, ana):
    agreed.clock.tick(hours=48)
    agreed.carrier.is_down = True
    works_on(agreed, 25)
    agreed.carrier.is_down = False
    works_on(agreed, 2)
    assert questions(ana) == []
    assert agreed.check_in.state is CheckInState.HANDED_OVER
    assert "promise-late" in agreed.tasks


@pytest.mark.parametrize("down_for", [1, 20])
def test_a_house_that_stood_still_and_comes_back_in_time_keeps_the_promise_once(agreed, ana, down_for):
    agreed.clock.tick(hours=48 + down_for)
    works_on(agreed, 4)
    works_on(agreed, 24, every=2)
    assert len(questions(ana)) + (agreed.check_in.state is CheckInState.HANDED_OVER) == 1


def test_three_silences_in_a_row_ask_a_person_and_take_back_what_is_planned(agreed, ana):
    for n, days in enumerate((5, 8, 11, 14)):
        promises(agreed, f"day-{days}", MORNING + timedelta(days=days + n))
    promises(agreed, "caring", MORNING + timedelta(days=60), dialogue=Dialogue.NONE)
    works_on(agreed, 24 * 13, every=3)
    ends = states(agreed)
    assert list(ends.values()).count(CheckInState.CLOSED_AFTER_SILENCE) == 3
    assert "silent" in agreed.tasks
    assert [step for step, state in ends.items() if state is CheckInState.PLANNED] == ["caring"]


def test_an_answer_in_between_begins_the_count_anew(agreed, ana):
    for n, days in enumerate((5, 8)):
        promises(agreed, f"day-{days}", MORNING + timedelta(days=days + n))
    works_on(agreed, 24 * 4, every=3)
    works_on(agreed, 24 * 2, every=3)
    ana.texts("we are fine")
    works_on(agreed, 24 * 6, every=3)
    assert "silent" not in agreed.tasks


@ON_SQLITE
def test_the_preview_says_what_will_happen_and_it_does(agreed, ana):
    family_events.set_hours(agreed.rt, "F-12", NewHours(opens=15), "lee")
    promises(agreed, "same-day", MORNING + timedelta(hours=49))
    seen = forecast.coming(agreed.rt, agreed.clock.now() + timedelta(hours=96))
    going = [text for text in seen.texts if text.fate is Fate.GOES]
    assert [text.local.hour for text in going if text.local] == [15] * len(going)
    works_on(agreed, 96)
    handed = [text.handed_at for text in agreed.outbox() if text.kind is OutboundKind.CHECK_IN]
    assert len(handed) == len(going)
    assert all(
        abs(went - text.at) < timedelta(hours=1, minutes=5) for went, text in zip(handed, going, strict=True) if text.at
    )


@ON_SQLITE
def test_in_the_preview_a_text_counts_once_for_the_caps(agreed):
    """The consent question, and two more in the same week: three are allowed."""
    promises(agreed, "second", MORNING + timedelta(hours=72))
    seen = forecast.coming(agreed.rt, agreed.clock.now() + timedelta(hours=96))
    assert [text.fate for text in seen.texts] == [Fate.GOES, Fate.GOES]
