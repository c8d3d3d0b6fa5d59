"""Sessions and recovery codes of staff: found, used once, and ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import CursorResult, delete, func, select, update

from checkback.care.model import RecoveryCode, StaffMember, StaffSession
from checkback.care.store.database import Transaction
from checkback.care.terms import Role


def session(tx: Transaction, token_hash: bytes) -> StaffSession | None:
    """The session of this token, unless it was ended."""
    return tx.session.scalar(
        select(StaffSession).where(StaffSession.token_hash == token_hash, StaffSession.ended_at.is_(None))
    )


def sessions_of(tx: Transaction, staff_id: UUID) -> Sequence[StaffSession]:
    """Where they are signed in, the last used first. Sessions that ran out may be among them."""
    return tx.session.scalars(
        select(StaffSession)
        .where(StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None), StaffSession.awaits_code.is_(False))
        .order_by(StaffSession.used_at.desc(), StaffSession.id)
    ).all()


def mark_used(tx: Transaction, session_id: UUID) -> None:
    """Somebody looked at a page now. Nothing worth an audit row: what they look at leaves its own."""
    tx.session.execute(
        update(StaffSession)
        .where(StaffSession.id == session_id, StaffSession.ended_at.is_(None))
        .values(used_at=tx.now)
        .execution_options(synchronize_session=False)
    )


def end_sessions(tx: Transaction, staff_id: UUID, *, but: UUID | None = None) -> int:
    """End every session of theirs, but perhaps one; says how many."""
    ending = update(StaffSession).where(StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None))
    if but is not None:
        ending = ending.where(StaffSession.id != but)
    return _count(tx.session.execute(ending.values(ended_at=tx.now).execution_options(synchronize_session=False)))


def forget_old_sessions(tx: Transaction, staff_id: UUID, before: datetime) -> None:
    """Delete what nobody can use any more."""
    tx.session.execute(
        delete(StaffSession)
        .where(StaffSession.staff_id == staff_id, StaffSession.used_at < before)
        .execution_options(synchronize_session=False)
    )


def take_step(tx: Transaction, member: StaffMember, step: int) -> bool:
    """Use up a code of the authenticator and all before it; False when it was used up already."""
    used = StaffMember.totp_step
    taken = tx.session.execute(
        update(StaffMember)
        .where(StaffMember.id == member.id, (used.is_(None)) | (used < step))
        .values(totp_step=step)
        .execution_options(synchronize_session=False)
    )
    return _count(taken) == 1


def take_recovery_code(tx: Transaction, staff_id: UUID, indexes: Sequence[bytes]) -> bool:
    """Use up a recovery code; False when there is no such code, or it was used before."""
    taken = tx.session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.staff_id == staff_id, RecoveryCode.code_index.in_(indexes), RecoveryCode.used_at.is_(None))
        .values(used_at=tx.now)
        .execution_options(synchronize_session=False)
    )
    return _count(taken) == 1


def recovery_codes_left(tx: Transaction, staff_id: UUID) -> int:
    return int(
        tx.session.scalar(select(func.count()).where(RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None)))
        or 0
    )


def drop_recovery_codes(tx: Transaction, staff_id: UUID) -> None:
    tx.session.execute(
        delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id).execution_options(synchronize_session=False)
    )


def with_identity(tx: Transaction, identity: str) -> StaffMember | None:
    """Whom the provider knows under this."""
    return tx.session.scalar(select(StaffMember).where(StaffMember.identity == identity, StaffMember.left_at.is_(None)))


def others_with_role(tx: Transaction, role: Role, other_than: UUID) -> int:
    """How many others who work here have this role."""
    return int(
        tx.session.scalar(
            select(func.count()).where(
                StaffMember.role == role, StaffMember.left_at.is_(None), StaffMember.id != other_than
            )
        )
        or 0
    )


def anybody_with_login(tx: Transaction, login: str) -> StaffMember | None:
    """Who has this login, also if they left: a login is given once."""
    return tx.session.scalar(select(StaffMember).where(StaffMember.login == login))


def _count(result: object) -> int:
    assert isinstance(result, CursorResult)  # noqa: S101 - an UPDATE answers with one
    return result.rowcount
