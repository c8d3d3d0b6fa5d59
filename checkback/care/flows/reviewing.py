"""People read again what the screen heard and let pass: week by week, by chance, and when somebody says it missed one.

All that was called high or acute is read, and a random part of the rest: without that nobody knows what it misses.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from uuid import UUID
from zoneinfo import ZoneInfo

from checkback.care.errors import NotFound, WordsRefused, said
from checkback.care.flows.due import Tally
from checkback.care.flows.hearing import listen, read
from checkback.care.flows.inbound import READ_TOGETHER
from checkback.care.flows.paging import pager_of
from checkback.care.model import (
    Contact,
    Conversation,
    Family,
    InboundMessage,
    ScreeningReview,
    StaffMember,
)
from checkback.care.ports import Assessment
from checkback.care.runtime import Runtime
from checkback.care.steps.concern import raise_concern
from checkback.care.steps.staff_work import actor
from checkback.care.steps.tasks import open_task
from checkback.care.store import Transaction, people, reviews
from checkback.care.store.reviews import KeptText
from checkback.care.terms import (
    Danger,
    DistressLevel,
    ReviewReason,
    ReviewVerdict,
    ScreeningMode,
    TaskKind,
    Urgency,
)

#: Of the texts the screen let pass, one in so many is read by a person.
ONE_IN = 50
#: How long the lead has for a week's list.
TO_READ_WITHIN = timedelta(days=5)
JUDGED_BY_A_PERSON = "judged-by-a-person"


@dataclass(frozen=True)
class Difference:
    """A text that this version of the screen hears otherwise than the version that screened it."""

    inbound_id: UUID
    received_at: datetime
    version: str
    was: str
    now: str
    is_quieter: bool


@dataclass(frozen=True)
class ScreenedAgain:
    """What came of screening old texts again."""

    read: int
    unreadable: int
    differences: Sequence[Difference]


@dataclass(frozen=True)
class ListedText:
    """One text of a week's list."""

    inbound_id: UUID
    received_at: datetime
    reason: ReviewReason
    level: DistressLevel
    urgency: Urgency | None
    version: str
    rules: Sequence[str]
    verdict: ReviewVerdict | None
    family: str | None
    body: str | None = None


@dataclass(frozen=True)
class VersionResult:
    """How one version of the screen did, by what people said who read its texts."""

    version: str
    texts: Mapping[DistressLevel, int]
    loud_judged: int
    false_alarms: int
    sample_judged: int
    sample_missed: int
    missed: int
    """All that somebody said it missed, also outside the sample."""


def screen_again(rt: Runtime, since: datetime, until: datetime) -> ScreenedAgain:
    """Let this version of the screen hear old texts, each with those of the ten minutes before it. Changes nothing."""
    done = unreadable = 0
    differences: list[Difference] = []
    with rt.store.read() as tx:
        for text, recent in _with_recent(reviews.texts_between(tx, since, until)):
            if text.body is None:
                unreadable += 1
                continue
            done += 1
            if not text.body.strip():
                continue  # a picture alone
            heard = listen(rt, read(text.body), recent)
            if (heard.level, heard.urgency, heard.opt_out) != (text.level, text.urgency, text.opt_out):
                differences.append(_difference(text, heard))
    return ScreenedAgain(done, unreadable, sorted(differences, key=lambda d: (not d.is_quieter, d.received_at)))


def _with_recent(texts: Iterator[KeptText]) -> Iterator[tuple[KeptText, Sequence[str]]]:
    before: deque[KeptText] = deque()
    for text in texts:
        while before and (
            before[0].phone_id != text.phone_id or text.received_at - before[0].received_at >= READ_TOGETHER
        ):
            before.popleft()
        yield text, [each.body for each in before if each.body is not None]
        before.append(text)


def _difference(text: KeptText, heard: Assessment) -> Difference:
    was = (text.level.rank, text.urgency is Urgency.EMERGENT)
    return Difference(
        inbound_id=text.id,
        received_at=text.received_at,
        version=text.version,
        was=_said(text.level, text.urgency, opt_out=text.opt_out),
        now=_said(heard.level, heard.urgency, opt_out=heard.opt_out),
        is_quieter=heard.weight < was,
    )


def _said(level: DistressLevel, urgency: Urgency | None, *, opt_out: bool) -> str:
    return f"{urgency or level}{' and opt-out' if opt_out else ''}"


