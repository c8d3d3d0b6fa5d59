"""The longer public lists: plain sentences of every danger, everyday texts, and wishes for no more texts."""

from __future__ import annotations

import pytest

from checkback.distress import DistressScreen, Level
from tests.distress.conftest import read_list

MUST_CATCH = [
    pytest.param(text, id=f"{language} {danger}: {text}")
    for language, dangers in read_list("must_catch_more.yml").items()
    for danger, texts in dict(dangers).items()
    for text in texts
]
MUST_NOT_ALARM = [
    pytest.param(text, id=f"{language}: {text}")
    for language, texts in read_list("must_not_alarm_more.yml").items()
    for text in texts
]
OPT_OUTS = read_list("opt_outs.yml")


@pytest.mark.parametrize("text", MUST_CATCH)
def test_a_plain_sentence_of_danger_is_acute(screen: DistressScreen, text: str):
    assert screen.assess(text).level is Level.ACUTE


@pytest.mark.parametrize("text", MUST_NOT_ALARM)
def test_an_everyday_sentence_pages_nobody_and_opts_nobody_out(screen: DistressScreen, text: str):
    finding = screen.assess(text)
    assert finding.level is not Level.ACUTE, finding.evidence
    assert not finding.opt_out


@pytest.mark.parametrize("text", OPT_OUTS["opt_out"])
def test_who_wants_no_more_texts_is_heard(screen: DistressScreen, text: str):
    assert screen.assess(text).opt_out


@pytest.mark.parametrize("text", OPT_OUTS["not"])
def test_the_same_words_about_something_else_opt_nobody_out(screen: DistressScreen, text: str):
    assert not screen.assess(text).opt_out
