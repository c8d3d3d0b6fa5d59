"""What was accepted outlives the simulator's process."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from twilio.base.exceptions import TwilioRestException

from checkback.simulator.texts import Direction, Text, Texts
from tests.simulator.application import wait_for
from tests.simulator.conftest import ANA, FAMILY_LINE, running


def test_a_restart_forgets_no_text_and_no_block(config, application, tmp_path):
    config = replace(config, state_file=tmp_path / "var" / "texts.jsonl")
    with running(config, application) as simulator:
        sid = simulator.send("before").sid
        simulator.settled(sid)
        simulator.writes("STOP")
        on_phone = simulator.on_phone()
    with running(config, application) as simulator:
        assert simulator.on_phone() == on_phone
        assert simulator.client().messages(sid).fetch().body == "before"
        with pytest.raises(TwilioRestException):
            simulator.send("after")


def test_a_text_under_way_goes_on_after_a_restart(config, application, tmp_path):
    config = replace(config, state_file=tmp_path / "texts.jsonl")
    with running(config, application) as simulator:
        simulator.order_fault("hold", seconds=600)
        sid = simulator.send().sid
        assert simulator.client().messages(sid).fetch().status == "queued"
    with running(config, application) as simulator:
        assert simulator.settled(sid).status == "delivered"
        wait_for(lambda: application.statuses == ["sending", "sent", "delivered"])


def test_a_text_without_a_receipt_gets_none_by_a_restart(config, application, tmp_path):
    config = replace(config, state_file=tmp_path / "texts.jsonl")
    with running(config, application) as simulator:
        simulator.order_fault("no-receipt")
        sid = simulator.send("hello").sid
        wait_for(lambda: simulator.on_phone() == ["hello"])
    with running(config, application) as simulator:
        simulator.settled(simulator.send("after it").sid)
        assert simulator.client().messages(sid).fetch().status == "sent"


def test_a_line_cut_short_by_a_kill_is_dropped_and_the_next_one_is_whole(tmp_path):
    journal = tmp_path / "texts.jsonl"
    texts = Texts(journal)
    texts.keep(_text("SM1"))
    texts.close()
    journal.write_bytes(journal.read_bytes() + b'{"text": {"sid": "SM2", "bo')
    texts = Texts(journal)
    texts.keep(_text("SM3"))
    texts.close()
    reopened = Texts(journal)
    reopened.close()
    assert [text.sid for text in reopened.resources()] == ["SM3", "SM1"]


def _text(sid: str) -> Text:
    now = datetime.now(UTC)
    return Text(sid, Direction.OUTBOUND_API, ANA, FAMILY_LINE, "hello", "queued", now, now)