def gather_week(rt: Runtime) -> Tally:
    """Put last week's texts on the list and give the clinical lead the task of reading them; once a week.

    What ended as a false alarm is on it as judged already. Looked at often, done once: the list of a week that has one
    stays as it is.
    """
    with rt.store.begin("reviewing.gather-week") as tx:
        zone = ZoneInfo(people.the_programme(tx).zone)
        since, until = _last_week(tx.now, zone)
        week = _name_of(since, zone)
        loud = reviews.loud_between(tx, since, until)
        sample = [each for each in reviews.quiet_between(tx, since, until) if is_in_sample(each)]
        if not loud and not sample:
            return Tally()
        task = open_task(
            tx,
            TaskKind.WEEKLY_READING,
            dedupe_key=f"{TaskKind.WEEKLY_READING}:{week}",
            detail=f"Week {week}: checkback review week {week}",
            due_at=until + TO_READ_WITHIN,
        )
        if task is None:
            return Tally()
        lead = reviews.clinical_lead(tx)
        task.owner_id = lead.id if lead else None
        said_false = reviews.said_false(tx, loud)
        for inbound_id in loud:
            review = _ask(tx, inbound_id, week, ReviewReason.HEARD)
            if review is not None and inbound_id in said_false:
                review.verdict, review.judged_at = ReviewVerdict.FALSE_ALARM, tx.now
                review.judged_by = said_false[inbound_id]
        for inbound_id in sample:
            _ask(tx, inbound_id, week, ReviewReason.SAMPLE)
        return Tally(done=len(loud) + len(sample))


def is_in_sample(inbound_id: UUID) -> bool:
    """One text in fifty, by its id alone: asking twice picks the same, and nobody can choose."""
    return int.from_bytes(blake2b(inbound_id.bytes, digest_size=8).digest()) % ONE_IN == 0


def _ask(tx: Transaction, inbound_id: UUID, week: str, reason: ReviewReason) -> ScreeningReview | None:
    review = ScreeningReview(inbound_id=inbound_id, asked_at=tx.now, week=week, reason=reason)
    return review if tx.add_if_new(review) else None


