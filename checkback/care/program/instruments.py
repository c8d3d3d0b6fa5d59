"""Screening instruments: `program/instruments/`, and files of one's own. The fields are explained in `phq-2.yml`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from checkback.care.program.entry import Entry, ProgramError, contents, read_text
from checkback.care.rules.instruments import AskedBy, Band, Instrument, Scale, Words
from checkback.care.terms import Language

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
#: A column has room for so many.
_LONGEST_NAME, _LONGEST_LICENCE = 40, 300


def load_instruments(folder: Path) -> Mapping[str, Instrument]:
    """Every instrument of a folder, by its name. Raises ProgramError as `read_instrument`, and for a double."""
    found: dict[str, Instrument] = {}
    for path in sorted(folder.glob("*.yml")):
        instrument = load_instrument(path)
        if instrument.name in found:
            raise ProgramError(path.name, "name", f"another file brings '{instrument.name}' already; give each its own")
        found[instrument.name] = instrument
    return found


def load_instrument(path: Path) -> Instrument:
    """Read an instrument from its file. Raises ProgramError as `read_instrument`."""
    return read_instrument(path.name, contents(path))


def read_instrument(file: str, text: str) -> Instrument:
    """Read an instrument.

    Raises:
        ProgramError: naming the file, the field and the mend; also where the words are not those of the checksum.
    """
    entry = read_text(file, text)
    words = _languages(entry)
    length = len(next(iter(words.values())).items)
    instrument = Instrument(
        name=_short(entry, "name", _LONGEST_NAME, _NAME),
        title=entry.text("title"),
        version=_short(entry, "version", _LONGEST_NAME),
        licence=_short(entry, "licence", _LONGEST_LICENCE),
        source=_source(entry),
        by=entry.word("by", AskedBy),
        window_days=entry.number("window_days", least=1),
        values=_values(entry, words),
        words=words,
        scales=tuple(_scale(each, length) for each in entry.entries("scales")),
        bands=tuple(_band(each) for each in entry.entries("bands")) if entry.has("bands") else (),
        only_after=_only_after(entry, length) if entry.has("only_after") else None,
        acute_item=_item(entry, "acute_item", length) if entry.has("acute_item") else None,
        refused_counts=entry.flag("refused_counts", default=False),
        not_before_days=entry.number("not_before_days") if entry.has("not_before_days") else 0,
        youngest=entry.number("youngest"),
    )
    _refuse_what_cannot_be(entry, instrument)
    if entry.text("checksum") != checksum(instrument):
        compare = f"the words are not those it was made of; compare them with {instrument.source}"
        entry.refuse("checksum", f"{compare}, then write {checksum(instrument)}")
    return entry.done(instrument)


def checksum(instrument: Instrument) -> str:
    """The SHA-256 of every published word and of what the choices count: who changes one by accident is told."""
    said = {
        "values": instrument.values,
        "words": {str(language): asdict(words) for language, words in instrument.words.items()},
    }
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _short(entry: Entry, field: str, most: int, shape: re.Pattern[str] | None = None) -> str:
    text = entry.text(field, shape=shape)
    if len(text) > most:
        entry.refuse(field, f"at most {most} letters")
    return text


def _source(entry: Entry) -> str:
    source = entry.text("source")
    if not source.startswith("https://"):
        entry.refuse("source", "write the page of whoever publishes it, as https://…")
    return source


def _languages(entry: Entry) -> Mapping[Language, Words]:
    found: dict[Language, Words] = {}
    for each in entry.entries("languages"):
        language = each.word("language", Language)
        if language in found:
            each.refuse("language", f"{language} is there twice; take one out")
        found[language] = each.done(Words(each.text("asks"), each.texts("items"), each.texts("choices")))
        shapes = {(len(words.items), len(words.choices)) for words in found.values()}
        if len(shapes) > 1 or (0, 0) in shapes:
            each.refuse("items", "as many items, and as many choices, in each language")
    return found


def _values(entry: Entry, words: Mapping[Language, Words]) -> tuple[int, ...]:
    values = _numbers(entry, "values")
    if len(values) != len(next(iter(words.values())).choices) or list(values) != sorted(set(values)):
        entry.refuse("values", "one number for each choice, upwards")
    return values


def _scale(entry: Entry, length: int) -> Scale:
    scale = Scale(
        entry.text("scale", shape=_NAME), _items(entry, "items", length), entry.number("concern_from", least=1)
    )
    return entry.done(scale)


def _band(entry: Entry) -> Band:
    return entry.done(Band(entry.text("band"), entry.number("up_to")))


def _only_after(entry: Entry, length: int) -> Mapping[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = {}
    for each in entry.entries("only_after"):
        item, before = _item(each, "item", length), _items(each, "any_of", length)
        if item in found or max(before) >= item:
            each.refuse("any_of", "items that are asked before it; each item once")
        found[item] = each.done(before)
    return found


def _item(entry: Entry, field: str, length: int) -> int:
    item = entry.number(field, least=1)
    if item > length:
        entry.refuse(field, f"there are {length} items")
    return item


def _items(entry: Entry, field: str, length: int) -> tuple[int, ...]:
    items = _numbers(entry, field)
    if not items or any(not 1 <= item <= length for item in items) or len(set(items)) < len(items):
        entry.refuse(field, f"numbers of items, 1 to {length}, each once")
    return items


def _numbers(entry: Entry, field: str) -> tuple[int, ...]:
    given = entry.take(field)
    numbers = [each for each in given if type(each) is int] if isinstance(given, list) else []
    if not isinstance(given, list) or len(numbers) < len(given):
        entry.refuse(field, "write whole numbers, as [1, 2]")
    return tuple(numbers)


def _refuse_what_cannot_be(entry: Entry, instrument: Instrument) -> None:
    most = max(instrument.values)
    for scale in instrument.scales:
        if scale.concern_from > most * len(scale.items):
            entry.refuse("scales", f"{scale.name} never reaches {scale.concern_from}: nobody would be asked to look")
    names = [scale.name for scale in instrument.scales]
    if len(set(names)) < len(names):
        entry.refuse("scales", "two scales have one name; give each its own")
    highest = most * sum(len(scale.items) for scale in instrument.scales)
    limits: Sequence[int] = [band.up_to for band in instrument.bands]
    if limits and (list(limits) != sorted(set(limits)) or limits[-1] != highest):
        entry.refuse("bands", f"upwards, the last up to {highest}")
    if instrument.acute_item is not None and instrument.by is AskedBy.TEXT:
        entry.refuse("by", "what asks about danger now is asked by a person, who is there for the answer; write person")
