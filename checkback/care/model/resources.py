"""Help that exists, where it is looked for, and what came of each offer. HSDS's field names, unchanged."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from checkback.care.model.base import Base, Entity, Sealed


class Resource(Entity):
    """Help that exists: a `service` of the Human Services Data Specification, its field names unchanged.

    `schedules` and `places` are JSON, times in local wall time; `reach` says for whom it is, as it is looked for. No
    street address is kept, and of a confidential place not even the town.
    """

    __tablename__ = "resource"
    __table_args__ = (UniqueConstraint("directory", "source_id"),)

    source_id: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str | None] = mapped_column(String(40))
    needs: Mapped[str] = mapped_column(String(400))
    directory: Mapped[str] = mapped_column(String(80), default="programme", server_default="programme")
    organization_name: Mapped[str] = mapped_column(String(200), default="", server_default="")
    languages: Mapped[str] = mapped_column(String(120), default="en")
    schedules: Mapped[str] = mapped_column(Text, default="[]", server_default="[]")
    places: Mapped[str] = mapped_column(Text, default="[]", server_default="[]")
    reach: Mapped[str] = mapped_column(Text, default="any", server_default="any")
    service_areas: Mapped[str] = mapped_column(Text, default="", server_default="")
    taxonomy: Mapped[str] = mapped_column(Text, default="", server_default="")
    zone: Mapped[str | None] = mapped_column(String(60), default=None)
    url: Mapped[str | None] = mapped_column(String(400), default=None)
    alert: Mapped[str | None] = mapped_column(Text, default=None)
    application_process: Mapped[str | None] = mapped_column(Text, default=None)
    fees_description: Mapped[str | None] = mapped_column(Text, default=None)
    eligibility_description: Mapped[str | None] = mapped_column(Text, default=None)
    minimum_age: Mapped[float | None] = mapped_column(default=None)
    maximum_age: Mapped[float | None] = mapped_column(default=None)
    confidential: Mapped[bool] = mapped_column(default=False)
    narrow: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Only for some, such as veterans; `eligibility_description` says for whom."""
    discloses: Mapped[str] = mapped_column(String(40), default="", server_default="")
    assured_date: Mapped[date | None] = mapped_column(default=None)
    last_modified: Mapped[str] = mapped_column(String(40), default="", server_default="")
    digest: Mapped[str] = mapped_column(String(64), default="", server_default="")
    assured_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None)
    """Who dialled it and found it true; what the directory says of itself is `assured_date` alone."""
    wrong_reports: Mapped[int] = mapped_column(default=0, server_default="0")
    no_answers: Mapped[int] = mapped_column(default=0, server_default="0")


class ResourceReach(Base):
    """Under which need and which name of a place a resource is found: one narrow look, however large the directory."""

    __tablename__ = "resource_reach"

    need: Mapped[str] = mapped_column(String(40), primary_key=True)
    reach: Mapped[str] = mapped_column(String(120), primary_key=True)
    resource_id: Mapped[UUID] = mapped_column(ForeignKey("resource.id"), primary_key=True, index=True)


class DirectoryImport(Entity):
    """A directory was brought in: when, and how much was new, changed, gone and refused."""

    __tablename__ = "directory_import"

    directory: Mapped[str] = mapped_column(String(80), index=True)
    imported_at: Mapped[datetime] = mapped_column()
    added: Mapped[int] = mapped_column()
    changed: Mapped[int] = mapped_column()
    gone: Mapped[int] = mapped_column()
    unchanged: Mapped[int] = mapped_column()
    refused: Mapped[int] = mapped_column()


class ResourceOffer(Entity):
    """A resource was offered to a contact for a need; later, what came of it."""

    __tablename__ = "resource_offer"
    __table_args__ = (Index("ix_resource_offer_offered_at", "offered_at"),)

    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), index=True)
    resource_id: Mapped[UUID] = mapped_column(ForeignKey("resource.id"), index=True)
    need: Mapped[str] = mapped_column(Sealed("resource_offer.need"))
    offered_at: Mapped[datetime] = mapped_column()
    outcome: Mapped[str | None] = mapped_column(Sealed("resource_offer.outcome"), default=None)
    """A word of HelpOutcome."""
    outcome_at: Mapped[datetime | None] = mapped_column(default=None)
    check_in_id: Mapped[UUID | None] = mapped_column(ForeignKey("check_in.id"), default=None, index=True)
    """The follow-up that asks whether they got through."""
    place: Mapped[str | None] = mapped_column(Sealed("resource_offer.place"), default=None)
    """Where they looked for it: the ZIP code they named, else that of their home."""


class NeedNamed(Entity):
    """A family named a need, and we had a place for it or not. Kept to be counted: a keyed HMAC of the need says which,
    so that a stolen database does not.
    """

    __tablename__ = "need_named"
    __table_args__ = (Index("ix_need_named_named_at", "named_at"),)

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    named_at: Mapped[datetime] = mapped_column()
    need_index: Mapped[bytes] = mapped_column()
    index_version: Mapped[int] = mapped_column()
    is_met: Mapped[bool] = mapped_column()
