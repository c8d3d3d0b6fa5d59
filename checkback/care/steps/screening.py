"""A questionnaire asked by text, one item a time: begun with leave, put off, answered, and ended in one of its ways.

No family is told of a score, and nobody in distress is asked an item: whatever the screen hears comes first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from bot import directives as d
from checkback.care import model
from checkback.care.errors import said
from checkback.care.model import CheckIn, Contact, Conversation, Family, InboundMessage, Screening
from checkback.care.ports import Assessment, Evidence
from checkback.care.rules import screenings as rules
from checkback.care.rules.instruments import AskedBy, Instrument, Score, is_said, next_item, score
from checkback.care.rules.minors import age_in
from checkback.care.rules.pausing import day_in_words
from checkback.care.rules.screenings import Concern, Picked, Wish
from checkback.care.steps import check_ins
from checkback.care.steps.concern import raise_concern
from checkback.care.steps.directives import Desk, Reply, carry_out
from checkback.care.steps.instruments import definition_of, in_use
from checkback.care.steps.outbox import cancel
from checkback.care.steps.plan_texts import definition_of as plan_of
from checkback.care.steps.plan_texts import step_name
from checkback.care.steps.tasks import open_task, task_key
from checkback.care.steps.telling import Pager
from checkback.care.steps.words import mode_of, say
from checkback.care.store import Transaction, escalations, holds, messages, people, screenings
from checkback.care.store import check_ins as promises
from checkback.care.terms import (
    CheckInState,
    Dialogue,
    DistressLevel,
    EscalationState,
    LatePolicy,
    SafetyMode,
    ScreeningState,
    TaskKind,
)

#: What was asked, as the conversation keeps it: leave to ask, or an item.
OPENING, ITEM = "screening.open", "screening.item"
AGAIN = "screening.again"
ASKED = frozenset({OPENING, ITEM})
INTENT = "screening"
#: The step of a promise to go on another day, and the local hour from which that day counts.
STEP, FROM_HOUR = "screening-", 10
LATER = timedelta(days=1)
STALE_AFTER = timedelta(days=2)
LOOK_AGAIN = timedelta(minutes=15)
#: An item that was not answered clearly is asked once again; who writes of other things so often is asked another day.
MOST_AGAIN, MOST_ASIDES = 1, 3
#: What the assistant may take an answer to an item for: it is no matter of their own.
_PERHAPS_ANSWERS = frozenset(
    {
        "nlu_fallback",
        "affirm",
        "deny",
        "choose_one",
        "choose_two",
        "give_scale",
        "give_time",
        "feeling_good",
        "feeling_bad",
        "feeling_mixed",
    }
)
#: With these the questions end for now.
_ENDS = (d.RaiseConcern, d.MarkWrongPerson, d.RecordConsent)
_LATER = (d.AskLater, d.PauseTexts)


@dataclass(frozen=True)
class NotByText:
    """No item goes to this contact by text: a person asks. `reason` says why in a word or two."""

    reason: str


@dataclass(frozen=True)
class NotYet:
    """It may go from then on. `moves`: its time moves along; else it runs on."""

    until: datetime
    reason: str
    moves: bool = False


def judge(tx: Transaction, check_in: CheckIn, contact: Contact) -> NotByText | NotYet | None:
    """What stands against asking this questionnaire now; None when nothing does.

    A phone that was not said to be safe gets none: the items alone tell whoever reads along what happened. A language
    the publisher has no words in gets none. None goes sooner after an incident than the instrument says, nor while
    somebody looks after distress in the family.
    """
    instrument = definition_of(_row_for(tx, check_in))
    against = {
        "phone-not-safe": mode_of(tx, contact) is not SafetyMode.SAFE,
        "asked-by-a-person": instrument.by is not AskedBy.TEXT,
        "other-language": contact.language not in instrument.words,
        "not-for-this-age": not rules.is_for_age(instrument, age_in(contact.role), is_minor=contact.is_minor),
    }
    why = next((reason for reason, is_so in against.items() if is_so), None)
    return NotByText(why) if why is not None else _not_yet(tx, contact, instrument)


def _not_yet(tx: Transaction, contact: Contact, instrument: Instrument) -> NotYet | None:
    family = tx.get(Family, contact.family_id)
    happened = [incident.occurred_at for incident in people.incidents_of(tx, family)]
    opens = max(happened, default=tx.now) + timedelta(days=instrument.not_before_days)
    if instrument.not_before_days and tx.now < opens:
        return NotYet(opens, "before-its-window", moves=True)
    if any(each.state is not EscalationState.RESOLVED for each in escalations.of_family(tx, family.id)):
        return NotYet(tx.now + LOOK_AGAIN, "in-distress")
    return None


def leave_to_a_person(tx: Transaction, check_in: CheckIn, reason: str) -> None:
    """No text asks it: whoever answers for the family asks the items themselves, or decides not to."""
    begun = screenings.of_check_in(tx, check_in.id)
    if begun is not None and begun.is_open:
        _end(tx, begun, ScreeningState.HANDED_OVER, reason)
    check_ins.hand_over(tx, check_in, TaskKind.SCREENING, reason)


def begin(tx: Transaction, desk: Desk) -> Reply:
    """The promise's text: it asks whether we may ask. Nothing where the promise has ended meanwhile."""
    check_in = desk.check_in
    if check_in is None or check_in.state.is_over:
        return Reply()
    sheet = screenings.of_check_in(tx, check_in.id)
    if sheet is None:
        for other in screenings.open_of(tx, desk.contact.id):  # one at a time: what is open is closed with its answers
            run_out(tx, other)
        sheet = _new(tx, desk.contact, _row_for(tx, check_in), ScreeningState.OFFERED)
        sheet.check_in_id = check_in.id
        tx.record("questionnaire.began", sheet)
    sheet.asked_at = tx.now
    return _ask(tx, desk, Reply(wording=check_in.wording), check_in.wording, OPENING)


