"""What the heart of the house needs from outside, and what it is promised. Adapters and fakes keep it alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from bot.directives import Block
from checkback.care.terms import Danger, DistressLevel, Language, SafetyMode, Sender, Urgency


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The moment, aware and in UTC."""


@dataclass(frozen=True)
class OutgoingText:
    """One text as the carrier gets it. `to` is E.164; `valid_for` is how long the carrier may hold it, never more."""

    id: UUID
    sender: Sender
    to: str
    body: str
    valid_for: timedelta


class Carrier(Protocol):
    """Carries texts to phones."""

    def send(self, text: OutgoingText) -> str:
        """Hand the text over; returns the carrier's id of it.

        Promises to answer within 20 seconds, and never to try twice by itself once the carrier may have taken the text.

        Raises:
            SendFailed: the carrier refused it, nothing was sent.
            SendUnclear: it may or may not have been sent.
        """

    def find(self, text: OutgoingText, since: datetime, until: datetime | None = None) -> Sequence[str]:
        """The carrier's ids of every text with these words that went from this sender to this phone in that time, the
        oldest first. Which of them it is, only the caller can know.

        Raises:
            SendUnclear: the carrier does not say.
        """

    def redact(self, sid: str) -> None:
        """Take the words and pictures of a text, ours or theirs, out of the carrier's log, and look that they are gone.

        A text that the carrier no longer has is done; a second time changes nothing.

        Raises:
            SendFailed: the carrier refused; the words are there yet.
            SendUnclear: it does not say, or what it says is that they are there yet.
        """


@dataclass(frozen=True)
class LoggedText:
    """One text in the carrier's own list; `status` in the carrier's words."""

    carrier_sid: str
    from_number: str
    to_number: str
    body: str
    at: datetime
    status: str
    error_code: int | None = None
    media_count: int = 0
    is_inbound: bool = False


class CarrierLog(Protocol):
    """Knows every text that went or came, whatever we remember."""

    def texts_since(self, since: datetime) -> Sequence[LoggedText]:
        """All of them since that moment, the oldest first; complete, or not at all.

        Raises:
            CarrierLogUnread: the carrier does not say, or not everything.
        """


class Reassigned(StrEnum):
    """Whether a number has gone to somebody else since a day."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Lookup(Protocol):
    """Knows of numbers what their carriers say. Each answer costs: ask only where something hangs on it."""

    def reassigned(self, number: str, since: date) -> Reassigned:
        """Whether this number, E.164, has gone to somebody else since the day its holder was last certain.

        Promises to answer within 10 seconds, once, and to keep nothing.

        Raises:
            LookupUnavailable: no answer, or none that can be understood.
        """


@dataclass(frozen=True)
class OutgoingCall:
    """One call to a member of staff. What is said is asked for once somebody has picked up."""

    id: UUID
    to: str


class Caller(Protocol):
    """Calls phones."""

    def call(self, call: OutgoingCall) -> str:
        """Let the phone ring; returns the carrier's id of the call. Answers within 20 seconds, and tries once.

        Raises:
            SendFailed: the carrier refused it, nothing rings.
            SendUnclear: it may or may not ring.
        """


@dataclass(frozen=True)
class OutgoingMail:
    """One e-mail to a member of staff, plain text. `id` makes the message's own id, the same at every try."""

    id: UUID
    to: str
    subject: str
    body: str


class Mailer(Protocol):
    """Sends e-mails."""

    def send(self, mail: OutgoingMail) -> None:
        """Hand it to the mail server. Answers within 20 seconds, and tries once.

        Raises:
            SendFailed: the server refused it, or was not reached: nothing was sent.
            SendUnclear: it may or may not have been taken.
        """


@dataclass(frozen=True)
class JournalEntry:
    """One thing the journal keeps. `name` orders entries by when they were kept."""

    name: str
    fields: Mapping[str, str | int | None]
    was_told: bool


@dataclass(frozen=True)
class JournalState:
    """How much waits in the journal, how long the oldest has waited in seconds, and how much was put aside."""

    waiting: int
    oldest: float
    aside: int


