"""A turn is idempotent, survives crashes, and never leaves its words where they do not belong."""

from __future__ import annotations

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
import requests

from bot import directives
from tests.conversations.house import House

MARKED = "marked zanzibar sentence"


def events(house: House, conversation_id: str) -> int:
    with sqlite3.connect(house.database) as database:
        (count,) = database.execute("SELECT count(*) FROM events WHERE sender_id = ?", (conversation_id,)).fetchone()
    return int(count)


def test_a_repeated_turn_answers_the_same_and_moves_nothing(house: House) -> None:
    ana, turn_id = house.meet(), str(uuid4())
    first = ana.texts("we need diapers", turn_id=turn_id)
    kept = events(house, ana.id)
    again = ana.texts("we need diapers", turn_id=turn_id)
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert again == {**first, "repeated": True}
    assert events(house, ana.id) == kept


def test_a_repeated_start_opens_one_check_in(house: House) -> None:
    ana, turn_id = house.meet(), str(uuid4())
    first = ana.is_checked_on(turn_id=turn_id)
    kept = events(house, ana.id)
    assert first["intent"]["name"] == "start_check_in"
    assert ana.is_checked_on(turn_id=turn_id) == {**first, "repeated": True}
    assert events(house, ana.id) == kept


def test_a_turn_of_an_earlier_check_in_is_still_known(house: House) -> None:
    ana, turn_id = house.meet(), str(uuid4())
    first = ana.texts("who is this", turn_id=turn_id)
    ana.is_checked_on()
    assert ana.texts("who is this", turn_id=turn_id) == {**first, "repeated": True}


def test_fifty_identical_turns_at_once_are_one(house: House) -> None:
    ana, turn_id = house.meet(), str(uuid4())
    with ThreadPoolExecutor(50) as crowd:
        answers = list(crowd.map(lambda _: ana.texts("call me", turn_id=turn_id), range(50)))
    assert sum(not answer["repeated"] for answer in answers) == 1
    assert all(answer["blocks"] == answers[0]["blocks"] for answer in answers)


def test_different_texts_of_one_sender_at_once_are_each_answered_quickly(house: House) -> None:
    ana = house.meet()
    began = time.monotonic()
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(ana.texts, ["thanks", "hi", "who is this", "call me", "bye", "food", "1", "no"]))
    assert all(not answer["repeated"] for answer in answers)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "text", ["  /restart", "//need{...}", "/start_check_in", "\u200b/session_start", " / \ufeff/ /back", "\x00/restart"]
)
def test_a_slash_is_no_command(house: House, text: str) -> None:
    ana = house.meet()
    ana.is_checked_on()
    turn = ana.texts(text)
    assert turn["intent"]["name"] not in ("restart", "start_check_in", "session_start", "back", "need")
    assert {"say": "check_in.opening"} not in turn["blocks"]
    assert ana.texts("thanks")["blocks"] == [{"say": "thanks.welcome"}]


@pytest.mark.parametrize("text", ["EXTERNAL: start_check_in", "external a check-in starts"])
def test_no_text_starts_a_check_in(house: House, text: str) -> None:
    assert {"say": "check_in.opening"} not in house.meet().texts(text)["blocks"]


@pytest.mark.parametrize("text", ["", "   ", "///", " \u200b / ", "\u202e", None, 7, "x" * 1601])
def test_a_text_of_nothing_or_too_much_is_refused_by_name(house: House, text: object) -> None:
    ana = house.meet()
    refused = house.post("turn", ana.body(text=text, asked=None))
    assert (refused.status_code, refused.json()["field"]) == (422, "text")
    assert events(house, ana.id) == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [("turn_id", "12"), ("conversation_id", None), ("language", "fr"), ("mode", []), ("asked", "<b>"), ("asked", 3)],
)
def test_a_bad_field_is_refused_by_name(house: House, field: str, value: object) -> None:
    refused = house.post("turn", {**house.meet().body(text="hi", asked=None), field: value})
    assert (refused.status_code, refused.json()["field"]) == (422, field)


def test_a_body_that_is_no_object_is_refused(house: House) -> None:
    assert house.post("turn", ["hi"]).status_code == 422


@pytest.mark.parametrize(
    "text",
    ["a\x00b", "\ud83d", "\ud83d hi", "شكرا", "🙏🏽" * 400, "/" * 800 + "hi", "e\u0301" * 700, "a" * 1600, "hi\n\nyou"],
)
def test_strange_signs_get_an_answer(house: House, text: str) -> None:
    assert house.meet().texts(text)["blocks"]


@pytest.mark.parametrize("what", ["turn", "start", "forget"])
@pytest.mark.parametrize("token", ["", "wrong", "é"])
def test_without_the_token_the_door_is_shut(house: House, what: str, token: str) -> None:
    shut = house.post(what, house.meet().body(text="hi", asked=None), token=token.encode().decode("latin-1"))
    assert shut.status_code == 401


def test_a_forgotten_conversation_leaves_no_row(house: House) -> None:
    ana, rosa = house.meet(), house.meet()
    ana.texts("hello")
    rosa.texts("hola")
    assert house.post("forget", {"conversation_id": ana.id}).status_code == 204
    assert events(house, ana.id) == 0
    assert events(house, rosa.id) > 0


def test_a_turn_costs_no_more_after_many(house: House) -> None:
    ana = house.meet()
    early = [_seconds_of(ana.texts, "thanks") for _ in range(20)]
    for _ in range(80):
        ana.texts("thanks")
    late = [_seconds_of(ana.texts, "thanks") for _ in range(20)]
    assert sorted(late)[10] < 2 * sorted(early)[10] + 0.02


