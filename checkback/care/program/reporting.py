"""Where a report of child abuse is made, by state: `program/reporting.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from checkback.care.program.entry import Entry, ProgramError, read


@dataclass(frozen=True)
class Hotline:
    """Who takes a report, and the page that says so."""

    name: str
    phone: str
    source: str


@dataclass(frozen=True)
class Hotlines:
    """The line of each state, and the one for all others."""

    national: Hotline
    states: Mapping[str, Hotline]

    @classmethod
    def load(cls, path: Path) -> Hotlines:
        """Read the table. Raises ProgramError when something is missing, misspelt or there twice."""
        table = read(path)
        national = _hotline(table.entry("national"))
        states: dict[str, Hotline] = {}
        for entry in table.entries("states"):
            state = entry.text("state")
            if state in states:
                raise ProgramError(path.name, "states", f"{state} is there twice; take one out")
            states[state] = _hotline(entry)
        return table.done(cls(national, states))

    def of(self, state: str | None) -> Hotline:
        return self.states.get(state or "", self.national)


def _hotline(entry: Entry) -> Hotline:
    return entry.done(Hotline(entry.text("name"), entry.text("phone"), entry.text("source")))