def asked_of(tx: Transaction, conversation: Conversation) -> Screening | None:
    """The screening whose question was asked last in this conversation, and is open."""
    if conversation.asked not in ASKED or conversation.contact_id is None:
        return None
    return next(iter(screenings.open_of(tx, conversation.contact_id)), None)


def is_reply(tx: Transaction, conversation: Conversation, text: str) -> bool:
    """Whether this is plainly an answer to our question, a wish to put it off or to leave it; all else is not."""
    sheet = asked_of(tx, conversation)
    return sheet is not None and _read(tx, sheet, conversation, text) is not None


def answer(tx: Transaction, desk: Desk) -> Reply:
    """Keep what they answered, and ask the next item or end. What was an answer a moment ago and is none any more, the
    questions having ended meanwhile, a person reads.
    """
    sheet = asked_of(tx, desk.conversation)
    said = _read(tx, sheet, desk.conversation, _text(desk)) if sheet is not None else None
    if sheet is None or said is None:
        return carry_out(tx, desk, [])
    if _is_against(tx, sheet, desk.contact):
        return _hand_over(tx, desk, sheet, "phone-not-safe")
    if isinstance(said, Picked):
        return _take_answer(tx, desk, sheet, said)
    carried_out = {Wish.LATER: _put_off, Wish.NOT: _decline, Wish.GO_ON: _next}
    return carried_out[said](tx, desk, sheet)


def _take_answer(tx: Transaction, desk: Desk, sheet: Screening, said: Picked) -> Reply:
    """An answer counts for the item that had gone to them, and not long ago: else it may mean something else."""
    asked_at, phone_id = sheet.asked_at, desk.conversation.phone_id
    if asked_at is None or tx.now >= asked_at + rules.ANSWER_COUNTS_FOR:
        return _next(tx, desk, sheet)
    if messages.was_handed_over(tx, phone_id, ITEM, asked_at, desk.texts[-1].received_at):
        return _keep_answer(tx, desk, sheet, said)
    if messages.is_out(tx, phone_id, ITEM, asked_at):
        return Reply(settled=True, asks=ITEM)  # the answer before, pressed again: the item follows
    return _next(tx, desk, sheet)


