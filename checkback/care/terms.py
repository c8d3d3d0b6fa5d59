"""The closed sets of words everything else is said in. Values follow FHIR's lower-kebab spelling."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """A language we write in."""

    ENGLISH = "en"
    SPANISH = "es"


class DistressLevel(StrEnum):
    """How much distress a text shows, by the words of the text alone; ordered by `rank`."""

    NONE = "none"
    LOW = "low"
    HIGH = "high"
    ACUTE = "acute"

    @property
    def rank(self) -> int:
        return list(DistressLevel).index(self)


class Urgency(StrEnum):
    """How soon an acute text wants a person: emergent is danger now or means in hand, urgent is the rest of acute."""

    EMERGENT = "emergent"
    URGENT = "urgent"


class Danger(StrEnum):
    """What kind of danger a text speaks of. The answer to the family is chosen by it."""

    SUICIDE = "suicide"
    SELF_HARM = "self-harm"
    OTHERS_SUICIDE = "others-suicide"
    HARM_TO_OTHERS = "harm-to-others"
    VIOLENCE_NOW = "violence-now"
    PARTNER_VIOLENCE = "partner-violence"
    CHILD_ABUSE = "child-abuse"
    CHILD_IN_DANGER = "child-in-danger"
    MEDICAL = "medical"
    DURESS = "duress"
    DISTRESS = "distress"
    UNSCREENED = "unscreened"


class SafetyMode(StrEnum):
    """What we may show on this phone. Neutral until the contact said it is safe; unsafe when somebody else reads it."""

    NEUTRAL = "neutral"
    SAFE = "safe"
    UNSAFE = "unsafe"


class Sender(StrEnum):
    """Which of our own numbers a text came to or goes from."""

    FAMILY = "family"
    ALERT = "alert"
    CANARY = "canary"
    """Texts the family line once an hour, so that we notice when texts do not come through; nobody is told of it."""


class Lane(StrEnum):
    """Which lane of the worker delivers a text; alerts and safety answers never wait behind check-ins."""

    ALERTS = "alerts"
    FAMILIES = "families"


class Role(StrEnum):
    """What a member of staff is here for."""

    CLINICIAN = "clinician"
    COORDINATOR = "coordinator"
    OFFICER = "officer"
    ADMIN = "admin"


class CheckInState(StrEnum):
    """Where a promise stands. The last four are the only ways it ends."""

    PLANNED = "planned"
    DUE = "due"
    ASKED = "asked"
    ANSWERED = "answered"
    CLOSED_AFTER_SILENCE = "closed-after-silence"
    CANCELLED = "cancelled"
    HANDED_OVER = "handed-over"

    @property
    def is_over(self) -> bool:
        return self in _CHECK_IN_ENDS


_CHECK_IN_ENDS = frozenset(
    {
        CheckInState.ANSWERED,
        CheckInState.CLOSED_AFTER_SILENCE,
        CheckInState.CANCELLED,
        CheckInState.HANDED_OVER,
    }
)


class OutboundState(StrEnum):
    """Where a text of ours stands: ours until `accepted`, the carrier's from then on; see `rank`."""

    QUEUED = "queued"
    SENDING = "sending"
    UNCLEAR = "unclear"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def rank(self) -> int:
        """A status may only replace one of a lower rank; the four ends share the highest."""
        return _OUTBOUND_RANK[self]

    @property
    def is_over(self) -> bool:
        return self.rank == _OUTBOUND_RANK[OutboundState.DELIVERED]


_OUTBOUND_RANK = {
    OutboundState.QUEUED: 0,
    OutboundState.SENDING: 1,
    OutboundState.UNCLEAR: 2,
    OutboundState.ACCEPTED: 3,
    OutboundState.SENT: 4,
    OutboundState.DELIVERED: 5,
    OutboundState.UNDELIVERED: 5,
    OutboundState.FAILED: 5,
    OutboundState.CANCELLED: 5,
}


