"""The pattern files keep their own word: each example is caught or left as its rule says."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from spacy.vocab import Vocab

from checkback.distress import DistressScreen, Evidence, Level
from checkback.distress.filling import Filler
from checkback.distress.folding import fold_in_place
from checkback.distress.hearing import Ear, Heard, vocabulary
from checkback.distress.phrasing import UnreadablePattern, lines_of
from checkback.distress.reading import Reader, pieces_of
from checkback.distress.rulebook import FOLDER, BrokenRule, Frame, Rule, Rulebook, read_rulebook

RULES = read_rulebook().rules
FRAMES = read_rulebook().frames


def speaks(rule: Rule, text: str, screen: DistressScreen, book: Rulebook) -> bool:
    if rule.opt_out:
        return screen.assess(text).opt_out
    if rule.context:
        return any(one.rule.id == rule.id for one in heard_by(rule, text, book))
    return rule.id in {one.rule for one in screen.assess(text).evidence}


@cache
def _vocab() -> Vocab:
    return vocabulary(read_rulebook().lexicon)


def heard_by(rule: Rule, text: str, book: Rulebook) -> list[Heard]:
    reader = Reader(book.spellings[rule.language], book.lexicon, book.lists["grave"])
    reading = reader.read(pieces_of(fold_in_place(text, book.signs)))
    return Ear(_vocab(), [rule], book.lexicon, book.lists["common"]).hear(reading)


@pytest.mark.parametrize(
    ("rule", "text"), [pytest.param(rule, text, id=f"{rule.id}: {text}") for rule in RULES for text in rule.catches]
)
def test_a_rule_catches_its_examples(screen: DistressScreen, book: Rulebook, rule: Rule, text: str):
    """A frame may say the same more fully, and then speaks for both; but the text is as grave as the rule at least."""
    assert screen.assess(text).opt_out if rule.opt_out else rule in {one.rule for one in heard_by(rule, text, book)}
    assert screen.assess(text).level.rank >= rule.level.rank


@pytest.mark.parametrize(
    ("rule", "text"), [pytest.param(rule, text, id=f"{rule.id}: {text}") for rule in RULES for text in rule.leaves]
)
def test_a_rule_leaves_what_is_not_its_business(screen: DistressScreen, book: Rulebook, rule: Rule, text: str):
    assert not speaks(rule, text, screen, book)


@pytest.mark.parametrize(
    ("frame", "text"),
    [pytest.param(frame, text, id=f"{frame.rule.id}: {text}") for frame in FRAMES for text in frame.rule.catches],
)
def test_a_frame_is_filled_by_its_examples(screen: DistressScreen, book: Rulebook, frame: Frame, text: str):
    """And what it says counts: the text is at least as grave as the frame."""
    assert frame.rule.id in {one.rule.id for one in filled_by(frame, text, book)}
    assert frame.rule.context or screen.assess(text).level.rank >= frame.rule.level.rank


@pytest.mark.parametrize(
    ("frame", "text"),
    [pytest.param(frame, text, id=f"{frame.rule.id}: {text}") for frame in FRAMES for text in frame.rule.leaves],
)
def test_a_frame_leaves_what_is_not_its_business(screen: DistressScreen, book: Rulebook, frame: Frame, text: str):
    spoke = filled_by(frame, text, book) if frame.rule.context else screen.assess(text).evidence
    assert frame.rule.id not in {one.rule if isinstance(one, Evidence) else one.rule.id for one in spoke}


def filled_by(frame: Frame, text: str, book: Rulebook) -> list[Heard]:
    reader = Reader(book.spellings[frame.rule.language], book.lexicon, book.lists["grave"])
    reading = reader.read(pieces_of(fold_in_place(text, book.signs)))
    return Filler([frame], book.classes, book.lists["common"]).hear(reading)


def test_every_rule_has_a_name_of_its_own_and_examples_both_ways():
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.id.startswith(f"{rule.language}.") for rule in RULES)
    assert all(rule.catches and rule.leaves for rule in RULES)


def test_every_rule_says_what_it_means_in_a_sentence():
    files = [file.read_text(encoding="utf-8") for file in FOLDER.rglob("*.yml")]
    assert sum(text.count("    means: ") for text in files) == len(RULES) + len(FRAMES)


def test_both_languages_speak_of_every_danger():
    dangers = {language: {rule.danger for rule in RULES if rule.language == language} for language in ("en", "es")}
    assert dangers["en"] == dangers["es"]


def test_what_is_danger_has_a_level_and_acute_has_an_urgency():
    assert all((rule.level is Level.ACUTE) == (rule.urgency is not None) for rule in RULES)
    assert all((rule.level is not Level.NONE) == (rule.danger is not None) for rule in RULES)


def test_a_broken_rule_is_named_with_its_file(tmp_path: Path):
    copy_patterns(tmp_path)
    (tmp_path / "en" / "medical.yml").write_text(
        "danger: medical\nrules:\n  - {id: en.x, level: acute, urgency: soon, says: [ouch], catches: [ouch]}\n"
    )
    with pytest.raises(BrokenRule, match=r"en/medical\.yml, rule en\.x: 'soon' is not a valid Urgency"):
        read_rulebook(tmp_path)


def test_a_field_nobody_knows_is_refused(tmp_path: Path):
    copy_patterns(tmp_path)
    (tmp_path / "en" / "medical.yml").write_text(
        "danger: medical\nrules:\n  - {id: en.x, level: high, say: [ouch], says: [ouch], catches: [ouch]}\n"
    )
    with pytest.raises(BrokenRule, match="unknown field 'say'"):
        read_rulebook(tmp_path)


def test_any_change_to_a_pattern_changes_the_version(tmp_path: Path):
    copy_patterns(tmp_path)
    before = read_rulebook(tmp_path).version
    words = tmp_path / "en" / "self-harm.yml"
    words.write_text(words.read_text(encoding="utf-8") + "\n# reviewed\n", encoding="utf-8")
    assert read_rulebook(tmp_path).version != before


@pytest.mark.parametrize(
    ("pattern", "complaint"),
    [
        ("(kill|hurt myself", "never closed"),
        ("kill) myself", "never opened"),
        ("<nobody> hit me", "no list '<nobody>'|no list 'nobody'"),
        ("please? ...", "may be missing"),
    ],
)
def test_a_pattern_that_cannot_be_read_says_why(pattern: str, complaint: str):
    with pytest.raises(UnreadablePattern, match=complaint):
        lines_of(pattern, {"asides": frozenset({"lol"})})


def copy_patterns(to: Path) -> None:
    for file in FOLDER.rglob("*.yml"):
        target = to / file.relative_to(FOLDER)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
