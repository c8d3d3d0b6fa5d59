"""What did not arrive goes on at once: a reminder in another way, a test page as a task, an alert to others."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from checkback.care.errors import SendFailed
from checkback.care.flows import rotas, staff_ways, summoning, watching
from checkback.care.flows.enrolment import NewContact
from checkback.care.flows.rotas import Shift
from checkback.care.model import StaffMember, StaffWay, Task
from checkback.care.terms import EscalationState, Language, Role, TaskKind, Way
from tests.care.conftest import ON_SQLITE
from tests.care.flows.test_calls_and_mails import Told, texted
from tests.fakes.telling import FakeCaller, FakeMailer
from tests.story import ALERT_LINE, ANA, DR_LEE, ON_CALL, ORTIZ

ST_LOUIS = ZoneInfo("America/Chicago")


@pytest.fixture
def told(house):
    house.rt = replace(house.rt, caller=FakeCaller(), mailer=FakeMailer())
    return Told(house, house.rt.caller, house.rt.mailer)


def loses_texts(told, number):
    told.house.carrier.refuses_numbers[number] = SendFailed(30003, permanent=True)


def drops(told, login, way):
    """Somebody is not told in this way, whatever else there is."""
    with told.house.rt.store.begin("test.without") as tx:
        staff = tx.session.query(StaffMember).filter_by(login=login).one()
        for each in tx.session.query(StaffWay).filter_by(staff_id=staff.id, way=way):
            tx.record("test.without", each)
            tx.session.delete(each)


# Whoever has it


def test_a_reminder_that_does_not_arrive_goes_to_them_in_their_next_way_at_once(told, ana, dr_lee):
    told.proves("lee", Way.VOICE, after_minutes=30)
    told.in_danger(ana)
    dr_lee.texts("ack 12")
    loses_texts(told, DR_LEE)
    told.works(minutes=15, seconds=5)
    assert [call.to for call in told.caller.rang] == [DR_LEE]
    assert "no outcome yet" in summoning.answered(told.house.rt, told.call.id).words
    assert told.house.escalation.state is EscalationState.ACKNOWLEDGED, "it is theirs still"


def test_whoever_has_it_and_is_reached_in_no_way_has_it_no_more(told, ana, dr_lee):
    told.in_danger(ana)
    dr_lee.texts("ack 12")
    before = texted(told.house)
    loses_texts(told, DR_LEE)
    told.works(minutes=15, seconds=5)
    told.works(seconds=5)
    assert told.house.escalation.state is EscalationState.OPEN
    told.works(seconds=5)
    assert "42" in texted(told.house)[len(before) :], "the next person is told, and not in half an hour"


def test_a_call_reminds_whoever_has_it_and_one_key_keeps_it(told, ana):
    told.proves("lee", Way.VOICE)
    drops(told, "lee", Way.SMS)
    told.in_danger(ana)
    summoning.pressed(told.house.rt, told.call.id, "1")
    summoning.call_ended(told.house.rt, told.call.id, "completed")
    assert told.house.escalation.state is EscalationState.ACKNOWLEDGED
    told.works(minutes=15, seconds=5)
    assert len(told.caller.rang) == 2
    spoken = summoning.answered(told.house.rt, told.call.id)
    assert spoken.asks
    assert "no outcome yet" in spoken.words
    assert "is yours" in summoning.pressed(told.house.rt, told.call.id, "1").words
    assert told.house.escalation.reminders == 0


# Who stands behind them


def test_a_late_failure_takes_no_time_from_whoever_was_told_meanwhile(told, ana):
    told.proves("lee", Way.VOICE, after_minutes=4)
    told.in_danger(ana)
    told.works(minutes=4)
    told.works(minutes=1, seconds=5)
    assert texted(told.house) == ["41", "42"]
    summoning.call_ended(told.house.rt, told.call.id, "no-answer")
    told.works(seconds=5)
    assert texted(told.house) == ["41", "42"], "Ms. Ortiz has her five minutes"
    told.works(minutes=5)
    assert texted(told.house)[2:] == ["44"]


# Pages that are no alert


def test_a_test_page_that_does_not_arrive_is_a_task_of_a_coordinator(told):
    told.house.sets_clock(datetime(2026, 3, 9, 10, 5, tzinfo=ST_LOUIS))
    loses_texts(told, ORTIZ)
    watching.send_test_page(told.house.rt)
    told.works(seconds=5)
    (task,) = [each for each in told.house.all(Task) if each.kind is TaskKind.PAGER_SILENT]
    owner = next(each for each in told.house.all(StaffMember) if each.id == task.owner_id)
    assert owner.login == "rivera"


def test_a_test_call_is_heard_by_a_key_and_one_that_nobody_hears_is_a_task(told):
    told.proves("ortiz", Way.VOICE)
    drops(told, "ortiz", Way.SMS)
    begins = datetime(2026, 3, 9, tzinfo=ST_LOUIS)
    rotas.override(told.house.rt, "North on call", Shift("ortiz", begins, begins + timedelta(days=3)), by="rivera")
    for day in (9, 10):
        told.house.sets_clock(datetime(2026, 3, day, 10, 5, tzinfo=ST_LOUIS))
        watching.send_test_page(told.house.rt)
        told.works(seconds=5)
        assert "with a test" in summoning.answered(told.house.rt, told.call.id).words
        if day == 9:
            assert summoning.pressed(told.house.rt, told.call.id, "1").words == "Thank you."
        summoning.call_ended(told.house.rt, told.call.id, "completed")
        assert (TaskKind.PAGER_SILENT in told.house.tasks) is (day == 10)


def test_a_colleague_whose_row_cannot_be_read_keeps_nobody_from_the_test_page(told):
    told.house.sets_clock(datetime(2026, 3, 9, 10, 5, tzinfo=ST_LOUIS))
    with told.house.rt.store.begin("test.broken") as tx:
        tx.record("test.broken", tx.session.query(StaffMember).filter_by(login="ortiz").one())
        tx.session.execute(text("UPDATE staff_member SET name = :junk WHERE login = 'ortiz'"), {"junk": b"junk"})
    watching.send_test_page(told.house.rt)
    told.works(seconds=5)
    paged = [page.to for page in told.house.carrier.taken if "TEST" in page.body]
    assert len(paged) == 1
    assert ORTIZ not in paged


# The gap


@ON_SQLITE
def test_what_the_family_speaks_is_said_to_a_number_nobody_knows_the_languages_of(told, ana):
    told.house.enrols(contacts=[NewContact("Ana Morales", ANA, language=Language.SPANISH)])
    told.house.works()
    ana.texts("he has a gun")
    for _ in range(3):
        told.works(minutes=5, seconds=5)
    assert "Needs Spanish." in told.house.phone(ON_CALL, ALERT_LINE).last


# Ways


def test_a_way_that_was_proven_by_a_code_can_be_dropped(told, ortiz):
    staff_ways.set_way(told.house.rt, "ortiz", Way.EMAIL, email="ortiz@example.org")
    staff_ways.send_code(told.house.rt, "ortiz", Way.EMAIL)
    told.works()
    ortiz.texts(f"code {told.mailer.sent[0].body.split('CODE ')[1][:6]}")
    staff_ways.drop_way(told.house.rt, "ortiz", Way.EMAIL)
    assert {line.way for line in staff_ways.ways(told.house.rt) if line.login == "ortiz"} == {Way.SMS}


def test_a_code_for_the_old_number_does_not_prove_the_new_one(told, dr_lee):
    staff_ways.send_code(told.house.rt, "lee", Way.SMS)
    told.works()
    code = dr_lee.last.split("CODE ")[1][:6]
    staff_ways.set_way(told.house.rt, "lee", Way.SMS, number="314-555-0149")
    with pytest.raises(staff_ways.WayRefused):
        staff_ways.confirm(told.house.rt, "lee", code)


def test_a_change_that_leaves_somebody_unreached_is_refused_or_said(told):
    told.proves("lee", Way.EMAIL, email="lee@example.org", levels=["high"])
    with pytest.raises(staff_ways.WayRefused, match="emergent, urgent"):
        staff_ways.drop_way(told.house.rt, "lee", Way.SMS)
    assert staff_ways.unreached(told.house.rt, "lee") == []
    staff_ways.set_way(told.house.rt, "lee", Way.SMS, number="314-555-0149", by="rivera")
    assert staff_ways.unreached(told.house.rt, "lee") == ["emergent", "urgent"]
    with pytest.raises(staff_ways.WayRefused, match="number"):
        staff_ways.set_way(told.house.rt, "lee", Way.SMS, number="555")


def test_whoever_is_told_by_e_mail_alone_is_of_the_team_too(told, ana):
    told.house.enrols(clinician="ortiz")
    told.house.works()
    told.proves("rivera", Way.EMAIL, email="rivera@example.org")
    drops(told, "rivera", Way.SMS)
    with told.house.rt.store.begin("test.no-phone") as tx:
        rivera = tx.session.query(StaffMember).filter_by(login="rivera").one()
        rivera.phone_id = None
        tx.record("test.no-phone", rivera)
    ana.texts("he has a gun")
    for _ in range(2):
        told.works(minutes=5, seconds=5)
    assert "rivera@example.org" in {mail.to for mail in told.mailer.sent}


# Who could not take it


def test_nobody_is_put_on_call_who_could_not_take_an_escalation(told):
    begins = told.house.clock.now()
    with pytest.raises(rotas.RotaRefused, match="okafor"):
        rotas.set_turns(told.house.rt, "North Team", "North on call", [("okafor", 7)], "rivera")
    with pytest.raises(rotas.RotaRefused, match="admin"):
        shift = Shift("admin", begins, begins + timedelta(days=1))
        rotas.override(told.house.rt, "North on call", shift, by="rivera")
    shift = Shift("okafor", begins, begins + timedelta(days=1), source="calendar:1")
    assert rotas.take_calendar(told.house.rt, "North on call", [shift], "rivera").refused


def test_the_turn_of_somebody_who_became_an_officer_is_an_hour_that_has_nobody(told):
    with told.house.rt.store.begin("test.officer") as tx:
        ortiz = tx.session.query(StaffMember).filter_by(login="ortiz").one()
        ortiz.role = Role.OFFICER
        tx.record("test.officer", ortiz)
    assert "North on call" in {gap.rota for gap in rotas.gaps(told.house.rt)}
