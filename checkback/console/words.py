"""What the model's closed sets are called to the people who work here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from checkback.care.flows.board import Whose
from checkback.care.rules.media import Media
from checkback.care.rules.plans import Offset, When
from checkback.care.rules.sentences import Flag
from checkback.care.terms import (
    CheckInState,
    ConsentSource,
    ConsentState,
    Danger,
    Dialogue,
    DistressLevel,
    EscalationOutcome,
    HelpOutcome,
    HoldScope,
    Language,
    LatePolicy,
    OptOutSource,
    OutboundKind,
    OutboundState,
    PhoneDoubt,
    PhoneTrouble,
    PlanState,
    ReviewReason,
    ReviewVerdict,
    Role,
    SafetyMode,
    ScreeningState,
    SignInWay,
    StepHours,
    TaskKind,
    TaskOutcome,
    Urgency,
    Way,
    Whom,
    WhyNobody,
)
from checkback.console.speaking import Told, gettext, later, ngettext
from checkback.console.speaking import gettext as _

ROLES: Mapping[Role, str] = Told(
    {
        Role.CLINICIAN: later("Clinician"),
        Role.COORDINATOR: later("Coordinator"),
        Role.OFFICER: later("Officer"),
        Role.ADMIN: later("Administrator"),
    }
)

ROLES_MEAN: Mapping[Role, str] = Told(
    {
        Role.CLINICIAN: later("cares for families"),
        Role.COORDINATOR: later("cares for families, and plans what they are sent"),
        Role.OFFICER: later("sees whether families of their incidents were contacted"),
        Role.ADMIN: later("all of it, and who works here"),
    }
)

SIGN_IN_WAYS: Mapping[SignInWay, str] = Told(
    {
        SignInWay.PASSWORD: later("with a password alone"),
        SignInWay.CODE: later("with password and code"),
        SignInWay.RECOVERY: later("with a recovery code"),
        SignInWay.PROVIDER: later("with the agency’s account"),
    }
)

LANGUAGES: Mapping[Language, str] = Told({Language.ENGLISH: later("English"), Language.SPANISH: later("Spanish")})

MODES: Mapping[SafetyMode, str] = Told(
    {
        SafetyMode.NEUTRAL: later("Not known yet whether texts are safe: keep them neutral"),
        SafetyMode.SAFE: later("Said that texts are safe"),
        SafetyMode.UNSAFE: later("Somebody else may read this phone"),
    }
)

#: By `level`.
LEVELS: Mapping[str, str] = Told(
    {
        "emergent": later("Emergent"),
        "urgent": later("Urgent"),
        "high": later("High"),
        "low": later("Low"),
        "none": later("None"),
    }
)

DANGERS: Mapping[Danger, str] = Told(
    {
        Danger.SUICIDE: later("Suicide"),
        Danger.SELF_HARM: later("Self-harm"),
        Danger.OTHERS_SUICIDE: later("Somebody else’s suicide"),
        Danger.HARM_TO_OTHERS: later("Harm to others"),
        Danger.VIOLENCE_NOW: later("Violence now"),
        Danger.PARTNER_VIOLENCE: later("Partner violence"),
        Danger.CHILD_ABUSE: later("Child abuse"),
        Danger.CHILD_IN_DANGER: later("A child in danger"),
        Danger.MEDICAL: later("Medical emergency"),
        Danger.DURESS: later("Writing under duress"),
        Danger.DISTRESS: later("Distress"),
        Danger.UNSCREENED: later("Could not be screened"),
    }
)

OUTCOMES: Mapping[EscalationOutcome, tuple[str, str]] = Told(
    {
        EscalationOutcome.REACHED: (later("Reached"), later("I spoke with them")),
        EscalationOutcome.TRIED: (later("Tried"), later("No answer after trying as agreed")),
        EscalationOutcome.REFERRED: (later("Referred"), later("Somebody else has them now")),
        EscalationOutcome.WELFARE_CHECK: (later("Welfare check"), later("Somebody is going there")),
        EscalationOutcome.FALSE_ALARM: (later("False alarm"), later("Nobody was in distress")),
    }
)

WHOM: Mapping[Whom, str] = Told(
    {
        Whom.ASSIGNED_CLINICIAN: later("The assigned clinician"),
        Whom.BACKUP: later("The clinician’s backup"),
        Whom.ON_CALL: later("Whoever is on call"),
        Whom.ROLE: later("A role of the team"),
        Whom.TEAM: later("The team"),
        Whom.ON_CALL_NUMBER: later("The on-call number"),
        Whom.CLINICAL_LEAD: later("The clinical lead"),
    }
)

#: What a merge moves, by table.
MOVES: Mapping[str, str] = Told(
    {
        "contact": later("People"),
        "incident": later("Incidents"),
        "escalation": later("Escalations"),
        "outbound_message": later("Our texts"),
        "need_named": later("Needs"),
        "task": later("Open tasks"),
        "note": later("Notes"),
    }
)

STEP_HOURS: Mapping[StepHours, str] = Told(
    {
        StepHours.ANY: later("at all hours"),
        StepHours.WORKING: later("in working hours"),
        StepHours.OUTSIDE: later("outside working hours"),
    }
)

#: By `state` of a version of a policy.
POLICY_STATES: Mapping[str, str] = Told(
    {"draft": later("draft"), "in use": later("in use"), "ended": later("not in use any more")}
)


def whom(told: Whom, role: Role | None) -> str:
    """Whom a step tells, with the role where it tells one."""
    return f"{WHOM[told]}: {ROLES[role]}" if role else WHOM[told]


def some_roles(roles: Sequence[Role]) -> list[tuple[Role, str]]:
    """These roles and what they are called."""
    return [(role, ROLES[role]) for role in roles]


WHY_NOBODY: Mapping[WhyNobody, str] = Told(
    {
        WhyNobody.UNREADABLE: later("their row cannot be read"),
        WhyNobody.BLOCKED: later("their phone is blocked or cannot be reached"),
        WhyNobody.NOT_VERIFIED: later("their phone was never proven to get alerts"),
        WhyNobody.NO_WAY: later("no way to tell anybody"),
        WhyNobody.EMPTY_ROTA: later("the rota is empty"),
        WhyNobody.NOT_ASSIGNED: later("there is none"),
        WhyNobody.OFF_DUTY: later("off duty"),
        WhyNobody.OUTSIDE_HOURS: later("not at this hour"),
        WhyNobody.TOLD_ALREADY: later("told by an earlier step"),
    }
)

WAYS: Mapping[Way, str] = Told({Way.SMS: later("by text"), Way.VOICE: later("by call"), Way.EMAIL: later("by e-mail")})

WHOSE: Mapping[Whose, str] = Told(
    {Whose.MINE: later("My tasks"), Whose.MY_TEAMS: later("My team’s"), Whose.OTHERS: later("Of others")}
)

TASKS: Mapping[TaskKind, str] = Told(
    {
        TaskKind.CALL_BACK: later("Call them back"),
        TaskKind.DISTRESS: later("Look at marked distress today"),
        TaskKind.PROMISE_LATE: later("A promised check-in did not go out: reach them yourself"),
        TaskKind.UNCLEAR_SEND: later("A text may not have gone out: find out"),
        TaskKind.UNDELIVERED: later("A text did not arrive: reach them in another way"),
        TaskKind.ASSISTANT_FAILED: later("The assistant had no answer: read and reply"),
        TaskKind.UNKNOWN_SENDER: later("A number we do not know wrote: read it"),
        TaskKind.WRONG_PERSON: later("Wrong person: find the right number"),
        TaskKind.OPTED_OUT: later("They opted out: decide how to keep the promise"),
        TaskKind.DECLINED: later("They declined texts: decide how to keep the promise"),
        TaskKind.PICTURE: later("A picture came in: ask what it shows"),
        TaskKind.PAGER_BLOCKED: later("A colleague’s phone blocks our alerts"),
        TaskKind.PAGER_SILENT: later("A page to a colleague did not arrive: find out why, and mend how they are told"),
        TaskKind.PAGER_UNWANTED: later("A colleague wants no more alerts: agree who is told instead"),
        TaskKind.OPTED_IN: later("They opted in again: plan anew"),
        TaskKind.CANNOT_TEXT: later("They cannot be texted: keep the promise in person"),
        TaskKind.UNMET_NEED: later("We had no help to offer: find some"),
        TaskKind.HELP_FAILED: later("They did not get through to a place we named: help them"),
        TaskKind.CALL_FOR_FAMILY: later("They ask us to call a place for them"),
        TaskKind.CHECK_RESOURCE: later("Families say a number is wrong or silent: dial it"),
        TaskKind.PAUSE: later("They asked for a pause: agree when to go on"),
        TaskKind.TEXT_TO_READ: later("A text waits for a person: read it"),
        TaskKind.CARRIER_TROUBLE: later("The carrier does not take our texts: mend it"),
        TaskKind.PROMISE_BROKEN: later("A check-in or an answer stands still: see what became of it"),
        TaskKind.MANDATED_REPORT: later("Decide about a report of child abuse, and write down what you decided"),
        TaskKind.ROTA_GAP: later("Nobody is on call: fill the rota"),
        TaskKind.WEEKLY_READING: later("Read the week’s list and judge the screen"),
        TaskKind.GUARDIAN_WANTED: later("A minor: ask a guardian before anything is texted"),
        TaskKind.CONSENT_ENDED: later("Their consent has ended: decide how to keep the promise"),
        TaskKind.CONSENT_WANTED: later("They share a phone: ask them in person whether we may text"),
        TaskKind.NUMBER_CHANGED_HANDS: later("Somebody else has this number: find the right one"),
        TaskKind.SILENT: later("Several check-ins in a row without an answer: look how they are"),
        TaskKind.HELD: later("Texts are held: read what was planned, and decide how to go on"),
        TaskKind.UNASSIGNED: later("Nobody answers for this family any more: name somebody"),
        TaskKind.NUMBER_UNCHECKED: later("This number could not be checked: reach them in another way"),
        TaskKind.SCREENING: later("A questionnaire is to be asked in person: no text asks it"),
        TaskKind.PHONE_UNSURE: later("Perhaps somebody else holds this phone: ask them in another way"),
    }
)

TASK_OUTCOMES: Mapping[TaskOutcome, str] = Told(
    {
        TaskOutcome.DONE: later("It is done"),
        TaskOutcome.REACHED: later("I reached them"),
        TaskOutcome.TRIED: later("I tried, without an answer"),
        TaskOutcome.REFERRED: later("Somebody else has it now"),
        TaskOutcome.NOT_NEEDED: later("Nothing was to be done"),
    }
)

SENDING: Mapping[OutboundState, str] = Told(
    {
        OutboundState.QUEUED: later("waiting to go"),
        OutboundState.SENDING: later("going out"),
        OutboundState.UNCLEAR: later("nobody knows yet whether it went"),
        OutboundState.ACCEPTED: later("with the carrier"),
        OutboundState.SENT: later("sent"),
        OutboundState.DELIVERED: later("delivered"),
        OutboundState.UNDELIVERED: later("did not arrive"),
        OutboundState.FAILED: later("could not be sent"),
        OutboundState.CANCELLED: later("taken back"),
    }
)

KINDS: Mapping[OutboundKind, str] = Told(
    {
        OutboundKind.WELCOME: later("First text"),
        OutboundKind.CHECK_IN: later("Check-in"),
        OutboundKind.ANSWER: later("Assistant"),
        OutboundKind.SAFETY: later("Safety wording"),
        OutboundKind.NOTICE: later("Alert"),
        OutboundKind.STAFF_ANSWER: later("Answer to staff"),
        OutboundKind.PERSONAL: later("Personal"),
        OutboundKind.CONFIRMATION: later("Confirmation"),
        OutboundKind.ALARM: later("Alarm"),
        OutboundKind.REMINDER: later("Reminder of tasks"),
        OutboundKind.CANARY: later("Our own test text"),
    }
)

CHECK_INS: Mapping[CheckInState, str] = Told(
    {
        CheckInState.PLANNED: later("planned"),
        CheckInState.DUE: later("going out"),
        CheckInState.ASKED: later("asked, no answer yet"),
        CheckInState.ANSWERED: later("answered"),
        CheckInState.CLOSED_AFTER_SILENCE: later("closed after silence"),
        CheckInState.CANCELLED: later("cancelled"),
        CheckInState.HANDED_OVER: later("handed to a person"),
    }
)

SCREENINGS: Mapping[ScreeningState, str] = Told(
    {
        ScreeningState.OFFERED: later("they were asked whether we may ask"),
        ScreeningState.UNDER_WAY: later("being answered"),
        ScreeningState.FINISHED: later("answered"),
        ScreeningState.DECLINED: later("they would rather not"),
        ScreeningState.STOPPED: later("stopped"),
        ScreeningState.EXPIRED: later("its time ran out"),
        ScreeningState.HANDED_OVER: later("handed to a person"),
    }
)

#: Those of the questionnaires that are shipped; another is called as its file calls it.
_SCALES: Mapping[str, str] = Told(
    {
        "mood": later("low mood"),
        "worry": later("worry"),
        "after-the-event": later("after the event"),
        "risk": later("risk"),
    }
)
_BANDS: Mapping[str, str] = Told(
    {
        "normal": later("normal"),
        "mild": later("mild"),
        "moderate": later("moderate"),
        "severe": later("severe"),
    }
)

CONSENTS: Mapping[ConsentState, str] = Told(
    {
        ConsentState.ASKED: later("asked, no answer yet"),
        ConsentState.GIVEN: later("agreed to texts"),
        ConsentState.DECLINED: later("declined texts"),
        ConsentState.ENDED: later("consent has ended"),
    }
)

CONSENT_SOURCES: Mapping[ConsentSource, str] = Told(
    {
        ConsentSource.BY_TEXT: later("asked by text"),
        ConsentSource.OF_THIS_PHONE: later("kept of this phone"),
        ConsentSource.SPOKEN: later("said to a colleague"),
        ConsentSource.WRITTEN: later("signed on paper"),
    }
)

PHONE_TROUBLES: Mapping[PhoneTrouble, str] = Told(
    {
        PhoneTrouble.UNKNOWN: later("The carrier knows no phone under this number."),
        PhoneTrouble.LANDLINE: later("This number is a landline and takes no texts."),
    }
)

PHONE_DOUBTS: Mapping[PhoneDoubt, str] = Told(
    {
        PhoneDoubt.TO_LOOK_UP: later("Perhaps somebody else has this number by now; the carrier is being asked."),
        PhoneDoubt.TO_CONFIRM: later("Perhaps somebody else has this number by now: call, and confirm it first."),
        PhoneDoubt.CHANGED_HANDS: later("Somebody else has this number now."),
    }
)

MEDIA: Mapping[Media, str] = Told(
    {
        Media.PICTURE: later("picture"),
        Media.VOICE: later("voice message"),
        Media.VIDEO: later("video"),
        Media.CARD: later("contact card"),
        Media.FILE: later("file"),
    }
)

HELP: Mapping[HelpOutcome, str] = Told(
    {
        HelpOutcome.HELPED: later("they were helped"),
        HelpOutcome.WAITING_LIST: later("they are on a waiting list"),
        HelpOutcome.NO_ANSWER: later("nobody answered there"),
        HelpOutcome.WRONG_NUMBER: later("the number was wrong"),
        HelpOutcome.NOT_CALLED: later("they have not called there"),
    }
)

REVIEW_REASONS: Mapping[ReviewReason, str] = Told(
    {
        ReviewReason.HEARD: later("the screen heard distress"),
        ReviewReason.SAMPLE: later("let pass, and drawn by chance"),
        ReviewReason.ASKED: later("somebody asked for it"),
    }
)

VERDICTS: Mapping[ReviewVerdict, str] = Told(
    {
        ReviewVerdict.RIGHT: later("heard right"),
        ReviewVerdict.MISSED: later("the screen missed it"),
        ReviewVerdict.FALSE_ALARM: later("no distress"),
    }
)

OPT_OUTS: Mapping[OptOutSource, str] = Told(
    {
        OptOutSource.KEYWORD: later("by texting STOP"),
        OptOutSource.WORDS: later("in their own words"),
        OptOutSource.CARRIER: later("at the carrier"),
        OptOutSource.BLOCKED: later("their phone or network blocks our texts"),
        OptOutSource.STAFF: later("told a colleague"),
    }
)


SCOPES: Mapping[HoldScope, str] = Told(
    {
        HoldScope.TEXT: later("One text"),
        HoldScope.FAMILY: later("Family"),
        HoldScope.PLAN: later("Plan"),
        HoldScope.PROGRAMME: later("The whole programme"),
        HoldScope.EVERYTHING: later("Everything"),
    }
)

FATES: Mapping[str, str] = Told(
    {
        "goes": later("goes"),
        "waits": later("goes only if"),
        "held": later("is held"),
        "dropped": later("is left out: too late"),
        "task": later("becomes a person’s task"),
        "cancelled": later("is taken back"),
    }
)


WHY: Mapping[str, str] = Told(
    {
        "acute": later("first somebody must see to their crisis"),
        "person-writes": later("while a colleague writes with them, it waits"),
        "paused": later("they asked for a pause"),
        "date-kept-free": later("moved behind a date that is kept free"),
        "held": later("a hold keeps it back"),
        "no-consent": later("they say yes before"),
        "number-in-doubt": later("they say before that the number is theirs"),
        "no-answer-before": later("they answer the question before"),
        "no-silence-before": later("they leave the question before without an answer"),
        "other-answer-before": later("they say how they are"),
        "consent-answered": later("they have answered already whether they want texts"),
        "opted-out": later("they opted out"),
        "case-closed": later("the family is closed"),
        "wrong-person": later("it is the wrong person’s phone"),
        "consent-ended": later("they agreed no longer"),
        "cannot-text": later("this number takes no texts"),
        "too-late": later("there is no hour left in which it may go"),
        "other-language": later("it is for another language"),
        "no-such-child": later("it is for families with a child of another age"),
        "other-safety-mode": later("it is not for a phone that others read"),
    }
)


#: What binds every text: its label, and why it is there.
SETTINGS: Mapping[str, tuple[str, str]] = Told(
    {
        "opens": (
            later("Texts go from (hour)"),
            later("Nobody is woken. From 8 at the earliest, by the family’s own clock."),
        ),
        "closes": (
            later("until (an hour of the day, as 20)"),
            later("Nothing starts in the last ten minutes. Until 21 at the latest."),
        ),
        "holidays": (
            later("Holidays kept free"),
            later("US for the federal ones, US-MO with those of a state, empty for none."),
        ),
        "texts_a_day": (
            later("Most automatic texts a day"),
            later("To one person and one phone, over all plans. 1 to 3."),
        ),
        "texts_a_week": (later("Most in any seven days"), later("More feels like being watched. 1 to 7.")),
        "rest_hours": (
            later("Hours of rest after an incident"),
            later("For so long nothing automatic goes but the question whether they want texts."),
        ),
        "calm_hours": (
            later("Hours of calm after a crisis"),
            later("For so long after somebody in acute distress was seen to, no check-in goes to the family."),
        ),
        "starts_a_minute": (
            later("Check-ins that begin in a minute"),
            later("What falls due together is spread, so that people can read the answers."),
        ),
    }
)

DEFAULTS: Mapping[str, str] = {
    "opens": "9",
    "closes": "20",
    "holidays": "US",
    "texts_a_day": "1",
    "texts_a_week": "3",
    "rest_hours": "12",
    "calm_hours": "12",
    "starts_a_minute": "60",
}

PLAN_STATES: Mapping[PlanState, str] = Told(
    {
        PlanState.DRAFT: later("draft"),
        PlanState.APPROVED: later("counts now"),
        PlanState.SUPERSEDED: later("followed by a later one"),
        PlanState.RETIRED: later("retired"),
    }
)

LATES: Mapping[LatePolicy, str] = Told(
    {
        LatePolicy.SEND: later("late: it still goes"),
        LatePolicy.DROP: later("late: it is left out"),
        LatePolicy.TASK: later("late: a person does it"),
    }
)

DIALOGUES: Mapping[Dialogue, str] = Told(
    {
        Dialogue.CHECK_IN: later("asks how they are"),
        Dialogue.NEED: later("asks what would help"),
        Dialogue.CONSENT: later("asks whether they want texts"),
        Dialogue.HELP: later("asks whether they got the help"),
        Dialogue.SCREENING: later("asks a questionnaire, item by item"),
        Dialogue.NONE: later("asks nothing"),
    }
)

UNITS: Mapping[str, str] = Told(
    {
        "hours": later("hours after the incident"),
        "days": later("days after the incident"),
        "months": later("months after the incident"),
        "answer_hours": later("hours after an answer"),
        "answer_days": later("days after an answer"),
    }
)

DAYS: Mapping[str, str] = Told(
    {
        "MO": later("Mon"),
        "TU": later("Tue"),
        "WE": later("Wed"),
        "TH": later("Thu"),
        "FR": later("Fri"),
        "SA": later("Sat"),
        "SU": later("Sun"),
    }
)

SHORT_MODES: Mapping[SafetyMode, str] = Told(
    {
        SafetyMode.NEUTRAL: later("perhaps read by others"),
        SafetyMode.SAFE: later("safe"),
        SafetyMode.UNSAFE: later("read by somebody else"),
    }
)

SAID: Mapping[str, str] = Told({"good": later("good"), "hard": later("hard"), "unclear": later("neither")})

FLAGS: Mapping[Flag, str] = Told(
    {
        Flag.TOO_LONG: later("too long"),
        Flag.HARD_TO_READ: later("hard to read"),
        Flag.RESERVED_WORD: later("asks for a word the carrier keeps"),
        Flag.GIVES_AWAY: later("gives away what happened"),
        Flag.OF_AN_HOUR: later("depends on the hour"),
        Flag.YES_OR_NO: later("can be answered with yes or no"),
    }
)


def offset(after: Offset) -> str:
    """How long after what a step is due: `5 days after the incident`."""
    unit = f"answer_{after.unit}" if after.of_answer else str(after.unit)
    return f"{how_long_after(str(after.number), unit)}{f' ({after.answer_to})' if after.answer_to else ''}"


def how_long_after(number: str, unit: str) -> str:
    """A number and a unit of a step, as they stand in its fields: `1 day after the incident`."""
    if not number.isascii() or not number.isdecimal():
        return f"{number} {UNITS.get(unit, '')}"
    count = int(number)
    match unit:
        case "hours":
            told = ngettext("%(num)s hour after the incident", "%(num)s hours after the incident", count)
        case "days":
            told = ngettext("%(num)s day after the incident", "%(num)s days after the incident", count)
        case "months":
            told = ngettext("%(num)s month after the incident", "%(num)s months after the incident", count)
        case "answer_hours":
            told = ngettext("%(num)s hour after an answer", "%(num)s hours after an answer", count)
        case _:
            told = ngettext("%(num)s day after an answer", "%(num)s days after an answer", count)
    return told % {"num": count}


def condition(when: When) -> str:
    """What must hold for a step, in words."""
    told = []
    if when.children is not None:
        ages = f"{when.children.youngest}–{when.children.oldest}"
        told.append(_("no child that we know of") if when.children.none else f"{_('a child of age')} {ages}")
    if when.modes:
        told.append(f"{_('the phone is')} {', '.join(SHORT_MODES[mode] for mode in when.modes)}")
    told += [f"{name}: {_('answered')}" for name in when.answered]
    told += [f"{name}: {_('no answer')}" for name in when.silent]
    if when.said:
        told.append(f"{_('they last said it is')} {', '.join(SAID[said] for said in when.said)}")
    return "; ".join(told)


def why(code: str) -> str:
    """What stands against a text, or has moved it, in words."""
    return WHY[code] if code in WHY else reason(code)


def level(found: DistressLevel, urgency: Urgency | None) -> str:
    """One word for how bad it is: emergent, urgent, high, low."""
    return str(urgency or found)


def scale(name: str) -> str:
    """A scale of a questionnaire, as staff call it."""
    return _SCALES[name] if name in _SCALES else reason(name)


def band(name: str) -> str:
    """What its authors call a total, as staff read it."""
    return _BANDS[name] if name in _BANDS else reason(name)


def reason(code: str) -> str:
    """A reason as the rows keep it, readable: `not-safe-to-text` → `not safe to text`."""
    return code.replace("-", " ")


def wording(key: str) -> str:
    """A wording key, readable: `check_in.opening` → `check in, opening`."""
    return key.replace("_", " ").replace("-", " ").replace(".", ", ")


def media(found: Sequence[Media]) -> str:
    """What came with a text, in its order: `picture, voice message`."""
    return ", ".join(MEDIA[each] for each in found)


def ages(found: list[str]) -> str:
    """The ages of children in a sentence."""
    return ", ".join(found) if found else gettext("none known")


def spoken_number(number: str) -> str:
    """A number as people read it out: +13145550101 → (314) 555-0101."""
    is_american = number.startswith("+1") and len(number) == len("+13145550101")
    return f"({number[2:5]}) {number[5:8]}-{number[8:]}" if is_american else number


def hour(o_clock: int) -> str:
    """An hour of the day: 9 → 9 AM, 20 → 8 PM."""
    return f"{o_clock % 12 or 12} {'AM' if o_clock < 12 else 'PM'}"  # noqa: PLR2004


def browser(said: str) -> str:
    """What a browser says of itself, in two words: `Firefox, Windows`."""
    name = next((called for part, called in _BROWSERS if part in said), gettext("a browser"))
    system = next((called for part, called in _SYSTEMS if part in said), "")
    return f"{name}, {system}" if system else name


# In this order: the later ones claim to be the earlier ones too.
_BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
