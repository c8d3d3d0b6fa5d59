"""Carrying out what the assistant asks for. It decides nothing by itself: every directive is judged here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot import directives as d
from checkback.care.model import Answer, CheckIn, Contact, Conversation, DialogueTurn, Family, InboundMessage
from checkback.care.ports import Assessment
from checkback.care.rules.children import HOME, by_age
from checkback.care.rules.events import Event
from checkback.care.rules.help_replies import OFFERED, THROUGH
from checkback.care.rules.pausing import PAUSE_LASTS, day_in_words, resumes_on
from checkback.care.rules.segments import fit, segments
from checkback.care.steps import asking, away, events, pausing, unclear
from checkback.care.steps.concern import raise_concern
from checkback.care.steps.consent import answer_consent
from checkback.care.steps.help_outcomes import record_help
from checkback.care.steps.helping import continue_help, offer_help
from checkback.care.steps.tasks import open_task, task_key
from checkback.care.steps.telling import Pager
from checkback.care.steps.words import mode_of, say
from checkback.care.store import Transaction, answers, check_ins
from checkback.care.terms import (
    Danger,
    DistressLevel,
    HelpOutcome,
    Language,
    SafetyMode,
    TaskKind,
)

#: Questions of ours that wait for an answer; the assistant is told which was asked last.
QUESTIONS = frozenset({"consent.ask", "check_in.opening", "need.ask", "need.which", "child.ask", THROUGH})
#: The sentence that promises a person will read the text: so one must.
SAYS_A_PERSON_READS = unclear.A_PERSON_READS
#: What came of their last answer is asked about again within this time, by steps that ask in general.
REMEMBERED = timedelta(days=21)
ASKS_IN_GENERAL = frozenset({"check_in.again", "check_in.rest", "check_in.still"})
#: Whoever says "not now" and names no time is asked again after this.
LATER = timedelta(days=1)
SINCE = "check_in.since"
#: In parts of a text, as it is sent.
LONGEST_OFFER = 2


@dataclass
class Reply:
    """What a turn comes to: the sentences to send, and which question they ask last."""

    sentences: list[str] = field(default_factory=list)
    asks: str | None = None
    settled: bool = False
    names_several: bool = False
    offers: bool = False
    """A place is named in it: they may ask for more of it, for another, or to have it called for them."""
    facts: dict[str, str] = field(default_factory=dict)
    """What a directive found out and the sentence after it says."""
    wording: str | None = None
    """The key of what it asks last, where the text is to be found again by it."""

    @property
    def body(self) -> str:
        return " ".join(self.sentences)


@dataclass(frozen=True)
class Desk:
    """Where a turn is worked on: the contact it is with, the words it answers, and how to write and to tell."""

    pager: Pager
    turn: DialogueTurn
    conversation: Conversation
    contact: Contact
    texts: Sequence[InboundMessage]
    check_in: CheckIn | None = None
    """The promise this turn keeps, if it is not an answer to theirs."""


def carry_out(tx: Transaction, desk: Desk, blocks: Sequence[d.Block]) -> Reply:
    """Carry out the blocks of one turn, in order. A turn that says nothing says that a person reads: no silence."""
    reply = Reply(names_several=sum(isinstance(block, d.OfferResources) for block in blocks) > 1)
    for block in blocks:
        if isinstance(block, d.Say):
            _say(tx, desk, reply, block)
        else:
            reply.settled = True
            _direct(tx, desk, reply, block)
    if reply.offers:
        _say_what_more_there_is(tx, desk, reply)
    if not reply.sentences and desk.texts:
        _say(tx, desk, reply, d.Say(SAYS_A_PERSON_READS))
    return reply


def _say_what_more_there_is(tx: Transaction, desk: Desk, reply: Reply) -> None:
    """How to ask for more, where it does not make the text too long to be read."""
    ways = say(tx, desk.pager.wording, "resource.ways", desk.contact)
    if segments(fit(f"{reply.body} {ways}")) <= LONGEST_OFFER:
        reply.sentences.append(ways)


def _say(tx: Transaction, desk: Desk, reply: Reply, block: d.Say) -> None:
    key, facts = _in_its_own_words(tx, desk, block.key), {**reply.facts, **block.slots}
    if key == SAYS_A_PERSON_READS:
        mode = mode_of(tx, desk.contact)
        key = unclear.answer_to(tx, desk.turn, desk.conversation, desk.texts, mode)
        if key != unclear.WHAT_TO_WRITE:
            _task(tx, desk, TaskKind.TEXT_TO_READ)
    if key in away.WHILE_AWAY and (back := away.back_at(tx, desk.contact)):
        key, facts = away.WHILE_AWAY[key], {**facts, "back": back}
    if key == SINCE:
        facts["topic"] = say(tx, desk.pager.wording, f"topic_named.{_last_theme(tx, desk)}", desk.contact)
    reply.sentences.append(say(tx, desk.pager.wording, key, desk.contact, **facts))
    if block.key in QUESTIONS:
        reply.asks = block.key


def _in_its_own_words(tx: Transaction, desk: Desk, key: str) -> str:
    """A step of a plan opens the dialogue, and asks its question in words of its own.

    On a safe phone it asks after what was hard the last time, and after children by their age.
    """
    if desk.check_in is None or key != desk.check_in.dialogue.question:
        return key
    own = desk.check_in.wording
    if mode_of(tx, desk.contact) is not SafetyMode.SAFE:
        return own
    if own == HOME:
        ages = tx.get(Family, desk.contact.family_id).child_ages
        return by_age(ages) or own
    return SINCE if own in ASKS_IN_GENERAL and _last_theme(tx, desk) else own


def _last_theme(tx: Transaction, desk: Desk) -> str | None:
    """What was hard when they last told us, if that was not long ago and we have a name for it."""
    theme = answers.latest(tx, desk.contact.id, "check_in.theme", tx.now - REMEMBERED)
    return theme if theme is not None and desk.pager.wording.has(f"topic_named.{theme}") else None


def _direct(tx: Transaction, desk: Desk, reply: Reply, directive: d.Directive) -> None:
    match directive:
        case d.RecordConsent():
            answer_consent(tx, desk.contact, desk.conversation, directive.answer)
        case d.RecordAnswer():
            _record_answer(tx, desk, directive)
        case d.CompleteCheckIn():
            events.happened(tx, Event.ANSWERED, desk.contact)
        case d.OfferResources():
            need, place = directive.need, directive.place
            help_ = offer_help(tx, desk.pager.wording, desk.contact, need, place, is_one_of_several=reply.names_several)
            reply.sentences.append(help_.text)
            reply.offers = reply.offers or help_.names_a_place
            reply.asks = OFFERED if help_.names_a_place else help_.asks or reply.asks
        case d.ContinueHelp():
            help_ = continue_help(
                tx, desk.pager.wording, desk.contact, desk.conversation, desk.turn.id, directive.wish, directive.place
            )
            reply.sentences.append(help_.text)
            reply.asks = help_.asks or OFFERED
        case d.RecordHelp():
            outcome = HelpOutcome(directive.outcome)
            reply.sentences.append(record_help(tx, desk.pager.wording, desk.contact, desk.conversation, outcome))
            reply.asks = OFFERED
        case d.RequestCallback():
            _task(tx, desk, TaskKind.CALL_BACK, directive.when)
        case d.RaiseConcern():
            _raise(tx, desk, directive)
        case d.ChangeLanguage():
            desk.contact.language = Language(directive.language)
            tx.record("contact.language-changed", desk.contact)
        case d.MarkWrongPerson():
            _wrong_person(tx, desk)
        case d.AskPerson():
            asking.ask_person(tx, desk.contact, desk.conversation, desk.turn.id, directive.about)
        case d.AskLater() | d.PauseTexts() | d.TellNext():
            _about_next(tx, desk, reply, directive)


def _about_next(tx: Transaction, desk: Desk, reply: Reply, directive: d.AskLater | d.PauseTexts | d.TellNext) -> None:
    """When the next text of ours comes: on another day, not for a while, or as it is planned."""
    match directive:
        case d.AskLater():
            _ask_later(tx, desk, reply, directive)
        case d.PauseTexts():
            _pause(tx, desk, reply, directive)
        case d.TellNext():
            reply.sentences.append(_next(tx, desk))


def _record_answer(tx: Transaction, desk: Desk, directive: d.RecordAnswer) -> None:
    answer = tx.add(
        Answer(
            contact_id=desk.contact.id,
            question=directive.question,
            answer=directive.answer,
            answered_at=tx.now,
            turn_id=desk.turn.id,
        )
    )
    tx.session.flush()
    tx.record("answer.kept", answer)


def _raise(tx: Transaction, desk: Desk, directive: d.RaiseConcern) -> None:
    # The screen in front of the assistant decides on acute; the dialogue can only add a person's attention.
    if desk.texts:
        heard = Assessment(DistressLevel.HIGH, danger=Danger.DISTRESS, version=f"assistant:{directive.reason[:20]}")
        raise_concern(tx, desk.pager, desk.texts[-1], desk.conversation, desk.contact, heard)


def _wrong_person(tx: Transaction, desk: Desk) -> None:
    desk.contact.wrong_person_at = tx.now
    tx.record("contact.wrong-person", desk.contact)
    events.happened(tx, Event.WRONG_PERSON, desk.contact)
    _task(tx, desk, TaskKind.WRONG_PERSON)


def _pause(tx: Transaction, desk: Desk, reply: Reply, directive: d.PauseTexts) -> None:
    """No check-ins until the day they named. Where we do not understand which, a week, and a person looks."""
    today = tx.now.astimezone(ZoneInfo(desk.contact.zone)).date()
    named = resumes_on(directive.until, today)
    day = named or today + PAUSE_LASTS
    pausing.pause(tx, desk.contact, day)
    reply.facts["day"] = day_in_words(day, desk.contact.language)
    if named is None and directive.until is not None:
        _task(tx, desk, TaskKind.PAUSE, directive.until)


def _ask_later(tx: Transaction, desk: Desk, reply: Reply, directive: d.AskLater) -> None:
    """The question is kept open, and comes again on the day they named, tomorrow where they named none."""
    zone = ZoneInfo(desk.contact.zone)
    today = tx.now.astimezone(zone).date()
    day = resumes_on(directive.when, today) or today + LATER
    asking.plan_again(tx, desk.contact, desk.turn.id, day)
    said = say(tx, desk.pager.wording, "later.promised", desk.contact, day=day_in_words(day, desk.contact.language))
    reply.sentences.append(said)
    reply.asks = desk.conversation.asked


def _next(tx: Transaction, desk: Desk) -> str:
    coming = check_ins.next_of(tx, desk.contact)
    if coming is None:
        return say(tx, desk.pager.wording, "next.none", desk.contact)
    day = coming.due_at.astimezone(ZoneInfo(desk.contact.zone)).date()
    words = day_in_words(day, desk.contact.language)
    return say(tx, desk.pager.wording, "next.planned", desk.contact, day=words)


def _task(tx: Transaction, desk: Desk, kind: TaskKind, detail: str | None = None) -> None:
    open_task(
        tx,
        kind,
        dedupe_key=task_key(kind, desk.turn.id),
        family=tx.get(Family, desk.contact.family_id),
        conversation=desk.conversation,
        detail=detail,
    )