class Journal(Protocol):
    """Keeps what the carrier brought on disk while the database is gone. What `keep` returned from survives a power
    cut. A thread is what must stay in its order: the texts of one phone, the reports on one text.
    """

    def keep(self, fields: Mapping[str, str | int | None], *, thread: str) -> None:
        """Keep one entry, sealed. Raises StoreUnavailable when the disk does not take it."""

    def waits(self, thread: str) -> bool:
        """Whether anything of this thread waits. Cheap: asked for each text."""

    def pending(self, limit: int | None = None) -> Sequence[JournalEntry]:
        """What is kept, oldest first. An entry that cannot be opened is put aside, and said so; it stops no other."""

    def is_empty(self) -> bool:
        """Whether nothing waits. Cheap."""

    def state(self) -> JournalState:
        """For the metrics. Cheap: no entry is opened."""

    def mark_told(self, name: str) -> None:
        """Somebody was told of this entry; remembered by this process even if the disk does not take the mark."""

    def put_aside(self, entry: JournalEntry) -> None:
        """Keep an entry that cannot be used for a person to look at, out of the way of those behind it."""

    def aside_untold(self) -> Sequence[str]:
        """The names of what was put aside and nobody was told of."""

    def remove(self, entry: JournalEntry) -> None:
        """It is in the database now. Removing it twice is well."""

    def must_take(self) -> None:
        """Raise StoreUnavailable when the disk would not take an entry now."""


@dataclass(frozen=True)
class TurnContext:
    """What the assistant may know of the contact beside the words: never a name, a number or an incident."""

    language: Language
    mode: SafetyMode
    asked: str | None = None
    """The wording key of the question we asked last, e.g. `consent.ask` or `check_in.opening`."""


@dataclass(frozen=True)
class Turn:
    """The assistant's answer to one turn: what it understood, and the blocks in the order to carry them out."""

    intent: str
    confidence: float
    blocks: Sequence[Block]


class Assistant(Protocol):
    """Understands and steers the dialogue. Asking twice with one `turn_id` moves nothing and answers the same."""

    def converse(self, conversation_id: UUID, turn_id: UUID, text: str, context: TurnContext) -> Turn:
        """Tell it what the contact wrote.

        Raises:
            AssistantUnavailable: no answer within 15 seconds, or an error.
            TurnRejected: an answer that breaks the contract.
        """

    def start_check_in(self, conversation_id: UUID, turn_id: UUID, context: TurnContext) -> Turn:
        """Leave whatever was being talked of and open a check-in. Raises as `converse`."""

    def forget(self, conversation_id: UUID) -> None:
        """Delete everything it keeps of this conversation. Raises AssistantUnavailable."""


@dataclass(frozen=True)
class Evidence:
    """Why the screen says so: the rule, and where its words stand in the text."""

    rule: str
    danger: Danger
    start: int
    end: int
    words: str


@dataclass(frozen=True)
class Assessment:
    """What the screen heard in one text. `urgency` is set exactly when the level is acute."""

    level: DistressLevel
    urgency: Urgency | None = None
    danger: Danger | None = None
    opt_out: bool = False
    evidence: Sequence[Evidence] = ()
    version: str = ""
    review: bool = False
    """The screen is unsure: more than it may let pass, less than it may page for. Only ever at `high`."""

    @property
    def weight(self) -> tuple[int, bool]:
        """Orders assessments: the worse is the greater."""
        return (self.level.rank, self.urgency is Urgency.EMERGENT)


class Screen(Protocol):
    """Reads every inbound text for distress before anything else does."""

    def assess(self, text: str, recent: Sequence[str] = ()) -> Assessment:
        """Judge `text` alone and together with `recent`, the texts of the last ten minutes, oldest first; the higher
        counts. Deterministic, thread-safe, bounded in time. Fails closed: what it cannot read is `high`, unscreened.
        """


class Passwords(Protocol):
    """Keeps passwords as hashes nobody can turn back."""

    def hash(self, password: str) -> str:
        """What to keep of a password."""

    def matches(self, kept: str | None, password: str) -> bool:
        """Whether this is the password of which `kept` is the hash. Takes as long when there is no hash to compare."""


@dataclass(frozen=True)
class Journey:
    """Somebody on their way to the sign-in provider: where they go, and what must come back with them."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Vouched:
    """Whom the provider vouches for. `email` is one it has verified, or None."""

    issuer: str
    subject: str
    email: str | None


class IdentityProvider(Protocol):
    """Signs people in on our behalf."""

    def begin(self) -> Journey:
        """Where to send somebody. Answers within ten seconds. Raises ProviderRefused when it cannot be reached."""

    def finish(self, journey: Journey, answer: Mapping[str, str]) -> Vouched:
        """Who came back, by what their browser brought.

        Promises to believe nothing that the provider has not signed for this very journey.

        Raises:
            ProviderRefused: it vouches for nobody, or its answer cannot be believed.
        """
