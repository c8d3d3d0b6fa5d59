"""What the house keeps about itself: who did what, the numbers it gives out, the signs of life of its processes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from checkback.care.model.base import Base, Entity


class AuditEvent(Entity):
    """Somebody did something to something. Ids only, never names or words; chained by hash in batches."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_subject", "subject", "subject_id"),)

    at: Mapped[datetime] = mapped_column(index=True)
    flow: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(60))
    actor: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID] = mapped_column()
    chain_position: Mapped[int | None] = mapped_column(default=None, unique=True)
    chain_hash: Mapped[bytes | None] = mapped_column(default=None)


class Restoration(Entity):
    """This database is a backup that was put back: nothing goes to families until it is reconciled with the carrier."""

    __tablename__ = "restoration"

    backup_at: Mapped[datetime] = mapped_column()
    """What happened from then on is not in it."""
    restored_at: Mapped[datetime] = mapped_column()
    reconciled_at: Mapped[datetime | None] = mapped_column(default=None)


class GoneText(Entity):
    """A text to a family that the carrier has and a backup did not know: the same words do not go there again."""

    __tablename__ = "gone_text"
    __table_args__ = (Index("ix_gone_text_phone", "phone_id", "digest"),)

    phone_id: Mapped[UUID] = mapped_column(ForeignKey("phone.id"))
    digest: Mapped[bytes] = mapped_column()
    """A keyed hash of the words."""
    carrier_sid: Mapped[str] = mapped_column(String(64), unique=True)
    went_at: Mapped[datetime] = mapped_column()
    used_at: Mapped[datetime | None] = mapped_column(default=None)


class Counter(Base):
    """The last number given out under a name, so that people can speak short references."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    last: Mapped[int] = mapped_column()


class Canary(Entity):
    """A text of ours to our own family line: sent, heard there, answered, and the answer come back. No family's."""

    __tablename__ = "canary"

    hour: Mapped[int] = mapped_column(unique=True)
    """Hours since 1970: there is one an hour, however many clocks tick."""
    code: Mapped[str] = mapped_column(String(12), unique=True)
    """Stands in its words, so that each is known again."""
    sent_at: Mapped[datetime] = mapped_column()
    heard_at: Mapped[datetime | None] = mapped_column(default=None)
    returned_at: Mapped[datetime | None] = mapped_column(default=None)
    told_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the one on call was told that it is missing."""


class Heartbeat(Base):
    """When a process or a job was last alive, and how often it has failed since it first was."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    at: Mapped[datetime] = mapped_column()
    failures: Mapped[int] = mapped_column(default=0)
