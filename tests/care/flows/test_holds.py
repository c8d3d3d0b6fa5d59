"""Holding all sending, keeping a date free, letting go: nothing goes meanwhile, nothing is lost, nothing doubled."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from checkback.care.errors import HoldRefused, NotFound, WordsRefused
from checkback.care.flows import family_events, forecast, holds
from checkback.care.flows.enrolment import NewContact
from checkback.care.flows.forecast import Fate
from checkback.care.model import AuditEvent, CheckIn, CheckInPlan, Consent, Hold, OutboundMessage
from checkback.care.store import holds as holds_in_store
from checkback.care.store import people
from checkback.care.terms import CheckInState, ConsentState, HoldKind, LatePolicy, OutboundKind, OutboundState
from tests.care.conftest import ON_SQLITE, of_one_promise
from tests.story import HeldPhone, House

ST_LOUIS = ZoneInfo("America/Chicago")


@pytest.fixture
def agreed(house: House, ana: HeldPhone) -> House:
    house.enrols()
    of_one_promise(house)
    house.works()
    ana.texts("1")
    return house


def lets_go(house: House) -> None:
    """The scheduler's looks at holds, and what follows from them."""
    holds.end_run_out(house.rt)
    holds.let_go(house.rt)
    house.works()


def questions(phone: HeldPhone) -> list[str]:
    return [text for text in phone.got if "How are things going" in text]


def placed(house: House, scope: str, until: datetime | None = None) -> holds.Placed:
    rt, why = house.rt, "wrong words in the texts"
    match scope:
        case "family":
            return holds.hold_family(rt, "F-12", why, "rivera", until)
        case "plan":
            return holds.hold_plan(rt, "standard", why, "rivera", until)
        case "programme":
            return holds.hold_programme(rt, why, "rivera", until)
        case _:
            return holds.hold_everything(rt, why, "rivera", until)


@pytest.mark.parametrize("scope", ["family", "plan", "programme", "everything"])
def test_what_is_held_does_not_go_and_goes_once_when_it_is_let_go(agreed, ana, scope):
    reference = placed(agreed, scope).reference
    agreed.clock.tick(hours=48)
    for _ in range(3):
        lets_go(agreed)
        agreed.clock.tick(hours=1)
    assert questions(ana) == []
    assert agreed.check_in.state is CheckInState.PLANNED
    holds.end(agreed.rt, reference, "rivera")
    lets_go(agreed)
    lets_go(agreed)
    assert len(questions(ana)) == 1
    assert agreed.check_in.state is CheckInState.ASKED


@pytest.mark.parametrize(
    ("policy", "state", "tasks"),
    [
        (LatePolicy.TASK, CheckInState.HANDED_OVER, ["held", "promise-late"]),
        (LatePolicy.SEND, CheckInState.HANDED_OVER, ["held", "promise-late"]),
        (LatePolicy.DROP, CheckInState.CANCELLED, ["held"]),
    ],
)
def test_what_was_held_too_long_is_judged_by_its_late_policy_when_it_is_let_go(agreed, ana, policy, state, tasks):
    with agreed.rt.store.begin("test.policy") as tx:
        check_in = tx.session.query(CheckIn).filter_by(step="promised").one()
        check_in.late_policy = policy
        tx.record("test.changed", check_in)
    reference = placed(agreed, "family").reference
    agreed.clock.tick(hours=48 + 25)
    lets_go(agreed)
    assert agreed.check_in.state is CheckInState.PLANNED, "while it is held nobody judges it"
    holds.end(agreed.rt, reference, "rivera")
    lets_go(agreed)
    assert questions(ana) == []
    assert agreed.check_in.state is state
    assert agreed.tasks == tasks


def test_a_hold_with_an_end_ends_by_itself(agreed, ana):
    until = agreed.clock.now() + timedelta(hours=50)
    placed(agreed, "programme", until=until)
    agreed.clock.tick(hours=49)
    lets_go(agreed)
    assert questions(ana) == []
    agreed.clock.tick(hours=1, minutes=1)
    lets_go(agreed)
    assert len(questions(ana)) == 1
    assert [hold.ended_at for hold in agreed.all(Hold)] != [None]