class OutboundKind(StrEnum):
    """Why a text is sent; decides whether the contact's hours bind it."""

    WELCOME = "welcome"
    CHECK_IN = "check-in"
    ANSWER = "answer"
    SAFETY = "safety"
    NOTICE = "notice"
    STAFF_ANSWER = "staff-answer"
    PERSONAL = "personal"
    CONFIRMATION = "confirmation"
    ALARM = "alarm"
    REMINDER = "reminder"
    CANARY = "canary"


class SentAnyway(StrEnum):
    """Why a person's own text goes though it says something that somebody else who reads the phone must not learn."""

    SPOKEN = "spoken-with-them"
    ASKED = "they-asked"


class PhoneTrouble(StrEnum):
    """Why no text can reach a phone. A text that comes from it ends this."""

    UNKNOWN = "unknown"
    LANDLINE = "landline"


class PhoneDoubt(StrEnum):
    """Why somebody else may have a number by now. While one stands, nothing of a family is texted to it."""

    TO_LOOK_UP = "to-look-up"
    TO_CONFIRM = "to-confirm"
    CHANGED_HANDS = "changed-hands"


class InboundState(StrEnum):
    """What becomes of a text that came in, beside being kept and screened."""

    WAITING = "waiting"
    IN_TURN = "in-turn"
    ANSWERED = "answered"
    WITH_A_PERSON = "with-a-person"
    NOTHING_TO_ANSWER = "nothing-to-answer"


class TurnState(StrEnum):
    """A turn of the dialogue: open until its answer is kept; failed when a person had to take it."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"


class TurnKind(StrEnum):
    """What a turn tells the assistant: texts that came in, or that a check-in starts."""

    TEXTS = "texts"
    CHECK_IN = "check-in"


class EscalationState(StrEnum):
    """An escalation ends with an outcome, not with an acknowledgement."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class EscalationOutcome(StrEnum):
    """How an escalation ended."""

    REACHED = "reached"
    TRIED = "tried"
    REFERRED = "referred"
    WELFARE_CHECK = "welfare-check"
    FALSE_ALARM = "false-alarm"


class ScreeningMode(StrEnum):
    """What becomes of what the screen hears; silent is a pilot in which only the clinical lead is paged."""

    LIVE = "live"
    SILENT = "silent"


class ReviewReason(StrEnum):
    """Why a person reads a text again: the screen heard something, chance picked it, or somebody asked."""

    HEARD = "heard"
    SAMPLE = "sample"
    ASKED = "asked"


class ReviewVerdict(StrEnum):
    """What the person who read it says of the screen: right, too little, or too much."""

    RIGHT = "right"
    MISSED = "missed"
    FALSE_ALARM = "false-alarm"


class NoticeState(StrEnum):
    """One attempt to tell one person of an escalation.

    Bundled: they had too many at once, one text tells of all. Recalled: somebody had it before this one went.
    """

    TOLD = "told"
    FAILED = "failed"
    NOBODY = "nobody"
    BUNDLED = "bundled"
    RECALLED = "recalled"


class WhyNobody(StrEnum):
    """Why a step found nobody to tell; worst first, as far as somebody could mend it."""

    UNREADABLE = "unreadable"
    BLOCKED = "blocked"
    NOT_VERIFIED = "not-verified"
    NO_WAY = "no-way"
    EMPTY_ROTA = "empty-rota"
    NOT_ASSIGNED = "not-assigned"
    OFF_DUTY = "off-duty"
    OUTSIDE_HOURS = "outside-hours"
    TOLD_ALREADY = "told-already"


class Way(StrEnum):
    """How a member of staff is told."""

    SMS = "sms"
    VOICE = "voice"
    EMAIL = "email"


class StepHours(StrEnum):
    """In which hours of the programme a step of a policy is taken; outside them it is skipped."""

    ANY = "any"
    WORKING = "working"
    OUTSIDE = "outside"


