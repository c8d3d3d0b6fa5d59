"""Sentences to families as staff change them: drafted by one, approved by another, and from then on what is said.

`program/wording` seeds them: where nothing was approved, the files speak.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from checkback.care.errors import AlreadyApproved, NotAllowed, WordsRefused, said
from checkback.care.flows.plan_pages import Sentence, measured
from checkback.care.flows.plans import Grade
from checkback.care.model import StaffMember, WordingVersion
from checkback.care.rules.segments import fit
from checkback.care.runtime import Runtime
from checkback.care.store import Transaction, console, people, wordings
from checkback.care.terms import Language, PlanState, Role, SafetyMode
from checkback.care.wording import Place

#: The most the carrier takes in one message (Twilio Docs, error 21617).
LONGEST = 1600
_APPROVERS = frozenset({Role.COORDINATOR, Role.ADMIN})
#: What a slot is shown as, so that a sentence is measured at about the length in which it goes.
_SHOWN = "…………"


@dataclass(frozen=True)
class Cell:
    """One sentence for one language and mode: with its slots, and measured as it goes."""

    key: str
    language: Language
    mode: SafetyMode
    sentence: str
    said: Sentence
    in_files: str

    @property
    def is_changed(self) -> bool:
        """Whether staff changed it since the files were written."""
        return self.sentence != self.in_files


@dataclass(frozen=True)
class Draft:
    """A sentence that waits for a second person."""

    id: UUID
    key: str
    language: Language
    mode: SafetyMode
    was: str
    becomes: str
    said: Sentence
    by: str
    drafted_at: datetime


@dataclass(frozen=True)
class Past:
    """A version of one sentence, and who made what of it."""

    version: int
    state: PlanState
    sentence: str
    by: str
    approved_by: str | None


def keys(rt: Runtime) -> Sequence[str]:
    """Every sentence to families, by name."""
    return sorted(rt.wording.keys())


def cells(rt: Runtime, key: str, grade: Grade) -> Sequence[Cell]:
    """One sentence in every language and mode. Raises WordingError when there is none of this name."""
    with rt.store.read() as tx:
        name = people.the_programme(tx).name
    return [_cell(rt, (key, language, mode), name, grade) for language in Language for mode in SafetyMode]


def measure(rt: Runtime, place: Place, sentence: str, grade: Grade) -> Sentence:
    """What is to be said of a sentence while it is written."""
    with rt.store.read() as tx:
        name = people.the_programme(tx).name
    return _measured(place, sentence, name, grade)


def waiting(rt: Runtime, grade: Grade) -> Sequence[Draft]:
    """Every draft, the oldest first."""
    with rt.store.read() as tx:
        name, found = people.the_programme(tx).name, wordings.drafts(tx)
        staff = console.by_id(tx, StaffMember, (each.drafted_by for each in found))
        return [
            _draft(rt, each, staff[each.drafted_by].login if each.drafted_by else "", name, grade) for each in found
        ]


def history(rt: Runtime, place: Place) -> Sequence[Past]:
    """What staff made of one sentence, the newest first."""
    with rt.store.read() as tx:
        found = wordings.versions(tx, *place)
        staff = console.by_id(tx, StaffMember, [id_ for v in found for id_ in (v.drafted_by, v.approved_by)])
        return [
            Past(
                each.version,
                each.state,
                each.sentence,
                staff[each.drafted_by].login if each.drafted_by else "",
                staff[each.approved_by].login if each.approved_by else None,
            )
            for each in found
        ]


def draft(rt: Runtime, place: Place, sentence: str, login: str) -> bool:
    """Keep a sentence as a draft; nobody is sent it. False when it says what counts already.

    Raises:
        WordsRefused: it cannot be said there; the message is the mend. NotAllowed: whoever it is may not.
    """
    words = fit(" ".join(sentence.split()))
    lacking = rt.wording.lacks(place, words)
    if lacking is not None:
        raise WordsRefused(lacking)
    if len(words) > LONGEST:
        raise WordsRefused(said("at most %(most)s characters", most=LONGEST))
    with rt.store.begin("wordings.draft") as tx:
        author = _approver(tx, login)
        tx.lock(people.the_programme(tx))
        before = wordings.versions(tx, *place)
        if words == rt.wording.as_written(*place):
            return False
        for each in before:
            if each.state is PlanState.DRAFT:
                _end(tx, each, PlanState.RETIRED, login)
        kept = tx.add(
            WordingVersion(
                *place,
                version=before[0].version + 1 if before else 1,
                sentence=words,
                drafted_at=tx.now,
                drafted_by=author.id,
            )
        )
        tx.session.flush()
        tx.record("wording.drafted", kept, login)
        return True


def approve(rt: Runtime, version_id: UUID, login: str) -> None:
    """Let a draft count: it is said from now on, in every process within seconds.

    Raises:
        NotFound, AlreadyApproved.
        NotAllowed: who drafted it may not approve it. WordsRefused: it cannot be said any more.
    """
    with rt.store.begin("wordings.approve") as tx:
        approver = _approver(tx, login)
        tx.lock(people.the_programme(tx))
        wanted = wordings.one(tx, version_id)
        if wanted.state is not PlanState.DRAFT:
            raise AlreadyApproved(said("this sentence is no draft any more"))
        if wanted.drafted_by == approver.id:
            raise NotAllowed(said("you drafted it: somebody else must look at it and approve it"))
        place = (wanted.key, wanted.language, wanted.mode)
        lacking = rt.wording.lacks(place, wanted.sentence)
        if lacking is not None:
            raise WordsRefused(lacking)
        for each in wordings.versions(tx, *place):
            if each.state is PlanState.APPROVED:
                _end(tx, each, PlanState.SUPERSEDED, login)
        wanted.state, wanted.approved_at, wanted.approved_by = PlanState.APPROVED, tx.now, approver.id
        tx.record("wording.approved", wanted, login)
    refresh(rt)


def withdraw(rt: Runtime, version_id: UUID, login: str) -> None:
    """Take a draft back. Raises NotFound, NotAllowed, AlreadyApproved."""
    with rt.store.begin("wordings.withdraw") as tx:
        _approver(tx, login)
        wanted = wordings.one(tx, version_id)
        if wanted.state is not PlanState.DRAFT:
            raise AlreadyApproved(said("this sentence is no draft any more"))
        _end(tx, wanted, PlanState.RETIRED, login)


def refresh(rt: Runtime) -> bool:
    """Learn what was approved, here or in another process; whether that was news."""
    with rt.store.read() as tx:
        found = {(each.key, each.language, each.mode): each.sentence for each in wordings.approved(tx)}
    return rt.wording.learn(found)


def _end(tx: Transaction, version: WordingVersion, state: PlanState, login: str) -> None:
    version.state, version.ended_at = state, tx.now
    tx.record(f"wording.{state}", version, login)


def _approver(tx: Transaction, login: str) -> StaffMember:
    member = people.must_work_here(tx, login)
    if member.role not in _APPROVERS:
        raise NotAllowed(
            said(
                "%(login)s is %(role)s: sentences are for %(listed)s",
                login=login,
                role=member.role,
                listed=", ".join(sorted(_APPROVERS)),
            )
        )
    return member


def _cell(rt: Runtime, place: Place, name: str, grade: Grade) -> Cell:
    sentence = rt.wording.as_written(*place)
    return Cell(*place, sentence, _measured(place, sentence, name, grade), rt.wording.in_files(*place))


def _draft(rt: Runtime, version: WordingVersion, by: str, name: str, grade: Grade) -> Draft:
    place = (version.key, version.language, version.mode)
    was = rt.wording.as_written(*place) if rt.wording.has(version.key) else ""
    said = _measured(place, version.sentence, name, grade)
    return Draft(version.id, *place, was, version.sentence, said, by, version.drafted_at)


def _measured(place: Place, sentence: str, name: str, grade: Grade) -> Sentence:
    _, language, mode = place

    class Shown(dict[str, str]):
        def __missing__(self, slot: str) -> str:
            return _SHOWN.replace("…", "x")

    try:
        words = sentence.format_map(Shown(programme=name))
    except (ValueError, IndexError, KeyError, AttributeError):
        words = sentence
    return measured(words, language, mode, grade)