def test_under_two_holds_it_waits_for_the_end_of_both(agreed, ana):
    first, second = placed(agreed, "family").reference, placed(agreed, "everything").reference
    agreed.clock.tick(hours=48)
    lets_go(agreed)
    holds.end(agreed.rt, first, "rivera")
    lets_go(agreed)
    assert questions(ana) == []
    holds.end(agreed.rt, second, "rivera")
    lets_go(agreed)
    assert len(questions(ana)) == 1


def test_a_text_that_is_queued_already_is_held_too(agreed, ana):
    agreed.clock.tick(hours=48)
    agreed.carrier.is_down = True
    agreed.works()
    (queued,) = [text for text in agreed.outbox() if text.kind is OutboundKind.CHECK_IN]
    assert queued.state is OutboundState.QUEUED
    reference = placed(agreed, "programme").reference
    agreed.carrier.is_down = False
    agreed.clock.tick(minutes=5)
    lets_go(agreed)
    assert questions(ana) == []
    holds.end(agreed.rt, reference, "rivera")
    lets_go(agreed)
    lets_go(agreed)
    assert len(questions(ana)) == 1


def test_safety_answers_and_alerts_go_on_whatever_is_held(agreed, ana, dr_lee):
    placed(agreed, "everything")
    ana.texts("I want to kill myself")
    assert "988" in ana.last
    assert "URGENT" in dr_lee.last


def test_an_opt_out_is_confirmed_whatever_is_held(agreed, ana):
    placed(agreed, "everything")
    ana.texts("please stop texting me")
    assert "no more texts" in ana.last


@pytest.mark.parametrize("scope", ["family", "plan"])
def test_while_a_familys_texts_are_held_who_writes_gets_an_answer_and_what_was_planned_does_not_go(agreed, ana, scope):
    placed(agreed, scope)
    ana.texts("we need a crib")
    assert "555-01" in ana.last
    assert "text-to-read" not in agreed.tasks
    agreed.clock.tick(hours=48)
    lets_go(agreed)
    assert questions(ana) == []


@pytest.mark.parametrize("scope", ["programme", "everything"])
def test_while_all_sending_is_stopped_what_they_write_goes_to_a_person_and_nothing_answers(agreed, ana, scope):
    before = len(ana.got)
    placed(agreed, scope)
    ana.texts("we need a crib")
    assert len(ana.got) == before
    assert "text-to-read" in agreed.tasks


def test_after_a_death_in_the_family_a_person_answers_and_nothing_by_itself(agreed, ana):
    before = len(ana.got)
    family_events.somebody_died(agreed.rt, "F-12", "the grandmother", "lee")
    ana.texts("we need a crib")
    assert len(ana.got) == before
    assert "text-to-read" in agreed.tasks


def test_an_answer_that_comes_late_under_a_hold_is_left_to_a_person(agreed, ana):
    before = len(ana.got)
    agreed.carrier.is_down = True
    ana.texts("we need a crib")
    placed(agreed, "family")
    agreed.clock.tick(minutes=11)
    agreed.carrier.is_down = False
    lets_go(agreed)
    assert len(ana.got) == before
    assert "text-to-read" in agreed.tasks


def test_a_hold_that_is_placed_in_the_moment_of_an_answer_lets_it_go(agreed, ana):
    agreed.carrier.is_down = True
    ana.texts("we need a crib")
    placed(agreed, "family")
    agreed.carrier.is_down = False
    agreed.clock.tick(minutes=3)
    lets_go(agreed)
    assert "555-01" in ana.last


def test_their_answer_about_consent_counts_although_all_is_held(house, ana):
    house.enrols()
    house.works()
    placed(house, "everything")
    ana.texts("2")
    assert house.check_in.reason == "consent-declined"


