"""The screen keeps its promises on any text: places, bounds, threads, context."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checkback.distress import Danger, DistressScreen, Finding, Level, Urgency, load
from checkback.distress.report import as_json

SCREEN = load()


def test_evidence_points_at_the_words_in_the_original(screen: DistressScreen):
    text = "\u200fOk…  Ya   no QUIÉRO vivir!! \x00 gracias"
    worst = screen.assess(text).evidence[0]
    assert worst.rule.startswith("es.")
    assert worst.danger is Danger.SUICIDE
    assert text[worst.start : worst.end] == worst.words
    assert "no QUIÉRO vivir" in worst.words


@given(st.text(max_size=300))
@settings(deadline=None, max_examples=150)
def test_any_text_gets_an_answer_whose_places_are_true(text: str):
    finding = SCREEN.assess(text)
    assert (finding.level is Level.ACUTE) == (finding.urgency is not None)
    assert all(text[one.start : one.end] == one.words for one in finding.evidence)
    assert (finding.danger is None) == (finding.level is Level.NONE)


@given(st.lists(st.sampled_from(sorted(SCREEN._book.lexicon)), max_size=40).map(" ".join))
@settings(deadline=None, max_examples=150)
def test_any_heap_of_known_words_gets_the_same_answer_twice(text: str):
    assert SCREEN.assess(text) == SCREEN.assess(text)


@pytest.mark.parametrize(
    "text", ["\u200b\u202e", "\x00\x00", "   ", "я хочу умереть", "我想死", "je veux mourir aide moi s'il vous plait",
             "eu quero morrer me ajuda", "mwen vle mouri tanpri ede mwen"],
)  # fmt: skip
def test_what_it_cannot_read_is_high_and_says_unscreened(screen: DistressScreen, text: str):
    finding = screen.assess(text)
    assert (finding.level, finding.danger) == (Level.HIGH, Danger.UNSCREENED)


def test_an_empty_text_and_a_thumb_up_are_nothing(screen: DistressScreen):
    assert [screen.assess(text).level for text in ("", "👍", "?", "ok")] == [Level.NONE] * 4


def test_of_a_text_too_long_both_ends_are_read_and_it_counts_as_unscreened(screen: DistressScreen):
    filler = "and then we went to the store. " * 200
    assert screen.assess(filler).danger is Danger.UNSCREENED
    assert screen.assess("I want to die. " + filler).level is Level.ACUTE
    text = filler + "I want to die"
    assert screen.assess(text).level is Level.ACUTE
    assert text[screen.assess(text).evidence[0].start :].endswith("want to die")


@pytest.mark.parametrize(
    "garbage", ["i " * 800, "he has a " * 180, "1!$@a*" * 266, "\ufdfa" * 1600, "😭🔫" * 800, ".,!?" * 400]
)
def test_garbage_is_answered(screen: DistressScreen, garbage: str):
    assert screen.assess(garbage).level in set(Level)


def test_threads_share_it_and_get_the_same_answers(screen: DistressScreen):
    texts = ["I want to die", "thanks", "mi novio me pega", "STOP", "he has a gun", "me muero de risa"] * 20
    alone = [screen.assess(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(screen.assess, texts)) == alone


def test_a_sentence_sent_in_two_texts_is_heard_whole(screen: DistressScreen):
    assert screen.assess("die").level is Level.NONE
    finding = screen.assess("die", recent=["i just want to"])
    assert finding.level is Level.ACUTE
    assert (finding.evidence[0].start, finding.evidence[0].end) == (0, 0)
    assert "want to die" in finding.evidence[0].words


def test_places_count_in_the_current_text_when_the_words_lie_there(screen: DistressScreen):
    finding = screen.assess("and I have a gun", recent=["I want to die"])
    assert finding.urgency is Urgency.EMERGENT
    inside = [one for one in finding.evidence if one.end]
    assert inside
    assert all("and I have a gun"[one.start : one.end] == one.words for one in inside)


def test_what_was_said_before_never_lowers_what_is_said_now(screen: DistressScreen):
    assert (
        screen.assess("he is hitting me", recent=["in the movie", "when I was little", "I don't think"]).level
        is Level.ACUTE
    )


def test_an_opt_out_of_minutes_ago_is_not_repeated_by_the_next_text(screen: DistressScreen):
    assert not screen.assess("thanks", recent=["please stop texting me"]).opt_out


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("I don't want to die", Level.HIGH),
        ("no me quiero morir", Level.HIGH),
        ("I'm not suicidal", Level.LOW),
        ("I don't want to live", Level.ACUTE),
        ("I can't stop thinking about dying", Level.ACUTE),
        ("no puedo más quiero morirme", Level.ACUTE),
        ("if I don't kill myself he will", Level.ACUTE),
        ("I'm not hungry but I want to die", Level.ACUTE),
        ("no I want to die", Level.ACUTE),
        ("not going to school. I want to die", Level.ACUTE),
    ],
)
def test_a_denial_takes_down_only_what_it_denies(screen: DistressScreen, text: str, level: Level):
    assert screen.assess(text).level is level


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("he hit me years ago", Level.HIGH),
        ("he used to hit me but he hit me again last night", Level.ACUTE),
        ("cuando era niña me violaron", Level.HIGH),
        ("I tried to kill myself when I was 15", Level.HIGH),
        ("I used to think about it, now I want to die", Level.ACUTE),
        ("he hit me but he is in jail now", Level.HIGH),
        ("he hit me, they arrested him but he got out and he is outside my house", Level.ACUTE),
    ],
)
def test_the_past_is_high_and_the_present_acute(screen: DistressScreen, text: str, level: Level):
    assert screen.assess(text).level is level


@pytest.mark.parametrize(
    "text",
    [
        "this homework is killing me i want to die",
        "me muero de hambre y me quiero morir",
        "in the movie he died and I want to die",
    ],
)
def test_an_idiom_beside_a_danger_hides_nothing(screen: DistressScreen, text: str):
    assert screen.assess(text).level is Level.ACUTE


def test_a_report_has_exactly_the_four_fields(screen: DistressScreen):
    report = as_json(screen.assess("mi novio me pega"))
    assert list(report) == ["level", "urgency", "opt_out", "evidence"]
    assert json.loads(json.dumps(report)) == report
    assert (report["level"], report["urgency"], report["opt_out"]) == ("acute", "urgent", False)
    reasons = screen.assess("mi novio me pega").evidence
    reason = next(one for one in reasons if one.rule == "es.partner.hurts-me")
    assert reason.danger is Danger.PARTNER_VIOLENCE
    assert "mi novio me pega"[reason.start : reason.end] == reason.words == "novio me pega"
    assert as_json(Finding()) == {"level": "none", "urgency": None, "opt_out": False, "evidence": []}


def test_a_means_in_one_language_makes_a_wish_in_the_other_emergent(screen: DistressScreen):
    assert screen.assess("me quiero morir").urgency is Urgency.URGENT
    assert screen.assess("me quiero morir and I have a gun").urgency is Urgency.EMERGENT
