"""The assistant answers what came together as one, once, and leaves no silence; a person may take over."""

from __future__ import annotations

import pytest
from sqlalchemy import text as sql

from bot import directives as d
from checkback.care.flows import conversation
from checkback.care.model import Conversation, DialogueTurn, Escalation, InboundMessage, Task
from checkback.care.ports import Turn
from checkback.care.terms import CheckInState, InboundState, TurnKind, TurnState
from tests.care.conftest import ON_SQLITE
from tests.fakes import Crash
from tests.story import ANA, FAMILY_LINE, HeldPhone, House


@pytest.fixture
def agreed(house: House, ana: HeldPhone) -> House:
    house.enrols()
    house.works()
    ana.texts("1")
    house.assistant.asked.clear()
    return house


def writes(house: House, body: str) -> None:
    house.receives(body, from_=ANA, to=FAMILY_LINE)


def test_texts_close_together_are_one_turn(agreed, ana):
    for body in ("we need", "a crib", "for the baby"):
        writes(agreed, body)
        agreed.clock.tick(seconds=1)
    agreed.works()
    assert agreed.assistant.asked == ["we need\na crib\nfor the baby"]
    assert "555-01" in ana.last


def test_somebody_who_is_still_writing_is_waited_for(agreed):
    writes(agreed, "we need")
    agreed.clock.tick(seconds=1.5)
    conversation.gather_turns(agreed.rt)
    assert not conversation.answer_text(agreed.rt)
    agreed.clock.tick(seconds=1)
    conversation.gather_turns(agreed.rt)
    assert conversation.answer_text(agreed.rt)


def test_what_is_written_while_a_turn_is_open_follows_in_the_next(agreed, points):
    writes(agreed, "first")
    agreed.clock.tick(seconds=3)
    conversation.gather_turns(agreed.rt)
    writes(agreed, "second")
    agreed.clock.tick(seconds=3)
    conversation.gather_turns(agreed.rt)
    assert len([turn for turn in agreed.all(DialogueTurn) if turn.state is TurnState.OPEN]) == 1
    agreed.works()
    assert agreed.assistant.asked == ["first", "second"]


@pytest.mark.parametrize("point", ["assistant.converse.after", "conversation.answer.before-commit"])
def test_a_crash_between_the_answer_and_our_keeping_it_asks_the_same_turn_again(agreed, ana, points, point):
    before = len(ana.got)
    points.crash_at(point)
    with pytest.raises(Crash):
        ana.texts("we need a crib")
    (turn,) = [turn for turn in agreed.all(DialogueTurn) if turn.state is TurnState.OPEN]
    agreed.works()
    assert len(ana.got) == before, "its lease is not over: somebody may still work on it"
    agreed.clock.tick(seconds=51)
    agreed.works()
    assert agreed.assistant.asked == ["we need a crib"], "asked again with the same turn, it moved once"
    assert len(ana.got) == before + 1
    assert {t.id: t.state for t in agreed.all(DialogueTurn)}[turn.id] is TurnState.DONE


def test_an_assistant_that_is_down_is_asked_three_times_then_fixed_words_and_a_task(agreed, ana, points):
    agreed.assistant.is_down = True
    points.reached.clear()
    ana.texts("we need a crib")
    agreed.clock.tick(minutes=1)
    agreed.works()
    assert points.reached.count("assistant.converse.before") == 3
    assert "A person on the team will read it, but not right away" in ana.last
    assert agreed.tasks == ["assistant-failed"]
    assert ana.got.count(ana.last) == 1


def test_an_assistant_that_comes_back_in_time_answers_and_makes_no_task(agreed, ana):
    agreed.assistant.is_down = True
    writes(agreed, "we need a crib")
    agreed.works(rounds=1)
    agreed.assistant.is_down = False
    agreed.works()
    assert "555-01" in ana.last
    assert agreed.tasks == []


def test_a_turn_that_breaks_the_contract_is_not_asked_again_and_is_a_task(agreed, ana, points):
    agreed.assistant.answers_nonsense = True
    points.reached.clear()
    ana.texts("we need a crib")
    assert points.reached.count("assistant.converse.before") == 1
    assert "A person on the team will read it" in ana.last
    assert agreed.tasks == ["assistant-failed"]


NONSENSE = {
    "an unknown sentence": [d.Say("no.such.key")],
    "a slot that is missing": [d.Say("resource.offer")],
    "a language we do not write": [d.ChangeLanguage("xx"), d.Say("language.changed")],
}


@ON_SQLITE
@pytest.mark.parametrize("blocks", NONSENSE.values(), ids=NONSENSE.keys())
def test_an_answer_we_cannot_carry_out_is_undone_whole_and_ends_in_words_and_a_task(agreed, ana, blocks):
    agreed.assistant.says_next = Turn("odd", 1.0, [d.RequestCallback(), *blocks])
    ana.texts("hello")
    agreed.clock.tick(minutes=1)
    agreed.works()
    assert agreed.tasks == ["assistant-failed"]
    assert "A person on the team will read it" in ana.last


def test_an_answer_without_a_sentence_is_no_silence(agreed, ana):
    agreed.assistant.says_next = Turn("odd", 1.0, [d.RecordAnswer("check_in.opening", "fine")])
    before = len(ana.got)
    ana.texts("fine")
    assert len(ana.got) == before + 1
    assert "A person on the team will read it" in ana.last
    assert agreed.tasks == ["text-to-read"], "so a person must read it"


def test_what_was_not_understood_is_read_by_a_person_as_we_say(agreed, ana):
    ana.texts("qwertz")
    assert "A person on the team will read it" in ana.last
    assert agreed.tasks == ["text-to-read"]