class TaskKind(StrEnum):
    """What a person is asked to do."""

    CALL_BACK = "call-back"
    DISTRESS = "distress"
    PROMISE_LATE = "promise-late"
    UNCLEAR_SEND = "unclear-send"
    UNDELIVERED = "undelivered"
    ASSISTANT_FAILED = "assistant-failed"
    UNKNOWN_SENDER = "unknown-sender"
    WRONG_PERSON = "wrong-person"
    OPTED_OUT = "opted-out"
    DECLINED = "declined"
    PICTURE = "picture"
    PAGER_BLOCKED = "pager-blocked"
    PAGER_UNWANTED = "pager-unwanted"
    PAGER_SILENT = "pager-silent"
    OPTED_IN = "opted-in"
    CANNOT_TEXT = "cannot-text"
    UNMET_NEED = "unmet-need"
    HELP_FAILED = "help-failed"
    CALL_FOR_FAMILY = "call-for-family"
    CHECK_RESOURCE = "check-resource"
    PAUSE = "pause"
    TEXT_TO_READ = "text-to-read"
    CARRIER_TROUBLE = "carrier-trouble"
    WEEKLY_READING = "weekly-reading"
    ROTA_GAP = "rota-gap"
    MANDATED_REPORT = "mandated-report"
    PROMISE_BROKEN = "promise-broken"
    SILENT = "silent"
    HELD = "held"
    GUARDIAN_WANTED = "guardian-wanted"
    CONSENT_ENDED = "consent-ended"
    CONSENT_WANTED = "consent-wanted"
    NUMBER_CHANGED_HANDS = "number-changed-hands"
    NUMBER_UNCHECKED = "number-unchecked"
    PHONE_UNSURE = "phone-unsure"
    UNASSIGNED = "unassigned"
    SCREENING = "screening"


class TaskOutcome(StrEnum):
    """What came of a task, beside the words of whoever did it."""

    DONE = "done"
    REACHED = "reached"
    TRIED = "tried"
    REFERRED = "referred"
    NOT_NEEDED = "not-needed"


class TaskMoveKind(StrEnum):
    """What happened to a task on its way: who has it now, until when it is put off, and who else must know."""

    GIVEN = "given"
    TAKEN = "taken"
    HANDED_OVER = "handed-over"
    PUT_OFF = "put-off"
    RAISED = "raised"


class Breach(StrEnum):
    """What the auditor finds where a promise of ours is broken, or is about to be."""

    NOT_STARTED = "check-in-not-started"
    LEFT_DUE = "check-in-left-due"
    NOT_CLOSED = "check-in-not-closed"
    HANDED_TO_NOBODY = "handed-to-nobody"
    NOT_ANSWERED = "text-not-answered"
    TURN_LEFT_OPEN = "turn-left-open"
    NOT_HANDED_OVER = "text-not-handed-over"
    UNSETTLED = "text-unsettled"
    OUTSIDE_HOURS = "text-outside-hours"


class ChainFlaw(StrEnum):
    """What is wrong with a batch of the audit's lines, held against its seal."""

    REMOVED = "removed"
    CHANGED = "changed"
    PUT_IN = "put-in"
    KEY_GONE = "key-gone"


class ScreeningState(StrEnum):
    """Where a questionnaire stands with one contact. The last five are the only ways it ends; answers are kept in each.

    Stopped: something graver came, or they want no texts. Handed over: a person asks, or sees to it.
    """

    OFFERED = "offered"
    UNDER_WAY = "under-way"
    FINISHED = "finished"
    DECLINED = "declined"
    STOPPED = "stopped"
    EXPIRED = "expired"
    HANDED_OVER = "handed-over"

    @property
    def is_over(self) -> bool:
        return self not in (ScreeningState.OFFERED, ScreeningState.UNDER_WAY)


class HelpOutcome(StrEnum):
    """What came of help that was offered, by the family's own word."""

    HELPED = "helped"
    WAITING_LIST = "waiting-list"
    NO_ANSWER = "no-answer"
    WRONG_NUMBER = "wrong-number"
    NOT_CALLED = "not-called"


class TaskState(StrEnum):
    """A task is open until its owner says what came of it."""

    OPEN = "open"
    DONE = "done"


