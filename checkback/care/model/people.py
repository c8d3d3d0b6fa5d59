"""Who there is: programmes and their staff, incidents and families, contacts and their phones."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from checkback.care.model.base import Entity, Sealed, Word
from checkback.care.terms import (
    ConsentScope,
    ConsentSource,
    ConsentState,
    Language,
    OptOutSource,
    PhoneDoubt,
    PhoneTrouble,
    Role,
    SafetyMode,
    ScreeningMode,
    Sender,
    ZoneSource,
)


class Programme(Entity):
    """An agency's follow-up programme: whose name stands in the texts, whose hours bind them."""

    __tablename__ = "programme"

    name: Mapped[str] = mapped_column(String(80), unique=True)
    zone: Mapped[str] = mapped_column(String(60))
    opens: Mapped[int] = mapped_column(default=9)
    closes: Mapped[int] = mapped_column(default=20)
    holidays: Mapped[str] = mapped_column(String(10), default="US", server_default="US")
    """Whose holidays are kept free: `US`, `US-MO` with those of a state, or empty for nobody's."""
    rest_hours: Mapped[int] = mapped_column(default=12, server_default="12")
    """For so long after an incident nothing automatic goes, but the consent question."""
    calm_hours: Mapped[int] = mapped_column(default=12, server_default="12")
    """For so long after somebody in acute distress was seen to, no check-in goes to their family."""
    texts_a_day: Mapped[int] = mapped_column(default=1, server_default="1")
    texts_a_week: Mapped[int] = mapped_column(default=3, server_default="3")
    starts_a_minute: Mapped[int] = mapped_column(default=60, server_default="60")
    """How many check-ins begin in a minute at most: what falls due together is spread."""
    screening: Mapped[ScreeningMode] = mapped_column(
        Word(ScreeningMode), default=ScreeningMode.LIVE, server_default=ScreeningMode.LIVE
    )
    safe_days: Mapped[int] = mapped_column(default=30, server_default="30")
    """For so many days their word counts that only they read the phone; then it is neutral, and we ask again."""


class CareTeam(Entity):
    """The people who answer for a set of families."""

    __tablename__ = "care_team"

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    name: Mapped[str] = mapped_column(String(80), unique=True)


class Phone(Entity):
    """A number. It may belong to several contacts, or to nobody we know; found by a keyed HMAC."""

    __tablename__ = "phone"

    number: Mapped[str] = mapped_column(Sealed("phone.number"))
    number_index: Mapped[bytes] = mapped_column(unique=True)
    index_version: Mapped[int] = mapped_column()
    trouble: Mapped[PhoneTrouble | None] = mapped_column(Word(PhoneTrouble), default=None)
    """Why the carrier cannot reach it; while this stands, nothing is texted to it."""
    trouble_since: Mapped[datetime | None] = mapped_column(default=None)
    doubt: Mapped[PhoneDoubt | None] = mapped_column(Word(PhoneDoubt), default=None)
    """Why somebody else may have it by now; while this stands, nothing of a family is texted to it."""
    doubt_since: Mapped[datetime | None] = mapped_column(default=None)
    looked_up_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the carrier last said whether it changed hands: an answer costs, and is not asked for often."""
    look_up_after: Mapped[datetime | None] = mapped_column(default=None)
    """It is being looked up, or could not be: not again before then."""
    sure_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was last said, other than by a text from it, that it is still theirs."""


class StaffMember(Entity):
    """Somebody who works here. `login` is what others write to name them; it says nothing of a family."""

    __tablename__ = "staff_member"

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    login: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(Sealed("staff_member.name"))
    role: Mapped[Role] = mapped_column(Word(Role))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("care_team.id"), default=None)
    phone_id: Mapped[UUID | None] = mapped_column(ForeignKey("phone.id"), default=None, index=True)
    email: Mapped[str | None] = mapped_column(Sealed("staff_member.email"), default=None)
    languages: Mapped[str] = mapped_column(String(40), default="en")
    password_hash: Mapped[str | None] = mapped_column(String(200), default=None)
    left_at: Mapped[datetime | None] = mapped_column(default=None)
    is_clinical_lead: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Reads what the screen heard week by week, and is the one paged while the screen is on trial."""
    must_change_password: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Somebody else knows the password: it is good for giving oneself a new one."""
    totp_secret: Mapped[str | None] = mapped_column(Sealed("staff_member.totp_secret"), default=None)
    totp_since: Mapped[datetime | None] = mapped_column(default=None)
    """Since when the second factor is asked for; before that its secret was shown, and no code came back yet."""
    totp_step: Mapped[int | None] = mapped_column(default=None)
    """The time step of the last code that was taken: no code lets in twice (RFC 6238, 5.2)."""
    identity: Mapped[str | None] = mapped_column(String(64), unique=True, default=None)
    """The hash of issuer and subject of whom the OpenID Connect provider knows them as."""
    interface: Mapped[Language | None] = mapped_column(Word(Language), default=None)
    """The language of the pages for them; None: their browser's."""


