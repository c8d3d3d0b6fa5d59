"""How an escalation could fall silent, or an answer to it be lost: broken rows, and phones that are two things."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from checkback.care.errors import InvalidEnrolment
from checkback.care.flows import staff_ways, summoning, watching
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import EscalationStep, StaffMember, StaffWay, Summons
from checkback.care.store import escalations
from checkback.care.terms import EscalationOutcome, EscalationState, Role, Way
from tests.care.flows.test_calls_and_mails import Told
from tests.fakes.telling import FakeCaller, FakeMailer
from tests.story import ALERT_LINE, ON_CALL, HeldPhone, House

LEES_SECOND = "+13145550149"


@pytest.fixture
def told(house: House) -> Told:
    caller, mailer = FakeCaller(), FakeMailer()
    house.rt = replace(house.rt, caller=caller, mailer=mailer)
    return Told(house, caller, mailer)


def in_danger(house: House, ana: HeldPhone) -> None:
    house.enrols()
    house.works()
    ana.texts("he has a gun")


def passes(house: House, minutes: int) -> None:
    """Minute by minute, as the scheduler sees it."""
    for _ in range(minutes):
        house.clock.tick(minutes=1)
        house.works(rounds=1)


def is_(house: House, login: str, **changed: object) -> None:
    with house.rt.store.begin("test.is") as tx:
        member = tx.session.query(StaffMember).filter_by(login=login).one()
        for name, value in changed.items():
            setattr(member, name, value)
        tx.record("test.is", member)


def is_told_by_nothing_but(house: House, login: str, way: Way) -> None:
    with house.rt.store.begin("test.without") as tx:
        member = tx.session.query(StaffMember).filter_by(login=login).one()
        for each in tx.session.query(StaffWay).filter_by(staff_id=member.id):
            if each.way is not way:
                tx.record("test.without", each)
                tx.session.delete(each)


def cannot_be_read(house: House, table: str, column: str) -> None:
    with house.rt.store.begin("test.broken") as tx:
        tx.session.execute(text(f"UPDATE {table} SET {column} = :torn"), {"torn": b"torn"})  # noqa: S608 - our own names


# Rows that cannot be read


def test_a_family_that_cannot_be_read_any_more_is_told_of_all_the_same(house, ana, ortiz):
    in_danger(house, ana)
    cannot_be_read(house, "contact", "name")
    passes(house, minutes=6)
    assert "E-12" in ortiz.last
    passes(house, minutes=12)
    assert any("E-12" in body for body in house.carrier.to(ON_CALL))


def test_who_takes_it_has_it_though_the_family_cannot_be_read_any_more(house, ana, dr_lee):
    in_danger(house, ana)
    cannot_be_read(house, "contact", "name")
    dr_lee.texts("ack 12 15")
    assert "calling in 15 min" in dr_lee.last
    assert house.escalation.state is EscalationState.ACKNOWLEDGED


# The one who watches


def test_an_escalation_that_is_put_off_again_and_again_stands_still(house, ana):
    """What is thrown at each try sets its next moment a minute on: it looks as if it moved."""
    in_danger(house, ana)
    for _ in range(8):
        house.clock.tick(minutes=1)
        with house.rt.store.begin("test.set-aside") as tx:
            escalations.set_aside(tx, house.escalation.id, tx.now + timedelta(minutes=1))
        if watching.still(house.rt):
            break
    assert watching.still(house.rt) == ["E-12"]
    assert house.clock.now() - house.escalation.opened_at >= timedelta(minutes=7)


def test_one_that_somebody_has_and_that_is_put_off_again_and_again_stands_still(house, ana, dr_lee):
    in_danger(house, ana)
    dr_lee.texts("ack 12 20")
    taken_at = house.clock.now()
    while not watching.still(house.rt) and house.clock.now() - taken_at < timedelta(hours=2):
        house.clock.tick(minutes=1)
        with house.rt.store.begin("test.set-aside") as tx:
            escalations.set_aside(tx, house.escalation.id, tx.now + timedelta(minutes=1))
    assert timedelta(minutes=50) <= house.clock.now() - taken_at < timedelta(hours=1)


def test_one_that_cannot_be_looked_at_stands_still_and_hides_no_other(house, ana):
    in_danger(house, ana)
    with house.rt.store.begin("test.broken") as tx:
        for step in tx.session.query(EscalationStep):
            tx.session.delete(step)
            tx.record("test.broken", step)
    assert watching.still(house.rt) == ["E-12"]


# Phones that are two things


def test_an_answer_from_the_other_phone_on_which_alerts_are_proven_counts(house, ana):
    staff_ways.set_way(house.rt, "lee", Way.SMS, number=LEES_SECOND)
    second = house.phone(LEES_SECOND, ALERT_LINE)
    second.texts("ack")
    assert second.got == [], "who has proven nothing is a stranger"
    with house.rt.store.begin("test.proven") as tx:
        for way in tx.session.query(StaffWay).filter(StaffWay.phone_id.is_not(None)):
            way.verified_at = tx.now
            tx.record("way.proven", way)
    in_danger(house, ana)
    assert "E-12" in second.last
    second.texts("ack 12")
    assert house.escalation.state is EscalationState.ACKNOWLEDGED
    assert "is yours" in second.last or "Reply" in second.last


def test_a_number_on_which_staff_are_told_is_no_familys(house):
    staff_ways.set_way(house.rt, "lee", Way.VOICE, number=LEES_SECOND)
    with house.rt.store.begin("test.proven") as tx:
        way = tx.session.query(StaffWay).filter_by(way=Way.VOICE).one()
        way.verified_at = tx.now
        tx.record("way.proven", way)
    with pytest.raises(InvalidEnrolment, match="phone"):
        house.enrols(contacts=[NewContact("Ana Morales", LEES_SECOND)])


def test_who_carries_the_phone_that_is_always_answered_may_take_what_it_was_told_of(house, ana):
    """It is Mr. Bauer's own phone, and he works for another team."""
    house.rt = replace(house.rt, on_call_number="+13145550143")
    carried = house.phone("+13145550143", ALERT_LINE)
    in_danger(house, ana)
    passes(house, minutes=18)
    assert "E-12" in carried.last
    carried.texts("ack")
    assert house.escalation.state is EscalationState.ACKNOWLEDGED
    carried.texts("reached 12")
    assert house.escalation.outcome is EscalationOutcome.REACHED


