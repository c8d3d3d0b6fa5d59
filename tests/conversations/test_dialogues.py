"""What is said and done for what a family texts, in both languages, through the real servers."""

from __future__ import annotations

from uuid import uuid4

import pytest

from bot import directives
from tests.conversations.house import House

CONSENT_YES = [{"directive": "record-consent", "answer": "1"}, {"say": "consent.thanks"}]
CONSENT_NO = [{"directive": "record-consent", "answer": "2"}, {"say": "consent.declined"}]
ANSWERED = {"directive": "complete-check-in"}


def recorded(answer: str) -> dict[str, str]:
    return {"directive": "record-answer", "question": "check_in.opening", "answer": answer}


def theme(of: str) -> dict[str, str]:
    return {"directive": "record-answer", "question": "check_in.theme", "answer": of}


@pytest.mark.parametrize("text", ["1", " 1. ", "One", "uno", "yes", "Sí", "si claro", "ok", "👍", "el 1", "1️⃣"])
def test_consent_is_given_with_one_or_a_yes(house: House, text: str) -> None:
    assert house.meet().texts(text, asked="consent.ask")["blocks"] == CONSENT_YES


@pytest.mark.parametrize("text", ["2", "2.", "two", "dos", "no", "No thanks", "no gracias", "mejor no"])
def test_consent_is_refused_with_two_or_a_no(house: House, text: str) -> None:
    assert house.meet().texts(text, asked="consent.ask")["blocks"] == CONSENT_NO


@pytest.mark.parametrize("text", ["we are doing ok", "tengo miedo", "what if the neighbors hear of it", "hmm 12"])
def test_consent_is_never_read_out_of_something_vague(house: House, text: str) -> None:
    blocks = house.meet().texts(text, asked="consent.ask")["blocks"]
    assert not any(block.get("directive") == "record-consent" for block in blocks)


@pytest.mark.parametrize("text", ["1", "yes", "2", "no"])
def test_a_bare_answer_to_no_question_decides_nothing(house: House, text: str) -> None:
    blocks = house.meet().texts(text)["blocks"]
    assert [set(block) for block in blocks] == [{"say"}]


def test_a_check_in_that_is_hard_leads_to_a_need_and_an_offer(house: House) -> None:
    ana = house.meet()
    assert ana.is_checked_on()["blocks"] == [{"say": "check_in.opening"}]
    assert ana.texts("not good, we cant sleep")["blocks"] == [
        recorded("hard"), theme("sleep"), ANSWERED, {"say": "check_in.sorry"}, {"say": "need.ask"},
    ]  # fmt: skip
    offered = ana.texts("we need diapers near 63106")["blocks"]
    assert offered == [{"directive": "offer-resources", "need": "baby-things", "place": "63106"}]
    assert ana.texts("thank you so much")["blocks"] == [{"say": "thanks.welcome"}]


def test_a_check_in_in_spanish_that_is_good_ends_with_no_need(house: House) -> None:
    rosa = house.meet("es")
    rosa.is_checked_on()
    assert rosa.texts("ya estamos mejor gracias a dios")["blocks"] == [
        recorded("good"), ANSWERED, {"say": "check_in.glad"}, {"say": "need.ask"},
    ]  # fmt: skip
    assert rosa.texts("no gracias")["blocks"] == [{"say": "need.none"}, {"directive": "tell-next"}]


def test_a_need_answers_the_check_in_and_is_offered_help(house: House) -> None:
    blocks = house.meet("es").texts("necesito pañales", asked="check_in.opening")["blocks"]
    assert blocks == [recorded("unclear"), ANSWERED, {"directive": "offer-resources", "need": "baby-things"}]


def test_two_needs_in_one_text_are_two_offers(house: House) -> None:
    blocks = house.meet().texts("we need food and help with rent", asked="need.ask")["blocks"]
    assert [block["need"] for block in blocks] == ["housing", "food"]


def test_an_answer_counts_days_later_and_after_the_tracker_was_lost(house: House) -> None:
    stranger_to_the_tracker = house.meet()
    blocks = stranger_to_the_tracker.texts("doing much better", asked="check_in.opening")["blocks"]
    assert blocks[:2] == [recorded("good"), ANSWERED]


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("who is this", [{"say": "about.who"}]),
        ("quien es", [{"say": "about.who"}]),
        ("hola", [{"say": "greet.hello"}]),
        ("gracias", [{"say": "thanks.welcome"}]),
        ("bye", [{"say": "goodbye.take_care"}]),
        ("who reads this?", [{"say": "about.privacy"}]),
        ("la policia lee esto?", [{"say": "about.privacy"}]),
        ("wrong number", [{"directive": "mark-wrong-person"}, {"say": "wrong_person.sorry"}]),
        ("numero equivocado", [{"directive": "mark-wrong-person"}, {"say": "wrong_person.sorry"}]),
        ("en español por favor", [{"directive": "change-language", "language": "es"}, {"say": "language.changed"}]),
        ("in english please", [{"directive": "change-language", "language": "en"}, {"say": "language.changed"}]),
        ("call me", [{"directive": "request-callback"}, {"say": "callback.promised"}]),
        (
            "llámame mañana después de las 5",
            [{"directive": "request-callback", "when": "mañana después de las 5"}, {"say": "callback.promised"}],
        ),
        ("pause until monday", [{"directive": "pause-texts", "until": "until monday"}, {"say": "pause.promised"}]),
    ],
)
def test_what_is_asked_at_any_time(house: House, text: str, blocks: list[dict[str, str]]) -> None:
    assert house.meet().texts(text)["blocks"] == blocks