class Absence(Entity):
    """A member of staff is off from one moment until another; `backup_id`, if they named one, has their work."""

    __tablename__ = "absence"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_member.id"), index=True)
    starts_at: Mapped[datetime] = mapped_column()
    ends_at: Mapped[datetime] = mapped_column()
    backup_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None)


class TeamBackup(Entity):
    """Who of a team has the work of a colleague who is off and named nobody."""

    __tablename__ = "team_backup"

    team_id: Mapped[UUID] = mapped_column(ForeignKey("care_team.id"), unique=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_member.id"))


class ImportBatch(Entity):
    """Families that came in from one file; all of them can be taken back while nothing was sent to any."""

    __tablename__ = "import_batch"

    imported_at: Mapped[datetime] = mapped_column()
    by: Mapped[str] = mapped_column(String(60))
    undone_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def reference(self) -> str:
        """What people call it: B- and the beginning of its id."""
        return f"B-{self.id.hex[:6].upper()}"


class Family(Entity):
    """The people of one household we promised to come back to. People say its reference, `F-12`."""

    __tablename__ = "family"

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("care_team.id"), index=True)
    enrolled_at: Mapped[datetime] = mapped_column()
    child_ages: Mapped[str] = mapped_column(Sealed("family.child_ages"), default="")
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("import_batch.id"), default=None, index=True)
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("check_in_plan.id"), default=None, index=True)
    """The version of the plan they follow; None when only what was promised at the door is planned, or nothing more."""
    area: Mapped[str | None] = mapped_column(String(3), default=None)
    """The first three digits of their ZIP code, for reports: they stand for tens of thousands of people."""


class Incident(Entity):
    """What happened. Never an alert; `reference` is the records system's own."""

    __tablename__ = "incident"

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    reference: Mapped[str] = mapped_column(String(80), unique=True)
    occurred_at: Mapped[datetime] = mapped_column()
    kind: Mapped[str] = mapped_column(Sealed("incident.kind"))
    zip: Mapped[str] = mapped_column(Sealed("incident.zip"))
    address: Mapped[str | None] = mapped_column(Sealed("incident.address"), default=None)
    officer_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None)
    as_told: Mapped[str | None] = mapped_column(Sealed("incident.as_told"), default=None)
    """The enrolment as it came, in JSON: whoever sends it again changed is told what differs."""


class Contact(Entity):
    """A person of a family whom we may text. Hours are local to `zone`, from `opens` until `closes` o'clock."""

    __tablename__ = "contact"

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    name: Mapped[str] = mapped_column(Sealed("contact.name"))
    language: Mapped[Language] = mapped_column(Word(Language))
    zone: Mapped[str] = mapped_column(String(60))
    zone_source: Mapped[ZoneSource] = mapped_column(Word(ZoneSource))
    role: Mapped[str] = mapped_column(String(40), default="caregiver")
    opens: Mapped[int] = mapped_column(default=9)
    closes: Mapped[int] = mapped_column(default=20)
    other_zones: Mapped[str] = mapped_column(String(200), default="", server_default="")
    """Where they may be as well, divided by blanks: a text must be inside the hours in each."""
    days: Mapped[str] = mapped_column(String(20), default="", server_default="")
    """The days of the week on which they may be texted, `MO TU`; empty: every day."""
    paused_until: Mapped[datetime | None] = mapped_column(default=None)
    wrong_person_at: Mapped[datetime | None] = mapped_column(default=None)
    is_minor: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Under eighteen: nothing is texted before a guardian has agreed."""
    may_be_danger: Mapped[bool] = mapped_column(default=False, server_default=false())
    """This person may be the danger: their word gives nobody else's consent."""

    @property
    def reference(self) -> str:
        """What staff call a contact on paper: C- and the beginning of its id."""
        return f"C-{self.id.hex[:6].upper()}"