def test_an_answer_of_ours_that_was_queued_is_taken_back_and_a_person_reads(agreed, ana):
    agreed.carrier.is_down = True
    ana.texts("we need a crib")
    placed(agreed, "programme")
    agreed.carrier.is_down = False
    before = len(ana.got)
    agreed.clock.tick(minutes=5)
    lets_go(agreed)
    assert len(ana.got) == before
    assert "text-to-read" in agreed.tasks


def test_the_same_hold_twice_is_one_and_may_get_another_end(agreed):
    first = placed(agreed, "family")
    until = agreed.clock.now() + timedelta(days=2)
    again = placed(agreed, "family", until=until)
    assert (again.reference, again.already, again.ends_at) == (first.reference, True, until)
    assert len(holds.standing(agreed.rt)) == 1
    assert holds.end(agreed.rt, first.reference, "rivera").already is False
    assert holds.end(agreed.rt, first.reference, "rivera").already is True
    assert placed(agreed, "family").reference != first.reference


def test_a_hold_without_an_end_asks_a_person_and_one_with_an_end_does_not(agreed):
    placed(agreed, "programme", until=agreed.clock.now() + timedelta(days=1))
    assert agreed.tasks == []
    placed(agreed, "family")
    assert agreed.tasks == ["held"]


@ON_SQLITE
@pytest.mark.parametrize(
    ("how", "error"),
    [
        (lambda rt: holds.hold_family(rt, "F-99", "why", "rivera"), NotFound),
        (lambda rt: holds.hold_family(rt, "F-12", "why", "nobody"), NotFound),
        (lambda rt: holds.hold_family(rt, "F-12", " ", "rivera"), WordsRefused),
        (lambda rt: holds.hold_family(rt, "F-12", "w" * 401, "rivera"), WordsRefused),
        (lambda rt: holds.hold_plan(rt, "none", "why", "rivera"), NotFound),
        (lambda rt: holds.hold_programme(rt, "why", "rivera", rt.clock.now()), HoldRefused),
        (lambda rt: holds.end(rt, "H-99", "rivera"), NotFound),
        (lambda rt: holds.end(rt, "H-99999999999999", "rivera"), NotFound),
        (lambda rt: holds.end(rt, "none", "rivera"), NotFound),
        (lambda rt: holds.keep_date_free(rt, "F-12", date(2026, 3, 9), date(2026, 3, 8), "why", "rivera"), HoldRefused),
        (lambda rt: holds.keep_date_free(rt, "F-12", date(2026, 2, 1), date(2026, 2, 2), "why", "rivera"), HoldRefused),
    ],
    ids=[
        "no such family", "no such login", "no reason", "too long a reason", "no such plan", "over already",
        "no such hold", "no number", "no word", "turned round", "days that are over",
    ],
)  # fmt: skip
def test_what_cannot_be_held_is_refused_and_nothing_of_it_is_kept(agreed, how, error):
    with pytest.raises(error):
        how(agreed.rt)
    assert holds.standing(agreed.rt) == []


def test_a_hold_is_audited_and_its_reason_is_sealed(agreed):
    placed(agreed, "family")
    actions = [event.action for event in agreed.all(AuditEvent)]
    assert {"hold.placed-stop", "check-in.held"} <= set(actions)
    with agreed.rt.store.engine.connect() as connection:
        (kept,) = connection.exec_driver_sql("SELECT reason FROM hold").one()
    assert b"wrong words" not in bytes(kept)


def test_a_date_kept_free_moves_what_falls_into_it_and_makes_it_no_later_than_it_was(agreed, ana):
    """Due on Thursday at ten; the funeral is on Thursday and Friday."""
    before = agreed.check_in
    holds.keep_date_free(agreed.rt, "F-12", date(2026, 3, 5), date(2026, 3, 6), "funeral", "rivera")
    moved = agreed.check_in
    assert moved.due_at == datetime(2026, 3, 7, 0, tzinfo=ST_LOUIS)
    assert moved.send_before - moved.due_at == before.send_before - before.due_at
    agreed.sets_clock(datetime(2026, 3, 6, 12, tzinfo=ST_LOUIS))
    lets_go(agreed)
    assert questions(ana) == []
    agreed.sets_clock(datetime(2026, 3, 7, 9, 1, tzinfo=ST_LOUIS))
    lets_go(agreed)
    assert len(questions(ana)) == 1


