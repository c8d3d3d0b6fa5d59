"""Families come in from a spreadsheet: each whole or not at all, the same file twice as once; and out again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from checkback.care.errors import AlreadyDone, ChangedEnrolment, InvalidEnrolment, Said, WordsRefused, said
from checkback.care.flows.enrolment import Admission, Enrolment, NewContact, enrol
from checkback.care.model import CareTeam, Family, ImportBatch
from checkback.care.rules import as_written
from checkback.care.rules.spreadsheets import NotATable, Row, rows_of
from checkback.care.rules.zones import zone_of_zip
from checkback.care.runtime import Runtime
from checkback.care.store import Transaction, people, tasks, undoing

HEADER = (
    "reference",
    "occurred_at",
    "kind",
    "zip",
    "clinician",
    "contact_name",
    "phone",
    "language",
    "role",
    "child_ages",
)
MOST_BYTES, MOST_ROWS = 5 * 1024 * 1024, 20_000
#: How long the first texts wait, so that an import can be taken back.
WAITS = timedelta(minutes=15)
T = TypeVar("T")
_SAID_OF_A_FAMILY = ("occurred_at", "kind", "zip", "clinician", "child_ages")
_SAY_PROGRESS_EVERY = 100
_COLUMNS = {"name": "contact_name", "children": "child_ages", "contacts": "phone", "team": "clinician"}
_LANGUAGES = {
    "": "en",
    "english": "en",
    "inglés": "en",
    "ingles": "en",
    "spanish": "es",
    "español": "es",
    "espanol": "es",
}


@dataclass(frozen=True)
class RowProblem:
    """What is wrong in one cell, and its mend."""

    line: int
    field: str
    mend: str
    reference: str


@dataclass(frozen=True)
class ImportReport:
    """What became of the families of a file. `batch` names those that came in, for taking them back."""

    enrolled: int
    already: int
    refused: int
    problems: Sequence[RowProblem]
    batch: str | None = None
    not_before: datetime | None = None


@dataclass
class _Told:
    """The rows of one family, and what is wrong with them."""

    reference: str
    rows: list[Row] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)

    def refuse(self, line: int, column: str, mend: str) -> None:
        self.problems.append(RowProblem(line, column, mend, self.reference))

    def said(self, column: str) -> str:
        """What the rows say of the family; a row that says nothing agrees."""
        saying = [row for row in self.rows if row.cells[column]]
        for row in saying[1:]:
            if row.cells[column] != saying[0].cells[column]:
                self.refuse(
                    row.line,
                    column,
                    said("says otherwise than line %(line)s, which is of the same family", line=saying[0].line),
                )
        return saying[0].cells[column] if saying else ""

    @property
    def line(self) -> int:
        return self.rows[0].line


def import_families(
    rt: Runtime,
    data: bytes,
    *,
    actor: str,
    is_trial: bool = False,
    waits: timedelta = WAITS,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> ImportReport:
    """Enrol the families of a file. A family with a wrong row is refused whole; the others come in.

    Args:
        is_trial: everything is judged, and nothing is kept.
        waits: how long the first texts wait, so that all of it can be taken back.
        progress: is told now and then how many families are done, and of how many.

    Raises:
        NotATable: the file as a whole cannot be read; nothing was kept.
    """
    told = _families(data)
    clinicians = _Clinicians(rt)
    not_before = rt.clock.now() + waits
    batch = None if is_trial else _open_batch(rt, actor)
    admission = Admission(batch.id if batch else None, not_before, is_trial)
    counts = {"enrolled": 0, "already": 0, "refused": 0}
    for at, family in enumerate(told, start=1):
        counts[_take_in(rt, family, clinicians, actor, admission)] += 1
        if at % _SAY_PROGRESS_EVERY == 0 or at == len(told):
            progress(at, len(told))
    if batch and not counts["enrolled"]:
        _drop_batch(rt, batch)
    kept = batch if counts["enrolled"] else None
    problems = sorted((p for family in told for p in family.problems), key=lambda p: (p.line, p.field))
    return ImportReport(**counts, problems=problems, batch=kept.reference if kept else None, not_before=not_before)


@dataclass(frozen=True)
class Batch:
    """Families that came in together. `touched`: so many can no longer be taken back."""

    reference: str
    imported_at: datetime
    by: str
    families: int
    touched: int
    undone_at: datetime | None


def batches(rt: Runtime) -> Sequence[Batch]:
    """What was imported lately, the latest first."""
    with rt.store.read() as tx:
        return [_shown(tx, batch) for batch in undoing.latest(tx)]


def _shown(tx: Transaction, batch: ImportBatch) -> Batch:
    families = undoing.families_of(tx, batch)
    touched = len(undoing.touched(tx, families))
    return Batch(batch.reference, batch.imported_at, batch.by, len(families), touched, batch.undone_at)


def undo(rt: Runtime, reference: str, actor: str) -> int:
    """Take every family of a batch out again, while nothing was sent to any of them. How many there were.

    Raises:
        NotFound, AlreadyDone: no such batch, or it was taken back before.
        WordsRefused: something was sent, or came, or was written; nothing is taken back.
    """
    with rt.store.read() as tx:
        batch = tasks.named(tx, ImportBatch, reference)
        families = undoing.families_of(tx, batch)
        touched = undoing.touched(tx, families)
    if batch.undone_at is not None:
        raise AlreadyDone(said("These families were taken back before."))
    if touched:
        raise WordsRefused(_too_late(touched))
    for family_id in families:
        with rt.store.begin("importing.undo") as tx:
            _take_out(tx, family_id, actor)
    with rt.store.begin("importing.undone") as tx:
        kept = tx.lock(tx.get(ImportBatch, batch.id))
        kept.undone_at = tx.now
        tx.record("import.undone", kept, actor)
    return len(families)


def _take_out(tx: Transaction, family_id: UUID, actor: str) -> None:
    family = tx.get(Family, family_id)
    undoing.hold_texts(tx, family_id)
    if undoing.touched(tx, [family_id]):
        raise WordsRefused(_too_late([family.reference]))
    tx.record("family.taken-back", family, actor)
    undoing.take_out(tx, family)


def _too_late(touched: Sequence[str]) -> Said:
    named = ", ".join(touched[:5]) + (" …" if len(touched) > len(touched[:5]) else "")
    return said(
        "A text has gone out or come in, or a note was written: %(families)s. Close these families one by one instead.",
        families=named,
    )


def _open_batch(rt: Runtime, actor: str) -> ImportBatch:
    with rt.store.begin("importing.open") as tx:
        batch = tx.add(ImportBatch(imported_at=tx.now, by=actor))
        tx.session.flush()
        tx.record("import.began", batch, actor)
    return batch


def _drop_batch(rt: Runtime, batch: ImportBatch) -> None:
    with rt.store.begin("importing.drop") as tx:
        kept = tx.get(ImportBatch, batch.id)
        tx.record("import.empty", kept)
        tx.session.delete(kept)


def _families(data: bytes) -> Sequence[_Told]:
    """The rows of each incident's family, in the order in which they are first named."""
    if len(data) > MOST_BYTES:
        raise NotATable(
            said("the file is larger than %(most)s MB; cut it into several", most=MOST_BYTES // 1024 // 1024)
        )
    rows = rows_of(data, HEADER)
    if len(rows) > MOST_ROWS:
        raise NotATable(
            said(
                "the file has %(rows)s rows, and %(most)s is the most; cut it into several",
                rows=len(rows),
                most=MOST_ROWS,
            )
        )
    found: dict[str, _Told] = {}
    for row in rows:
        reference = row.cells.get("reference", "")
        # A row without a reference belongs to nobody: it is a refused family by itself.
        told = found.setdefault(reference or f"\x00{row.line}", _Told(reference))
        told.rows.append(row)
        if row.problem is not None:
            told.refuse(row.line, "row", row.problem)
        elif not reference:
            told.refuse(row.line, "reference", said("give the incident's own reference"))
    return list(found.values())


class _Clinicians:
    """Whose team each clinician is of, looked up once; and the programme's zone."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._teams: dict[str, str | None] = {}
        with rt.store.read() as tx:
            self.zone = people.the_programme(tx).zone

    def team_of(self, login: str) -> str | None:
        if login not in self._teams:
            with self._rt.store.read() as tx:
                member = people.staff(tx, login)
                team = tx.get(CareTeam, member.team_id) if member and member.team_id else None
                self._teams[login] = team.name if team else None
        return self._teams[login]


def _take_in(rt: Runtime, family: _Told, clinicians: _Clinicians, actor: str, admission: Admission) -> str:
    enrolment = None if family.problems else _read(family, clinicians)
    if enrolment is None or family.problems:
        return "refused"
    try:
        enrolled = enrol(rt, enrolment, actor=actor, admission=admission)
    except (InvalidEnrolment, ChangedEnrolment) as refused:
        _point_out(family, refused.problems)
        return "refused"
    return "already" if enrolled.already else "enrolled"


def _read(family: _Told, clinicians: _Clinicians) -> Enrolment | None:
    cells = {column: family.said(column) for column in _SAID_OF_A_FAMILY}
    zip_code = _value(family, "zip", as_written.zip_code, cells["zip"]) or ""
    zone = _zone(zip_code) or clinicians.zone
    occurred_at = _value(family, "occurred_at", lambda text: as_written.moment(text, zone), cells["occurred_at"])
    ages = _value(family, "child_ages", as_written.ages, cells["child_ages"])
    team = clinicians.team_of(cells["clinician"])
    if team is None:
        family.refuse(family.line, "clinician", said("no clinician with a team has this login"))
    contacts = [_contact(family, row) for row in family.rows]
    if family.problems or occurred_at is None or team is None:
        return None
    return Enrolment(
        reference=family.reference,
        occurred_at=occurred_at,
        kind=cells["kind"],
        zip=zip_code,
        team=team,
        clinician=cells["clinician"],
        contacts=contacts,
        child_ages=ages or (),
    )


def _contact(family: _Told, row: Row) -> NewContact:
    cells = row.cells
    try:
        phone = as_written.phone(cells["phone"])
    except ValueError as error:
        family.refuse(row.line, "phone", error.args[0])
        phone = ""
    language = cells["language"].lower()
    return NewContact(
        name=cells["contact_name"],
        phone=phone,
        language=_LANGUAGES.get(language, language),
        role=cells["role"] or "caregiver",
    )


def _value(family: _Told, column: str, read: Callable[[str], T], text: str) -> T | None:
    try:
        return read(text)
    except ValueError as error:
        row = next((row for row in family.rows if row.cells[column] == text), family.rows[0])
        family.refuse(row.line, column, error.args[0])
        return None


def _zone(zip_code: str) -> str | None:
    try:
        return zone_of_zip(zip_code)
    except ValueError:
        return None


def _point_out(family: _Told, problems: Mapping[str, str]) -> None:
    """Say in which line and column a refused field stands."""
    for name, mend in problems.items():
        at, column = _place(name)
        line = family.rows[at].line if at < len(family.rows) else family.line
        family.refuse(line, _COLUMNS.get(column, column), mend)


def _place(name: str) -> tuple[int, str]:
    if name.startswith("contacts["):
        at, _, column = name.removeprefix("contacts[").partition("].")
        return int(at), column
    return 0, name
