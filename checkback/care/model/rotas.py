"""Who is on call, and who is away: rotations, shifts that go before them, time off."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from checkback.care.model.base import Entity


class Rota(Entity):
    """Who is on call for a team: turns of whole days that follow one another, round and round.

    A turn ends at `changes_at` o'clock, local to `zone`, on either side of a clock change.
    """

    __tablename__ = "rota"

    team_id: Mapped[UUID] = mapped_column(ForeignKey("care_team.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    zone: Mapped[str | None] = mapped_column(String(60), default=None)
    """None: the programme's."""
    starts_on: Mapped[date | None] = mapped_column(default=None)
    """The first day of the first turn; None: nothing but shifts."""
    changes_at: Mapped[int] = mapped_column(default=0, server_default="0")
    feed_version: Mapped[int] = mapped_column(default=1, server_default="1")
    """Raised to make the calendar address a new one, where the old was seen by somebody."""


class RotaTurn(Entity):
    """So many days on call for one member of staff."""

    __tablename__ = "rota_turn"
    __table_args__ = (UniqueConstraint("rota_id", "position"),)

    rota_id: Mapped[UUID] = mapped_column(ForeignKey("rota.id"))
    position: Mapped[int] = mapped_column()
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_member.id"))
    days: Mapped[int] = mapped_column()


class RotaShift(Entity):
    """One member of staff on call from one moment until another, instead of whoever's turn it is."""

    __tablename__ = "rota_shift"
    __table_args__ = (Index("ix_rota_shift_when", "rota_id", "starts_at", "ends_at"),)

    rota_id: Mapped[UUID] = mapped_column(ForeignKey("rota.id"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_member.id"))
    starts_at: Mapped[datetime] = mapped_column()
    ends_at: Mapped[datetime] = mapped_column()
    source: Mapped[str] = mapped_column(String(200), default="override", server_default="override")
    """`override`, or `calendar:` and the event it was brought in with."""
