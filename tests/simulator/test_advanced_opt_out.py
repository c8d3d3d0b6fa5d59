"""Opting out where the words are not Twilio's defaults: a service's own words, and toll-free networks."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

from tests.simulator.application import wait_for
from tests.simulator.conftest import ANA, FAMILY_LINE, STAFF_LINE, TOKEN

SERVICE = "MG" + "f" * 32
TOLL_FREE = "+18335550100"
WORDS = [
    {
        "language": "en",
        "stop": ["STOP", "leave"],
        "start": ["START"],
        "help": ["HELP"],
        "stop_answer": "You will get no more texts. Text START to come back.",
        "start_answer": "Welcome back.",
        "help_answer": "A person will call you.",
    },
    {
        "language": "es",
        "stop": ["parar", "Alto", "basta"],
        "start": ["empezar"],
        "help": ["ayuda"],
        "stop_answer": "No recibirá más mensajes.",
        "start_answer": "Gracias por volver.",
        "help_answer": "",
    },
]


@pytest.fixture
def simulator(start):
    """A simulator whose numbers are in a service with words of its own."""
    simulator = start(messaging_service_sid=SERVICE)
    simulator.control("PUT", f"services/{SERVICE}/opt-out", languages=WORDS)
    return simulator


def told(simulator):
    """What the webhook said was heard, for the text that came last."""
    return wait_for(lambda: simulator.application.texts)[-1].get("OptOutType")


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("leave", "You will get no more texts. Text START to come back."),
        (" STOP ", "You will get no more texts. Text START to come back."),
        ("BASTA", "No recibirá más mensajes."),
        ("alto", "No recibirá más mensajes."),
    ],
)
def test_a_services_own_word_stops_in_its_own_language(simulator, word, answer):
    simulator.writes(word)
    assert simulator.on_phone() == [word, answer]
    assert told(simulator) == "STOP"
    with pytest.raises(TwilioRestException) as refused:
        simulator.send()
    assert refused.value.code == 21610


def test_an_opt_out_counts_for_every_number_of_the_service(simulator):
    simulator.writes("parar")
    assert simulator.control("GET", f"phones/{ANA}")["blocks"] == [FAMILY_LINE, STAFF_LINE]
    simulator.writes("empezar", to=STAFF_LINE)
    assert simulator.control("GET", f"phones/{ANA}")["blocks"] == []


@pytest.mark.parametrize(("word", "kind"), [("START", "START"), ("HELP", "HELP"), ("ayuda", "HELP")])
def test_the_webhook_says_what_was_heard_and_signs_it(simulator, word, kind):
    simulator.writes(word)
    assert told(simulator) == kind
    heard = simulator.application.heard[-1]
    url = f"{simulator.application.url}/inbound"
    assert RequestValidator(TOKEN).validate(url, heard.fields, heard.headers["X-Twilio-Signature"])


@pytest.mark.parametrize("word", ["unsubscribe", "yes", "please leave", "hello"])
def test_words_that_are_not_the_services_own_are_normal_texts(simulator, word):
    simulator.writes(word)
    assert told(simulator) is None
    assert simulator.on_phone() == [word]


def test_a_word_without_an_answer_is_taken_in_silence(simulator):
    simulator.writes("ayuda")
    assert told(simulator) == "HELP"
    assert simulator.on_phone() == ["ayuda"]


def test_without_words_of_its_own_a_service_has_twilios_and_says_nothing(simulator):
    simulator.control("PUT", f"services/{SERVICE}/opt-out", languages=[])
    simulator.writes("unsubscribe")
    assert told(simulator) is None
    assert len(simulator.on_phone()) == 2


def test_the_words_of_a_service_can_be_read(simulator):
    found = simulator.control("GET", f"services/{SERVICE}/opt-out")["languages"]
    assert [one["language"] for one in found] == ["en", "es"]
    assert found[1]["stop"] == ["alto", "basta", "parar"]


@pytest.mark.parametrize(
    ("languages", "field"),
    [
        ("en", "languages"),
        ([{"stop": ["x"]}], "stop, start"),
        ([{"stop": "x", "start": ["y"]}], "stop"),
        ([{"stop": ["x"], "start": ["y"], "stop_answer": 1}], "stop_answer"),
        ([{"stop": ["x"], "start": ["y"], "tone": "warm"}], "no such field"),
    ],
)
def test_words_that_make_no_sense_are_refused_by_their_field(simulator, languages, field):
    answer = simulator.ask("PUT", f"services/{SERVICE}/opt-out", languages=languages)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(field)


def test_a_service_nobody_knows_has_no_words(simulator):
    assert simulator.ask("GET", f"services/MG{'0' * 32}/opt-out").status_code == 404


@pytest.fixture
def toll_free(start, application):
    return start(numbers={TOLL_FREE: f"{application.url}/inbound"}, phones=[(ANA, "Ana", "family")], number_labels={})


@pytest.mark.parametrize("word", ["unsubscribe", "cancel", "help", "info", "revoke"])
def test_a_toll_free_network_knows_few_words(toll_free, word):
    toll_free.writes(word, to=TOLL_FREE)
    wait_for(lambda: toll_free.application.texts)
    assert toll_free.on_phone() == [word]
    assert toll_free.send(from_=TOLL_FREE).status == "queued"


def test_a_toll_free_number_is_stopped_and_started_by_the_network(toll_free):
    toll_free.writes("stop", to=TOLL_FREE)
    with pytest.raises(TwilioRestException) as refused:
        toll_free.send(from_=TOLL_FREE)
    assert refused.value.code == 21610
    toll_free.writes("yes", to=TOLL_FREE)
    assert toll_free.control("GET", f"phones/{ANA}")["blocks"] == [TOLL_FREE]
    toll_free.writes("unstop", to=TOLL_FREE)
    assert toll_free.send(from_=TOLL_FREE).status == "queued"