def beside(tx: Transaction, desk: Desk, intent: str, blocks: Sequence[d.Block]) -> Reply | None:
    """What follows from a text that plainly answers no item; None when none is asked, and the turn is like any other.

    A matter of their own is answered by the assistant, and the item asked again with it. What may have been an answer
    is asked for once again, kindly, and then by a person.
    """
    sheet = asked_of(tx, desk.conversation) if desk.texts else None
    if sheet is None:
        return None
    if any(isinstance(block, _ENDS) for block in blocks):
        _end(tx, sheet, ScreeningState.STOPPED, intent)
        desk.conversation.asked = None
        return None
    if any(isinstance(block, d.AskLater) for block in blocks):
        return _put_off(tx, desk, sheet)
    if _is_against(tx, sheet, desk.contact):
        return _hand_over(tx, desk, sheet, "phone-not-safe")
    if intent in _PERHAPS_ANSWERS:
        return _not_clear(tx, desk, sheet)
    return _after_their_own(tx, desk, sheet, blocks)


def stop(tx: Transaction, contact: Contact, reason: str) -> None:
    """Ask nothing more of any questionnaire: what is queued is taken back, what was answered is kept."""
    for message in holds.queued_of(tx, contact):  # texts before promises, as everybody holds them
        if message.wording in (OPENING, AGAIN, ITEM):
            cancel(tx, message, reason)
    for check_in in promises.open_of(tx, contact):
        if check_in.dialogue is Dialogue.SCREENING and check_in.state is not CheckInState.PLANNED:
            check_ins.end(tx, check_in, CheckInState.CANCELLED, reason)
    for sheet in screenings.open_of(tx, contact.id):
        _end(tx, sheet, ScreeningState.STOPPED, reason)
        _take_back_promise(tx, sheet, reason)


def run_out(tx: Transaction, sheet: Screening) -> None:
    """Its time is over: it ends with the answers there are. Where they are over a cut-off already, a person looks."""
    if not sheet.is_open:
        return
    _end(tx, sheet, ScreeningState.EXPIRED, "ran-out")
    _take_back_promise(tx, sheet, "ran-out")


def record(
    tx: Transaction,
    pager: Pager,
    contact: Contact,
    conversation: Conversation | None,
    row: model.Instrument,
    answers: Mapping[int, int | None],
    asked_by: UUID,
) -> Screening:
    """Keep what somebody answered a member of staff, with its score. From the cut-off on it is told at once, as a text
    would be; where there is no phone to have a conversation on, as a task.

    Raises:
        ValueError: an answer is no choice of its item, or one is missing.
    """
    instrument = definition_of(row)
    if any(item > instrument.length for item in answers):
        raise ValueError(said("there are %(count)s items", count=instrument.length))
    found = score(instrument, answers)
    if next_item(instrument, answers) is not None:
        raise ValueError(said("an answer is missing"))
    sheet = _new(tx, contact, row, ScreeningState.UNDER_WAY)
    sheet.asked_by = asked_by
    _keep(sheet, answers)
    _finish(tx, sheet, found)
    concern = rules.concern_of(instrument, found) if found is not None else None
    if instrument.acute_item is not None and is_said(answers, instrument.acute_item):
        concern = rules.concern_so_far(instrument, answers)  # the published score passes over what was not to be asked
    if concern is None:
        return sheet
    if conversation is None:
        _want_a_person(
            tx, sheet, contact, TaskKind.DISTRESS, f"{row.reference}: {', '.join(found.over)}" if found else ""
        )
        return sheet
    raise_concern(tx, pager, None, conversation, contact, _assessment(row, concern))
    return sheet


