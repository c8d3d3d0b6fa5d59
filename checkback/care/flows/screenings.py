"""Questionnaires: loading them, asking one in person, ending those whose time is over, and what was answered so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from checkback.care import model, program
from checkback.care.errors import NotAllowed, NotFound, ScreeningRefused, said
from checkback.care.flows.consents import person_named
from checkback.care.flows.due import SET_ASIDE, Tally, each
from checkback.care.flows.paging import pager_of
from checkback.care.model import Contact, Family, Screening, StaffMember
from checkback.care.rules.instruments import Instrument
from checkback.care.runtime import Runtime
from checkback.care.steps import instruments, screening
from checkback.care.steps.sight import in_sight, must_see
from checkback.care.steps.staff_work import actor
from checkback.care.store import Transaction, messages, people, screenings
from checkback.care.terms import Language, Role, ScreeningState


@dataclass(frozen=True)
class Scored:
    """One scale: what was answered, what it can come to, and from where on a clinician looks."""

    name: str
    sum: int
    most: int
    concern_from: int

    @property
    def is_over(self) -> bool:
        return self.sum >= self.concern_from


@dataclass(frozen=True)
class SeenScreening:
    """One screening of one contact, as staff see it. Without a score the answers are not complete."""

    id: UUID
    person: str
    zone: str
    title: str
    version: str
    checksum: str
    language: Language
    state: ScreeningState
    reason: str | None
    started_at: datetime
    ended_at: datetime | None
    answered: int
    items: int
    scales: Sequence[Scored]
    total: int | None
    most: int
    band: str | None
    is_acute: bool
    asked_by: str | None
    """The member of staff who asked it themselves; without one it was asked by text."""

    @property
    def is_over_cut_off(self) -> bool:
        return self.is_acute or any(scale.is_over for scale in self.scales)


def of_family(rt: Runtime, reference: str, reader_id: UUID) -> Sequence[SeenScreening]:
    """Every screening of a family, the latest first, and the audit row that says who read them. Raises NotFound."""
    with rt.store.begin("screenings.read") as tx:
        family = in_sight(tx, reference, reader_id)
        tx.record("questionnaire.read", family, actor(tx.get(StaffMember, reader_id)))
    return shown(rt, reference)


def shown(rt: Runtime, reference: str) -> Sequence[SeenScreening]:
    """The same for the family's page, whose look has left its audit row already. Raises NotFound."""
    with rt.store.read() as tx:
        return _all(tx, people.family(tx, reference).id)


def _all(tx: Transaction, family_id: UUID) -> Sequence[SeenScreening]:
    return [_seen(tx, each, row, contact) for each, row, contact in screenings.of_family(tx, family_id)]


def expire(rt: Runtime) -> Tally:
    """End every screening whose time is over, with the answers there are."""
    with rt.store.read() as tx:
        ids = screenings.run_out(tx, tx.now)
    return each(rt, "screenings.expire", ids, lambda screening_id: _expire(rt, screening_id), _set_aside)


def load(rt: Runtime, path: Path, login: str) -> tuple[str, bool]:
    """Keep a questionnaire from an operator's own file, as `phq-2@2003`, and whether it is new. Plans may name it now.

    Raises:
        ProgramError: naming the file, the field and the mend. NotFound: nobody has this login. NotAllowed: an officer.
    """
    text = program.contents(path)
    with rt.store.begin("screenings.load") as tx:
        member = people.must_work_here(tx, login)
        if member.role is Role.OFFICER:
            raise NotAllowed(
                said("%(login)s is an officer: a clinician or a coordinator loads questionnaires", login=login)
            )
        row, is_new = instruments.keep(tx, path.name, text, actor(member))
        return row.reference, is_new


def record(
    rt: Runtime,
    person: str,
    name: str,
    answers: Mapping[int, int | None],
    login: str,
    *,
    is_broken_off: bool = False,
) -> SeenScreening:
    """Keep what a contact answered in person. What is over a cut-off is told in the same unit of work; a yes to the
    last item of ASQ pages as danger now.

    Args:
        person: of whom, C-4F7A2C; or F-12, where the family has only one.
        is_broken_off: the talk ended before the last item; what was answered is kept, and counts.

    Raises:
        NotFound: no such family, contact, questionnaire or member of staff.
        ScreeningRefused: naming what is missing, and the mend.
    """
    with rt.store.begin("screenings.record") as tx:
        member = people.must_work_here(tx, login)
        contact = person_named(tx, person)
        must_see(tx, tx.get(Family, contact.family_id), member.id)
        row, phone = instruments.in_use(tx, name), people.phone_of(tx, contact)
        conversation = messages.conversation_with(tx, phone, contact) if phone is not None else None
        try:
            keep = screening.break_off if is_broken_off else screening.record
            kept = keep(tx, pager_of(rt), contact, conversation, row, answers, member.id)
        except ValueError as error:
            raise ScreeningRefused(
                said("answers: %(error)s; write every item that is asked, and only its choices", error=error)
            ) from error
        return _seen(tx, kept, row, contact)


