"""Somebody is told, and told again, until somebody says what came of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text as sql

from checkback.care.errors import SendFailed
from checkback.care.flows import escalations, outbound
from checkback.care.flows.enrolment import NewContact
from checkback.care.flows.outbound import DeliveryReport
from checkback.care.model import Escalation, EscalationNotice, EscalationStep, OptOut, Rota, StaffMember, Task
from checkback.care.store import people
from checkback.care.terms import (
    EscalationOutcome,
    EscalationState,
    Lane,
    NoticeState,
    OutboundKind,
    OutboundState,
)
from tests.care.conftest import ON_SQLITE
from tests.story import ALERT_LINE, ANA, DR_LEE, FAMILY_LINE, ON_CALL, HeldPhone, House

RIVERA = "+13145550144"
ST_LOUIS = ZoneInfo("America/Chicago")


@pytest.fixture
def in_danger(house: House, ana: HeldPhone) -> House:
    """A family whose text said that somebody has a gun."""
    house.enrols()
    house.works()
    ana.texts("he has a gun")
    return house


@pytest.fixture
def suicidal(house: House, ana: HeldPhone) -> House:
    house.enrols()
    house.works()
    ana.texts("I want to kill myself")
    return house


def told(house: House) -> list[str]:
    """Who was told, in order, by the last two digits of their phones."""
    return [text.to[-2:] for text in house.carrier.taken if text.to not in (ANA,) and "E-1" in text.body]


def alerts(phone: HeldPhone) -> list[str]:
    """The alerts on a phone; texts about tasks are another matter."""
    return [text for text in phone.got if text.startswith("E-")]


def passes(house: House, **how_long: float) -> None:
    house.clock.tick(**how_long)
    house.works(rounds=1)


def test_an_emergent_one_goes_to_the_next_after_five_minutes_and_never_runs_out(in_danger):
    assert told(in_danger) == ["41"]
    passes(in_danger, minutes=4, seconds=30)
    assert told(in_danger) == ["41"]
    passes(in_danger, minutes=1)
    assert told(in_danger)[1:] == ["42"]
    passes(in_danger, minutes=5)
    assert told(in_danger)[2:] == ["44"], "of the team, whoever was not told before"
    for _ in range(3):
        passes(in_danger, minutes=5)
    assert told(in_danger)[3:] == ["90"] * 3


def test_an_urgent_one_goes_to_the_next_after_thirty_minutes(suicidal):
    passes(suicidal, minutes=29)
    assert told(suicidal) == ["41"]
    passes(suicidal, minutes=2)
    assert told(suicidal) == ["41", "42"]


def test_an_acknowledgement_stops_the_telling_and_reminds_and_tells_others_again_from_the_top(in_danger, dr_lee):
    dr_lee.texts("ack 12")
    assert in_danger.escalation.state is EscalationState.ACKNOWLEDGED
    passes(in_danger, minutes=14)
    assert told(in_danger) == ["41", "41"], "the alert, and the answer to the acknowledgement"
    passes(in_danger, minutes=2)
    assert "no outcome yet" in dr_lee.last
    passes(in_danger, minutes=16)
    assert "no outcome yet" in dr_lee.last
    before = len(told(in_danger))
    passes(in_danger, minutes=16)
    assert in_danger.escalation.state is EscalationState.OPEN
    assert told(in_danger)[before:] == ["41"]
    passes(in_danger, minutes=6)
    assert told(in_danger)[before:] == ["41", "42"]


def test_whoever_says_when_they_call_is_reminded_then(in_danger, dr_lee):
    dr_lee.texts("ack 12 20")
    assert "calling in 20 min" in dr_lee.last
    passes(in_danger, minutes=19)
    assert "no outcome" not in dr_lee.last
    passes(in_danger, minutes=2)
    assert "no outcome yet" in dr_lee.last


@ON_SQLITE
@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("reached 12", EscalationOutcome.REACHED),
        ("tried 12", EscalationOutcome.TRIED),
        ("welfare check 12", EscalationOutcome.WELFARE_CHECK),
        ("false alarm 12", EscalationOutcome.FALSE_ALARM),
    ],
)
def test_an_outcome_ends_it_and_nobody_is_told_any_more(in_danger, dr_lee, word, outcome):
    dr_lee.texts(word)
    assert in_danger.escalation.outcome is outcome
    before = told(in_danger)
    passes(in_danger, hours=3)
    assert told(in_danger) == before


@ON_SQLITE
@pytest.mark.parametrize("text", ["ack", "Ack12", "ACK E-12", "akc 12", "ack 12 20", "12 ack", "mine"])
def test_an_acknowledgement_is_taken_however_it_is_typed(in_danger, dr_lee, text):
    dr_lee.texts(text)
    assert in_danger.escalation.state is EscalationState.ACKNOWLEDGED
    assert "E-12 is yours" in dr_lee.last


def test_a_colleagues_acknowledgement_is_refused_in_one_clear_line_and_changes_nothing(in_danger, dr_lee, ortiz):
    dr_lee.texts("ack 12")
    taken = in_danger.escalation.acknowledged_by
    ortiz.texts("ack 12")
    assert ortiz.last == "E-12 was taken by a colleague before you. Nothing for you to do."
    ortiz.texts("pass 12")
    assert ortiz.last == "E-12 was taken by a colleague before you. Nothing for you to do."
    assert in_danger.escalation.acknowledged_by == taken


def test_the_same_acknowledgement_again_says_so_and_after_the_end_it_says_that(in_danger, dr_lee):
    dr_lee.texts("ack 12")
    dr_lee.texts("ack 12")
    assert "yours already" in dr_lee.last
    dr_lee.texts("reached 12")
    for word in ("ack 12", "ack 12 20", "reached 12", "pass 12"):
        dr_lee.texts(word)
        assert "has ended already" in dr_lee.last


def test_passing_it_on_tells_the_next_person_at_once(in_danger, dr_lee, ortiz):
    dr_lee.texts("pass 12")
    assert "E-12" in ortiz.last
    assert "goes to the next person" in dr_lee.got[-1]


def test_somebody_who_took_it_may_pass_it_on(in_danger, dr_lee, ortiz):
    dr_lee.texts("ack 12")
    dr_lee.texts("pass 12")
    assert "E-12" in ortiz.last
    assert in_danger.escalation.state is EscalationState.OPEN


@ON_SQLITE
@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("ack 99", "No open alert"),
        ("hello", "Reply with a word"),
        ("12", "Reply with a word"),
        ("", "Reply with a word"),
    ],
)
def test_what_is_no_command_gets_one_clear_line(in_danger, dr_lee, text, answer):
    before = len(dr_lee.got)
    dr_lee.texts(text)
    assert answer in dr_lee.last
    assert len(dr_lee.got) == before + 1


def test_ack_alone_with_nothing_open_and_with_two_open_asks(house, ana, dr_lee):
    dr_lee.texts("ack")
    assert "No alert of yours is open" in dr_lee.last
    house.enrols("24-1")
    ana.texts("he has a gun")
    house.enrols("24-2", contacts=[NewContact("Ben Ruiz", "+13145550102")])
    house.phone("+13145550102").texts("he has a gun")
    dr_lee.texts("ack")
    assert "More than one alert is open" in dr_lee.last
    dr_lee.texts("ack 13")
    assert "E-13 is yours" in dr_lee.last


def test_an_outcome_needs_its_number(in_danger):
    rivera = in_danger.phone(RIVERA, ALERT_LINE)
    rivera.texts("ack 12")
    rivera.texts("reached voicemail")
    assert in_danger.escalation.state is EscalationState.ACKNOWLEDGED
    rivera.texts("reached 12")
    assert in_danger.escalation.outcome is EscalationOutcome.REACHED


def test_strangers_get_nothing_and_change_nothing(in_danger):
    stranger = in_danger.phone("+13145550177", ALERT_LINE)
    stranger.texts("ack 12")
    stranger.texts("reached 12")
    assert stranger.got == []
    assert in_danger.escalation.state is EscalationState.OPEN


def test_the_number_that_is_always_answered_can_take_it(in_danger):
    on_call = in_danger.phone(ON_CALL, ALERT_LINE)
    on_call.texts("ack 12")
    assert "E-12 is yours" in on_call.last
    assert in_danger.escalation.state is EscalationState.ACKNOWLEDGED
    on_call.texts("reached 12")
    assert in_danger.escalation.outcome is EscalationOutcome.REACHED


def test_a_step_with_nobody_is_skipped_at_once_and_says_so(house, ana, ortiz):
    house.enrols()
    house.works()
    lee_left(house)
    ana.texts("he has a gun")
    assert "E-12" in ortiz.last
    states = [(notice.whom, notice.state) for notice in house.all(EscalationNotice)]
    assert ("assigned-clinician", NoticeState.NOBODY) in states
    assert ("on-call", NoticeState.TOLD) in states


def lee_left(house: House) -> None:
    with house.rt.store.begin("test.left") as tx:
        lee = people.staff(tx, "lee")
        assert lee is not None
        lee.left_at = tx.now
        tx.record("staff.left", lee)


def test_with_nobody_behind_the_last_step_it_begins_again_with_the_first(in_danger, dr_lee):
    """No number is always answered here: after the team there is nobody, and the clinician is told again."""
    in_danger.rt = replace(in_danger.rt, on_call_number=None)
    for _ in range(3):
        passes(in_danger, minutes=6)
    assert told(in_danger)[-1] == "41"
    assert told(in_danger) == ["41", "42", "44", "41"]


def test_with_nobody_at_all_it_goes_on_looking(house, ana):
    house.enrols()
    house.works()
    house.rt = replace(house.rt, on_call_number=None)
    with house.rt.store.begin("test.everybody-left") as tx:
        for member in tx.session.query(StaffMember).all():
            member.left_at = tx.now
            tx.record("staff.left", member)
    ana.texts("he has a gun")
    assert {notice.state for notice in house.all(EscalationNotice)} == {NoticeState.NOBODY}
    assert house.escalation.next_at == pytest.approx(house.clock.now(), abs=timedelta(minutes=6))
    passes(house, minutes=6)
    assert house.escalation.next_at > house.clock.now()


def test_a_pager_the_carrier_blocks_is_a_task_and_the_next_person_is_told_at_once(house, ana, dr_lee, ortiz):
    house.enrols()
    house.works()
    house.carrier.refuses_numbers[DR_LEE] = SendFailed(21610, permanent=True)
    ana.texts("he has a gun")
    assert "E-12" in ortiz.last
    assert "pager-blocked" in house.tasks
    assert [opt_out.source for opt_out in house.all(OptOut)] == ["carrier"]


def test_a_clinician_who_texts_stop_is_a_task_and_the_next_person_is_told_at_once(in_danger, dr_lee, ortiz):
    dr_lee.texts("STOP")
    assert "E-12" in ortiz.last
    assert "pager-blocked" in in_danger.tasks
    assert len(dr_lee.got) == 1, "nothing of ours follows a STOP"
    dr_lee.texts("START")
    dr_lee.texts("ack 12")
    assert "E-12 is yours" in dr_lee.last


def test_an_undelivered_alert_tells_the_next_person_at_once(in_danger, ortiz):
    (alert,) = [text for text in in_danger.carrier.taken if text.to == DR_LEE]
    sid = in_danger.carrier.sid_of(alert)
    outbound.record_delivery(in_danger.rt, DeliveryReport(alert.id, sid, "undelivered", 30003))
    passes(in_danger, seconds=1)
    assert "E-12" in ortiz.last


def test_worse_news_joins_and_starts_again_from_the_top(suicidal, ana, dr_lee):
    dr_lee.texts("ack 12")
    before = len(dr_lee.got)
    ana.texts("he has a gun")
    assert [e.number for e in suicidal.all(Escalation)] == [12]
    assert suicidal.escalation.urgency == "emergent"
    assert suicidal.escalation.state is EscalationState.OPEN
    assert "EMERGENT" in dr_lee.got[before]
    passes(suicidal, minutes=6)
    assert told(suicidal)[-1] == "42"


def test_more_of_the_same_tells_the_one_who_has_it_and_opens_no_second(suicidal, ana, dr_lee):
    dr_lee.texts("ack 12")
    suicidal.clock.tick(minutes=11)
    ana.texts("I want to kill myself now")
    assert len(suicidal.all(Escalation)) == 1
    assert "more was heard" in dr_lee.last


def test_two_people_of_one_family_share_it_and_both_get_the_assistant_back(house, ana, dr_lee):
    ben = house.phone("+13145550102")
    house.enrols(contacts=[NewContact("Ana Morales", ANA), NewContact("Ben Morales", ben.number)])
    house.works()
    ana.texts("he has a gun")
    ben.texts("he has a gun")
    assert len(house.all(Escalation)) == 1
    dr_lee.texts("reached 12")
    for phone in (ana, ben):
        phone.texts("we need a crib")
        assert "555-01" in phone.last


@ON_SQLITE
def test_marked_distress_is_a_task_for_today_and_one_notice_in_working_hours(house, ana, dr_lee):
    house.enrols()
    house.works()
    house.sets_clock(datetime(2026, 3, 6, 21, 0, tzinfo=ST_LOUIS))  # a Friday night
    ana.texts("I cannot cope")
    assert alerts(dr_lee) == []
    (task,) = [task for task in house.all(Task) if task.kind == "distress"]
    monday = datetime(2026, 3, 9, tzinfo=ST_LOUIS)
    assert task.due_at == monday.replace(hour=17)
    house.sets_clock(monday.replace(hour=8, minute=59))
    house.works(rounds=1)
    assert alerts(dr_lee) == []
    house.sets_clock(monday.replace(hour=9, minute=1))
    house.works(rounds=1)
    (alert,) = alerts(dr_lee)
    assert "HIGH" in alert
    house.sets_clock(monday.replace(hour=16, minute=50))
    house.works(rounds=1)
    assert told(house) == ["41"]
    house.sets_clock(monday + timedelta(days=1, hours=9, minutes=1))
    house.works()
    assert told(house) == ["41", "42", "44"], (
        "nobody took it; from this day on Dr. Lee is on call, who knows: the team is told"
    )


def test_what_was_taken_before_the_morning_wakes_nobody_in_the_morning(house, ana, dr_lee):
    house.enrols()
    house.works()
    house.sets_clock(datetime(2026, 3, 6, 21, 0, tzinfo=ST_LOUIS))
    ana.texts("I cannot cope")
    with house.rt.store.read() as tx:
        lee = people.staff(tx, "lee")
    assert lee is not None
    escalations.resolve(house.rt, 12, lee.id, EscalationOutcome.REACHED)
    house.sets_clock(datetime(2026, 3, 9, 9, 1, tzinfo=ST_LOUIS))
    house.works()
    assert alerts(dr_lee) == []


def test_distress_at_noon_is_told_at_once(house, ana, dr_lee):
    house.enrols()
    house.works()
    ana.texts("I cannot cope")
    assert "HIGH" in dr_lee.last


def test_a_carrier_that_is_down_for_an_hour_brings_no_flood_and_then_somebody_is_told(house, ana):
    house.enrols()
    house.works()
    house.carrier.is_down = True
    house.receives("he has a gun", from_=ANA, to=FAMILY_LINE)
    for _ in range(120):
        house.clock.tick(seconds=30)
        escalations.advance_overdue(house.rt)
        outbound.deliver_due(house.rt, Lane.ALERTS, limit=100)
    assert len(house.all(EscalationNotice)) < 100
    house.carrier.is_down = False
    for _ in range(12):
        house.clock.tick(seconds=10)
        escalations.advance_overdue(house.rt)
        outbound.deliver_due(house.rt, Lane.ALERTS, limit=100)
    arrived = [text for text in house.carrier.taken if "E-12" in text.body]
    assert arrived
    assert len(arrived) < 12, "nobody's phone is flooded when the carrier is back"


def test_an_alert_that_may_not_have_gone_goes_again(house, ana, dr_lee):
    house.enrols()
    house.works()
    house.receives("he has a gun", from_=ANA, to=FAMILY_LINE)
    for _ in range(2):
        house.carrier.loses_next()
    house.works()
    assert "E-12" in dr_lee.last


def test_everybody_told_and_every_alert_ends_somewhere(in_danger, dr_lee):
    dr_lee.texts("reached 12")
    notices = [message for message in in_danger.outbox() if message.kind is OutboundKind.NOTICE]
    assert {message.state for message in notices} <= {OutboundState.ACCEPTED, OutboundState.CANCELLED}


def test_a_rota_that_changes_at_midnight_changes_who_is_told(house, ana, dr_lee, ortiz):
    house.enrols()
    house.works()
    lee_left(house)
    (first,) = [rota for rota in house.all(Rota) if rota.name.startswith("North")]
    house.sets_clock(datetime.combine(first.starts_on + timedelta(days=7), time(0), ST_LOUIS) - timedelta(seconds=30))
    house.receives("he has a gun", from_=ANA, to=FAMILY_LINE)
    house.works(rounds=1)
    assert "E-12" in ortiz.last


def lose_the_key_of(house: House, where: str) -> None:
    with house.rt.store.begin("test.poison") as tx:
        tx.session.execute(sql(f"UPDATE {where}"), {"lost": b"\x63" + b"x" * 40})


def test_a_clinician_nobody_can_read_is_skipped_and_the_text_is_kept(house, ana):
    house.enrols()
    house.works()
    lose_the_key_of(house, "staff_member SET name = :lost WHERE login = 'lee'")
    ana.texts("he has a gun")
    assert "42" in told(house)


def test_with_no_row_of_staff_readable_the_number_that_is_always_answered_is_told(house, ana):
    house.enrols()
    house.works()
    lose_the_key_of(house, "staff_member SET name = :lost")
    ana.texts("he has a gun")
    assert told(house) == ["90"]


def test_an_escalation_that_cannot_be_advanced_is_counted_and_stops_no_other(house, ana):
    house.enrols("24-1")
    ana.texts("he has a gun")
    house.phone("+13145550177").texts("he has a gun")
    with house.rt.store.begin("test.broken") as tx:
        first = tx.session.query(Escalation).filter_by(number=12).one()
        tx.session.query(EscalationStep).filter_by(escalation_id=first.id).delete()
    before = len(told(house))
    house.clock.tick(minutes=6)
    assert escalations.advance_overdue(house.rt).failed == 1
    house.works(rounds=1)
    assert len(told(house)) > before
