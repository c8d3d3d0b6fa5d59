"""How staff get in: sessions that end, and the codes that stand in for a lost second factor."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, false
from sqlalchemy.orm import Mapped, mapped_column

from checkback.care.model.base import Entity, Sealed, Word
from checkback.care.terms import SignInWay


class StaffSession(Entity):
    """Somebody is signed in on one device. What the device shows is kept as a hash: the rows let nobody in."""

    __tablename__ = "staff_session"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_member.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    how: Mapped[SignInWay] = mapped_column(Word(SignInWay))
    began_at: Mapped[datetime] = mapped_column()
    used_at: Mapped[datetime] = mapped_column()
    browser: Mapped[str] = mapped_column(Sealed("staff_session.browser"), default="")
    awaits_code: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The password was right and the second factor is still to be shown: good for that and nothing else."""
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class RecoveryCode(Entity):
    """Lets its owner in once when their second factor is lost. Kept as a keyed HMAC."""

    __tablename__ = "recovery_code"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_member.id"), index=True)
    code_index: Mapped[bytes] = mapped_column()
    used_at: Mapped[datetime | None] = mapped_column(default=None)
