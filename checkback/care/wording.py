"""Every sentence we send, looked up by its key and filled in; and which of them answers distress."""

from __future__ import annotations

import hashlib
import string
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path

from checkback.care.errors import Said, said
from checkback.care.program import Entry, ProgramError, read
from checkback.care.terms import Danger, DistressLevel, Language, SafetyMode

SILENCE = "silence"

#: A file as the keys of its leaves, joined by dots, and what stands there for each safety mode.
Phrases = Mapping[str, Mapping[SafetyMode, str]]


class WordingError(ProgramError):
    """A sentence is missing or cannot be filled in; it names the file, the key and the mend."""


#: Which sentence: its key, for which language, for which safety mode.
Place = tuple[str, Language, SafetyMode]


@dataclass(frozen=True)
class Wording:
    """The sentences to families in each language, and those to staff. Made by `load`, which leaves no gap in it.

    What staff approved since takes the place of what stands in the files: `learn`.
    """

    _in_files: str
    _families: Mapping[Language, Phrases]
    _staff: Phrases
    _approved: list[Mapping[Place, str]] = field(default_factory=lambda: [{}], compare=False)

    @property
    def version(self) -> str:
        """Changes when a letter of any sentence does, in the files or by an approval."""
        approved = self._approved[0]
        if not approved:
            return self._in_files
        said = "\0".join(f"{place}:{approved[place]}" for place in sorted(approved))
        return f"{self._in_files}-{hashlib.sha256(said.encode()).hexdigest()[:12]}"

    def learn(self, approved: Mapping[Place, str]) -> bool:
        """From now on these are said instead of what stands in the files. Whether that is news.

        What the files do not know, or what asks for other slots, is left aside: it could not be filled in.
        """
        fits = {place: sentence for place, sentence in approved.items() if self.lacks(place, sentence) is None}
        is_news = fits != self._approved[0]
        self._approved[0] = fits
        return is_news

    def lacks(self, place: Place, sentence: str) -> Said | None:
        """Why this cannot be said there, and the mend; None when it can."""
        key, language, mode = place
        if key not in self.keys():
            return said("there is no sentence of this name")
        if not sentence.strip():
            return said("write something")
        try:
            _refuse_odd_slots(Entry(f"{language}.yml", key, {}), mode, sentence)
        except ProgramError as error:
            return error.mend if isinstance(error.mend, Said) else said("%(mend)s", mend=error.mend)
        wanted, given = _slots(self._families[language][key][mode]), _slots(sentence)
        if wanted != given:
            named = ", ".join(f"{{{slot}}}" for slot in sorted(wanted)) or "–"
            return said("it must have exactly these slots: %(slots)s", slots=named)
        return None

    def as_written(self, key: str, language: Language, mode: SafetyMode) -> str:
        """The sentence with its slots, as it counts now. Raises WordingError when there is none."""
        found = self._approved[0].get((key, language, mode))
        return found if found is not None else _find(f"{language}.yml", self._families[language], key)[mode]

    def in_files(self, key: str, language: Language, mode: SafetyMode) -> str:
        """The sentence with its slots, as it stands in the files. Raises WordingError when there is none."""
        return _find(f"{language}.yml", self._families[language], key)[mode]

    @classmethod
    def load(cls, directory: Path) -> Wording:
        """Read `en.yml`, `es.yml` and `staff.yml`.

        Raises:
            ProgramError: a file is missing or malformed; as WordingError when a key or slot is not in every language.
        """
        families = {language: _phrases(read(directory / f"{language}.yml")) for language in Language}
        _refuse_gaps(families)
        return cls(_version(directory), families, _phrases(read(directory / "staff.yml")))

    def render(self, key: str, language: Language, mode: SafetyMode, **slots: str) -> str:
        """What to say to a family. Slots the sentence does not use are left out.

        Raises:
            WordingError: there is no such key, or a slot it needs is not given.
        """
        return _filled(f"{language}.yml", key, self.as_written(key, language, mode), slots)

    def staff(self, key: str, /, **slots: str) -> str:
        """What to say to staff, in English. Raises WordingError as `render`."""
        return _fill("staff.yml", self._staff, key, SafetyMode.NEUTRAL, slots)

    def has(self, key: str) -> bool:
        """Whether there is a sentence to families under this key."""
        return key in self.keys()

    def keys(self) -> Set[str]:
        """The keys of the sentences to families; the same in every language."""
        return self._families[Language.ENGLISH].keys()

    def all_sentences(self) -> Iterator[str]:
        """Every sentence to families, in each language and mode, its slots unfilled."""
        for phrases in self._families.values():
            for modes in phrases.values():
                yield from modes.values()

    def staff_keys(self) -> Set[str]:
        """The keys of the sentences to staff."""
        return self._staff.keys()

    def slots(self, key: str) -> frozenset[str]:
        """The slots a sentence to families may use, over all modes. Raises WordingError when there is no such key."""
        return _all_slots(_find("en.yml", self._families[Language.ENGLISH], key))

    def staff_slots(self, key: str) -> frozenset[str]:
        """The slots a sentence to staff uses. Raises WordingError when there is no such key."""
        return _all_slots(_find("staff.yml", self._staff, key))


_MAY_BE_A_QUESTION = frozenset({"safety.heard", "safety.suicide", "safety.self_harm"})


