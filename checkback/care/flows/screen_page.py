"""The screen's page: what people said who read after it, version by version, and the weekly list to read.

Its figures are for everybody who cares for families. The words on its lists are for the clinical lead, and for whoever
administers the house: they are of every team's families.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from checkback.care.errors import NotAllowed, said
from checkback.care.flows import reviewing
from checkback.care.flows.reviewing import ListedText, VersionResult
from checkback.care.model import ScreeningReview, StaffMember
from checkback.care.rules.agreement import Agreement, Judged, agreement
from checkback.care.runtime import Runtime
from checkback.care.store import people, reviews
from checkback.care.terms import DistressLevel, ReviewReason, ReviewVerdict, Role, ScreeningMode

WEEKS = 12
MOST_MISSED = 20
_LOUD = (DistressLevel.HIGH, DistressLevel.ACUTE)


@dataclass(frozen=True)
class WeekOnList:
    """A week that has a list, and how far it is read."""

    week: str
    texts: int
    judged: int


@dataclass(frozen=True)
class MissedText:
    """A text of which somebody said that the screen missed it; its words stand on the family's own page."""

    received_at: datetime
    was: DistressLevel
    should_be: DistressLevel | None
    reason: ReviewReason
    version: str
    judged_at: datetime | None


@dataclass(frozen=True)
class Version:
    """One version of the screen: since when and until when it listened, and how it did."""

    result: VersionResult
    first: datetime
    last: datetime
    agreement: Agreement | None


@dataclass(frozen=True)
class ScreenPage:
    """The screen at one moment."""

    now: datetime
    zone: str
    mode: ScreeningMode
    lead: str | None
    may_read: bool
    weeks: Sequence[WeekOnList]
    versions: Sequence[Version]
    missed: Sequence[MissedText]


def show(rt: Runtime, reader_id: UUID) -> ScreenPage:
    """What is known of how well the screen hears; no words of any family."""
    results = {each.version: each for each in reviewing.results(rt)}
    with rt.store.read() as tx:
        spans = reviews.spans_by_version(tx)
        lead = reviews.clinical_lead(tx)
        versions = [
            Version(result, *spans[version], _agreement(result))
            for version, result in results.items()
            if version in spans
        ]
        programme = people.the_programme(tx)
        return ScreenPage(
            now=tx.now,
            zone=programme.zone,
            mode=programme.screening,
            lead=lead.name if lead else None,
            may_read=_may_read(tx.get(StaffMember, reader_id)),
            weeks=[WeekOnList(*row) for row in reviews.weeks(tx, WEEKS)],
            versions=sorted(versions, key=lambda each: each.last, reverse=True),
            missed=[
                _missed(review, text.received_at, text.level, text.screen_version)
                for review, text in reviews.missed(tx, MOST_MISSED)
            ],
        )


def read_week(rt: Runtime, week: str, reader_id: UUID) -> Sequence[ListedText]:
    """The list of a week with its words; who reads them stands in the audit, text by text.

    Raises:
        NotAllowed: the reader does not answer for the screen.
    """
    return reviewing.week_list(rt, week, _reader(rt, reader_id), with_bodies=True)


def judge(
    rt: Runtime, text_id: UUID, reader_id: UUID, verdict: ReviewVerdict, should_be: DistressLevel | None
) -> str | None:
    """Say of a text on the list whether it was heard right; what was missed is told to a person at once.

    Returns the reference of the escalation that came of it.

    Raises:
        NotAllowed: the reader does not answer for the screen.
        NotFound, WordsRefused: as `reviewing.judge`.
    """
    return reviewing.judge(rt, text_id, _reader(rt, reader_id), verdict, should_be)


def _reader(rt: Runtime, reader_id: UUID) -> str:
    with rt.store.read() as tx:
        reader = tx.get(StaffMember, reader_id)
    if not _may_read(reader):
        raise NotAllowed(said("the lists are read by the clinical lead"))
    return reader.login


def _may_read(reader: StaffMember) -> bool:
    return reader.is_clinical_lead or reader.role is Role.ADMIN


def _missed(review: ScreeningReview, at: datetime, was: DistressLevel, version: str) -> MissedText:
    return MissedText(at, was, review.should_be, review.reason, version, review.judged_at)


def _agreement(result: VersionResult) -> Agreement | None:
    loud = sum(result.texts.get(level, 0) for level in _LOUD)
    return agreement(
        Judged(
            loud=loud,
            loud_read=result.loud_judged,
            loud_right=result.loud_judged - result.false_alarms,
            quiet=sum(result.texts.values()) - loud,
            quiet_read=result.sample_judged,
            quiet_missed=result.sample_missed,
        )
    )
