"""One family, from the promise at the door to the clinician who reached them."""

from __future__ import annotations

from checkback.care.terms import CheckInState, EscalationOutcome, EscalationState
from tests.story import HeldPhone, House


def test_a_family_is_asked_checked_on_helped_and_reached(house: House, ana: HeldPhone, dr_lee: HeldPhone) -> None:
    house.enrols()
    house.works()
    assert "Reply 1" in ana.last

    ana.texts("1")
    assert "Thank you" in ana.last

    house.clock.tick(hours=48)
    house.works()
    assert "How are things going" in ana.last
    assert house.check_in.state is CheckInState.ASKED

    ana.texts("we can't sleep")
    assert "What would help" in ana.last
    assert house.check_in.state is CheckInState.ANSWERED

    ana.texts("we need a crib for the baby")
    assert "555-01" in ana.last

    ana.texts("I want to kill myself")
    assert "988" in ana.last
    assert "URGENT" in dr_lee.last

    dr_lee.texts("ack 12")
    assert "is yours" in dr_lee.last
    assert house.escalation.state is EscalationState.ACKNOWLEDGED

    dr_lee.texts("reached 12")
    assert house.escalation.outcome is EscalationOutcome.REACHED

    ana.texts("call me please")
    assert "call-back" in house.tasks