@pytest.mark.parametrize("text", ["qwertz asdf", "the purple one was on the bridge", "¿?", "🤷🏽‍♀️🚗"])
def test_what_is_not_understood_is_told_that_a_person_reads_it(house: House, text: str) -> None:
    assert house.meet().texts(text)["blocks"] == [{"say": "fallback.heard"}]


def test_a_story_told_to_a_check_in_is_its_answer_and_is_heard(house: House) -> None:
    ana = house.meet()
    blocks = ana.texts("since it happened she follows me all over the house", asked="check_in.opening")["blocks"]
    assert blocks[0] in (recorded("unclear"), recorded("hard"))
    assert ANSWERED in blocks
    assert {block.get("say") for block in blocks} & {"fallback.heard", "check_in.sorry", "child.ask"}


def test_a_yes_to_a_call_promises_one(house: House) -> None:
    blocks = house.meet().texts("1", asked="callback.ask")["blocks"]
    assert blocks == [{"directive": "request-callback"}, {"say": "callback.promised"}]


def test_a_yes_to_need_asks_which(house: House) -> None:
    assert house.meet().texts("sí", asked="need.ask")["blocks"] == [{"say": "need.which"}]


SAID = [
    "1", "2", "yes", "no", "fine", "bad", "so so", "food", "thanks", "hi", "bye", "who is this", "who reads this",
    "wrong number", "call me", "pause", "english", "español", "zzzz", "up and down", "a 6", "63106", "after 6",
    "my son has nightmares every night", "is this normal?", "not now", "when will you text again", "is it free",
    "they helped us", "nobody answered the phone there", "how do i delete these", "this is my new number",
    "my husband reads this phone too", "nobody ever came and im upset with you all", "can i talk to a different worker",
]  # fmt: skip
ASKED = [
    None,
    "consent.ask",
    "check_in.opening",
    "need.ask",
    "need.which",
    "callback.ask",
    "child.ask",
    "some.question_of_tomorrow",
]


@pytest.mark.parametrize("asked", ASKED)
def test_whatever_was_asked_every_answer_gets_a_whole_turn(house: House, asked: str | None) -> None:
    ana = house.meet()
    for text in SAID:
        ana.asked = None
        turn = ana.texts(text, asked=asked)
        directives.check_expected(turn["intent"]["name"], [directives.parse(block) for block in turn["blocks"]])
        says = {"offer-resources", "continue-help", "record-help", "ask-later", "tell-next"}
        assert any("say" in block or block["directive"] in says for block in turn["blocks"]), text


@pytest.mark.parametrize(
    ("text", "answer", "said"),
    [
        ("2", "hard", "sorry"),
        ("a 2 maybe", "hard", "sorry"),
        ("about a 6", "unclear", "mixed"),
        ("un ocho", "good", "glad"),
    ],
)
def test_a_number_answers_a_check_in(house: House, text: str, answer: str, said: str) -> None:
    blocks = house.meet().texts(text, asked="check_in.opening")["blocks"]
    assert blocks[0] == recorded(answer)
    assert blocks[1]["question"] == "check_in.score"
    assert {"say": f"check_in.{said}"} in blocks


def test_two_wishes_in_one_text_are_both_acted_on(house: House) -> None:
    ana = house.meet()
    turn = ana.texts("not good, we cant sleep. also we need diapers near 63106", asked="check_in.opening")
    assert recorded("hard") in turn["blocks"]
    assert turn["blocks"][-1]["directive"] == "offer-resources"
    assert turn["also"] == ["state_need"]
    assert {"say": "need.ask"} not in turn["blocks"]


def test_a_text_of_two_wishes_told_twice_answers_the_same(house: House) -> None:
    ana, turn_id = house.meet(), str(uuid4())
    text = "not good, we cant sleep. also we need diapers near 63106"
    first = ana.texts(text, asked="check_in.opening", turn_id=turn_id)
    ana.texts("thanks")
    assert ana.texts(text, asked="check_in.opening", turn_id=turn_id) == {**first, "repeated": True}


def test_a_childs_trouble_is_heard_and_help_for_it_is_one_digit_away(house: House) -> None:
    ana = house.meet()
    blocks = ana.texts("my daughter has nightmares", asked="check_in.opening")["blocks"]
    assert blocks == [recorded("hard"), theme("child-night"), ANSWERED, {"say": "child.ask"}]
    offered = [{"directive": "offer-resources", "need": "child-counselling"}]
    assert ana.texts("1", asked="child.ask")["blocks"] == offered


@pytest.mark.parametrize("text", ["whats going on with my case", "como va mi caso"])
def test_how_their_case_stands_is_a_persons_to_answer(house: House, text: str) -> None:
    asked = {"directive": "ask-person", "about": "case-status"}
    assert house.meet().texts(text)["blocks"] == [asked, {"say": "case.asked"}]


@pytest.mark.parametrize("asked", ["phone.private", "phone.word", "help.through", "resource.offer", "safety.ask"])
def test_behind_a_question_the_application_asks_by_itself_a_text_means_what_it_says(house: House, asked: str) -> None:
    ana = house.meet()
    assert ana.texts("we need diapers", asked=asked)["blocks"] == [
        {"directive": "offer-resources", "need": "baby-things"}
    ]
    for digit in ("1", "2", "yes", "no"):
        assert [set(block) for block in house.meet().texts(digit, asked=asked)["blocks"]] == [{"say"}]
