"""The carrier's own words."""

from __future__ import annotations

import pytest

from checkback.care.rules import keywords


@pytest.mark.parametrize(
    "text", ["STOP", "stop", " Stop \n", "STOPALL", "Unsubscribe", "cancel", "END", "quit", "revoke"]
)
def test_a_single_reserved_word_stops(text):
    assert keywords.stops(text)


@pytest.mark.parametrize("text", ["", "please stop", "stop it", "stop stop", "the end", "STOP2", "help", "no"])
def test_a_sentence_is_no_keyword(text):
    assert not keywords.stops(text)


@pytest.mark.parametrize(
    ("text", "blocked", "starts"),
    [
        ("START", False, True),
        ("start", True, True),
        ("UNSTOP", False, True),
        ("YES", False, False),
        ("yes", True, True),
        ("yes please", True, False),
        ("start again", True, False),
        ("1", True, False),
        ("Start.", False, True),
        (" «UNSTOP»! ", False, True),
        ("yes.", True, False),
    ],
)
def test_yes_starts_only_from_a_phone_the_carrier_blocks(text, blocked, starts):
    assert keywords.starts(text, blocked=blocked) is starts


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("STOP!!", "stop"),
        ("opt-out", "opt out"),
        ("s\u200bt\u202eo\ufeffp", "stop"),
        ("ＳＴＯＰ", "stop"),
        ("du\u031b\u0300ng la\u0323i", "dừng lại"),
        ("تَوَقَّفْ", "توقف"),
        ("  Quit\n🛑 now ", "quit now"),
        ("...", ""),
    ],
)
def test_words_are_compared_without_signs_and_in_one_composition(text, folded):
    assert keywords.folded(text) == folded


@pytest.mark.parametrize(("text", "asks"), [("HELP", True), ("info.", True), ("help me", False), ("informed", False)])
def test_what_the_carrier_answers_by_itself_is_known(text, asks):
    assert keywords.asks_for_help(text) is asks