def test_nothing_lies_at_the_carrier_when_the_date_begins(agreed):
    """Due on Thursday; Friday is kept free: what the carrier has of Thursday ends with its window."""
    holds.keep_date_free(agreed.rt, "F-12", date(2026, 3, 6), date(2026, 3, 6), "court day", "rivera")
    agreed.sets_clock(datetime(2026, 3, 5, 19, 40, tzinfo=ST_LOUIS))
    agreed.works()
    (sent,) = [text for text in agreed.outbox() if text.kind is OutboundKind.CHECK_IN]
    assert sent.valid_until <= datetime(2026, 3, 5, 20, tzinfo=ST_LOUIS)


def test_a_death_holds_everything_and_asks_a_person(agreed, ana):
    family_events.somebody_died(agreed.rt, "F-12", "the grandmother", "lee")
    agreed.clock.tick(hours=48)
    lets_go(agreed)
    assert questions(ana) == []
    assert agreed.tasks == ["held"]
    assert [hold.kind for hold in agreed.all(Hold)] == [HoldKind.DEATH]
    again = family_events.somebody_died(agreed.rt, "F-12", "the grandmother", "lee")
    assert again.already
    holds.end(agreed.rt, again.reference, "lee")
    lets_go(agreed)
    assert len(questions(ana)) == 1


def test_what_the_carrier_has_cannot_be_taken_back_and_it_says_so(agreed):
    agreed.clock.tick(hours=48)
    agreed.works()
    (sent,) = [text for text in agreed.outbox() if text.kind is OutboundKind.CHECK_IN]
    said = placed(agreed, "programme")
    assert (said.beyond_recall, said.dropped_by) == (1, sent.valid_until)


def many(house: House, count: int) -> None:
    """Families of one event, enrolled and agreed."""
    for n in range(count):
        number = f"+1{636 + n // 100}55501{n % 100:02d}"
        house.enrols(f"24-0900-{n}", contacts=[NewContact(f"Person {n}", number)])
    of_one_promise(house)
    with house.rt.store.begin("test.agree") as tx:
        for consent in tx.session.query(Consent):
            consent.state = ConsentState.GIVEN
            tx.record("test.agreed", consent)


@ON_SQLITE
def test_what_is_let_go_goes_at_the_programmes_pace_and_as_it_was_previewed(house):
    many(house, 30)
    reference = placed(house, "programme").reference
    house.clock.tick(hours=48)
    holds.let_go(house.rt)
    house.ticks()
    house.ticks()
    family_events.set_programme_times(house.rt, family_events.ProgrammeTimes(starts_a_minute=12), "admin")
    seen = forecast.after(house.rt, reference)
    assert seen.count(Fate.GOES) == 30
    assert seen.busiest <= 12
    holds.end(house.rt, reference, "rivera")
    for _ in range(60 * 5):
        holds.let_go(house.rt)
        house.works(rounds=1)
    handed = sorted(text.handed_at for text in house.all(OutboundMessage) if text.kind is OutboundKind.CHECK_IN)
    assert len(handed) == 30
    assert max(sum(at <= each < at + timedelta(minutes=1) for each in handed) for at in handed) <= 15


@ON_SQLITE
def test_sixty_families_of_one_event_are_spread_and_one_preview_shows_them(house):
    many(house, 60)
    house.enrols("24-0555")
    seen = forecast.coming(house.rt, house.clock.now() + timedelta(hours=49), "24-0900")
    assert len([text for text in seen.texts if text.step == "promised"]) == 60
    assert seen.busiest <= 61
    family_events.set_programme_times(house.rt, family_events.ProgrammeTimes(starts_a_minute=20), "admin")
    assert forecast.coming(house.rt, house.clock.now() + timedelta(hours=49), "24-0900").busiest <= 20
    with pytest.raises(NotFound, match="no incident"):
        forecast.coming(house.rt, house.clock.now(), "99")


