"""Alarm load as the house kept it: what rang somebody counts, what was taken back or is an e-mail does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checkback.care.flows.alarm_load import alarm_load
from checkback.care.model import EscalationNotice
from checkback.care.terms import NoticeState, Way
from tests.care.flows.test_calls_and_mails import Told
from tests.fakes.telling import FakeCaller, FakeMailer


@pytest.fixture
def told(house):
    house.rt = replace(house.rt, caller=FakeCaller(), mailer=FakeMailer())
    return Told(house, house.rt.caller, house.rt.mailer)


def alarms(told, weeks=2):
    return {each.login: [week.alarms for week in each.weeks] for each in alarm_load(told.house.rt, weeks).people}


def test_what_rang_somebody_is_counted_week_by_week_and_nobody_is_left_out(told, ana, ortiz):
    told.proves("lee", Way.VOICE, after_minutes=2)
    told.proves("lee", Way.EMAIL, email="lee@example.org")
    told.in_danger(ana)
    assert alarms(told)["lee"] == [0, 1], "the text; an e-mail rings nobody"
    told.works(minutes=2, seconds=1)
    assert alarms(told)["lee"] == [0, 2], "and the call"
    told.works(minutes=4)
    ortiz.texts("ack 12")
    ortiz.texts("reached 12")
    told.works(days=7)
    assert alarms(told)["lee"] == [2, 0]
    assert alarms(told)["ortiz"] == [1, 0]
    assert alarms(told)["rivera"] == [0, 0], "who was told of nothing is seen, too"
    assert "okafor" not in alarms(told)
    assert alarm_load(told.house.rt).people[0].login == "lee", "who had most stands first"


def test_a_call_that_was_called_off_was_none(told, ana, dr_lee):
    told.proves("lee", Way.VOICE, after_minutes=2)
    told.in_danger(ana)
    dr_lee.texts("ack 12")
    told.works(minutes=3)
    assert alarms(told, 1)["lee"] == [1]
    states = [(each.way, each.state) for each in told.house.all(EscalationNotice)]
    assert states == [(Way.SMS, NoticeState.TOLD), (Way.VOICE, NoticeState.RECALLED)]


def test_the_number_that_is_always_answered_has_a_load_once_it_was_told(told, ana):
    told.in_danger(ana)
    assert None not in alarms(told, 1)
    for _ in range(3):
        told.works(minutes=6)
    assert alarms(told, 1)[None] == [1]
