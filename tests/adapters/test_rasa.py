"""The assistant behind its channel: whole turns come through, anything less is an error of ours."""

from __future__ import annotations

import socket
import time
import traceback
from uuid import UUID

import pytest

from bot.directives import OfferResources, Say
from checkback.adapters.faults import PointFailed, ScriptedPoints
from checkback.adapters.rasa import RasaAssistant, without_commands
from checkback.care.errors import AssistantUnavailable, TurnRejected
from checkback.care.points import NoFaults, Points
from checkback.care.ports import Turn, TurnContext
from checkback.care.terms import Language, SafetyMode
from tests.adapters.scripted import Doing, answers, breaks_off, floods, hangs, scripted, trickles

CONVERSATION, TURN = UUID(int=1), UUID(int=2)
CONTEXT = TurnContext(Language.SPANISH, SafetyMode.NEUTRAL, asked="need.ask")
WORDS = "Marked words: we need diapers"


def assistant(base_url: str, points: Points | None = None) -> RasaAssistant:
    return RasaAssistant(base_url, "a-token-of-nobody", points or NoFaults(), timeout=0.6)


def turn(*blocks: object, intent: object = "thank", confidence: object = 0.9, turn_id: str = str(TURN)) -> Doing:
    body = {"turn_id": turn_id, "intent": {"name": intent, "confidence": confidence}, "blocks": list(blocks)}
    return answers(200, {**body, "repeated": False})


def test_a_turn_is_told_with_what_the_assistant_may_know_and_nothing_else():
    with scripted(turn({"say": "thanks.answer"})) as server:
        answer = assistant(server.address + "/").converse(CONVERSATION, TURN, WORDS, CONTEXT)
    [asked] = server.asked
    assert asked.path == "/webhooks/checkback/turn"
    assert asked.headers["authorization"] == "Bearer a-token-of-nobody"
    assert asked.json == {
        "turn_id": str(TURN),
        "conversation_id": str(CONVERSATION),
        "text": WORDS,
        "language": "es",
        "mode": "neutral",
        "asked": "need.ask",
    }
    assert answer == Turn("thank", 0.9, [Say("thanks.answer")])


def test_directives_and_sentences_keep_their_order():
    with scripted(turn({"directive": "offer-resources", "need": "diapers", "place": "None"}, {"say": "a.b"})) as server:
        answer = assistant(server.address).converse(CONVERSATION, TURN, WORDS, CONTEXT)
    assert answer.blocks == [OfferResources("diapers"), Say("a.b")]


def test_a_check_in_is_started_without_any_words():
    with scripted(turn({"say": "check_in.opening"}, intent="start_check_in", confidence=1)) as server:
        answer = assistant(server.address).start_check_in(CONVERSATION, TURN, CONTEXT)
    [asked] = server.asked
    assert asked.path == "/webhooks/checkback/start"
    assert asked.json == {
        "turn_id": str(TURN),
        "conversation_id": str(CONVERSATION),
        "language": "es",
        "mode": "neutral",
    }
    assert answer.intent == "start_check_in"


def test_a_conversation_is_forgotten():
    with scripted(answers(204)) as server:
        assistant(server.address).forget(CONVERSATION)
    assert (server.asked[0].path, server.asked[0].json) == (
        "/webhooks/checkback/forget",
        {"conversation_id": str(CONVERSATION)},
    )


