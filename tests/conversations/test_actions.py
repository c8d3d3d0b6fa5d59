"""What the actions read out of a text: the need, the place, the time; and what a folded text looks like."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from actions.needs import WORDS, needs_in, place_in
from actions.times import later_moment_in, moment_in
from bot.folding import fold, without_commands

#: Seconds of one core; an expression that goes astray takes minutes.
LONGEST_READING = 2


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("I need DIAPERS", ["baby-things"]),
        ("nesecito panales", ["baby-things"]),
        ("we need food & help with rent", ["housing", "food"]),
        ("a counselor for my son", ["child-counselling"]),
        ("quiero ir a terapia", ["counselling"]),
        ("psicólogo para mis hijos", ["child-counselling"]),
        ("nos cortaron la luz", ["utilities"]),
        ("gas money for the week", ["transport"]),
        ("who pays the hospital bill", ["crime-victim-compensation"]),
        ("no podemos pagar el entierro", ["funeral-costs"]),
        ("la puerta sigue rota", ["locks-and-repairs"]),
        ("order of protection", ["legal-help"]),
        ("a doctor", ["health-care"]),
        ("abrigos para los niños", ["clothing"]),
        ("útiles escolares", ["school"]),
        ("is there a detox near us", ["substance-use"]),
        ("una clinica de vih", ["hiv", "health-care"]),
        ("a domestic violence advocate", ["partner-violence"]),
        ("can you help us", ["other"]),
        ("food, rent, a lawyer, coats and a crib", ["baby-things", "legal-help", "housing"]),
    ],
)
def test_needs(text: str, needs: list[str]) -> None:
    assert needs_in(text) == needs


def test_every_need_is_found_by_each_of_its_words() -> None:
    for need, words in WORDS.items():
        for word in words:
            assert need in needs_in(word.replace("*", "")), word


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("food near 63106", "63106"),
        ("food near 63106-1234 please", "63106"),
        ("a crib in Ferguson", "Ferguson"),
        ("comida cerca de St. Louis", "St. Louis"),
        ("rent is due in January", None),
        ("help in Spanish", None),
        ("call 3145550101 about food", None),
        ("food", None),
    ],
)
def test_places(text: str, place: str | None) -> None:
    assert place_in(text) == place


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("call me tomorrow after 5", "tomorrow after 5"),
        ("call me on Monday at 3:30 pm", "on Monday at 3:30 pm"),
        ("llámame mañana después de las 5", "mañana después de las 5"),
        ("pausa hasta el lunes", "hasta el lunes"),
        ("don't text until next week", "until next week"),
        ("escríbanme en dos semanas", "en dos semanas"),
        ("llámeme en la noche", "en la noche"),
        ("call me at 314 555 0101", None),
        ("call me when you can", None),
        ("5", "5"),
        ("tues 3, not before", "tues 3"),
        ("anytime but thursday", "anytime but thursday"),
        ("when i get off work at 6", "when i get off work at 6"),
        ("I work till 3 on fridays. You could reach me at home around 430", "till 3 on fridays; around 430"),
        ("it happened last night, call me in the morning", "in the morning"),
        ("me pasó la semana pasada", None),
        ("my kids are 5 and 9", None),
        ("a una amiga le pasó en casa", None),
        ("when can someone come over", None),
    ],
)
def test_moments(text: str, moment: str | None) -> None:
    assert moment_in(text) == moment


def texts_about_time() -> list[tuple[str, list[str]]]:
    parts = YAML(typ="safe").load(Path(__file__).with_name("times.yml"))
    return [(text, wanted) for part in parts for text, wanted in part["texts"]]


@pytest.mark.parametrize(("text", "wanted"), texts_about_time())
def test_no_word_of_a_time_that_matters_is_lost(text: str, wanted: list[str]) -> None:
    found = fold(moment_in(text) or "")
    assert all(fold(words) in found for words in wanted) if wanted else not found


@pytest.mark.parametrize(
    ("text", "moment"),
    [("no texts right now", None), ("ahorita no puedo", None), ("not now, try tomorrow", "not now, try tomorrow")],
)
def test_now_is_no_time_to_wait_for(text: str, moment: str | None) -> None:
    assert later_moment_in(text) == moment


@pytest.mark.parametrize("piece", ["later on ", "despues de ", "hasta que ", "a las ", "5 ", "when i ", "mon to "])
def test_a_long_text_is_read_in_no_time(piece: str) -> None:
    began = time.process_time()
    moment_in((piece * 1600)[:1600])
    assert time.process_time() - began < LONGEST_READING


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        (" ¡Sí! ", "si"),
        ("1️⃣", "1"),
        ("#1.", "1"),
        ("who's THIS??", "whos this"),
        ("👍🏽", "👍"),
        ("ＯＫ", "ok"),
        ("-", ""),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("  /restart", "restart"),
        ("//need{...}", "need{...}"),
        ("\u200b /\ufeff/x / y", "x / y"),
        ("/ / ", ""),
        ("1/2 ", "1/2"),
    ],
)
def test_what_is_left_without_commands(text: str, left: str) -> None:
    assert without_commands(text) == left