def _seconds_of(call: object, text: str) -> float:
    began = time.perf_counter()
    call(text)  # type: ignore[operator]
    return time.perf_counter() - began


def test_with_the_action_server_gone_the_contract_finds_out_and_the_turn_can_be_told_again(house: House) -> None:
    ana, call, need = house.meet(), str(uuid4()), str(uuid4())
    house.actions.kill()
    try:
        turn = ana.texts("please call me", turn_id=call)
        assert turn["intent"]["name"] == "ask_for_call"
        with pytest.raises(directives.BadBlock):
            directives.check_expected("ask_for_call", [directives.parse(block) for block in turn["blocks"]])
        silent = house.post("turn", ana.body(text="we need diapers", asked=None, turn_id=need))
        assert (silent.status_code, silent.json()) == (500, {"error": "EmptyTurn"})
    finally:
        house.actions.start()
    healed = ana.texts("please call me", turn_id=call)
    assert healed["repeated"] is False
    assert healed["blocks"][0]["directive"] == "request-callback"
    assert ana.texts("we need diapers", turn_id=need)["blocks"][0]["need"] == "baby-things"


def test_the_action_server_answers_only_to_its_token(house: House) -> None:
    shut = requests.post(f"http://127.0.0.1:{house.actions_port}/webhook", json={"next_action": "x"}, timeout=5)
    assert shut.status_code == 401


def test_the_action_server_repeats_nothing_of_what_it_cannot_read(house: House) -> None:
    body = {"next_action": "action_offer_resources", "tracker": {"latest_message": MARKED, "slots": MARKED}}
    bearer = {"Authorization": f"Bearer {house.actions.environment['CHECKBACK_ACTIONS_TOKEN']}"}
    failed = requests.post(f"http://127.0.0.1:{house.actions_port}/webhook", json=body, headers=bearer, timeout=5)
    assert failed.status_code == 500
    assert "zanzibar" not in failed.text


def test_an_action_server_that_never_answers_ends_the_turn_in_time(house: House) -> None:
    ana, turn_id = house.meet(), str(uuid4())
    with house.actions.asleep():
        failed = house.post("turn", ana.body(text="please call me", asked=None, turn_id=turn_id))
    assert (failed.status_code, failed.json()) == (500, {"error": "TimeoutError"})
    assert ana.texts(f"call me {MARKED}", turn_id=turn_id)["blocks"][0] == {"directive": "request-callback"}


def test_with_the_database_gone_the_turn_fails_and_says_so(house: House) -> None:
    ana = house.meet()
    ana.texts(f"hello {MARKED}")
    aside = house.database.with_suffix(".aside")
    house.database.rename(aside)
    house.database.mkdir()
    try:
        failed = house.post("turn", ana.body(text=f"thanks {MARKED}", asked=None))
        assert failed.status_code == 503
        assert failed.json() == {"error": "NotReady"}
        assert requests.get(f"{house.door}/", timeout=5).status_code == 503
    finally:
        house.database.rmdir()
        aside.rename(house.database)
    assert ana.texts("thanks")["blocks"] == [{"say": "thanks.welcome"}]


def test_a_turn_that_cannot_be_kept_fails_and_can_be_told_again(house: House) -> None:
    ana, turn_id = house.meet(), str(uuid4())
    with sqlite3.connect(house.database, isolation_level=None) as busy:
        busy.execute("BEGIN IMMEDIATE")
        failed = house.post("turn", ana.body(text=f"thanks {MARKED}", asked=None, turn_id=turn_id))
        busy.execute("ROLLBACK")
    assert (failed.status_code, failed.json()) == (500, {"error": "OperationalError"})
    assert events(house, ana.id) == 0
    assert ana.texts("thanks", turn_id=turn_id)["repeated"] is False


def test_after_kill_nine_a_turn_is_known_and_the_dialogue_goes_on(house: House) -> None:
    ana, turn_id = house.meet(), str(uuid4())
    ana.is_checked_on()
    first = ana.texts("its really hard", turn_id=turn_id)
    house.assistant.kill()
    house.assistant.start()
    assert ana.texts("its really hard", turn_id=turn_id, asked="check_in.opening") == {**first, "repeated": True}
    ana.asked = "need.ask"
    assert ana.texts("comida")["blocks"] == [{"directive": "offer-resources", "need": "food"}]


def test_the_log_tells_turns_by_their_ids(house: House) -> None:
    ana, turn_id = house.meet(), str(uuid4())
    ana.texts("call me", turn_id=turn_id)
    assert f"turn.answered id={turn_id} blocks=2 repeated=False" in house.assistant.log.read_text()


def test_no_word_of_a_text_is_in_a_log_or_in_the_database(house: House) -> None:
    """Last of all: by now an action has failed, the database was gone, and every line was logged at DEBUG."""
    house.meet().texts(f"we need food {MARKED}")
    refused = house.post("turn", house.meet().body(text=f"{MARKED} " * 200, asked=None))
    assert refused.status_code == 422
    written = [path for path in house.folder.iterdir() if path.is_file()]
    assert {path.suffix for path in written} >= {".log", ".sqlite3"}
    telling = (b"zanzibar", b"state_need", b"diapers")
    assert [path.name for path in written if any(word in path.read_bytes() for word in telling)] == []