@ON_SQLITE
def test_a_plan_that_is_held_holds_no_other_plan(agreed, ana):
    with agreed.rt.store.begin("test.plan") as tx:
        check_in = tx.session.query(CheckIn).filter_by(step="promised").one()
        other = tx.session.query(CheckInPlan).filter_by(name="short").first()
        check_in.plan_id = other.id if other else None
        tx.record("test.changed", check_in)
    placed(agreed, "plan")
    agreed.clock.tick(hours=48)
    lets_go(agreed)
    assert len(questions(ana)) == 1


def test_one_text_is_held_and_the_others_go(agreed, ana):
    promised = agreed.check_in
    reference = holds.hold_text(agreed.rt, promised.id, "the words are wrong", "rivera").reference
    assert holds.hold_text(agreed.rt, promised.id, "the words are wrong", "rivera").already
    agreed.clock.tick(hours=48)
    lets_go(agreed)
    assert questions(ana) == []
    assert agreed.check_in.state is CheckInState.PLANNED
    with agreed.rt.store.read() as tx:
        family = people.family(tx, "F-12").id
        assert holds_in_store.over(tx, family) is None
        # The promise is marked when the hold is placed; whoever has it in hand already asks once more.
        held = holds_in_store.over(tx, family, promised.plan_id, promised.id)
        assert held is not None and held.reference == reference
    holds.end(agreed.rt, reference, "rivera")
    lets_go(agreed)
    lets_go(agreed)
    assert len(questions(ana)) == 1


def test_what_has_gone_out_cannot_be_held(agreed, ana):
    agreed.clock.tick(hours=48)
    agreed.works()
    with pytest.raises(HoldRefused, match="has gone out"):
        holds.hold_text(agreed.rt, agreed.check_in.id, "too late", "rivera")


def test_a_text_that_waits_for_their_yes_is_not_promised_in_the_forecast(house, ana):
    house.enrols()
    of_one_promise(house)
    house.works()
    (text,) = forecast.coming(house.rt, house.clock.now() + timedelta(days=7)).texts
    assert (text.fate, text.why) == (Fate.WAITS, "no-consent")
    ana.texts("1")
    (text,) = forecast.coming(house.rt, house.clock.now() + timedelta(days=7)).texts
    assert text.fate is Fate.GOES


def test_one_text_is_held_by_its_name_and_the_others_go_on(house, ana):
    house.enrols(contacts=[NewContact("Ana Morales", "+13145550101"), NewContact("Bo Morales", "+13145550105")])
    house.works()
    ana.texts("1")
    rt = house.rt
    ahead = house.clock.now() + timedelta(days=400)
    step = forecast.coming(rt, ahead).texts[0].step
    with pytest.raises(HoldRefused, match=r"--person 1 or --person 2"):
        holds.hold_step(rt, "F-12", step, "a mistake in it", "rivera")
    with pytest.raises(NotFound, match=rf"no text to come called nothing.*{step}"):
        holds.hold_step(rt, "F-12", "nothing", "a mistake in it", "rivera")
    with pytest.raises(NotFound, match="no number 3"):
        holds.hold_step(rt, "F-12", step, "a mistake in it", "rivera", place=3)
    first = holds.hold_step(rt, "F-12", step, "a mistake in it", "rivera", place=1)
    assert holds.hold_step(rt, "F-12", step, "a mistake in it", "rivera", place=1).already
    assert [(each.reference, each.step) for each in holds.standing(rt)] == [(first.reference, step)]
    with rt.store.read() as tx:
        (theirs,) = people.people_at(tx, people.family(tx, "F-12"), 1)
    kept = [text for text in forecast.coming(rt, ahead).texts if text.fate is Fate.HELD]
    assert [(text.step, text.contact) for text in kept] == [(step, theirs.id)]
    holds.end(rt, first.reference, "rivera")
    lets_go(house)
    assert not [text for text in forecast.coming(rt, ahead).texts if text.fate is Fate.HELD]
