"""What was kept about a family goes when its time has come, or they ask: here, at the assistant, at the carrier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog

from checkback.care.errors import CareError, NotAllowed, SendFailed, SendUnclear, WordsRefused, said
from checkback.care.flows.consents import writer_of
from checkback.care.flows.due import Tally, each
from checkback.care.model import Family, LegalHold, Purge, StaffMember
from checkback.care.runtime import Runtime
from checkback.care.steps.staff_work import actor
from checkback.care.store import Transaction, people, purging
from checkback.care.store.database import HELD
from checkback.care.terms import KeptKind, PurgeReason, Role

log = structlog.get_logger()

FAMILIES_A_ROUND = 20
#: How long a family is left alone of whom something could not be taken out.
TRY_AGAIN = timedelta(hours=1)
_SHORTEST_REASON, _LONGEST_REASON = 5, 300


@dataclass(frozen=True)
class PurgeLine:
    """How far one kind of one family is. `done_at` is set once it was looked that nothing is left."""

    family: str
    kind: KeptKind
    reason: PurgeReason
    began_at: datetime
    taken_out: int
    done_at: datetime | None


def purge_due(rt: Runtime) -> Tally:
    """Take out what is due, kind by kind, a few families a round; what was begun is gone on with."""
    done = Tally()
    for rule in rt.retention:
        with rt.store.read() as tx:
            ids = purging.due(tx, rule.kind, tx.now - rule.after, FAMILIES_A_ROUND)
        done += each(rt, "retention", ids, partial(_purge, rt, rule.kind), partial(_set_aside, rule.kind))
    return done


def status(rt: Runtime) -> Sequence[PurgeLine]:
    """Every purge there was, the latest first."""
    with rt.store.read() as tx:
        return [
            PurgeLine(family, purge.kind, purge.reason, purge.began_at, purge.taken_out, purge.done_at)
            for family, purge in purging.purges(tx)
        ]


def hold(rt: Runtime, reference: str, by: str, reason: str) -> bool:
    """Nothing of this family goes until it is released. False where one stands already.

    Raises NotFound; NotAllowed for whoever is no administrator; WordsRefused without a reason.
    """
    words = reason.strip()
    if not _SHORTEST_REASON <= len(words) <= _LONGEST_REASON:
        raise WordsRefused(said("Say why, in at most %(most)s characters.", most=_LONGEST_REASON))
    with rt.store.begin("retention.hold") as tx:
        staff, family = _admin(tx, by), _held(tx, people.family(tx, reference).id)
        if purging.legal_hold(tx, family) is not None:
            return False
        made = tx.add(LegalHold(family_id=family.id, reason=words, placed_at=tx.now, placed_by=staff.id))
        tx.record("legal-hold.placed", made, actor(staff))
        return True


def release(rt: Runtime, reference: str, by: str) -> bool:
    """What its time has come for goes again. False where no hold stands. Raises NotFound, NotAllowed."""
    with rt.store.begin("retention.release") as tx:
        staff, family = _admin(tx, by), _held(tx, people.family(tx, reference).id)
        standing = purging.legal_hold(tx, family)
        if standing is None:
            return False
        standing.ended_at, standing.ended_by = tx.now, staff.id
        tx.record("legal-hold.released", standing, actor(staff))
        return True


def erase(rt: Runtime, reference: str, by: str) -> Sequence[PurgeLine]:
    """They asked: everything of a family goes at once, whatever the clocks say; what the carrier keeps back is tried
    again until it is gone.

    Raises:
        NotFound: no such family or login.
        NotAllowed: not an administrator.
        WordsRefused: something stands in the way; the message says what.
    """
    with rt.store.begin("retention.erase") as tx:
        staff, family = _admin(tx, by), _held(tx, people.family(tx, reference).id)
        why = purging.in_the_way(tx, family)
        if why:
            raise WordsRefused(said("Not yet: %(why)s.", why="; ".join(why)))
        for kind in KeptKind:
            _begun(tx, family, kind, PurgeReason.ASKED, staff.id).aside_until = None
        tx.record("family.erasure-asked", family, actor(staff))
    for kind in KeptKind:
        try:
            _purge(rt, kind, family.id)
        except CareError as error:
            log.warning("retention.left", kind=kind, id=str(family.id), error=type(error).__name__)
            with rt.store.begin("retention.set-aside") as tx:
                _set_aside(kind, tx, family.id)
    return [line for line in status(rt) if line.family == family.reference]


def _purge(rt: Runtime, kind: KeptKind, family_id: UUID) -> None:
    """Take one kind out and look that it is gone. Raises CareError while something of it is left."""
    with rt.store.begin("retention.begin") as tx:
        family = _held(tx, family_id)
        if purging.in_the_way(tx, family):
            return
        _begun(tx, family, kind, PurgeReason.TIME)
        conversations, texts = purging.conversations_of(tx, family), purging.at_the_carrier(tx, family)
    if kind is KeptKind.CARRIER:
        for text in texts:
            _redact(rt, family_id, text)
    if kind is KeptKind.WORDS:
        for conversation_id in conversations:
            rt.assistant.forget(conversation_id)
    _finish(rt, kind, family_id)


def _finish(rt: Runtime, kind: KeptKind, family_id: UUID) -> None:
    with rt.store.begin("retention.take-out") as tx:
        family = _held(tx, family_id)
        if purging.in_the_way(tx, family):
            return  # a hold that came meanwhile; what went at the carrier is gone
        purge = _begun(tx, family, kind, PurgeReason.TIME)
        purge.taken_out += purging.take_out(tx, family, kind)
        left = purging.left(tx, family, kind)
        if left:
            raise WordsRefused(said("left: %(listed)s", listed=", ".join(left)))
        purge = _begun(tx, family, kind, PurgeReason.TIME)
        purge.done_at, purge.aside_until = tx.now, None
        tx.record(f"purge.{kind}-done", purge)
    log.info("retention.purged", kind=kind, id=str(family_id), count=purge.taken_out)


def _redact(rt: Runtime, family_id: UUID, text: purging.Text) -> None:
    """One text that the carrier does not let go of stops no other."""
    try:
        for sid in text.sids:
            rt.carrier.redact(sid)
    except (SendFailed, SendUnclear):
        log.warning("retention.not-redacted", id=str(text.id))
        return
    with rt.store.begin("retention.redacted") as tx:
        family = _held(tx, family_id)
        message = tx.get(text.kind, text.id)
        message.redacted_at = tx.now
        _begun(tx, family, KeptKind.CARRIER, PurgeReason.TIME).taken_out += 1
        tx.record("text.redacted", message)


def _begun(tx: Transaction, family: Family, kind: KeptKind, reason: PurgeReason, asked_by: UUID | None = None) -> Purge:
    found = purging.purge_of(tx, family, kind)
    if found is None:
        found = tx.add(Purge(family_id=family.id, kind=kind, reason=reason, began_at=tx.now, asked_by=asked_by))
        tx.record(f"purge.{kind}-begun", found)
        tx.session.flush()
    return found


def _set_aside(kind: KeptKind, tx: Transaction, family_id: UUID) -> None:
    purge = _begun(tx, _held(tx, family_id), kind, PurgeReason.TIME)
    purge.aside_until = tx.now + TRY_AGAIN
    tx.record("purge.set-aside", purge)


def _held(tx: Transaction, family_id: UUID) -> Family:
    return tx.session.get_one(Family, family_id, with_for_update=HELD)


def _admin(tx: Transaction, login: str) -> StaffMember:
    member = writer_of(tx, login)
    if member.role is not Role.ADMIN:
        raise NotAllowed(said("This is for an administrator."))
    return member