def break_off(
    tx: Transaction,
    pager: Pager,
    contact: Contact,
    conversation: Conversation | None,
    row: model.Instrument,
    answers: Mapping[int, int | None],
    asked_by: UUID,
) -> Screening:
    """Keep what was answered before the talk broke off, without a score. What is over a cut-off so far is told at once.

    Raises:
        ValueError: an answer is no choice of its item, or there is none at all.
    """
    instrument = definition_of(row)
    if not answers:
        raise ValueError(said("there is no answer yet"))
    known = {None, *instrument.values}
    if any(item > instrument.length or value not in known for item, value in answers.items()):
        raise ValueError(said("no such choice"))
    sheet = _new(tx, contact, row, ScreeningState.UNDER_WAY)
    sheet.asked_by = asked_by
    _keep(sheet, answers)
    _end(tx, sheet, ScreeningState.STOPPED, "broken-off")
    concern = rules.concern_so_far(instrument, answers)
    if concern is not None and conversation is not None:
        raise_concern(tx, pager, None, conversation, contact, _assessment(row, concern))
    elif concern is not None:
        _want_a_person(tx, sheet, contact, TaskKind.DISTRESS, f"{row.reference}: broken off, over its cut-off so far")
    return sheet


def answers_of(sheet: Screening) -> Mapping[int, int | None]:
    """What was answered to each item so far."""
    return {int(item): value for item, value in json.loads(sheet.answers).items()}


def score_of(sheet: Screening) -> Score | None:
    """What the answers came to; None where they are not complete."""
    if sheet.score is None:
        return None
    said = json.loads(sheet.score)
    return Score(**{**said, "over": tuple(said["over"])})


def _row_for(tx: Transaction, check_in: CheckIn) -> model.Instrument:
    begun = screenings.of_check_in(tx, check_in.id)
    if begun is not None:
        return tx.get(model.Instrument, begun.instrument_id)
    step = plan_of(tx, check_in.plan_id).step(step_name(check_in))
    if step is None or step.instrument is None:
        raise ValueError("a screening without a questionnaire")
    return in_use(tx, step.instrument)


def _new(tx: Transaction, contact: Contact, row: model.Instrument, state: ScreeningState) -> Screening:
    sheet = tx.add(
        Screening(
            contact_id=contact.id,
            instrument_id=row.id,
            language=contact.language,
            started_at=tx.now,
            expires_at=tx.now + rules.LASTS,
            state=state,
        )
    )
    tx.session.flush()
    return sheet


def _read(tx: Transaction, sheet: Screening, conversation: Conversation, text: str) -> Wish | Picked | None:
    is_permission = conversation.asked == OPENING
    found = rules.wish(text, is_permission=is_permission)
    if found is not None or is_permission:
        return found
    return rules.picked(_instrument(tx, sheet), sheet.language, text)


def _instrument(tx: Transaction, sheet: Screening) -> Instrument:
    return definition_of(tx.get(model.Instrument, sheet.instrument_id))


def _is_against(tx: Transaction, sheet: Screening, contact: Contact) -> bool:
    """Whether somebody else may read along by now, or they have changed the language in the middle of a form."""
    return mode_of(tx, contact) is not SafetyMode.SAFE or contact.language is not sheet.language


def _ask(tx: Transaction, desk: Desk, reply: Reply, key: str, asks: str, **slots: str) -> Reply:
    reply.sentences.append(say(tx, desk.pager.wording, key, desk.contact, **slots))
    reply.asks, reply.settled = asks, True
    reply.wording = reply.wording or key
    return reply


def _ask_item(tx: Transaction, desk: Desk, sheet: Screening, reply: Reply, item: int) -> Reply:
    instrument, language = _instrument(tx, sheet), sheet.language
    sheet.asked_at = tx.now
    asked = rules.question(instrument, language, item, is_first=not answers_of(sheet))
    line = rules.answer_line(instrument, language)
    return _ask(tx, desk, reply, ITEM, ITEM, question=asked, answers=line)


def _ask_once_more(tx: Transaction, desk: Desk, sheet: Screening, reply: Reply) -> Reply:
    """The question that stands open, behind whatever was said before it."""
    item = next_item(_instrument(tx, sheet), answers_of(sheet))
    if sheet.state is ScreeningState.OFFERED or item is None:
        sheet.asked_at = tx.now
        return _ask(tx, desk, reply, AGAIN, OPENING)
    return _ask_item(tx, desk, sheet, reply, item)


