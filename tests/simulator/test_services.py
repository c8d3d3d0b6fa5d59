"""A messaging service takes a text first and chooses the sender later."""

from __future__ import annotations

from datetime import timedelta

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.simulator.application import wait_for
from tests.simulator.conftest import ANA, DR_LEE, FAMILY_LINE, SERVICE, STAFF_LINE


@pytest.fixture
def simulator(start):
    return start(messaging_service_sid=SERVICE)


def test_the_sender_is_chosen_only_after_the_text_is_accepted(simulator):
    created = simulator.send_by_service()
    assert (created.status, created.from_, created.num_segments) == ("accepted", None, "0")
    assert simulator.settled(created.sid).from_ in (FAMILY_LINE, STAFF_LINE)
    wait_for(lambda: simulator.application.statuses == ["queued", "sending", "sent", "delivered"])
    assert {heard.fields["MessagingServiceSid"] for heard in simulator.application.heard} == {SERVICE}


def test_a_person_is_always_written_to_from_the_same_number(simulator):
    simulator.settled(simulator.send(from_=STAFF_LINE).sid)
    senders = {simulator.settled(simulator.send_by_service().sid).from_ for _ in range(4)}
    assert senders == {STAFF_LINE}


def test_without_sticky_sender_the_numbers_take_turns(simulator):
    simulator.control("POST", f"services/{SERVICE}", sticky_sender=False)
    senders = {simulator.settled(simulator.send_by_service().sid).from_ for _ in range(4)}
    assert senders == {FAMILY_LINE, STAFF_LINE}


def test_a_number_given_beside_the_service_is_the_sender(simulator):
    created = simulator.send_by_service(from_=STAFF_LINE)
    assert (created.from_, created.messaging_service_sid) == (STAFF_LINE, SERVICE)


def test_the_service_may_stand_in_the_place_of_the_sender(simulator):
    assert simulator.send(from_=SERVICE).messaging_service_sid == SERVICE


def test_a_service_with_an_empty_pool_refuses(simulator):
    simulator.control("POST", f"services/{SERVICE}", numbers=[])
    with pytest.raises(TwilioRestException) as refused:
        simulator.send_by_service()
    assert refused.value.code == 21704


def test_the_service_tells_what_the_text_itself_names_no_address_for(simulator):
    simulator.control("POST", f"services/{SERVICE}", status_callback=f"{simulator.status_url}?of=service")
    simulator.send_by_service(status_callback="")
    wait_for(lambda: simulator.application.statuses[-1:] == ["delivered"])
    assert {heard.path for heard in simulator.application.heard} == {"/status?of=service"}
    simulator.send_by_service()
    wait_for(lambda: simulator.application.heard[-1].path == "/status")


def test_a_second_service_has_numbers_of_its_own(simulator):
    simulator.control("POST", f"services/{SERVICE}", numbers=[FAMILY_LINE])
    made = simulator.control("POST", "services", numbers=[STAFF_LINE], friendly_name="Alerts")
    created = simulator.send_by_service(messaging_service_sid=made["sid"], to=DR_LEE)
    assert simulator.settled(created.sid).from_ == STAFF_LINE
    assert simulator.ask("POST", "services", numbers=[STAFF_LINE]).status_code == 400


def test_who_left_one_number_of_a_service_left_them_all(simulator):
    simulator.writes("STOP", to=FAMILY_LINE)
    for send in (lambda: simulator.send(from_=STAFF_LINE), simulator.send_by_service):
        with pytest.raises(TwilioRestException) as refused:
            send()
        assert refused.value.code == 21610


def test_the_list_by_sender_leaves_out_whose_sender_is_not_chosen(simulator):
    sid = simulator.send_by_service(schedule_type="fixed", send_at=_in_an_hour(simulator)).sid
    messages = simulator.client().messages
    assert [message.sid for message in messages.list(to=ANA)] == [sid]
    assert messages.list(from_=FAMILY_LINE) == messages.list(from_=STAFF_LINE) == []


def _in_an_hour(simulator):
    return simulator.now() + timedelta(hours=1)
