"""What was written: conversations, the texts that came in, the turns of the assistant, and the outbox."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from checkback.care.model.base import Base, Entity, Sealed, Word
from checkback.care.terms import (
    Danger,
    DistressLevel,
    InboundState,
    Lane,
    OutboundKind,
    OutboundState,
    SafetyMode,
    Sender,
    TurnKind,
    TurnState,
    Urgency,
)

#: Where the body of a text that came in is sealed.
INBOUND_BODY = "inbound_message.body"


class Conversation(Entity):
    """The thread with one phone on behalf of one contact, or of nobody we know. Its id is all the assistant gets."""

    __tablename__ = "conversation"
    __table_args__ = (UniqueConstraint("phone_id", "contact_id"),)

    phone_id: Mapped[UUID] = mapped_column(ForeignKey("phone.id"))
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id"), default=None, index=True)
    asked: Mapped[str | None] = mapped_column(String(60), default=None)
    """The wording key of the question that was asked last and not answered yet."""
    with_person_since: Mapped[datetime | None] = mapped_column(default=None)
    """The assistant is silent from then on: a person has this conversation."""
    reassured_at: Mapped[datetime | None] = mapped_column(default=None)
    """When we last told them, while a person has the conversation, that somebody is being told."""
    seen_to_at: Mapped[datetime | None] = mapped_column(default=None)
    """When a person last said what came of their distress: what was written before is not heard again."""
    last_text_at: Mapped[datetime | None] = mapped_column(default=None)


class DialogueTurn(Entity):
    """One turn of the assistant, made before it is asked, so that asking again after a crash asks the same turn."""

    __tablename__ = "dialogue_turn"
    __table_args__ = (
        Index(
            "uq_dialogue_turn_open",
            "conversation_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_dialogue_turn_due", "state", "due_at"),
    )

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"))
    kind: Mapped[TurnKind] = mapped_column(Word(TurnKind))
    opened_at: Mapped[datetime] = mapped_column()
    due_at: Mapped[datetime] = mapped_column()
    check_in_id: Mapped[UUID | None] = mapped_column(ForeignKey("check_in.id"), default=None, unique=True)
    state: Mapped[TurnState] = mapped_column(Word(TurnState), default=TurnState.OPEN)
    attempts: Mapped[int] = mapped_column(default=0)
    claim: Mapped[UUID | None] = mapped_column(default=None)
    lease_until: Mapped[datetime | None] = mapped_column(default=None)
    intent: Mapped[str | None] = mapped_column(String(60), default=None)
    confidence: Mapped[float | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class InboundMessage(Entity):
    """A text somebody wrote to us, kept and screened before anything else. The carrier's id makes it unique."""

    __tablename__ = "inbound_message"
    __table_args__ = (
        Index("ix_inbound_message_thread", "conversation_id", "received_at"),
        Index("ix_inbound_message_waiting", "state", "received_at"),
        Index("ix_inbound_message_received", "received_at"),
    )

    carrier_sid: Mapped[str] = mapped_column(String(64), unique=True)
    sender: Mapped[Sender] = mapped_column(Word(Sender))
    phone_id: Mapped[UUID] = mapped_column(ForeignKey("phone.id"), index=True)
    body: Mapped[str] = mapped_column(Sealed(INBOUND_BODY))
    received_at: Mapped[datetime] = mapped_column()
    state: Mapped[InboundState] = mapped_column(Word(InboundState))
    conversation_id: Mapped[UUID | None] = mapped_column(ForeignKey("conversation.id"), default=None)
    media_count: Mapped[int] = mapped_column(default=0)
    media: Mapped[str | None] = mapped_column(Sealed("inbound_message.media"), default=None)
    """Where the carrier keeps the pictures, a JSON list of addresses and types; nothing of them is fetched."""
    as_delivered: Mapped[str | None] = mapped_column(Sealed("inbound_message.as_delivered"), default=None)
    """The letters the carrier brought, where `body` is what they decode to; both were screened."""
    level: Mapped[DistressLevel] = mapped_column(Word(DistressLevel), default=DistressLevel.NONE)
    urgency: Mapped[Urgency | None] = mapped_column(Word(Urgency), default=None)
    danger: Mapped[Danger | None] = mapped_column(Word(Danger), default=None)
    opt_out: Mapped[bool] = mapped_column(default=False)
    screen_version: Mapped[str] = mapped_column(String(80), default="")
    turn_id: Mapped[UUID | None] = mapped_column(ForeignKey("dialogue_turn.id"), default=None, index=True)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    redacted_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the carrier, asked again, had nothing of its words and pictures any more."""


class OutboundMessage(Entity):
    """A text of ours: queued in the unit of work that decided on it, handed to the carrier by a worker.

    `dedupe_key` says what the text is for; a second text for the same thing cannot be queued. A text bound to hours is
    never handed over outside them, and the carrier is told to drop it at `not_after`.
    """

    __tablename__ = "outbound_message"
    __table_args__ = (
        Index("ix_outbound_message_due", "lane", "state", "priority", "due_at"),
        Index("ix_outbound_message_thread", "phone_id", "queued_at"),
        Index("ix_outbound_message_conversation", "conversation_id"),
        Index("ix_outbound_message_contact", "contact_id", "handed_at"),
        Index("ix_outbound_message_handed", "handed_at"),
        Index(
            "ix_outbound_message_held",
            "held_at",
            sqlite_where=text("held_at IS NOT NULL"),
            postgresql_where=text("held_at IS NOT NULL"),
        ),
    )

    kind: Mapped[OutboundKind] = mapped_column(Word(OutboundKind))
    lane: Mapped[Lane] = mapped_column(Word(Lane))
    sender: Mapped[Sender] = mapped_column(Word(Sender))
    phone_id: Mapped[UUID] = mapped_column(ForeignKey("phone.id"))
    body: Mapped[str] = mapped_column(Sealed("outbound_message.body"))
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    queued_at: Mapped[datetime] = mapped_column()
    due_at: Mapped[datetime] = mapped_column()
    not_after: Mapped[datetime] = mapped_column()
    priority: Mapped[int] = mapped_column(default=8)
    """Which text goes first where several are due for one sender: the lowest (`rules.priorities`)."""
    segments: Mapped[int] = mapped_column(default=1)
    """The parts it is cut into on the air; what it takes out of its sender's bucket."""
    conversation_id: Mapped[UUID | None] = mapped_column(ForeignKey("conversation.id"), default=None)
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id"), default=None)
    family_id: Mapped[UUID | None] = mapped_column(ForeignKey("family.id"), default=None, index=True)
    check_in_id: Mapped[UUID | None] = mapped_column(ForeignKey("check_in.id"), default=None, unique=True)
    notice_id: Mapped[UUID | None] = mapped_column(ForeignKey("escalation_notice.id"), default=None, unique=True)
    turn_id: Mapped[UUID | None] = mapped_column(ForeignKey("dialogue_turn.id"), default=None)
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None)
    wording: Mapped[str | None] = mapped_column(String(60), default=None)
    wording_version: Mapped[str | None] = mapped_column(String(40), default=None)
    """Of the sentences it was made of, so that it can be told later what was said; none for a person's own words."""
    mode: Mapped[SafetyMode | None] = mapped_column(Word(SafetyMode), default=None)
    """For which safety mode of the phone it was worded; one worded for a safe phone goes to no other."""
    free_until: Mapped[datetime | None] = mapped_column(default=None)
    """Until then the contact's hours do not bind this text (an answer within ten minutes of their own text)."""
    state: Mapped[OutboundState] = mapped_column(Word(OutboundState), default=OutboundState.QUEUED)
    reason: Mapped[str | None] = mapped_column(String(60), default=None)
    attempts: Mapped[int] = mapped_column(default=0)
    claim: Mapped[UUID | None] = mapped_column(default=None)
    lease_until: Mapped[datetime | None] = mapped_column(default=None)
    handed_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the carrier was first asked to take it."""
    carrier_sid: Mapped[str | None] = mapped_column(String(64), default=None, index=True)
    earlier_sids: Mapped[str] = mapped_column(Text, default="")
    """The carrier's ids of earlier tries that did not arrive, in their order; what is reported of them is old."""
    error_code: Mapped[int | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    held_at: Mapped[datetime | None] = mapped_column(default=None)
    """A hold keeps it back since then; whoever lets it go judges it anew."""
    valid_until: Mapped[datetime | None] = mapped_column(default=None)
    """When the carrier drops what it has not delivered: no later than the hours that bound the text."""
    redacted_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the carrier, asked again, had nothing of its words and pictures any more."""

    @property
    def tries_before(self) -> list[str]:
        """The carrier's ids of the tries that did not arrive."""
        return self.earlier_sids.split()

    def queue_again(self, due_at: datetime) -> None:
        """It surely did not arrive: it is ours again, and a later report of this try changes nothing."""
        if self.carrier_sid is not None:
            self.earlier_sids = " ".join([*self.tries_before, self.carrier_sid])
        self.state, self.due_at = OutboundState.QUEUED, due_at
        self.claim = self.lease_until = self.handed_at = self.carrier_sid = None

    def advance(self, state: OutboundState, now: datetime, error_code: int | None = None) -> bool:
        """Move to a later state; a report that would move back, or past an end, changes nothing. True when it moved."""
        if state.rank <= self.state.rank:
            return False
        self.state = state
        if error_code is not None:
            self.error_code = error_code
        if state.is_over:
            self.ended_at = now
        return True


class SenderBucket(Base):
    """How fast one of our numbers may send, shared by every worker: a text goes when its segments have room.

    `free_at` is when everything handed over so far has left, at the sender's rate.
    """

    __tablename__ = "sender_bucket"

    sender: Mapped[Sender] = mapped_column(Word(Sender), primary_key=True)
    free_at: Mapped[datetime] = mapped_column()
    slow_until: Mapped[datetime | None] = mapped_column(default=None)
    """The carrier asked for less: until then every segment takes several places."""
    paused_until: Mapped[datetime | None] = mapped_column(default=None)
    """Nothing arrives at the moment: until then only what cannot wait is tried."""
    paused_by: Mapped[int | None] = mapped_column(default=None)
    """The carrier's code that said so."""
    starts_free_at: Mapped[datetime | None] = mapped_column(default=None)
    """When everything begun so far has had its place, at the programme's pace of check-ins."""
