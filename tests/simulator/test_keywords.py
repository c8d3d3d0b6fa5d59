"""The carrier acts on STOP, START and HELP itself, before the application hears of them."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException

from checkback.simulator.keywords import Keyword, hear_keyword
from tests.simulator.application import wait_for
from tests.simulator.conftest import ANA, FAMILY_LINE, STAFF_LINE


@pytest.mark.parametrize("word", ["STOP", "stopall", "Unsubscribe", "cancel", "END", "quit", "revoke", " OptOut\n"])
def test_a_stop_word_alone_blocks_the_pair_and_the_webhook_still_comes(simulator, word):
    simulator.writes(word)
    with pytest.raises(TwilioRestException) as refused:
        simulator.send()
    assert (refused.value.status, refused.value.code) == (400, 21610)
    assert wait_for(lambda: simulator.application.texts)[0]["Body"] == word
    assert len(simulator.on_phone()) == 2


@pytest.mark.parametrize("words", ["please stop", "STOP PLEASE", "stop!", "alto", "stopp"])
def test_other_words_block_nothing(simulator, words):
    simulator.writes(words)
    assert simulator.send().status == "queued"


def test_a_block_is_between_one_phone_and_one_number_of_ours(simulator):
    simulator.writes("STOP")
    assert simulator.send(from_=STAFF_LINE).status == "queued"


@pytest.mark.parametrize("word", ["START", "yes", "Unstop"])
def test_a_start_word_lifts_the_block(simulator, word):
    simulator.writes("STOP")
    simulator.writes(word)
    assert simulator.send().status == "queued"
    assert simulator.control("GET", f"phones/{ANA}")["blocks"] == []


def test_yes_from_somebody_who_never_left_is_a_normal_text(simulator):
    simulator.writes("YES")
    assert wait_for(lambda: simulator.application.texts)[0]["Body"] == "YES"
    assert simulator.on_phone() == ["YES"]


@pytest.mark.parametrize("word", ["help", "INFO"])
def test_help_gets_the_carriers_own_words_and_blocks_nothing(simulator, word):
    simulator.writes(word)
    texts = simulator.control("GET", f"phones/{ANA}")["texts"]
    assert [text["automatic"] for text in texts] == [False, True]
    assert simulator.send().status == "queued"


def test_a_second_stop_is_taken_in_silence(simulator):
    simulator.writes("STOP")
    simulator.writes("STOP")
    assert len(simulator.on_phone()) == 3


def test_the_carriers_own_words_are_no_resource_of_the_account(simulator):
    simulator.writes("STOP")
    assert [message.body for message in simulator.client().messages.list()] == ["STOP"]


def test_a_text_that_waits_when_the_stop_comes_fails_later(simulator):
    simulator.order_fault("hold", seconds=0.5)
    sid = simulator.send().sid
    simulator.writes("STOP")
    assert simulator.settled(sid).error_code == 21610
    wait_for(lambda: simulator.application.statuses == ["failed"])
    assert simulator.control("GET", f"phones/{ANA}")["blocks"] == [FAMILY_LINE]


@pytest.mark.parametrize(("is_blocked", "heard"), [(True, Keyword.START), (False, None)])
def test_yes_means_start_only_after_a_stop(is_blocked, heard):
    found = hear_keyword("Yes", is_blocked=is_blocked)
    assert (found.keyword if found else None) is heard
