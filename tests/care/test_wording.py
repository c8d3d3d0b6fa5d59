"""Sentences are looked up, filled in and never guessed; a file with a gap in it is refused before anything is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from checkback.care.errors import CareError
from checkback.care.program import ProgramError
from checkback.care.terms import Danger, DistressLevel, Language, SafetyMode
from checkback.care.wording import AnswerTable, Wording, WordingError

EN, ES = Language.ENGLISH, Language.SPANISH
NEUTRAL, SAFE, UNSAFE = SafetyMode.NEUTRAL, SafetyMode.SAFE, SafetyMode.UNSAFE


def files(directory: Path, **written: str) -> Path:
    """Three files of wording; those not given hold one sentence."""
    for name in ("en", "es", "staff"):
        (directory / f"{name}.yml").write_text(written.get(name, 'hello: "Hello {name}"'), "utf-8")
    return directory


def test_a_sentence_for_every_phone_is_said_in_every_mode(tmp_path: Path) -> None:
    wording = Wording.load(files(tmp_path))
    assert {wording.render("hello", EN, mode, name="Ana") for mode in SafetyMode} == {"Hello Ana"}


def test_a_mode_left_out_says_the_neutral_sentence(tmp_path: Path) -> None:
    text = "a: {neutral: N, unsafe: U}\nb: {neutral: N, safe: S}"
    wording = Wording.load(files(tmp_path, en=text, es=text))
    assert [wording.render("a", EN, mode) for mode in (NEUTRAL, SAFE, UNSAFE)] == ["N", "N", "U"]
    assert [wording.render("b", ES, mode) for mode in (NEUTRAL, SAFE, UNSAFE)] == ["N", "S", "N"]


def test_keys_are_the_path_to_the_sentence(tmp_path: Path) -> None:
    text = "a: {b: {c: deep, d: {neutral: deeper}}}\ntop: x"
    wording = Wording.load(files(tmp_path, en=text, es=text))
    assert set(wording.keys()) == {"a.b.c", "a.b.d", "top"}
    assert wording.has("a.b.c")
    assert not wording.has("a.b")


@pytest.mark.parametrize("given", ["{name}", "{0}", "{name.__class__}", "100% {", "}", "%s", "\\n"])
def test_what_is_filled_in_is_only_ever_text(tmp_path: Path, given: str) -> None:
    assert Wording.load(files(tmp_path)).render("hello", EN, NEUTRAL, name=given) == f"Hello {given}"


def test_a_slot_the_sentence_does_not_use_is_left_out(tmp_path: Path) -> None:
    assert Wording.load(files(tmp_path)).render("hello", EN, NEUTRAL, name="Ana", phone="unused") == "Hello Ana"


def test_a_slot_that_was_not_given_is_named(tmp_path: Path) -> None:
    with pytest.raises(WordingError, match=r"es\.yml: hello: the slot \{name\} was not given"):
        Wording.load(files(tmp_path)).render("hello", ES, NEUTRAL)


def test_a_sentence_that_does_not_exist_is_named(tmp_path: Path) -> None:
    wording = Wording.load(files(tmp_path))
    with pytest.raises(WordingError, match=r"en\.yml: good\.bye: there is no such sentence"):
        wording.render("good.bye", EN, NEUTRAL)
    with pytest.raises(WordingError, match=r"staff\.yml: good\.bye: there is no such sentence"):
        wording.staff("good.bye")


def test_staff_sentences_may_speak_of_a_language_and_a_key(tmp_path: Path) -> None:
    wording = Wording.load(files(tmp_path, staff='note: "{language} {key}"'))
    assert wording.staff("note", language="es", key="k") == "es k"
    assert wording.staff_slots("note") == {"language", "key"}


def test_the_slots_of_a_sentence_are_those_of_all_its_modes(tmp_path: Path) -> None:
    text = 'a: {neutral: "{x}", safe: "{y}"}'
    assert Wording.load(files(tmp_path, en=text, es=text)).slots("a") == {"x", "y"}


@pytest.mark.parametrize(
    ("en", "es", "place", "mend"),
    [
        ("a: x\nb: x", "a: x", "es.yml: b", "translate"),
        ("a: x", "a: x\nb: x", "en.yml: b", "translate"),
        ('a: "{x}"', 'a: "{y}"', "es.yml: a", "slots"),
        ("a: {safe: x}", "a: x", "en.yml: a.neutral", "missing"),
        ("a: {neutral: x, loud: y}", "a: x", "en.yml: a.loud", "no such field"),
        ("a: no", "a: x", "en.yml: a.neutral", "in quotes"),
        ('a: ""', "a: x", "en.yml: a.neutral", "in quotes"),
        ("a: [x]", "a: x", "en.yml: a.neutral", "in quotes"),
        ('a: "{x"', "a: x", "en.yml: a.neutral", "brace"),
        ('a: "{}"', "a: x", "en.yml: a.neutral", "plain slot"),
        ('a: "{x.y}"', "a: x", "en.yml: a.neutral", "plain slot"),
        ('a: "{x!r}"', "a: x", "en.yml: a.neutral", "plain slot"),
        ('a: "{x:>9}"', "a: x", "en.yml: a.neutral", "plain slot"),
        ("a: x\na: y", "a: x", "en.yml", "twice"),
    ],
)
def test_a_gap_or_a_slip_is_refused_with_its_place(tmp_path: Path, en: str, es: str, place: str, mend: str) -> None:
    with pytest.raises(ProgramError) as refused:
        Wording.load(files(tmp_path, en=en, es=es))
    assert str(refused.value).startswith(f"{place}: ")
    assert mend in str(refused.value)
    assert isinstance(refused.value, CareError)


def test_a_missing_language_is_refused(tmp_path: Path) -> None:
    (files(tmp_path) / "es.yml").unlink()
    with pytest.raises(ProgramError, match=r"es\.yml: it cannot be read"):
        Wording.load(tmp_path)


def test_the_version_changes_with_any_letter_and_only_then(tmp_path: Path) -> None:
    first = Wording.load(files(tmp_path)).version
    assert Wording.load(tmp_path).version == first
    assert Wording.load(files(tmp_path, staff="hello: Hello!")).version != first


TABLE = "\n".join(
    ["by_danger:"]
    + [f"  {danger}: {{neutral: n.{danger}, safe: s, unsafe: silence}}" for danger in Danger]
    + ["without_danger:", "  high: {neutral: h, safe: h, unsafe: h}", "  acute: {neutral: a, safe: a, unsafe: a}"]
    + ["while_held: {neutral: w, safe: w, unsafe: w}", "when_unsure: {neutral: q, safe: q, unsafe: w}"]
)


def table(directory: Path, text: str = TABLE) -> AnswerTable:
    (directory / "answers.yml").write_text(text, "utf-8")
    return AnswerTable.load(directory / "answers.yml")


def test_the_danger_decides_and_without_one_the_level(tmp_path: Path) -> None:
    answers = table(tmp_path)
    assert answers.answer(Danger.MEDICAL, DistressLevel.ACUTE, NEUTRAL) == "n.medical"
    assert answers.answer(Danger.MEDICAL, DistressLevel.HIGH, NEUTRAL) == "n.medical"
    assert answers.answer(None, DistressLevel.ACUTE, NEUTRAL) == "a"
    assert answers.answer(None, DistressLevel.HIGH, NEUTRAL) == "h"


def test_silence_is_none_and_stays_none(tmp_path: Path) -> None:
    answers = table(tmp_path)
    assert answers.answer(Danger.DURESS, DistressLevel.ACUTE, UNSAFE) is None
    assert answers.while_held(Danger.DURESS, DistressLevel.ACUTE, UNSAFE) is None
    assert answers.while_held(Danger.DURESS, DistressLevel.ACUTE, NEUTRAL) == "w"
    assert answers.keys() == {f"n.{danger}" for danger in Danger} | {"s", "h", "a", "w", "q"}


@pytest.mark.parametrize("danger", Danger)
def test_a_danger_without_an_answer_is_refused(tmp_path: Path, danger: Danger) -> None:
    lines = [line for line in TABLE.splitlines() if not line.startswith(f"  {danger}:")]
    with pytest.raises(ProgramError, match=rf"answers\.yml: by_danger\.{danger}: it is missing"):
        table(tmp_path, "\n".join(lines))


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("n.medical, safe: s, unsafe: silence", "n.medical, safe: s", "by_danger.medical.unsafe"),
        ("  medical:", "  medcal:", "by_danger.medical"),
        ("  duress: {neutral", "  dures: {neutral: x, safe: x, unsafe: x}\n  duress: {neutral", "by_danger.dures"),
        ("while_held: {neutral: w,", "while_held: {neutral: 7,", "while_held.neutral"),
    ],
)
def test_a_hole_or_a_slip_in_the_table_is_refused(tmp_path: Path, old: str, new: str, place: str) -> None:
    assert old in TABLE
    with pytest.raises(ProgramError) as refused:
        table(tmp_path, TABLE.replace(old, new))
    assert str(refused.value).startswith(f"answers.yml: {place}: ")