@dataclass(frozen=True)
class AnswerTable:
    """Which sentence answers distress, by danger and safety mode; None is silence. Made by `load`, complete."""

    _by_danger: Mapping[Danger, Mapping[SafetyMode, str | None]]
    _without_danger: Mapping[DistressLevel, Mapping[SafetyMode, str | None]]
    _while_held: Mapping[SafetyMode, str | None]
    _when_unsure: Mapping[SafetyMode, str | None]

    @classmethod
    def load(cls, path: Path) -> AnswerTable:
        """Read the table. Raises ProgramError when a cell is missing or a row is of no danger we know."""
        table = read(path)
        dangers, levels = table.entry("by_danger"), table.entry("without_danger")
        return table.done(
            cls(
                dangers.done({danger: _cells(dangers, danger) for danger in Danger}),
                levels.done({level: _cells(levels, level) for level in (DistressLevel.HIGH, DistressLevel.ACUTE)}),
                _cells(table, "while_held"),
                _cells(table, "when_unsure"),
            )
        )

    def answer(self, danger: Danger | None, level: DistressLevel, mode: SafetyMode) -> str | None:
        """The key of what to say; None: say nothing. A danger decides; without one the level does."""
        if danger is not None:
            return self._by_danger[danger][mode]
        row = DistressLevel.ACUTE if level is DistressLevel.ACUTE else DistressLevel.HIGH
        return self._without_danger[row][mode]

    def while_held(self, danger: Danger | None, level: DistressLevel, mode: SafetyMode) -> str | None:
        """The key of what to say to further texts while a person has the conversation; bland stays bland."""
        first = self.answer(danger, level, mode)
        return first if first in (None, "safety.bland") else self._while_held[mode]

    def when_unsure(self, danger: Danger | None, level: DistressLevel, mode: SafetyMode) -> str | None:
        """The key of what to say when the screen is unsure: a question, where the answer would be open words anyway."""
        first = self.answer(danger, level, mode)
        return self._when_unsure[mode] if first in _MAY_BE_A_QUESTION else first

    def keys(self) -> frozenset[str]:
        """Every key the table may answer with."""
        rows = [*self._by_danger.values(), *self._without_danger.values(), self._while_held, self._when_unsure]
        return frozenset(key for row in rows for key in row.values() if key is not None)


def _phrases(entry: Entry) -> Phrases:
    return dict(_leaves(entry, ""))


def _leaves(entry: Entry, under: str) -> Iterator[tuple[str, Mapping[SafetyMode, str]]]:
    for name in entry.names():
        key = f"{under}{name}"
        value = entry.take(name)
        if isinstance(value, Mapping) and not value.keys() & set(SafetyMode):
            yield from _leaves(Entry(entry.file, key, value), f"{key}.")
        else:
            yield key, _modes(Entry(entry.file, key, value if isinstance(value, Mapping) else {"neutral": value}))


def _modes(entry: Entry) -> Mapping[SafetyMode, str]:
    neutral = entry.text("neutral")
    modes = {mode: entry.text(mode) if entry.has(mode) else neutral for mode in SafetyMode}
    for mode, sentence in modes.items():
        _refuse_odd_slots(entry, mode, sentence)
    return entry.done(modes)


def _refuse_odd_slots(entry: Entry, mode: SafetyMode, sentence: str) -> None:
    """Only plain `{slot}`: what is filled in can then be nothing but the text that was given."""
    try:
        fields = [(name, spec, how) for _, name, spec, how in string.Formatter().parse(sentence) if name is not None]
    except ValueError:
        entry.refuse(mode, said("a brace is open or closed alone; a slot is written {name}"))
    for name, spec, how in fields:
        if not name.isidentifier() or spec or how:
            entry.refuse(
                mode, said("'%(slot)s' is not a plain slot; write it as %(plain)s", slot=f"{{{name}}}", plain="{name}")
            )


def _refuse_gaps(families: Mapping[Language, Phrases]) -> None:
    english = families[Language.ENGLISH]
    for language, phrases in families.items():
        for key in sorted(english.keys() ^ phrases.keys()):
            lacking = language if key in english else Language.ENGLISH
            raise WordingError(f"{lacking}.yml", key, "it is missing here and there in another language; translate it")
        for key, modes in phrases.items():
            if _all_slots(modes) != _all_slots(english[key]):
                raise WordingError(f"{language}.yml", key, "its slots are not those of en.yml; use the same")


def _cells(table: Entry, row: str) -> Mapping[SafetyMode, str | None]:
    entry = table.entry(row)
    cells = {mode: entry.text(mode) for mode in SafetyMode}
    return entry.done({mode: None if key == SILENCE else key for mode, key in cells.items()})


def _fill(file: str, phrases: Phrases, key: str, mode: SafetyMode, slots: Mapping[str, str]) -> str:
    return _filled(file, key, _find(file, phrases, key)[mode], slots)


def _filled(file: str, key: str, sentence: str, slots: Mapping[str, str]) -> str:
    missing = _slots(sentence) - slots.keys()
    if missing:
        raise WordingError(file, key, f"the slot {{{sorted(missing)[0]}}} was not given; pass it to the sentence")
    return sentence.format_map(slots)


def _find(file: str, phrases: Phrases, key: str) -> Mapping[SafetyMode, str]:
    if key not in phrases:
        raise WordingError(file, key, "there is no such sentence; write it, or correct the key")
    return phrases[key]


def _all_slots(modes: Mapping[SafetyMode, str]) -> frozenset[str]:
    return frozenset().union(*(_slots(sentence) for sentence in modes.values()))


def _slots(sentence: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None)


def _version(directory: Path) -> str:
    """Twelve characters that change when a letter of any sentence does."""
    found = hashlib.sha256()
    for name in [*(f"{language}.yml" for language in Language), "staff.yml"]:
        found.update((directory / name).read_bytes() + b"\0")
    return found.hexdigest()[:12]
