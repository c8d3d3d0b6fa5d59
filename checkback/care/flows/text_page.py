"""One text of a family: what the screen heard in it and why, and a person's word on whether it heard right.

Somebody who reads a text and thinks otherwise says so where they read it: what was missed is told to a person like what
was heard, and every word of theirs counts in how the screen's versions are measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from checkback.care.errors import NotFound
from checkback.care.flows import reviewing
from checkback.care.flows.family_thread import Line, lines_of
from checkback.care.model import Contact, Escalation, Family, InboundMessage, ScreeningReview, StaffMember
from checkback.care.runtime import Runtime
from checkback.care.steps.sight import in_sight
from checkback.care.steps.staff_work import actor
from checkback.care.store import Transaction, console, messages, people, reviews
from checkback.care.terms import DistressLevel, EscalationState, ReviewVerdict


@dataclass(frozen=True)
class Judged:
    """What somebody said of how it was heard."""

    verdict: ReviewVerdict
    should_be: DistressLevel | None
    by: str | None
    at: datetime | None


@dataclass(frozen=True)
class TextPage:
    """A text at one moment. `escalation`: the number of the one that came of what was heard, and whether it stands."""

    now: datetime
    zone: str
    reference: str
    line: Line
    version: str
    judged: Judged | None
    escalation: int | None
    escalation_is_open: bool


def show(rt: Runtime, reference: str, text_id: UUID, reader_id: UUID) -> TextPage:
    """The page, and the audit row that says who read it. Raises NotFound, also for a text of another family."""
    with rt.store.begin("text-page.show") as tx:
        family = in_sight(tx, reference, reader_id)
        _theirs(tx, family, text_id)
        tx.record("family.read", family, actor(tx.get(StaffMember, reader_id)))
    with rt.store.read() as tx:
        family = people.family(tx, reference)
        text, contacts = _theirs(tx, family, text_id)
        (line,) = lines_of(tx, [text], messages.conversations_of(tx, [each.id for each in contacts]), contacts)
        signal = console.signals_on(tx, [text.id]).get(text.id)
        escalation = tx.get(Escalation, signal.escalation_id) if signal else None
        return TextPage(
            now=tx.now,
            zone=people.the_programme(tx).zone,
            reference=family.reference,
            line=line,
            version=text.screen_version,
            judged=_judged(tx, reviews.review_of(tx, text.id)),
            escalation=escalation.number if escalation else None,
            escalation_is_open=escalation is not None and escalation.state is not EscalationState.RESOLVED,
        )


def judge(
    rt: Runtime,
    reference: str,
    text_id: UUID,
    staff_id: UUID,
    verdict: ReviewVerdict,
    should_be: DistressLevel | None = None,
) -> str | None:
    """Say whether the screen heard this text of this family right; what it missed is told to a person at once.

    Returns the reference of the escalation that came of it.

    Raises:
        NotFound: no such family for this member of staff, or no such text of theirs.
        WordsRefused: as `reviewing.judge`.
    """
    with rt.store.read() as tx:
        _theirs(tx, in_sight(tx, reference, staff_id), text_id)
        login = tx.get(StaffMember, staff_id).login
    return reviewing.judge(rt, text_id, login, verdict, should_be)


def _theirs(tx: Transaction, family: Family, text_id: UUID) -> tuple[InboundMessage, list[Contact]]:
    contacts = list(people.contacts_in(tx, family))
    conversations = messages.conversations_of(tx, [contact.id for contact in contacts])
    text = tx.get(InboundMessage, text_id)
    if text.conversation_id not in {conversation.id for conversation in conversations}:
        raise NotFound(f"text {text_id} in {family.reference}")
    return text, contacts


def _judged(tx: Transaction, review: ScreeningReview | None) -> Judged | None:
    if review is None or review.verdict is None:
        return None
    by = tx.get(StaffMember, review.judged_by).name if review.judged_by else None
    return Judged(review.verdict, review.should_be, by, review.judged_at)
