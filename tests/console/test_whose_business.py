"""A family is its team's business, and that of whoever is called to it; an officer has their own incidents."""

from __future__ import annotations

import pytest

from checkback.care.flows.enrolment import NewContact
from checkback.care.model import Assignment, Contact, InboundMessage, StaffMember, Task
from checkback.console.ways import CARE, WAYS
from tests.console.test_ways import path_of

OF_A_FAMILY = [way for way in WAYS if way.roles == CARE and ("{reference}" in way.path or "{task:uuid}" in way.path)]


@pytest.fixture
def filled(staffed, family, ana):
    """Ana's family, of the North Team, has a task; bauer is of the South Team."""
    ana.texts("call me please")
    staffed.works()
    return {
        "reference": family,
        "task:uuid": str(staffed.all(Task)[0].id),
        "contact:uuid": str(staffed.all(Contact)[0].id),
        "text:uuid": str(staffed.all(InboundMessage)[0].id),
    }


def test_for_a_clinician_of_another_team_the_family_is_not_there(staffed, signed_in, filled):
    bauer, before = signed_in("bauer"), len(staffed.outbox())
    form = {"outcome": "x", "text": "x", "body": "x", "to": filled["contact:uuid"]}
    for way in OF_A_FAMILY:
        if way.path.endswith("/count"):  # counts what was typed and looks nothing up
            continue
        answer = bauer.client.request(way.method, path_of(way, filled), data=form if way.method == "POST" else None)
        assert answer.status_code == 404, f"{way.method} {way.path}"
        assert "Morales" not in answer.text
    assert f'/families/{filled["reference"]}"' not in bauer.sends("/families", q="Morales").text
    assert len(staffed.outbox()) == before
    assert [task.state for task in staffed.all(Task)] == ["open"]


def test_in_a_crisis_everybody_who_cares_may_open_it_and_afterwards_not_any_more(signed_in, family, ana):
    bauer, lee = signed_in("bauer"), signed_in("lee")
    assert bauer.opens(f"/families/{family}").status_code == 404
    ana.texts("I want to kill myself")
    assert bauer.opens(f"/families/{family}").status_code == 200
    assert bauer.opens("/escalations/12").status_code == 200
    lee.sends("/escalations/12/take")
    lee.sends("/escalations/12/end", outcome="reached")
    assert bauer.opens(f"/families/{family}").status_code == 404
    assert bauer.opens("/escalations/12").status_code == 404
    assert bauer.sends("/escalations/12/number").status_code == 404
    assert lee.opens("/escalations/12").status_code == 200


def test_who_answers_for_a_family_of_another_team_sees_it(staffed, signed_in, family):
    south = next(each for each in staffed.all(StaffMember) if each.login == "bauer")
    with staffed.rt.store.begin("test.assign") as tx:
        assigned = tx.session.query(Assignment).filter(Assignment.until.is_(None)).one()
        assigned.staff_id = south.id
        tx.record("test.assigned", assigned)
    assert signed_in("bauer").opens(f"/families/{family}").status_code == 200


def test_coordinator_and_administrator_see_what_is_theirs_to_see(signed_in, family):
    assert signed_in("rivera").opens(f"/families/{family}").status_code == 200
    assert signed_in("admin").opens(f"/families/{family}").status_code == 200


def test_an_officer_sees_their_own_incidents_and_no_others(staffed, signed_in, family):
    staffed.enrols("24-0777", contacts=[NewContact("Joy Park", "+13145550104")])
    shown = signed_in("okafor").opens("/officer").text
    assert "24-0117" in shown
    assert "24-0777" not in shown
