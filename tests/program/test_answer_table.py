"""What is answered to distress, cell by cell: danger by safety mode, in both languages."""

from __future__ import annotations

import re
from itertools import product

import pytest

from checkback.care.rules.segments import segments
from checkback.care.terms import Danger, DistressLevel, Language, SafetyMode
from tests.program.sentences import ANSWERS, WORDING
from tests.program.test_family_wording import TABOO

ACUTE, HIGH = DistressLevel.ACUTE, DistressLevel.HIGH
NEUTRAL, SAFE, UNSAFE = SafetyMode.NEUTRAL, SafetyMode.SAFE, SafetyMode.UNSAFE
CELLS = list(product(Danger, SafetyMode))

#: Somebody who harms may be the one who reads the answer.
READ_ALONG = (Danger.PARTNER_VIOLENCE, Danger.CHILD_ABUSE, Danger.VIOLENCE_NOW, Danger.DURESS)
#: A number may save a life, and gives nobody away.
NUMBER_FOR = {
    Danger.SUICIDE: "988",
    Danger.SELF_HARM: "988",
    Danger.OTHERS_SUICIDE: "988",
    Danger.MEDICAL: "911",
}


def answered(danger: Danger | None, mode: SafetyMode, language: Language, level: DistressLevel = ACUTE) -> str | None:
    key = ANSWERS.answer(danger, level, mode)
    return None if key is None else WORDING.render(key, language, mode)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(("danger", "mode"), CELLS)
def test_every_cell_is_a_sentence_or_silence(danger: Danger, mode: SafetyMode, language: Language) -> None:
    text = answered(danger, mode, language)
    assert text is None or 1 <= segments(text) <= 2


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("mode", SafetyMode)
@pytest.mark.parametrize("danger", READ_ALONG)
def test_where_the_one_who_harms_may_read_along_the_answer_is_bland_or_nothing(
    danger: Danger, mode: SafetyMode, language: Language
) -> None:
    ordinary = {WORDING.render(key, language, mode) for key in ("safety.bland", "fallback.heard")}
    assert answered(danger, mode, language) in ordinary | {None}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("danger", Danger)
def test_an_unsafe_phone_shows_nothing_of_what_was_said(danger: Danger, language: Language) -> None:
    text = answered(danger, UNSAFE, language) or ""
    assert not TABOO.search(text)
    if danger not in NUMBER_FOR:
        assert "911" not in text
        assert "988" not in text


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("mode", SafetyMode)
@pytest.mark.parametrize(("danger", "number"), NUMBER_FOR.items())
def test_a_life_gets_its_number_on_every_phone(
    danger: Danger, number: str, mode: SafetyMode, language: Language
) -> None:
    assert number in (answered(danger, mode, language) or "")


def test_a_phone_lights_up_for_everything_but_an_attack_on_an_unsafe_phone() -> None:
    assert [cell for cell in CELLS if ANSWERS.answer(cell[0], ACUTE, cell[1]) is None] == [
        (Danger.VIOLENCE_NOW, UNSAFE),
    ]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("mode", [NEUTRAL, SAFE])
def test_violence_gets_the_911_of_our_ordinary_answer(mode: SafetyMode, language: Language) -> None:
    assert "911" in (answered(Danger.VIOLENCE_NOW, mode, language) or "")
    assert answered(Danger.VIOLENCE_NOW, mode, language) == WORDING.render("fallback.heard", language, mode)


def test_duress_is_covered_in_every_mode() -> None:
    assert {ANSWERS.answer(Danger.DURESS, ACUTE, mode) for mode in SafetyMode} == {"safety.bland"}


@pytest.mark.parametrize("mode", SafetyMode)
def test_high_distress_is_heard_with_and_without_a_danger_named(mode: SafetyMode) -> None:
    assert ANSWERS.answer(Danger.DISTRESS, HIGH, mode) == "safety.heard"
    assert ANSWERS.answer(None, HIGH, mode) == "safety.heard"