@pytest.mark.parametrize("doing", [answers(200, {}), answers(500), hangs], ids=["200", "500", "silent"])
def test_it_is_not_forgotten_until_the_assistant_says_so(doing):
    with scripted(doing) as server, pytest.raises(AssistantUnavailable):
        assistant(server.address).forget(CONVERSATION)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("/restart", "restart"),
        ("  /need{\"need\":\"crib\"}", "need{\"need\":\"crib\"}"),
        ("//\u200b / \u202e／restart", "restart"),
        ("\ufeff\n\t/\\/x", "x"),
        ("1/2 cup", "1/2 cup"),
        ("¡Ayuda!", "¡Ayuda!"),
        (" \u200b/ ", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_nothing_a_family_writes_is_a_command(written, told):
    assert without_commands(written) == told


@pytest.mark.parametrize("written", ["", "   ", "///", "\u200b/\u200b"])
def test_the_assistant_is_not_called_when_nothing_is_left_to_read(written):
    with scripted(turn({"say": "a"})) as server, pytest.raises(TurnRejected):
        assistant(server.address).converse(CONVERSATION, TURN, written, CONTEXT)
    assert server.asked == []


def test_a_long_text_is_cut_at_what_one_text_can_hold():
    with scripted(turn({"say": "a.b"})) as server:
        assistant(server.address).converse(CONVERSATION, TURN, "/" + "x" * 5000, CONTEXT)
    assert server.asked[0].json["text"] == "x" * 1600


@pytest.mark.parametrize(
    "doing",
    [
        pytest.param(turn(), id="a silence"),
        pytest.param(turn({"say": "a.b"}, turn_id=str(UUID(int=9))), id="another turn"),
        pytest.param(turn({"say": "a.b"}, intent="state_need"), id="its directive dropped"),
        pytest.param(turn({"directive": "offer-resources", "need": "None"}), id="a field that was not filled"),
        pytest.param(turn({"directive": "delete-everything"}), id="an unknown directive"),
        pytest.param(turn({"text": "a sentence of its own"}), id="a block of no kind"),
        pytest.param(turn("hello"), id="a block that is text"),
        pytest.param(turn({"say": "a.b"}, confidence=7), id="a confidence out of range"),
        pytest.param(turn({"say": "a.b"}, confidence="high"), id="a confidence in words"),
        pytest.param(turn({"say": "a.b"}, intent=None), id="no intent"),
        pytest.param(answers(200, {"turn_id": str(TURN), "blocks": [{"say": "a.b"}]}), id="no intent at all"),
        pytest.param(answers(200, {"turn_id": str(TURN), "intent": "thank", "blocks": []}), id="intent of no shape"),
        pytest.param(
            answers(200, {"turn_id": str(TURN), "intent": {"name": "x", "confidence": 1}, "blocks": None}),
            id="no blocks",
        ),
        pytest.param(answers(200, {}), id="an empty object"),
    ],
)
def test_an_answer_that_is_no_whole_turn_is_rejected(doing):
    with scripted(doing) as server, pytest.raises(TurnRejected):
        assistant(server.address).converse(CONVERSATION, TURN, WORDS, CONTEXT)


@pytest.mark.parametrize(
    "doing",
    [
        pytest.param(hangs, id="no answer"),
        pytest.param(trickles, id="an answer that never ends"),
        pytest.param(floods, id="an answer too large"),
        pytest.param(breaks_off, id="a connection that breaks"),
        pytest.param(answers(500, {"error": "Boom"}), id="500"),
        pytest.param(answers(503, {"error": "NotReady"}), id="503"),
        pytest.param(answers(401, {"error": "Unauthorized"}), id="401"),
        pytest.param(answers(204), id="204"),
        pytest.param(answers(302, b"", Location="/elsewhere"), id="a redirect"),
        pytest.param(answers(200, b"<html>"), id="not JSON"),
        pytest.param(answers(200, b"[]"), id="JSON of another shape"),
        pytest.param(answers(200, b"[" * 100_000), id="JSON without a bottom"),
        pytest.param(answers(200, b" " * (256 * 1024) + b"{}"), id="more than 256 KB"),
        pytest.param(answers(200, b'"\xff"'), id="not UTF-8"),
    ],
)
def test_no_answer_in_time_or_an_error_is_an_assistant_that_is_not_there(doing):
    began = time.monotonic()
    with scripted(doing) as server, pytest.raises(AssistantUnavailable) as raised:
        assistant(server.address).converse(CONVERSATION, TURN, WORDS, CONTEXT)
    assert time.monotonic() - began < 3
    assert WORDS not in "".join(traceback.format_exception(raised.value))
    assert len(server.asked) == 1


def test_nobody_listening_is_an_assistant_that_is_not_there():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(AssistantUnavailable):
        assistant(f"http://127.0.0.1:{port}").converse(CONVERSATION, TURN, WORDS, CONTEXT)


def test_a_test_can_stop_the_house_between_the_answer_and_what_is_kept_of_it():
    with scripted(turn({"say": "a.b"})) as server:
        with pytest.raises(PointFailed):
            assistant(server.address, ScriptedPoints("assistant.converse.before=fail")).converse(
                CONVERSATION, TURN, WORDS, CONTEXT
            )
        assert server.asked == []
        with pytest.raises(PointFailed):
            assistant(server.address, ScriptedPoints("assistant.converse.after=fail")).converse(
                CONVERSATION, TURN, WORDS, CONTEXT
            )
        assert len(server.asked) == 1
