"""A text may be given a time to go at; who leaves meanwhile is not taken off, as with Twilio."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.simulator.application import wait_for
from tests.simulator.conftest import FAMILY_LINE, SERVICE, running


@pytest.fixture
def simulator(start):
    return start(messaging_service_sid=SERVICE)


def _schedules(simulator, **delay):
    return simulator.send_by_service(schedule_type="fixed", send_at=simulator.now() + timedelta(**delay))


def _refusal(send):
    with pytest.raises(TwilioRestException) as refused:
        send()
    return refused.value.code


def test_a_scheduled_text_goes_at_its_time_and_not_before(simulator):
    created = _schedules(simulator, hours=2)
    assert (created.status, created.from_, created.date_sent) == ("scheduled", None, None)
    simulator.moves_clock(hours=1)
    simulator.settled(simulator.send("meanwhile").sid)
    assert simulator.on_phone() == ["meanwhile"]
    assert simulator.application.statuses == ["sending", "sent", "delivered"]
    simulator.moves_clock(hours=1)
    assert simulator.settled(created.sid).status == "delivered"
    wait_for(lambda: simulator.application.statuses[3:] == ["queued", "sending", "sent", "delivered"])


def test_a_scheduled_text_can_be_canceled_until_it_goes(simulator):
    client, created = simulator.client(), _schedules(simulator, hours=2)
    assert client.messages(created.sid).update(status="canceled").status == "canceled"
    wait_for(lambda: simulator.application.statuses == ["canceled"])
    simulator.moves_clock(hours=3)
    gone = _schedules(simulator, minutes=6)
    simulator.moves_clock(minutes=7)
    simulator.settled(gone.sid)
    assert simulator.on_phone() == ["How are you all?"]
    for sid in (created.sid, gone.sid):
        assert _refusal(lambda sid=sid: client.messages(sid).update(status="canceled")) == 30409


def test_canceling_and_forgetting_the_words_can_be_one_step(simulator):
    created = _schedules(simulator, hours=2)
    message = simulator.client().messages(created.sid)
    assert _refusal(lambda: message.update(status="canceled", body="other words")) == 30400
    assert message.fetch().status == "scheduled"
    done = message.update(status="canceled", body="")
    assert (done.status, done.body) == ("canceled", "")


def test_a_stop_cancels_no_scheduled_text_it_fails_at_its_time(simulator):
    created = _schedules(simulator, hours=2)
    simulator.writes("STOP", to=FAMILY_LINE)
    assert simulator.client().messages(created.sid).fetch().status == "scheduled"
    simulator.moves_clock(hours=2)
    failed = simulator.settled(created.sid)
    assert (failed.status, failed.error_code) == ("failed", 21610)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"schedule_type": "fixed"}, 35111),
        ({"schedule_type": "fixed", "send_at": "tomorrow"}, 35114),
        ({"schedule_type": "fixed", "send_at": "2026-12-01T17:00:00-06:00"}, 35114),
        ({"schedule_type": "fixed", "send_at": timedelta(minutes=4)}, 35117),
        ({"schedule_type": "fixed", "send_at": timedelta(days=-1)}, 35117),
        ({"schedule_type": "fixed", "send_at": timedelta(days=36)}, 35115),
        ({"schedule_type": "soon", "send_at": timedelta(hours=1)}, 20001),
        ({"send_at": timedelta(hours=1)}, 20001),
    ],
)
def test_a_time_that_cannot_be_is_refused(simulator, fields, code):
    said = fields.get("send_at")
    moment = {"send_at": simulator.now() + said} if isinstance(said, timedelta) else {}
    assert _refusal(lambda: simulator.send_by_service(**{**fields, **moment})) == code
    assert simulator.client().messages.list() == []


def test_only_a_service_schedules(simulator):
    moment = simulator.now() + timedelta(hours=1)
    assert _refusal(lambda: simulator.send(schedule_type="fixed", send_at=moment)) == 35118


def test_a_scheduled_text_outlives_the_simulators_process(config, application, tmp_path):
    config = replace(
        config,
        messaging_service_sid=SERVICE,
        state_file=tmp_path / "texts.jsonl",
        clock_file=tmp_path / "clock.json",
    )
    with running(config, application) as simulator:
        sid = _schedules(simulator, hours=2).sid
    with running(config, application) as simulator:
        assert simulator.client().messages(sid).fetch().status == "scheduled"
        simulator.moves_clock(hours=2)
        assert simulator.settled(sid).status == "delivered"
