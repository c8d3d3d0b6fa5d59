"""The assistant answers: texts become a turn, the turn becomes directives, and all of it is kept with the reply."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog

from bot.directives import Say
from checkback.care.errors import AssistantUnavailable, ClaimLost, StoreUnavailable, TurnRejected
from checkback.care.flows.due import Tally, each
from checkback.care.flows.paging import pager_of
from checkback.care.model import CheckIn, Contact, Conversation, DialogueTurn, Family, InboundMessage
from checkback.care.ports import Turn, TurnContext
from checkback.care.rules.help_replies import help_reply
from checkback.care.rules.hours import ANSWER_IS_FREE_FOR
from checkback.care.runtime import Runtime
from checkback.care.steps import check_ins, events, screening
from checkback.care.steps.directives import Desk, Reply, carry_out
from checkback.care.steps.outbox import queue_for_family
from checkback.care.steps.tasks import open_task, task_key
from checkback.care.steps.words import mode_of, say
from checkback.care.store import Transaction, messages, people, restorations
from checkback.care.terms import Dialogue, InboundState, OutboundKind, TaskKind, TurnKind, TurnState

log = structlog.get_logger()

#: How long to wait for a second text before answering the first: texts that arrive together are one turn.
GATHER_FOR = timedelta(seconds=2)
#: Longer than the assistant may take to answer, by half a minute.
LEASE = timedelta(seconds=50)
ATTEMPTS = 3
TRY_AGAIN_AFTER = timedelta(seconds=3)


def gather_turns(rt: Runtime, limit: int = 20) -> Tally:
    """Make a turn of every conversation whose texts wait and have stopped coming."""
    with rt.store.read() as tx:
        held = restorations.unreconciled(tx) is not None
        ids = [] if held else messages.conversations_waiting(tx, tx.now - GATHER_FOR, limit)
    return each(
        rt,
        "conversation.gather",
        ids,
        lambda conversation_id: _gather(rt, conversation_id),
        give_to_a_person,
    )


def answer_text(rt: Runtime) -> bool:
    """Take one turn that is due to the assistant and keep its answer; whether there was one."""
    with rt.store.read() as tx:
        if not messages.turn_is_due(tx) or restorations.unreconciled(tx) is not None:
            return False
    with rt.store.begin("conversation.claim") as tx:
        turn = messages.claim_turn(tx, LEASE)
        if turn is None:
            return False
        tx.record("turn.claimed", turn)
    try:
        _try(rt, turn)
    except ClaimLost:  # nothing failed: another worker took it meanwhile, and its answer is the one that is kept
        log.info("turn.claim-lost", id=str(turn.id))
    return True


def _try(rt: Runtime, turn: DialogueTurn) -> None:
    try:
        _take_to_assistant(rt, turn)
    except (StoreUnavailable, ClaimLost):
        raise
    except Exception as error:  # whatever one turn throws, the next one is answered
        log.error("turn.failed", id=str(turn.id), error=type(error).__name__)
        _fail_or_retry(rt, turn, "error")


def give_to_a_person(tx: Transaction, conversation_id: UUID) -> None:
    """What waits in this conversation is read and answered by a person."""
    last = messages.give_waiting_to_a_person(tx, conversation_id)
    if last is not None:
        _ask_a_person_to_read(tx, last, conversation_id)


def _ask_a_person_to_read(tx: Transaction, cause: UUID, conversation_id: UUID) -> None:
    conversation = tx.get(Conversation, conversation_id)
    family = people.family_of(tx, conversation.contact_id) if conversation.contact_id else None
    open_task(
        tx,
        TaskKind.TEXT_TO_READ,
        dedupe_key=task_key(TaskKind.TEXT_TO_READ, cause),
        family=family,
        conversation=conversation,
    )


def _gather(rt: Runtime, conversation_id: UUID) -> None:
    with rt.store.begin("conversation.gather") as tx:
        conversation = tx.lock(tx.get(Conversation, conversation_id))
        waiting = messages.waiting(tx, conversation_id)
        if not waiting:
            return
        turn = DialogueTurn(conversation_id=conversation.id, kind=TurnKind.TEXTS, opened_at=tx.now, due_at=tx.now)
        if not tx.add_if_new(turn):
            return  # the turn before this one is still open; these texts follow it
        for text in waiting:
            text.turn_id, text.state = turn.id, InboundState.IN_TURN
        tx.record("turn.opened", turn)


def _take_to_assistant(rt: Runtime, turn: DialogueTurn) -> None:
    with rt.store.read() as tx:
        conversation = tx.get(Conversation, turn.conversation_id)
        contact = tx.get(Contact, conversation.contact_id) if conversation.contact_id else None
        texts = messages.texts_of_turn(tx, turn.id)
        mode = mode_of(tx, contact)
        check_in = tx.get(CheckIn, turn.check_in_id) if turn.check_in_id else None
        written = "\n".join(text.body for text in texts)
        is_item_answered = bool(texts) and screening.is_reply(tx, conversation, written)
    if contact is None:
        raise ValueError("a turn with nobody we know")
    if is_item_answered or (check_in is not None and check_in.dialogue is Dialogue.SCREENING):
        _keep_answer(rt, turn, Turn(screening.INTENT, 1.0, []))
        return
    # Of our items the assistant knows nothing: it hears what else they write.
    asked = None if conversation.asked in screening.ASKED else conversation.asked
    context = TurnContext(language=contact.language, mode=mode, asked=asked)
    plain = help_reply(conversation.asked, written)
    if plain is not None:
        _keep_answer(rt, turn, Turn(plain.name, 1.0, [plain]))
        return
    try:
        answer = _ask(rt, turn, texts, context, check_in)
    except AssistantUnavailable:
        _fail_or_retry(rt, turn, "assistant-unavailable")
    except TurnRejected:
        _fail(rt, turn, "turn-rejected")
    else:
        _keep_answer(rt, turn, answer)


def _ask(
    rt: Runtime, turn: DialogueTurn, texts: Sequence[InboundMessage], context: TurnContext, check_in: CheckIn | None
) -> Turn:
    if check_in is not None and check_in.dialogue is not Dialogue.CHECK_IN:
        # It opens no dialogue of the assistant's, which is told what was asked last with whatever they answer.
        return Turn("start_check_in", 1.0, [Say(check_in.dialogue.question or check_in.wording)])
    if turn.kind is TurnKind.CHECK_IN:
        return rt.assistant.start_check_in(turn.conversation_id, turn.id, context)
    return rt.assistant.converse(turn.conversation_id, turn.id, "\n".join(text.body for text in texts), context)


def _keep_answer(rt: Runtime, turn: DialogueTurn, answer: Turn) -> None:
    with rt.store.begin("conversation.answer") as tx:
        kept, desk = _claimed(tx, rt, turn)
        kept.intent, kept.confidence = answer.intent, answer.confidence
        _finish(tx, desk, _reply(tx, desk, answer), TurnState.DONE)
    log.info("turn.answered", id=str(turn.id), intent=answer.intent, confidence=round(answer.confidence, 2))


def _reply(tx: Transaction, desk: Desk, answer: Turn) -> Reply:
    if answer.intent != screening.INTENT:
        return screening.beside(tx, desk, answer.intent, answer.blocks) or carry_out(tx, desk, answer.blocks)
    return screening.begin(tx, desk) if desk.check_in is not None else screening.answer(tx, desk)


def _claimed(tx: Transaction, rt: Runtime, turn: DialogueTurn) -> tuple[DialogueTurn, Desk]:
    kept = messages.claimed_turn(tx, turn.id, turn.claim)
    conversation = tx.lock(tx.get(Conversation, kept.conversation_id))
    if conversation.contact_id is None:
        raise ValueError("a turn with nobody we know")
    contact = tx.get(Contact, conversation.contact_id)
    texts = messages.texts_of_turn(tx, kept.id)
    check_in = tx.get(CheckIn, kept.check_in_id) if kept.check_in_id else None
    return kept, Desk(pager_of(rt), kept, conversation, contact, texts, check_in)


def _is_held(tx: Transaction, desk: Desk) -> bool:
    free_until = desk.texts[-1].received_at + ANSWER_IS_FREE_FOR
    return events.answer_is_held(tx, desk.contact.family_id, free_until)


def _finish(tx: Transaction, desk: Desk, reply: Reply, state: TurnState) -> None:
    """Close the turn; with a person in the conversation by now, or an opt-out, nothing is said."""
    turn, conversation = desk.turn, desk.conversation
    turn.state, turn.ended_at, turn.claim, turn.lease_until = state, tx.now, None, None
    silent = conversation.with_person_since is not None or messages.has_opted_out(tx, conversation.phone_id)
    for text in desk.texts:
        text.state = InboundState.WITH_A_PERSON if silent else InboundState.ANSWERED
        text.answered_at = tx.now
    tx.record(f"turn.{state}", turn)
    check_in = desk.check_in
    if desk.texts and not silent and _is_held(tx, desk):
        _leave_to_a_person(tx, desk)
        return
    if silent or not reply.sentences:
        if check_in is not None:
            check_ins.hand_over(tx, check_in, TaskKind.PROMISE_LATE, "a-person-has-the-conversation")
        return
    if reply.asks is not None or reply.settled:
        conversation.asked = reply.asks
    queue_for_family(
        tx,
        conversation,
        desk.contact,
        OutboundKind.CHECK_IN if check_in else OutboundKind.ANSWER,
        reply.body,
        dedupe_key=f"turn:{turn.id}",
        wording=check_in.wording if check_in else reply.wording,
        wording_version=desk.pager.wording.version,
        answers_text_of=desk.texts[-1].received_at if desk.texts else None,
        turn=turn,
        check_in=check_in,
        not_after=check_in.send_before if check_in else None,
    )


def _leave_to_a_person(tx: Transaction, desk: Desk) -> None:
    """Texts are held: what the assistant would say is not said, and a person reads what it would have answered."""
    for text in desk.texts:
        text.state = InboundState.WITH_A_PERSON
    _ask_a_person_to_read(tx, desk.texts[-1].id, desk.conversation.id)


def _fail_or_retry(rt: Runtime, turn: DialogueTurn, reason: str) -> None:
    if turn.attempts >= ATTEMPTS:
        try:
            _fail(rt, turn, reason)
        except (StoreUnavailable, ClaimLost):
            raise
        except Exception as error:  # not even fixed words can be said: what is left is a person
            log.error("turn.given-to-a-person", id=str(turn.id), error=type(error).__name__)
            _give_up(rt, turn)
        return
    with rt.store.begin("conversation.retry") as tx:
        kept = messages.claimed_turn(tx, turn.id, turn.claim)
        kept.claim = kept.lease_until = None
        kept.due_at = tx.now + TRY_AGAIN_AFTER * kept.attempts
        tx.record("turn.retried", kept)


def _give_up(rt: Runtime, turn: DialogueTurn) -> None:
    """Nothing of this turn can be worked on, perhaps because it cannot be read: a person looks."""
    with rt.store.begin("conversation.give-up") as tx:
        kept = messages.claimed_turn(tx, turn.id, turn.claim)
        kept.state, kept.ended_at, kept.claim, kept.lease_until = TurnState.FAILED, tx.now, None, None
        tx.record(f"turn.{kept.state}", kept)
        messages.give_turn_to_a_person(tx, kept.id)
        if kept.check_in_id is not None:
            check_ins.hand_over(tx, tx.get(CheckIn, kept.check_in_id), TaskKind.PROMISE_LATE, "unreadable")
        else:
            _ask_a_person_to_read(tx, kept.id, kept.conversation_id)


def _fail(rt: Runtime, turn: DialogueTurn, reason: str) -> None:
    """The assistant has no answer: fixed words for the family, the texts for a person. A promise is kept without it."""
    with rt.store.begin("conversation.fail") as tx:
        kept, desk = _claimed(tx, rt, turn)
        log.warning("turn.given-up", id=str(kept.id), reason=reason)
        asks = None
        if desk.check_in is not None and desk.check_in.dialogue is Dialogue.SCREENING:
            _finish(tx, desk, Reply(), TurnState.FAILED)  # no opening without its questions: a person asks them
            return
        if desk.check_in is not None:
            key, asks = desk.check_in.wording, desk.check_in.dialogue.question
        else:
            key = "assistant.down"
            open_task(
                tx,
                TaskKind.ASSISTANT_FAILED,
                dedupe_key=task_key(TaskKind.ASSISTANT_FAILED, kept.id),
                family=tx.get(Family, desk.contact.family_id),
                conversation=desk.conversation,
                detail=reason,
            )
        said = say(tx, rt.wording, key, desk.contact)
        _finish(tx, desk, Reply([said], asks=asks), TurnState.FAILED)
