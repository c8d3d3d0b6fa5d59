"""Looks through the pattern files and the examples for mistakes, each named with its file and line.

    python -m checkback.distress.linting

Labels missing or unknown, sources missing, a class nobody defined, the same text or the same pattern twice, a rule that
none of its own sentences fills.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from checkback.distress.examples import EXAMPLES, LANGUAGES, NO_DANGER
from checkback.distress.filling import Filler
from checkback.distress.findings import Danger, Level, Urgency
from checkback.distress.folding import fold_in_place
from checkback.distress.hearing import Ear, vocabulary
from checkback.distress.reading import Reader, pieces_of
from checkback.distress.rulebook import FOLDER, SOURCE, BrokenRule, Rulebook, read_rulebook
from checkback.distress.rulebook import LANGUAGES as RULED

_PAGE = ("source", "writer", "language", "danger", "ideas")
_KNOWN = {
    "idea": None, "level": {one.value for one in Level}, "urgency": {one.value for one in Urgency},
    "danger": {NO_DANGER, *(one.value for one in Danger)}, "opt_out": {"true"}, "texts": None,
}  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where to mend it."""

    file: Path
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


def faults_of_examples(folder: Path = EXAMPLES) -> Iterator[Fault]:
    """Every mistake in the training texts. Two people may write the same short text, one person once."""
    said: dict[tuple[str, str], Fault] = {}
    for file in sorted(folder.rglob("*.yml")):
        page = _opened(file)
        if isinstance(page, Fault):
            yield page
            continue
        yield from _of_page(file, page)
        writer = page["writer"].value if "writer" in page else file.name
        for text in (text for idea in _items(page.get("ideas")) for text in _items(_fields(idea).get("texts"))):
            here = Fault(file, _line(text), f"the same text by the same writer: {text.value!r}")
            if said.setdefault((writer, str(text.value).strip()), here) is not here:
                first = said[writer, str(text.value).strip()]
                yield Fault(file, here.line, f"{here.what} stands in {first.file.name}:{first.line}")


def _of_page(file: Path, page: dict[str, yaml.Node]) -> Iterator[Fault]:
    for name in _PAGE:
        if name not in page or page[name].value in ("", []):
            yield Fault(file, 1, f"{name} is missing")
    if "language" in page and page["language"].value not in LANGUAGES:
        yield Fault(file, _line(page["language"]), f"language is one of {', '.join(LANGUAGES)}")
    for idea in _items(page.get("ideas")):
        yield from _of_idea(file, idea)


def _of_idea(file: Path, idea: yaml.Node) -> Iterator[Fault]:
    fields = _fields(idea)
    for name, value in fields.items():
        known = _KNOWN.get(name, set())
        if known is not None and value.value not in known:
            may = f"one of {', '.join(sorted(known))}" if known else "no field of an idea"
            yield Fault(file, _line(value), f"{name}: {value.value!r} is not {may}" if known else f"{name} is {may}")
    for name in ("idea", "level", "texts"):
        if name not in fields or not fields[name].value:
            yield Fault(file, _line(idea), f"{name} is missing")
    if (getattr(fields.get("level"), "value", "") == Level.ACUTE.value) != ("urgency" in fields):
        yield Fault(file, _line(idea), "urgency is said exactly when the level is acute")
    for text in _items(fields.get("texts")):
        if not str(text.value).strip():
            yield Fault(file, _line(text), "an empty text")


def faults_of_patterns(folder: Path = FOLDER) -> Iterator[Fault]:
    """Every mistake in the patterns."""
    files = sorted(folder.rglob("*.yml"))
    for file in files:
        page = _opened(file)
        if isinstance(page, Fault):
            yield page
        elif not page.get(SOURCE) or not page[SOURCE].value:
            yield Fault(file, 1, "source is missing")
        else:
            yield from _said_twice(file, page)
    try:
        book = read_rulebook(folder)
    except BrokenRule as error:
        yield _placed(str(error), files)
        return
    yield from _unfilled(book, files)


def _said_twice(file: Path, page: dict[str, yaml.Node]) -> Iterator[Fault]:
    for rule in (*_items(page.get("rules")), *_items(page.get("frames"))):
        for field in ("says", "catches", "leaves"):
            seen: set[str] = set()
            for one in _items(_fields(rule).get(field)):
                if one.value in seen:
                    yield Fault(file, _line(one), f"{field}: the same twice")
                seen.add(one.value)


def _unfilled(book: Rulebook, files: Iterable[Path]) -> Iterator[Fault]:
    """Rules and frames that none of their own sentences fills."""
    vocab = vocabulary(book.lexicon)
    for language in RULED:
        reader = Reader(book.spellings[language], book.lexicon, book.lists["grave"])
        rules = [rule for rule in book.rules if rule.language == language]
        frames = [frame for frame in book.frames if frame.rule.language == language]
        ear = Ear(vocab, rules, book.lexicon, book.lists["common"])
        filler = Filler(frames, book.classes, book.lists["common"])
        for rule in (*rules, *(frame.rule for frame in frames)):
            readings = (reader.read(pieces_of(fold_in_place(text, book.signs))) for text in rule.catches)
            if not any(one.rule.id == rule.id for said in readings for one in (*ear.hear(said), *filler.hear(said))):
                yield _placed(f"{rule.id}: none of its own sentences is heard by it", files)


def _placed(what: str, files: Iterable[Path]) -> Fault:
    """At the line that speaks of it: a message names the file's end and the rule's id."""
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            name = line.partition("id: ")[2].split(",")[0].strip()
            if name and f"{name}:" in what:
                return Fault(file, number, what)
    file = next((file for file in files if file.name in what), FOLDER)
    return Fault(file, 1, what)


def _opened(file: Path) -> dict[str, yaml.Node] | Fault:
    try:
        return _fields(yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return Fault(file, line, f"cannot be read: {error.problem}")


def _fields(node: yaml.Node | None) -> dict[str, yaml.Node]:
    return {key.value: value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def main() -> int:
    """Says every fault; 1 where there is one."""
    faults = [*faults_of_examples(), *faults_of_patterns()]
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