@dataclass(frozen=True)
class Person:
    """Somebody who can be asked: by reference, name and the language they read."""

    reference: str
    name: str
    language: Language


@dataclass(frozen=True)
class Sheet:
    """A questionnaire as somebody asks it in person, word by word. `choices`: what each counts, and its words.

    `only_after` says of an item after a yes to which others it is asked.
    """

    name: str
    title: str
    licence: str
    youngest: int
    not_before_days: int
    asks: str
    items: Sequence[str]
    choices: Sequence[tuple[int, str]]
    only_after: Mapping[int, Sequence[int]]
    language: Language


@dataclass(frozen=True)
class AskPage:
    """Whom one can ask what. `sheet` is the questionnaire that was chosen, in the language of whom it is for."""

    people: Sequence[Person]
    forms: Sequence[tuple[str, str]]
    sheet: Sheet | None


def to_ask(rt: Runtime, reference: str, reader_id: UUID, person: str = "", name: str = "") -> AskPage:
    """What somebody who asks in person needs before them; reading it leaves an audit row. Raises NotFound."""
    with rt.store.begin("screenings.to-ask") as tx:
        family = in_sight(tx, reference, reader_id)
        tx.record("family.read", family, actor(tx.get(StaffMember, reader_id)))
        contacts = people.contacts_in(tx, family)
        known = instruments.known(tx)
        if name and name not in known:
            raise NotFound(f"there is no questionnaire '{name[:40]}'")
        asked = next((each for each in contacts if each.reference == person), contacts[0] if contacts else None)
        return AskPage(
            [Person(each.reference, each.name, each.language) for each in contacts],
            [(each.name, each.title) for each in known.values()],
            _sheet(known[name], asked.language) if name and asked is not None else None,
        )


def _sheet(instrument: Instrument, language: Language) -> Sheet:
    spoken = language if language in instrument.words else next(iter(instrument.words))
    words = instrument.words[spoken]
    return Sheet(
        instrument.name,
        instrument.title,
        instrument.licence,
        instrument.youngest,
        instrument.not_before_days,
        words.asks,
        words.items,
        list(zip(instrument.values, words.choices, strict=True)),
        instrument.only_after or {},
        spoken,
    )


def _expire(rt: Runtime, screening_id: UUID) -> None:
    with rt.store.begin("screenings.expire") as tx:
        sheet = tx.lock(tx.get(Screening, screening_id))
        if sheet.is_open and sheet.expires_at <= tx.now:
            screening.run_out(tx, sheet)


def _set_aside(tx: Transaction, screening_id: UUID) -> None:
    """It cannot be ended, perhaps because it cannot be read: it is left alone for a while."""
    sheet = tx.get(Screening, screening_id)
    sheet.expires_at = tx.now + SET_ASIDE
    tx.record("questionnaire.set-aside", sheet)


def _seen(tx: Transaction, sheet: Screening, row: model.Instrument, contact: Contact) -> SeenScreening:
    instrument, given, found = instruments.definition_of(row), screening.answers_of(sheet), screening.score_of(sheet)
    most = max(instrument.values)
    sums = found.scales if found is not None else {}
    scales = [
        Scored(scale.name, sums[scale.name], most * len(scale.items), scale.concern_from)
        for scale in instrument.scales
        if scale.name in sums
    ]
    return SeenScreening(
        id=sheet.id,
        person=contact.name,
        zone=contact.zone,
        title=instrument.title,
        version=row.version,
        checksum=row.checksum,
        language=sheet.language,
        state=sheet.state,
        reason=sheet.reason,
        started_at=sheet.started_at,
        ended_at=sheet.ended_at,
        answered=len(given),
        items=instrument.length,
        scales=scales,
        total=found.total if found is not None else None,
        most=most * sum(len(scale.items) for scale in instrument.scales),
        band=found.band if found is not None else None,
        is_acute=found is not None and found.is_acute,
        asked_by=_name(tx, sheet.asked_by),
    )


def _name(tx: Transaction, staff_id: UUID | None) -> str | None:
    return tx.get(StaffMember, staff_id).name if staff_id is not None else None