def test_what_nobody_could_read_gets_no_words_about_feelings() -> None:
    assert {ANSWERS.answer(Danger.UNSCREENED, HIGH, mode) for mode in SafetyMode} == {"fallback.heard"}


def test_acute_without_a_danger_named_still_gets_the_numbers() -> None:
    text = answered(None, NEUTRAL, Language.ENGLISH) or ""
    assert "911" in text
    assert "988" in text


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(("danger", "mode"), CELLS)
def test_while_a_person_has_the_conversation_bland_stays_bland(
    danger: Danger, mode: SafetyMode, language: Language
) -> None:
    first, further = ANSWERS.answer(danger, ACUTE, mode), ANSWERS.while_held(danger, ACUTE, mode)
    assert further == (first if first in (None, "safety.bland") else "safety.holding")
    if further is not None and mode is not SAFE:
        assert not TABOO.search(WORDING.render(further, language, mode))


def test_what_is_said_in_distress_needs_nothing_filled_in() -> None:
    said = ANSWERS.keys() | {"picture.received", "unknown.hello", "assistant.down", "fallback.heard"}
    assert said <= WORDING.keys()
    assert not {key for key in said if WORDING.slots(key)}


#: The table as the clinical lead approved it, once more in another hand: a cell that changes in the file alone is seen.
#: In the order neutral, safe, unsafe.
APPROVED = {
    Danger.SUICIDE: ("safety.suicide", "safety.suicide", "safety.suicide"),
    Danger.SELF_HARM: ("safety.self_harm", "safety.self_harm", "safety.self_harm"),
    Danger.OTHERS_SUICIDE: ("safety.others_suicide", "safety.others_suicide", "safety.others_suicide"),
    Danger.HARM_TO_OTHERS: ("safety.harm_to_others", "safety.harm_to_others", "safety.bland"),
    Danger.VIOLENCE_NOW: ("safety.violence", "safety.violence", None),
    Danger.PARTNER_VIOLENCE: ("safety.bland", "safety.violence", "safety.bland"),
    Danger.CHILD_ABUSE: ("safety.bland", "safety.violence", "safety.bland"),
    Danger.CHILD_IN_DANGER: ("safety.child", "safety.child", "safety.bland"),
    Danger.MEDICAL: ("safety.medical", "safety.medical", "safety.medical"),
    Danger.DURESS: ("safety.bland", "safety.bland", "safety.bland"),
    Danger.DISTRESS: ("safety.heard", "safety.heard", "safety.heard"),
    Danger.UNSCREENED: ("fallback.heard", "fallback.heard", "fallback.heard"),
    None: ("safety.violence", "safety.violence", "safety.bland"),
}
#: What happened, who did it, and who we are: not on a phone that somebody else may hold, whatever the cell says.
#: "In danger, call 911" is not among it: our ordinary answer says so to everybody.
GIVES_AWAY = re.compile(
    r"police|officer|incident|abuse|violen|partner|husband|wife|shelter|protect|detective|"
    r"polic|oficial|incidente|abus|pareja|espos|refugio|proteg|maltrat",
    re.IGNORECASE,
)


def test_the_approved_table_has_a_row_for_every_danger() -> None:
    assert set(APPROVED) == {*Danger, None}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(("danger", "mode"), list(product(APPROVED, (NEUTRAL, SAFE, UNSAFE))))
def test_each_cell_is_answered_as_approved_and_gives_nothing_away(
    danger: Danger | None, mode: SafetyMode, language: Language
) -> None:
    key = ANSWERS.answer(danger, ACUTE, mode)
    assert key == APPROVED[danger][(NEUTRAL, SAFE, UNSAFE).index(mode)]
    text = "" if key is None else WORDING.render(key, language, mode)
    if mode is not SAFE:
        assert not GIVES_AWAY.findall(text)
    assert bool(text) is (key is not None)