def test_a_concern_of_the_dialogue_adds_a_persons_attention(agreed, ana, dr_lee):
    agreed.assistant.says_next = Turn("worried", 1.0, [d.RaiseConcern("high", "sounds tired"), d.Say("check_in.sorry")])
    ana.texts("so tired of it all")
    assert "HIGH" in dr_lee.last
    assert agreed.escalation.level == "high"


def test_while_a_person_has_it_the_assistant_is_silent_and_says_once_that_somebody_knows(agreed, ana, dr_lee):
    ana.texts("I want to kill myself")
    agreed.clock.tick(minutes=31)
    before = len(ana.got)
    ana.texts("we need a crib")
    ana.texts("are you there")
    assert agreed.assistant.asked == []
    assert len(ana.got) == before + 1
    assert "Thanks, got this too" in ana.last


def test_texts_that_waited_when_a_person_took_over_are_not_answered_by_the_assistant(agreed, ana):
    writes(agreed, "we need a crib")
    writes(agreed, "I want to kill myself")
    agreed.works()
    assert not any("555-01" in text for text in ana.got)
    assert {text.state for text in agreed.all(InboundMessage)} == {InboundState.ANSWERED, InboundState.WITH_A_PERSON}


def test_after_the_outcome_the_assistant_answers_again(agreed, ana, dr_lee):
    ana.texts("I want to kill myself")
    dr_lee.texts("reached 12")
    ana.texts("we need a crib")
    assert "555-01" in ana.last


def test_what_was_seen_to_is_not_heard_again_with_the_next_text(agreed, ana, dr_lee):
    ana.texts("I want to kill")
    ana.texts("myself")
    dr_lee.texts("reached 12")
    agreed.clock.tick(minutes=1)
    ana.texts("myself and the baby are fine now")
    assert len(agreed.all(Escalation)) == 1


def test_the_assistant_is_told_what_was_asked_last_and_nothing_of_who_they_are(agreed, ana):
    agreed.clock.tick(hours=48)
    agreed.works()
    ana.texts("all fine")
    context = agreed.assistant.contexts[-1]
    assert (context.language, context.mode, context.asked) == ("en", "neutral", "check_in.opening")


def test_a_reply_is_free_of_hours_for_ten_minutes_and_waits_for_the_morning_after(agreed, ana):
    agreed.clock.tick(hours=14)  # midnight in St. Louis
    ana.texts("we need a crib")
    assert "555-01" in ana.last
    agreed.assistant.is_down = True
    writes(agreed, "we need a crib too")
    agreed.works(rounds=1)
    agreed.clock.tick(minutes=11)
    agreed.assistant.is_down = False
    before = len(ana.got)
    agreed.works()
    assert len(ana.got) == before
    agreed.clock.tick(hours=9)
    agreed.works()
    assert len(ana.got) == before + 1


# -- a row that cannot be read


def poison(house: House, where: str) -> None:
    with house.rt.store.begin("test.poison") as tx:
        tx.session.execute(sql(f"UPDATE {where}"), {"lost": b"\x63" + b"x" * 40})


def test_a_waiting_text_nobody_can_read_goes_to_a_person_and_the_next_is_answered(agreed, ana):
    for body in ("lost", "lost too"):
        writes(agreed, body)
        poison(agreed, "inbound_message SET body = :lost WHERE state = 'waiting'")
        agreed.clock.tick(seconds=3)
        assert conversation.gather_turns(agreed.rt).failed == 1
    assert agreed.tasks == ["text-to-read", "text-to-read"]
    assert {task.family_id is not None for task in agreed.all(Task)} == {True}
    ana.texts("we need a crib")
    assert "555-01" in ana.last


def test_a_turn_nobody_can_read_is_given_to_a_person_and_stops_no_other(agreed, ana):
    writes(agreed, "lost")
    agreed.clock.tick(seconds=3)
    conversation.gather_turns(agreed.rt)
    poison(agreed, "inbound_message SET body = :lost WHERE state = 'in-turn'")
    for _ in range(4):
        agreed.works()
        agreed.clock.tick(seconds=10)
    assert TurnState.OPEN not in {turn.state for turn in agreed.all(DialogueTurn)}
    assert agreed.tasks == ["text-to-read"]
    ana.texts("we need a crib")
    assert "555-01" in ana.last


def test_a_check_in_whose_contact_nobody_can_read_becomes_a_task_when_its_time_is_over(agreed):
    poison(agreed, "contact SET name = :lost")
    agreed.clock.tick(hours=48)
    agreed.works()
    for _ in range(25):
        agreed.clock.tick(hours=1)
        agreed.ticks()
    assert agreed.check_in.state is CheckInState.HANDED_OVER
    assert agreed.tasks == ["promise-late"]


def test_one_open_turn_a_conversation_is_all_there_can_be(agreed):
    (thread,) = agreed.all(Conversation)
    with agreed.rt.store.begin("test.turns") as tx:
        made = [
            DialogueTurn(conversation_id=thread.id, kind=TurnKind.TEXTS, opened_at=tx.now, due_at=tx.now)
            for _ in range(2)
        ]
        assert [tx.add_if_new(turn) for turn in made] == [True, False]
        tx.record("turn.opened", made[0])


def test_an_answer_that_comes_after_its_lease_is_over_is_not_kept(agreed, ana):
    """Another worker has asked again meanwhile, and answered."""
    before = len(ana.got)
    writes(agreed, "we need a crib")
    agreed.clock.tick(seconds=3)
    conversation.gather_turns(agreed.rt)

    def another_worker_answers() -> None:
        agreed.clock.tick(seconds=51)
        assert conversation.answer_text(agreed.rt)

    agreed.assistant.meanwhile = another_worker_answers
    assert conversation.answer_text(agreed.rt)
    agreed.works()
    assert len(ana.got) == before + 1
