"""Opting out in a language that we do not write in: whole texts, by lists that a person reviews."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
import yaml

from checkback.care.program import OptOutWords, ProgramError
from tests.program.sentences import PROGRAM

FILE = PROGRAM / "opt-out-words.yml"
WORDS = OptOutWords.load(FILE)
LISTS = yaml.safe_load(FILE.read_text("utf-8"))["languages"]

#: What people here answer every day; none of it may end anything.
ANSWERS = (
    *("1", "2", "yes", "no", "ok", "sí", "si", "bien", "gracias", "thanks", "para", "por", "alto", "baja", "fin", "ya"),
    *("ya no quiero nada más", "mañana", "luego", "bye", "hola", "fine", "tired", "sad", "help", "ayuda", "info", "td"),
    *("oui", "non", "merci", "arête", "sim", "não", "obrigado", "vâng", "không", "đúng", "dung", "dạ", "huy", "thôi"),
    *("da", "ne", "hvala", "dobro", "wi", "mèsi", "rete", "haa", "maya", "mahadsanid", "نعم", "لا", "شكرا", "是", "不"),
    *("好", "谢谢", "stand", "seguro", "cansada", "pares", "paré", "parada", "dosta", "fini"),
)


DRESSED = {"courtesy": ["please"], "words": ["stpo"], "signatures": ["sent from my"]}


def words_of(code: str) -> list[str]:
    (words,) = [each["words"] for each in LISTS if each["code"] == code]
    return list(words)


def test_the_languages_are_those_of_our_families():
    assert [each["code"] for each in LISTS] == ["fr", "pt", "vi", "hbs", "ht", "so", "ar", "zh"]


@pytest.mark.parametrize("code", [each["code"] for each in LISTS])
def test_each_is_an_opt_out_in_any_case_with_any_signs_and_however_it_is_composed(code):
    for word in words_of(code):
        for said in (word, word.upper(), f" {word}.\n", f"«{word}»!!", f"{word} 🛑", f"\u200e{word}\ufeff"):
            assert WORDS.say(said), said
        for form in ("NFC", "NFD", "NFKC", "NFKD"):
            assert WORDS.say(unicodedata.normalize(form, word)), (form, word)


@pytest.mark.parametrize("code", [each["code"] for each in LISTS])
def test_none_is_heard_inside_a_longer_text(code):
    for word in words_of(code):
        assert not WORDS.say(f"{word} 911")
        assert not WORDS.say(f"xx {word}")
        assert not WORDS.say(f"please {word} him")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "stop svp",
            "STOP, s'il vous plaît",
            "arrêtez svp",
            "Arrêter merci",
            "molim vas prestanite",
            "Prestanite molim",
        ),
        *(
            "dừng lại đi",
            "xin dừng lại",
            "pare, obrigado",
            "tanpri sispann",
            "fadlan jooji",
            "توقف من فضلك",
            "停止，谢谢",
        ),
        *("请不要再发了", "stop por favor", "please stop, thanks", "S.T.O.P.", "s t o p", "STOP\nSent from my iPhone"),
        *("stop please\n\nGet Outlook for iOS", "unsuscribe", "Unsuscribe me", "unsubscribe me please", "stpo"),
    ],
)
def test_an_opt_out_with_a_courtesy_or_in_another_dress_is_one(text):
    assert WORDS.say(text)


@pytest.mark.parametrize(
    "text",
    [
        *("bus stop", "stop by", "stop by please", "please stop me", "please", "svp", "merci", "molim", "đi", "tanpri"),
        *(
            "s o s",
            "n o",
            "i m ok",
            "please stop him",
            "stop it please",
            "Sent from my iPhone",
            "ok\nSent from my iPhone",
        ),
        *("stop\nSent from my sister's phone because he broke mine", "merci de ne pas arrêter", "para por favor", "请"),
    ],
)
def test_what_only_looks_like_one_is_none(text):
    assert not WORDS.say(text)


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_everyday_answer_is_none(answer):
    assert not WORDS.say(answer)


@pytest.mark.parametrize(
    "word",
    ["STOP", "Stop.", "quit!", "END", "revoke", "opt out", "Opt-Out", "optout", "cancel", "UNSUBSCRIBE", "stop all"],
)
def test_the_words_of_the_carrier_and_of_the_law_are_among_them(word):
    assert WORDS.say(word)


def test_every_list_says_where_it_comes_from_and_that_nobody_has_reviewed_it_yet():
    assert all(each["source"] for each in LISTS)
    assert "# Reviewed by: nobody yet." in FILE.read_text("utf-8")


@pytest.mark.parametrize(
    ("changed", "mend"),
    [
        ({"source": ""}, "languages[1].source"),
        ({"words": ["stop", "STOP."]}, "'stop' is empty or there twice"),
        ({"words": ["..."]}, "'' is empty or there twice"),
        ({"courtesy": ["svp", "SVP"]}, "languages[1].courtesy"),
        ({"word": "stop"}, "there is no such field"),
    ],
)
def test_a_wrong_list_is_refused_with_its_mend(tmp_path: Path, changed, mend):
    entry = {"language": "French", "code": "fr", "source": "a page", "words": ["arret"], **changed}
    file = tmp_path / "opt-out-words.yml"
    file.write_text(yaml.safe_dump({"dressed": DRESSED, "languages": [entry]}), "utf-8")
    with pytest.raises(ProgramError) as refused:
        OptOutWords.load(file)
    assert mend in str(refused.value)