def _keep_answer(tx: Transaction, desk: Desk, sheet: Screening, said: Picked) -> Reply:
    given = answers_of(sheet)
    item = next_item(_instrument(tx, sheet), given)
    if item is not None:
        _keep(sheet, {**given, item: said.value})
        tx.record("questionnaire.answered", sheet)
    return _next(tx, desk, sheet)


def _keep(sheet: Screening, answers: Mapping[int, int | None]) -> None:
    sheet.answers = json.dumps({str(item): value for item, value in answers.items()})
    sheet.asked_again = sheet.asides = 0


def _next(tx: Transaction, desk: Desk, sheet: Screening) -> Reply:
    """The next item, or the end and what it comes to."""
    instrument, given = _instrument(tx, sheet), answers_of(sheet)
    item = next_item(instrument, given)
    if item is not None:
        if sheet.state is ScreeningState.OFFERED:
            sheet.state = ScreeningState.UNDER_WAY
            tx.record("questionnaire.agreed", sheet)
        return _ask_item(tx, desk, sheet, Reply(), item)
    found = score(instrument, given)
    _finish(tx, sheet, found)
    concern = rules.concern_of(instrument, found) if found is not None else None
    if concern is None:
        return _say(tx, desk, "screening.done")
    row = tx.get(model.Instrument, sheet.instrument_id)
    raise_concern(
        tx, desk.pager, desk.texts[-1], desk.conversation, desk.contact, _assessment(row, concern, desk.texts[-1])
    )
    return _say(tx, desk, "screening.read")


def _finish(tx: Transaction, sheet: Screening, found: Score | None) -> None:
    """Kept before the end is: with a score nobody has to look for what is over a cut-off."""
    sheet.score = json.dumps(asdict(found)) if found is not None else None
    _end(tx, sheet, ScreeningState.FINISHED)


def _assessment(row: model.Instrument, concern: Concern, text: InboundMessage | None = None) -> Assessment:
    said = text.body if text is not None else ""
    words = Evidence(f"screening.{row.name}", concern.danger, 0, len(said), said)
    return Assessment(
        concern.level,
        concern.urgency,
        danger=concern.danger,
        evidence=(words,) if said else (),
        version=f"screening:{row.reference}"[:80],
    )


def _say(tx: Transaction, desk: Desk, key: str) -> Reply:
    """The last words of it: nothing is asked after them."""
    return Reply([say(tx, desk.pager.wording, key, desk.contact)], settled=True, wording=key)


def _decline(tx: Transaction, desk: Desk, sheet: Screening) -> Reply:
    _end(tx, sheet, ScreeningState.DECLINED, "said-no")
    return _say(tx, desk, "screening.declined")


def _not_clear(tx: Transaction, desk: Desk, sheet: Screening) -> Reply:
    if _is_for_a_person(desk.texts):
        _want_to_be_read(tx, desk)
    if sheet.asked_again >= MOST_AGAIN:
        return _hand_over(tx, desk, sheet, "not-clear")
    sheet.asked_again += 1
    kindly = Reply([say(tx, desk.pager.wording, "screening.unclear", desk.contact)])
    return _ask_once_more(tx, desk, sheet, kindly)


def _is_for_a_person(texts: Sequence[InboundMessage]) -> bool:
    """Whether what they wrote instead of an answer is to be read: it shows some distress, or comes with a picture."""
    return any(text.media_count or text.level is not DistressLevel.NONE for text in texts)


def _want_to_be_read(tx: Transaction, desk: Desk) -> None:
    open_task(
        tx,
        TaskKind.TEXT_TO_READ,
        dedupe_key=task_key(TaskKind.TEXT_TO_READ, desk.turn.id),
        family=tx.get(Family, desk.contact.family_id),
        conversation=desk.conversation,
    )