def _last_week(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From Monday to Monday, by the programme's own days."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    return _midnight(monday - timedelta(weeks=1), zone), _midnight(monday, zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def _name_of(moment: datetime, zone: ZoneInfo) -> str:
    year, week, _ = moment.astimezone(zone).isocalendar()
    return f"{year}-W{week:02}"


def week_list(rt: Runtime, week: str | None, reader: str, *, with_bodies: bool = False) -> Sequence[ListedText]:
    """The list of a week, of the last one unless named. Reading the words is audited, text by text. Raises NotFound."""
    with rt.store.begin("reviewing.week-list") as tx:
        member = _member(tx, reader)
        zone = ZoneInfo(people.the_programme(tx).zone)
        rows = reviews.of_week(tx, week or _name_of(_last_week(tx.now, zone)[0], zone))
        for review, _ in rows if with_bodies else ():
            tx.record("text.read-again", review, actor(member))
        return [_reading(tx, review, inbound, with_body=with_bodies) for review, inbound in rows]


def _reading(tx: Transaction, review: ScreeningReview, inbound: InboundMessage, *, with_body: bool) -> ListedText:
    evidence = json.loads(reviews.rules_of(tx, inbound.id) or "[]")
    contact = _contact_of(tx, inbound)
    return ListedText(
        inbound_id=inbound.id,
        received_at=inbound.received_at,
        reason=review.reason,
        level=inbound.level,
        urgency=inbound.urgency,
        version=inbound.screen_version,
        rules=[each["rule"] for each in evidence],
        verdict=review.verdict,
        family=tx.get(Family, contact.family_id).reference if contact else None,
        body=inbound.body if with_body else None,
    )


def judge(
    rt: Runtime, inbound_id: UUID, login: str, verdict: ReviewVerdict, should_be: DistressLevel | None = None
) -> str | None:
    """Say whether the screen heard a text right. A danger that it missed is told now, like one that it heard.

    Returns the reference of the escalation that came of it.

    Raises:
        NotFound: no such text, or nobody of this login.
        WordsRefused: `missed` without what it should have been, or not above what the screen said.
    """
    with rt.store.begin("reviewing.judge") as tx:
        member = _member(tx, login)
        inbound = tx.get(InboundMessage, inbound_id)
        if verdict is ReviewVerdict.MISSED and (should_be is None or should_be.rank <= inbound.level.rank):
            raise WordsRefused(said("say what it should have been: above %(level)s", level=inbound.level))
        zone = ZoneInfo(people.the_programme(tx).zone)
        review = reviews.review_of(tx, inbound_id) or _ask(
            tx, inbound_id, _name_of(inbound.received_at, zone), ReviewReason.ASKED
        )
        if review is None:
            raise NotFound(f"review of text {inbound_id}")
        review.verdict, review.should_be = verdict, should_be
        review.judged_by, review.judged_at = member.id, tx.now
        tx.record(f"screen.{verdict}", review, actor(member))
        if should_be is None or should_be.rank < DistressLevel.HIGH.rank or verdict is not ReviewVerdict.MISSED:
            return None
        return _tell(tx, rt, inbound, should_be)


def _tell(tx: Transaction, rt: Runtime, inbound: InboundMessage, level: DistressLevel) -> str | None:
    if inbound.conversation_id is None:
        return None  # it came to the staff line: whoever reads it is the one to act
    conversation = tx.lock(tx.get(Conversation, inbound.conversation_id))
    assessment = Assessment(
        level=level,
        urgency=Urgency.URGENT if level is DistressLevel.ACUTE else None,
        danger=Danger.DISTRESS,
        version=JUDGED_BY_A_PERSON,
    )
    escalation = raise_concern(tx, pager_of(rt), inbound, conversation, _contact_of(tx, inbound), assessment)
    return escalation.reference


def _contact_of(tx: Transaction, inbound: InboundMessage) -> Contact | None:
    if inbound.conversation_id is None:
        return None
    contact_id = tx.get(Conversation, inbound.conversation_id).contact_id
    return tx.get(Contact, contact_id) if contact_id else None


def results(rt: Runtime) -> Sequence[VersionResult]:
    """How each version of the screen did."""
    with rt.store.read() as tx:
        counts, verdicts = reviews.counts_by_version(tx), reviews.verdicts_by_version(tx)
    return [_result(version, counts[version], verdicts) for version in sorted(counts)]


def _result(
    version: str,
    texts: Mapping[DistressLevel, int],
    verdicts: Sequence[tuple[str, DistressLevel, ReviewReason, ReviewVerdict | None, int]],
) -> VersionResult:
    mine = [row[1:] for row in verdicts if row[0] == version and row[3] is not None]

    def count(reason: ReviewReason | None, verdict: ReviewVerdict | None) -> int:
        return sum(n for _, why, said, n in mine if reason in (None, why) and verdict in (None, said))

    return VersionResult(
        version=version,
        texts=texts,
        loud_judged=count(ReviewReason.HEARD, None),
        false_alarms=count(ReviewReason.HEARD, ReviewVerdict.FALSE_ALARM),
        sample_judged=count(ReviewReason.SAMPLE, None),
        sample_missed=count(ReviewReason.SAMPLE, ReviewVerdict.MISSED),
        missed=count(None, ReviewVerdict.MISSED),
    )


def set_screening(rt: Runtime, mode: ScreeningMode, login: str) -> None:
    """Let the screen page everybody it should, or, on trial, only the clinical lead.

    Raises:
        NotFound: nobody of this login.
        WordsRefused: a trial without a lead who can be paged.
    """
    with rt.store.begin("reviewing.set-screening") as tx:
        member = _member(tx, login)
        lead = reviews.clinical_lead(tx)
        if mode is ScreeningMode.SILENT and (lead is None or lead.phone_id is None):
            raise WordsRefused(said("name a clinical lead with a phone first: checkback review lead LOGIN"))
        programme = people.the_programme(tx)
        programme.screening = mode
        tx.record(f"screening.{mode}", programme, actor(member))


def set_lead(rt: Runtime, login: str) -> None:
    """Name who answers for the screen; there is one. Raises NotFound."""
    with rt.store.begin("reviewing.set-lead") as tx:
        member = _member(tx, login)
        for other in reviews.leads(tx):
            other.is_clinical_lead = False
        member.is_clinical_lead = True
        tx.record("staff.leads", member, actor(member))


def _member(tx: Transaction, login: str) -> StaffMember:
    member = people.staff(tx, login)
    if member is None:
        raise NotFound(f"nobody signs in as {login}")
    return member
