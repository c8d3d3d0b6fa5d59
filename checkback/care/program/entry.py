"""A file of the programme, read field by field; every mistake is named with its place and its mend."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import NoReturn, TypeVar

import yaml

from checkback.care.errors import CareError, said

Word = TypeVar("Word", bound=StrEnum)
Read = TypeVar("Read")


class ProgramError(CareError):
    """A file of the programme cannot be taken as it is; it names the file, the place in it and the mend."""

    def __init__(self, file: str, place: str, mend: str) -> None:
        super().__init__(f"{file}: {place}: {mend}" if place else f"{file}: {mend}")
        self.place, self.mend = place, mend


class Entry:
    """One mapping of a file, which knows where it stands and refuses what it cannot take."""

    def __init__(self, file: str, place: str, fields: object) -> None:
        self.file, self.place = file, place
        if not isinstance(fields, Mapping):
            raise ProgramError(file, place, said("write fields here, as `field: value`"))
        self._fields = {str(name): value for name, value in fields.items()}
        self._unread = set(self._fields)

    def refuse(self, field: str, mend: str) -> NoReturn:
        """Raise the error that names this field and its mend."""
        raise ProgramError(self.file, f"{self.place}.{field}" if self.place else field, mend)

    def done(self, value: Read) -> Read:
        """`value`, once every field was read; a field nobody asked for is a misspelt one."""
        if self._unread:
            self.refuse(sorted(self._unread)[0], said("there is no such field; correct its spelling or take it out"))
        return value

    def has(self, field: str) -> bool:
        return field in self._fields

    def names(self) -> Sequence[str]:
        return list(self._fields)

    def take(self, field: str) -> object:
        """The bare value of a field that must be there."""
        if field not in self._fields:
            self.refuse(field, said("it is missing; add it"))
        self._unread.discard(field)
        return self._fields[field]

    def text(self, field: str, *, shape: re.Pattern[str] | None = None) -> str:
        return self._text(field, self.take(field), shape)

    def texts(self, field: str, *, shape: re.Pattern[str] | None = None) -> tuple[str, ...]:
        return tuple(self._text(field, each, shape) for each in self._list(field))

    def one_of(self, field: str, known: Collection[str]) -> str:
        return self._known(field, self.text(field), known)

    def some_of(self, field: str, known: Collection[str]) -> tuple[str, ...]:
        return tuple(self._known(field, each, known) for each in self.texts(field))

    def word(self, field: str, words: type[Word]) -> Word:
        return words(self.one_of(field, list(words)))

    def words(self, field: str, words: type[Word]) -> tuple[Word, ...]:
        return tuple(words(each) for each in self.some_of(field, list(words)))

    def number(self, field: str, *, least: int = 0) -> int:
        value = self.take(field)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            self.refuse(field, said("write a whole number, %(least)s or more", least=least))
        return value

    def flag(self, field: str, *, default: bool | None = None) -> bool:
        if default is not None and not self.has(field):
            return default
        value = self.take(field)
        if not isinstance(value, bool):
            self.refuse(field, said("write true or false"))
        return value

    def day(self, field: str) -> date:
        value = self.take(field)
        if type(value) is not date:
            self.refuse(field, said("write a day as 2026-11-23"))
        return value

    def entry(self, field: str) -> Entry:
        return Entry(self.file, self._under(field), self.take(field))

    def entries(self, field: str) -> Sequence[Entry]:
        """The entries of a list; at least one."""
        listed = self._list(field)
        if not listed:
            self.refuse(field, said("it is empty; write at least one"))
        return [Entry(self.file, f"{self._under(field)}[{at}]", each) for at, each in enumerate(listed, start=1)]

    def _list(self, field: str) -> Sequence[object]:
        value = self.take(field)
        if not isinstance(value, list):
            self.refuse(field, said("write a list, as [one, another]"))
        return value

    def _text(self, field: str, value: object, shape: re.Pattern[str] | None) -> str:
        if not isinstance(value, str) or not value.strip():
            self.refuse(field, said('write a text; put it in quotes, as "24:00" or "no"'))
        if shape is not None and not shape.fullmatch(value):
            self.refuse(
                field, said("'%(value)s' does not look as it must: %(pattern)s", value=value, pattern=shape.pattern)
            )
        return value

    def _known(self, field: str, value: str, known: Collection[str]) -> str:
        if value not in known:
            self.refuse(
                field, said("'%(value)s' is not one of %(listed)s", value=value, listed=", ".join(sorted(known)))
            )
        return value

    def _under(self, field: str) -> str:
        return f"{self.place}.{field}" if self.place else field


def read(path: Path) -> Entry:
    """The file as one entry.

    Raises:
        ProgramError: it is not there, not UTF-8, not YAML, or names a field twice.
    """
    return read_text(path.name, contents(path))


def contents(path: Path) -> str:
    """What stands in the file. Raises ProgramError when it is not there, or not UTF-8."""
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise ProgramError(
            path.name,
            "",
            said(
                "it cannot be read (%(strerror)s); put it into %(parent)s", strerror=error.strerror, parent=path.parent
            ),
        ) from error
    except UnicodeDecodeError as error:
        raise ProgramError(
            path.name, "", said("it is not UTF-8 at byte %(start)s; save it as UTF-8", start=error.start)
        ) from error


def read_text(file: str, text: str) -> Entry:
    """What was kept of a file as one entry; errors name it `file`. Raises ProgramError as `read`."""
    try:
        return Entry(file, "", yaml.load(text, Loader=_OnceLoader))  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise ProgramError(file, "", said("it is not valid YAML: %(error)s", error=error)) from error


class _OnceLoader(yaml.SafeLoader):
    """Refuses a field that stands twice in one mapping: YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        names = [key.value for key, _ in node.value]
        for name in names:
            if names.count(name) > 1:
                raise yaml.MarkedYAMLError(problem=f"'{name}' is there twice", problem_mark=node.start_mark)
        return super().construct_mapping(node, deep)