def _after_their_own(tx: Transaction, desk: Desk, sheet: Screening, blocks: Sequence[d.Block]) -> Reply:
    """The assistant's answer, and the item behind it; another day where the answer asks something itself."""
    sheet.asides += 1
    is_later = any(isinstance(block, _LATER) for block in blocks) or sheet.asides >= MOST_ASIDES
    if is_later:
        _plan_again(tx, desk, sheet)
    reply = carry_out(tx, desk, blocks)
    if is_later:
        reply.settled = True
        return reply
    if reply.asks is not None or not reply.sentences:
        _plan_again(tx, desk, sheet)
        return reply
    return _ask_once_more(tx, desk, sheet, reply)


def _put_off(tx: Transaction, desk: Desk, sheet: Screening) -> Reply:
    day = _plan_again(tx, desk, sheet)
    if day is None:
        return _decline(tx, desk, sheet)
    said = say(tx, desk.pager.wording, "later.promised", desk.contact, day=day)
    return Reply([said], settled=True, wording="later.promised")


def _plan_again(tx: Transaction, desk: Desk, sheet: Screening) -> str | None:
    """Promise to go on tomorrow, within their hours like any other; the day in words. None where it will be over by
    then, or was put off already to a day that still stands.
    """
    contact = desk.contact
    day = tx.now.astimezone(ZoneInfo(contact.zone)).date() + LATER
    starts = datetime.combine(day, time(FROM_HOUR), ZoneInfo(contact.zone)).astimezone(UTC)
    incidents = people.incidents_of(tx, tx.get(Family, contact.family_id))
    if starts >= sheet.expires_at or not incidents:
        return None
    _take_back_promise(tx, sheet, "put-off")
    check_in = tx.add(
        CheckIn(
            contact_id=contact.id,
            incident_id=incidents[0].id,
            step=f"{STEP}{desk.turn.id.hex[:12]}",
            due_at=starts,
            send_before=min(starts + STALE_AFTER, sheet.expires_at),
            wording=AGAIN,
            dialogue=Dialogue.SCREENING,
            late_policy=LatePolicy.DROP,
            state=CheckInState.PLANNED,
        )
    )
    tx.session.flush()
    tx.record("check-in.planned", check_in)
    sheet.check_in_id, sheet.asides = check_in.id, 0
    tx.record("questionnaire.put-off", sheet)
    return day_in_words(day, contact.language)


def _take_back_promise(tx: Transaction, sheet: Screening, reason: str) -> None:
    """The promise to go on with it is not kept any more."""
    if sheet.check_in_id is None:
        return
    check_in = tx.get(CheckIn, sheet.check_in_id)
    if check_in.state is CheckInState.PLANNED:
        check_ins.end(tx, check_in, CheckInState.CANCELLED, reason)


def _hand_over(tx: Transaction, desk: Desk, sheet: Screening, reason: str) -> Reply:
    _end(tx, sheet, ScreeningState.HANDED_OVER, reason)
    _want_a_person(tx, sheet, desk.contact, TaskKind.SCREENING, reason)
    return _say(tx, desk, "screening.person")


def _end(tx: Transaction, sheet: Screening, state: ScreeningState, reason: str | None = None) -> None:
    """End it with the answers there are. Where they are over a cut-off without a score, a person is asked to look."""
    if not sheet.is_open:
        return
    tx.lock(sheet)
    sheet.state, sheet.ended_at, sheet.reason = state, tx.now, reason
    tx.record(f"questionnaire.{state}", sheet)
    if sheet.score is None and rules.over_so_far(_instrument(tx, sheet), answers_of(sheet)):
        contact = tx.get(Contact, sheet.contact_id)
        _want_a_person(
            tx, sheet, contact, TaskKind.DISTRESS, "The answers to a questionnaire are over its cut-off so far."
        )


def _want_a_person(tx: Transaction, sheet: Screening, contact: Contact, kind: TaskKind, detail: str) -> None:
    open_task(
        tx,
        kind,
        dedupe_key=task_key(kind, sheet.id),
        family=tx.get(Family, contact.family_id),
        detail=detail,
    )


def _text(desk: Desk) -> str:
    return "\n".join(text.body for text in desk.texts)