class ConsentState(StrEnum):
    """Whether the person agreed to be texted."""

    ASKED = "asked"
    GIVEN = "given"
    DECLINED = "declined"
    ENDED = "ended"


class ConsentScope(StrEnum):
    """What an agreement, or its end, is about: the check-ins of this programme, or every text of ours."""

    THIS_PROGRAMME = "this-programme"
    EVERYTHING = "everything"


class ConsentSource(StrEnum):
    """How an agreement came to us."""

    BY_TEXT = "asked-by-text"
    OF_THIS_PHONE = "kept-of-this-phone"
    SPOKEN = "spoken"
    WRITTEN = "written"


class OptOutSource(StrEnum):
    """How we know that a phone wants no more texts."""

    KEYWORD = "keyword"
    WORDS = "words"
    CARRIER = "carrier"
    BLOCKED = "blocked"
    STAFF = "staff"


class Whom(StrEnum):
    """Whom a step of an escalation tells."""

    ASSIGNED_CLINICIAN = "assigned-clinician"
    BACKUP = "backup"
    ON_CALL = "on-call"
    ROLE = "role"
    TEAM = "team"
    ON_CALL_NUMBER = "on-call-number"
    CLINICAL_LEAD = "clinical-lead"


class LatePolicy(StrEnum):
    """What becomes of a check-in that could not go in its time."""

    SEND = "send"
    DROP = "drop"
    TASK = "task"


class Dialogue(StrEnum):
    """How an answer to a text of a plan is understood; `none`: it asks nothing. `screening`: it asks whether items
    of a questionnaire may follow, one a text.
    """

    CHECK_IN = "check-in"
    NEED = "need"
    CONSENT = "consent"
    HELP = "help"
    SCREENING = "screening"
    NONE = "none"

    @property
    def question(self) -> str | None:
        """The wording key of its own question, which the assistant is told as the one we asked last."""
        return _QUESTIONS[self]


_QUESTIONS = {
    Dialogue.CHECK_IN: "check_in.opening",
    Dialogue.NEED: "need.ask",
    Dialogue.CONSENT: "consent.ask",
    Dialogue.HELP: "help.through",
    Dialogue.SCREENING: "screening.open",
    Dialogue.NONE: None,
}


class Split(StrEnum):
    """What a report can be divided by."""

    PLAN = "plan"
    LANGUAGE = "language"
    AREA = "area"


class PlanState(StrEnum):
    """Where a version of a plan stands. Only an approved one plans texts; families keep one that is superseded."""

    DRAFT = "draft"
    APPROVED = "approved"
    SUPERSEDED = "superseded"
    RETIRED = "retired"


class ZoneSource(StrEnum):
    """How we know a contact's time zone."""

    ZIP = "zip"
    ASKED = "asked"
    STAFF = "staff"
    PROGRAMME = "programme"
    NUMBER = "number"


class HoldKind(StrEnum):
    """Why nothing goes: somebody stopped it, somebody died, or a date is kept free."""

    STOP = "stop"
    DEATH = "death"
    DATE = "date"


class HoldScope(StrEnum):
    """How far a hold reaches."""

    TEXT = "text"
    FAMILY = "family"
    PLAN = "plan"
    PROGRAMME = "programme"
    EVERYTHING = "everything"


class SignInWay(StrEnum):
    """How somebody proved who they are when a session of theirs began."""

    PASSWORD = "password"  # noqa: S105 - the name of a way
    CODE = "password-and-code"
    RECOVERY = "recovery-code"
    PROVIDER = "provider"

    @property
    def is_strong(self) -> bool:
        """Whether more than a password was shown; of the provider it is asked that it sees to that."""
        return self is not SignInWay.PASSWORD


class KeptKind(StrEnum):
    """What has a clock of its own once a case is closed, in the order in which it goes."""

    CARRIER = "carrier"
    WORDS = "words"
    RECORD = "record"


class PurgeReason(StrEnum):
    """Why something of a family is taken out: its time has come, or they asked for it."""

    TIME = "time"
    ASKED = "asked"
