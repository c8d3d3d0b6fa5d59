"""The training texts: what people might write, with what each of them means; read and checked from files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from checkback.distress.findings import Danger, Level, Urgency

EXAMPLES = Path(__file__).parent / "examples"
NO_DANGER = "none"
_PAGE = {"source", "writer", "language", "danger", "ideas"}
_IDEA = {"idea", "level", "urgency", "danger", "opt_out", "texts"}
LANGUAGES = ("en", "es", "mix")


class BrokenExample(ValueError):
    """A file of examples cannot be used; the message names the file, the idea and the mend."""


@dataclass(frozen=True)
class Example:
    """One text and what it means."""

    text: str
    level: Level
    urgency: Urgency | None
    danger: Danger | None
    """The kind the text is about, also where it is harmless: "headache pills" lies beside `suicide`."""
    opt_out: bool
    language: str
    writer: str
    idea: str
    """All texts of one idea are variants of one thought; a split never divides them."""


def read_examples(folder: Path = EXAMPLES) -> tuple[Example, ...]:
    """Every text of the languages in the folder. Raises BrokenExample."""
    return read_files(file for language in LANGUAGES for file in sorted((folder / language).glob("*.yml")))


def read_files(files: Iterable[Path]) -> tuple[Example, ...]:
    """Every text of these files. Raises BrokenExample."""
    found = [one for file in files for one in _in_file(file)]
    said: dict[str, Example] = {}
    for one in found:
        first = said.setdefault(one.text.casefold().strip(), one)
        if (first.level, first.urgency, first.opt_out) != (one.level, one.urgency, one.opt_out):
            raise BrokenExample(f"{one.idea}: the same text means something else in {first.idea}")
    return tuple(found)


def hash_of(examples: tuple[Example, ...]) -> str:
    """Changes with any text, its meaning or its place; not with comments or the order of the files."""
    digest = hashlib.sha256()
    for one in sorted(examples, key=lambda one: (one.idea, one.text)):
        digest.update(repr((one.idea, one.text, one.level.value, one.urgency, one.danger, one.opt_out)).encode())
    return digest.hexdigest()


def _in_file(file: Path) -> Iterator[Example]:
    page = _yaml(file)
    missing = _PAGE - set(page)
    if missing:
        raise BrokenExample(f"{file.name}: {sorted(missing)[0]} is missing")
    if page["language"] not in LANGUAGES:
        raise BrokenExample(f"{file.name}: language is one of {', '.join(LANGUAGES)}")
    for idea in page["ideas"]:
        try:
            yield from _of_idea(page, idea, f"{page['writer']}/{page['language']}/{file.stem}/{idea.get('idea', '?')}")
        except (KeyError, ValueError) as error:
            raise BrokenExample(f"{file.parent.name}/{file.name}, idea {idea.get('idea', '?')}: {error}") from error


def _of_idea(page: dict[str, Any], idea: dict[str, Any], name: str) -> Iterator[Example]:
    unknown = set(idea) - _IDEA
    if unknown:
        raise ValueError(f"unknown field {sorted(unknown)[0]!r}; known are {', '.join(sorted(_IDEA))}")
    level = Level(idea["level"])
    urgency = Urgency(idea["urgency"]) if "urgency" in idea else None
    if (level is Level.ACUTE) != (urgency is not None):
        raise ValueError("urgency is said exactly when the level is acute")
    danger = idea.get("danger", page["danger"])
    for text in idea["texts"]:
        yield Example(
            text=text,
            level=level,
            urgency=urgency,
            danger=None if danger == NO_DANGER else Danger(danger),
            opt_out=idea.get("opt_out") == "true",
            language=page["language"],
            writer=page["writer"],
            idea=name,
        )


def _yaml(file: Path) -> Any:
    """Every scalar a string: `Yes` and `911` are texts here."""
    try:
        return yaml.load(file.read_text(encoding="utf-8"), Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506
    except (OSError, yaml.YAMLError) as error:
        raise BrokenExample(f"{file.name}: {error}") from error