def test_a_lead_who_is_an_administrator_may_take_what_they_were_told_of(house, ana, dr_lee):
    in_danger(house, ana)
    is_(house, "lee", role=Role.ADMIN)
    dr_lee.texts("ack 12")
    assert house.escalation.state is EscalationState.ACKNOWLEDGED


def test_an_officer_takes_nothing_even_where_they_were_told_before(house, ana, dr_lee):
    in_danger(house, ana)
    is_(house, "lee", role=Role.OFFICER)
    dr_lee.texts("ack 12")
    assert house.escalation.state is EscalationState.OPEN


# News


def test_more_distress_right_after_a_reminder_is_told_at_once(house, ana, dr_lee, ortiz):
    """The reminder said nothing of it: whoever has it must hear that somebody is at the door now."""
    in_danger(house, ana)
    dr_lee.texts("ack 12")
    passes(house, minutes=15)
    assert "no outcome yet" in dr_lee.last
    ana.texts("he is at the door with the gun")
    assert "no outcome yet" not in dr_lee.last
    assert "E-12" in dr_lee.last
    passes(house, minutes=12)
    assert "E-12" in ortiz.last, "who does not answer to news has it no more"


# Bundles


def families_in_distress(told: Told, count: int) -> None:
    for at in range(count):
        number = f"+1314555{160 + at:04}"
        told.house.enrols(f"24-9{at}", contacts=[NewContact("Ana Morales", number)])
        told.house.phone(number).texts("I cannot cope")
        told.works()


def test_what_was_held_back_is_said_in_a_call_to_whom_no_text_goes(told):
    told.proves("lee", Way.VOICE)
    is_told_by_nothing_but(told.house, "lee", Way.VOICE)
    families_in_distress(told, 7)
    assert len(told.caller.rang) == 5
    told.works(minutes=16)
    bundles = [each for each in told.house.all(Summons) if "More alerts" in each.words]
    assert [call.id for call in told.caller.rang[5:]] == [each.id for each in bundles]
    assert len(bundles) == 1
    assert summoning.pressed(told.house.rt, bundles[0].id, "1").words == "Thank you."