class NameToken(Entity):
    """A keyed HMAC of a word of a contact's name, or of its beginning: names are found without being readable."""

    __tablename__ = "name_token"
    __table_args__ = (UniqueConstraint("contact_id", "token"),)

    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    token: Mapped[bytes] = mapped_column(index=True)
    index_version: Mapped[int] = mapped_column()


class ContactPhone(Entity):
    """A contact uses a phone; phones are shared and change hands."""

    __tablename__ = "contact_phone"
    __table_args__ = (UniqueConstraint("contact_id", "phone_id"),)

    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    phone_id: Mapped[UUID] = mapped_column(ForeignKey("phone.id"), index=True)
    since: Mapped[datetime] = mapped_column()
    until: Mapped[datetime | None] = mapped_column(default=None)


class SafetyPreference(Entity):
    """How it is safe to reach a contact, in their own words where there are any."""

    __tablename__ = "safety_preference"

    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), unique=True)
    mode: Mapped[SafetyMode] = mapped_column(Word(SafetyMode), default=SafetyMode.NEUTRAL)
    may_text: Mapped[bool] = mapped_column(default=True)
    may_call: Mapped[bool] = mapped_column(default=True)
    may_leave_voicemail: Mapped[bool] = mapped_column(default=False)
    when: Mapped[str | None] = mapped_column(Sealed("safety_preference.when"), default=None)
    interpreter: Mapped[bool] = mapped_column(default=False)
    known_dangers: Mapped[str | None] = mapped_column(Sealed("safety_preference.known_dangers"), default=None)
    safe_word: Mapped[str | None] = mapped_column(Sealed("safety_preference.safe_word"), default=None)
    duress_word: Mapped[str | None] = mapped_column(Sealed("safety_preference.duress_word"), default=None)
    said_safe_at: Mapped[datetime | None] = mapped_column(default=None)
    """When they last said that only they read the phone; `steps.words.mode_of` judges how long that counts."""
    asked_at: Mapped[datetime | None] = mapped_column(default=None)
    """When we last asked them who reads it."""


class Consent(Entity):
    """A person's agreement to be texted: how it was asked, in which wording, for what, until when."""

    __tablename__ = "consent"

    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), index=True)
    state: Mapped[ConsentState] = mapped_column(Word(ConsentState))
    source: Mapped[ConsentSource] = mapped_column(Word(ConsentSource))
    wording_version: Mapped[str] = mapped_column(String(40))
    asked_at: Mapped[datetime] = mapped_column()
    scope: Mapped[ConsentScope] = mapped_column(Word(ConsentScope), default=ConsentScope.THIS_PROGRAMME)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    ends_at: Mapped[datetime | None] = mapped_column(default=None)
    guardian_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id"), default=None)
    """Of a minor: who agreed for them."""
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None)
    """Who heard or read it, where it did not come by text."""
    asked_again_at: Mapped[datetime | None] = mapped_column(default=None)
    """When we asked, before its end, whether it goes on."""
    asked_again_version: Mapped[str | None] = mapped_column(String(40), default=None)
    """In which wording that was."""

    def permits(self, now: datetime) -> bool:
        """Whether texts may go by it at this moment."""
        return self.state is ConsentState.GIVEN and (self.ends_at is None or now < self.ends_at)


class OptOut(Entity):
    """A phone wants no more texts from one of our senders. It ends only when the phone itself opts in again."""

    __tablename__ = "opt_out"
    __table_args__ = (Index("ix_opt_out_phone", "phone_id", "sender"),)

    phone_id: Mapped[UUID] = mapped_column(ForeignKey("phone.id"))
    sender: Mapped[Sender] = mapped_column(Word(Sender))
    source: Mapped[OptOutSource] = mapped_column(Word(OptOutSource))
    began_at: Mapped[datetime] = mapped_column()
    ended_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def is_by_carrier(self) -> bool:
        """Whether the carrier blocks our texts too."""
        return self.source in (OptOutSource.KEYWORD, OptOutSource.CARRIER, OptOutSource.BLOCKED)


class Assignment(Entity):
    """A member of staff answers for a family."""

    __tablename__ = "assignment"
    __table_args__ = (Index("ix_assignment_family", "family_id", "until"),)

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_member.id"), index=True)
    since: Mapped[datetime] = mapped_column()
    until: Mapped[datetime | None] = mapped_column(default=None)
