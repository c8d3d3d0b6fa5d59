"""The pattern files, read and checked: what each rule listens for, how grave it is, and its examples."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from checkback.distress.findings import Danger, Level, Urgency
from checkback.distress.folding import fold
from checkback.distress.frames import Part, row_of
from checkback.distress.phrasing import ASIDES, END, MARKS, START, Line, lines_of, words_in
from checkback.distress.wordclasses import Phrase, WordClasses, spelled_out, with_stars

FOLDER = Path(__file__).parent / "patterns"
LANGUAGES = ("en", "es")
SOURCE = "source"
"""The field of every file that says where its words come from."""

_Lists = Mapping[str, frozenset[str]]


class Spellings(dict[str, tuple[str, ...]]):
    """As written on the left, as meant on the right."""

    @cached_property
    def phrases(self) -> tuple[tuple[str, Phrase], ...]:
        """Those that are several words as written."""
        return tuple((seen, meant) for seen, meant in self.items() if " " in seen)


_DENIED = {Danger.SUICIDE: Level.LOW, Danger.SELF_HARM: Level.LOW}


class BrokenRule(ValueError):
    """A pattern file cannot be used as it is; the message names the file, the rule and the mend."""


@dataclass(frozen=True)
class Rule:
    """One rule of one language.

    `danger` is set on rules that find danger, `context` on those that only change how others are taken (`past`, `now`,
    `idiom`, `settled`), neither on the opt-out. `denied` is the level left when it is denied; `holds` keeps
    the past and the settled from taking it down; `weighed`: its words stand in harmless texts as often, so that
    it pages only where the classifier finds danger likely; `only_with`: counts only beside other evidence of it.
    """

    id: str
    language: str
    patterns: tuple[tuple[Line, ...], ...]
    level: Level = Level.NONE
    urgency: Urgency | None = None
    danger: Danger | None = None
    context: str | None = None
    opt_out: bool = False
    denied: Level = Level.NONE
    holds: bool = False
    weighed: bool = False
    only_with: Danger | None = None
    catches: tuple[str, ...] = ()
    leaves: tuple[str, ...] = ()


@dataclass(frozen=True)
class Frame:
    """A rule said as rows of word classes.

    `also`: sets of symbols, of each of which one must be said somewhere in the text; `unless`: symbols that speak
    against it in the same sentence; `emergent_with`: symbols that make it emergent.
    """

    rule: Rule
    rows: tuple[Part, ...]
    also: tuple[frozenset[str], ...] = ()
    unless: frozenset[str] = frozenset()
    emergent_with: frozenset[str] = frozenset()

    @property
    def symbols(self) -> frozenset[str]:
        """Every word and `<class>` it names."""
        said = frozenset(symbol for row in self.rows for symbol in row.symbols())
        return said.union(*self.also) | self.unless | self.emergent_with

    @property
    def classes(self) -> frozenset[str]:
        return frozenset(one[1:-1] for one in self.symbols if one.startswith("<") and one not in (START, END))


@dataclass(frozen=True)
class Rulebook:
    """All rules, the word lists they use, and how people spell."""

    rules: tuple[Rule, ...]
    frames: tuple[Frame, ...]
    classes: WordClasses
    lists: Mapping[str, frozenset[str]]
    spellings: Mapping[str, Mapping[str, tuple[str, ...]]]
    signs: Mapping[str, str]
    others: Mapping[str, frozenset[str]]
    """Common words of languages the screen does not read."""
    version: str

    @cached_property
    def lexicon(self) -> frozenset[str]:
        """Every word any rule, list or spelling knows; `word*` stands for all that begin so."""
        ruled = {word for rule in self.rules for lines in rule.patterns for word in words_in(lines)}
        listed = {word for phrases in self.lists.values() for phrase in phrases for word in phrase.split()}
        spelled = {word for table in self.spellings.values() for words in table.values() for word in words}
        framed = {word for frame in self.frames for word in frame.symbols if not word.startswith("<")}
        return frozenset(ruled | listed | spelled | framed | self.classes.words)


def read_rulebook(folder: Path = FOLDER) -> Rulebook:
    """Everything in the folder. Raises BrokenRule."""
    lists = _word_lists(folder / "words.yml")
    spellings = {language: _spellings(folder / language / "spelling.yml") for language in LANGUAGES}
    entries = _class_entries(folder / "classes", lists)
    frames = tuple(
        frame
        for language in LANGUAGES
        for frame in _frames(folder / language / "frames", language, entries, spellings[language])
    )
    return Rulebook(
        rules=tuple(
            rule for language in LANGUAGES for rule in _rules(folder / language, language, lists, spellings[language])
        ),
        frames=frames,
        classes=_classes(entries, spellings, frames),
        lists=lists,
        spellings=spellings,
        signs={sign: word for sign, word in _yaml(folder / "signs.yml").items() if sign != SOURCE},
        others=_word_lists(folder / "other-languages.yml"),
        version=_version(folder),
    )


def _word_lists(file: Path) -> dict[str, frozenset[str]]:
    return {name: frozenset(map(fold, words)) for name, words in _yaml(file).items() if name != SOURCE}


def _class_entries(folder: Path, lists: _Lists) -> dict[str, set[str]]:
    """The lists of words.yml and the classes of the folder, each entry spelled out."""
    entries: dict[str, set[str]] = {name: set(words) for name, words in lists.items()}
    for file in sorted(folder.glob("*.yml")):
        for name, words in _word_lists(file).items():
            if name in lists:
                raise BrokenRule(f"classes/{file.name}: words.yml has a list {name!r} already")
            entries.setdefault(name, set()).update(phrase for entry in words for phrase in spelled_out(entry))
    return entries


def _classes(
    entries: Mapping[str, Iterable[str]], spellings: Mapping[str, Spellings], frames: Iterable[Frame]
) -> WordClasses:
    """As written, and as each language spells it."""
    phrases = {
        name: {said for entry in words for said in _as_each_spells(entry, spellings)} for name, words in entries.items()
    }
    known = frozenset(word for said in phrases.values() for phrase in said for word in phrase)
    starred = {word[:-1] for frame in frames for word in frame.symbols if word.endswith("*")}
    return WordClasses({name: with_stars(said, known) for name, said in phrases.items()}, tuple(sorted(starred)))


def _as_each_spells(entry: str, spellings: Mapping[str, Spellings]) -> Iterator[Phrase]:
    yield tuple(entry.split())
    for table in spellings.values():
        yield tuple(_as_read(entry, table).replace("(", "").replace(")", "").split())


def _rules(folder: Path, language: str, lists: _Lists, spellings: Spellings) -> Iterator[Rule]:
    for file in sorted(folder.glob("*.yml")):
        if file.name == "spelling.yml":
            continue
        page = _yaml(file)
        for entry in page["rules"]:
            try:
                yield _rule(page, entry, language, _FIELDS, tuple(_lines(entry["says"], lists, spellings)))
            except (KeyError, ValueError, AttributeError) as error:
                raise BrokenRule(f"{language}/{file.name}, rule {entry.get('id', '?')}: {error}") from error


def _frames(folder: Path, language: str, entries: dict[str, set[str]], spellings: Spellings) -> Iterator[Frame]:
    """The frames of one language. What their conditions name becomes a class of its own in `entries`."""
    asides = frozenset(entries[ASIDES])
    for file in sorted(folder.glob("*.yml")):
        page = _yaml(file)
        for entry in page["frames"]:
            try:
                frame = _frame(page, entry, language, asides, entries, spellings)
                _refuse_unknown_classes(frame, entries)
            except (KeyError, ValueError, AttributeError) as error:
                raise BrokenRule(f"{language}/frames/{file.name}, frame {entry.get('id', '?')}: {error}") from error
            yield frame


def _frame(
    page: dict[str, Any],
    entry: dict[str, Any],
    language: str,
    asides: frozenset[str],
    entries: dict[str, set[str]],
    spellings: Spellings,
) -> Frame:
    def named(field: str, words: Iterable[str]) -> frozenset[str]:
        """As symbols; words and phrases that no class holds make one of their own."""
        loose = {
            fold(word).replace("num", "#") if word == "NUM" else fold(word)
            for word in words
            if not word.startswith("<")
        }
        own = f"{entry['id']}:{field}"
        if loose:
            entries[own] = loose
        return frozenset(word for word in words if word.startswith("<")) | ({f"<{own}>"} if loose else set())

    return Frame(
        rule=_rule(page, entry, language, _FRAME_FIELDS, ()),
        rows=tuple(row_of(_as_read(row, spellings), asides) for row in entry["says"]),
        also=tuple(named(f"also-{at}", some.split("|")) for at, some in enumerate(entry.get("also", ()))),
        unless=named("unless", entry.get("unless", ())),
        emergent_with=named("emergent", entry.get("emergent_with", ())),
    )


def _refuse_unknown_classes(frame: Frame, classes: Container[str]) -> None:
    unknown = sorted(one for one in frame.classes if one not in classes)
    if unknown:
        raise BrokenRule(f"there is no class <{unknown[0]}>")


def _rule(
    page: dict[str, Any],
    entry: dict[str, Any],
    language: str,
    fields: frozenset[str],
    patterns: tuple[tuple[Line, ...], ...],
) -> Rule:
    unknown = set(entry) - fields
    if unknown:
        raise BrokenRule(f"unknown field {sorted(unknown)[0]!r}; known are {', '.join(sorted(fields))}")
    danger = Danger(page["danger"]) if "danger" in page else None
    level = Level(entry["level"]) if danger else Level.NONE
    urgency = Urgency(entry["urgency"]) if "urgency" in entry else None
    if (level is Level.ACUTE) != (urgency is not None):
        raise BrokenRule("urgency is said exactly when the level is acute")
    return Rule(
        id=entry["id"],
        language=language,
        patterns=patterns,
        level=level,
        urgency=urgency,
        danger=danger,
        context=page.get("context"),
        opt_out="opt_out" in page,
        denied=Level(entry["denied"]) if "denied" in entry else _DENIED.get(danger or Danger.DISTRESS, Level.NONE),
        holds=entry.get("holds") == "yes",
        weighed=entry.get("weighed") == "yes",
        only_with=Danger(entry["only_with"]) if "only_with" in entry else None,
        catches=tuple(entry["catches"]),
        leaves=tuple(entry.get("leaves", ())),
    )


_FIELDS = frozenset(
    {"id", "means", "level", "urgency", "denied", "holds", "weighed", "only_with", "says", "catches", "leaves"}
)
_FRAME_FIELDS = _FIELDS | {"also", "unless", "emergent_with"}


def _lines(patterns: list[str], lists: _Lists, spellings: Spellings) -> Iterator[tuple[Line, ...]]:
    for pattern in patterns:
        yield tuple(dict.fromkeys(lines_of(_as_read(pattern, spellings), lists)))


_CAPITALS = frozenset({*MARKS, "NUM"})


def _as_read(pattern: str, spellings: Spellings) -> str:
    """The pattern in the words a reading has, so that `can't` may be written as people write it."""
    for bracket in "(|)":
        pattern = pattern.replace(bracket, f" {bracket} ")
    symbols = pattern.replace(") ?", ")?").split()
    words = [word if word.removesuffix("?") in _CAPITALS else _meant(fold(word), spellings) for word in symbols]
    row = " ".join(words)
    if len(words) == 1 and " " not in row:
        return row
    for seen, meant in spellings.phrases:
        if seen in row:
            row = f" {row} ".replace(f" {seen} ", f" {' '.join(meant)} ").strip()
    return row


def _meant(word: str, spellings: Spellings) -> str:
    meant = spellings.get(word.removesuffix("?"))
    if not meant:
        return word
    return f"( {' '.join(meant)} )?" if word.endswith("?") else " ".join(meant)


def _spellings(file: Path) -> Spellings:
    return Spellings({fold(seen): tuple(fold(meant).split()) for seen, meant in _yaml(file).items() if seen != SOURCE})


def _yaml(file: Path) -> Any:
    """Every scalar a string: `no` is a word here."""
    try:
        return yaml.load(file.read_text(encoding="utf-8"), Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506
    except (OSError, yaml.YAMLError) as error:
        raise BrokenRule(f"{file.name}: {error}") from error


def _version(folder: Path) -> str:
    """Changes with any pattern and any line of the screen's own code."""
    digest = hashlib.sha256()
    code = folder.parent if folder == FOLDER else Path(__file__).parent
    for file in [*sorted(folder.rglob("*.yml")), *sorted(code.glob("*.py"))]:
        digest.update(file.read_bytes())
    return f"patterns-{digest.hexdigest()[:12]}"
