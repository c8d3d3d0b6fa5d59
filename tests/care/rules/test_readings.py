"""A text in Base64 is read; a word is never taken for one."""

from __future__ import annotations

import base64
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checkback.care.rules.readings import decoded

UNHURRIED = settings(deadline=None)  # a busy machine is no finding


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        "he has a gun",
        "I want to kill myself",
        "¿Cómo están? Aquí no podemos dormir",
        "ok 😀 we are fine",
        "STOP",
        "stop texting me",
        "ayúdame por favor, no puedo más",
        "line one\nline two of it",
    ],
)
def test_what_a_carrier_encoded_is_read(text):
    assert decoded(encoded(text)) == text
    assert decoded(f" {encoded(text)}\n") == text


ORDINARY = [
    *("hi", "1", "2", "STOP", "stop", "yes", "Sí", "gracias", "GRACIAS", "hello", "goodnight", "Goodnight", "cansada"),
    *("we need a crib", "supercalifragilisticexpialidocious", "Supercalifragilisticexpialidocious", "noooooooooooooo"),
    *("hahahahahahahaha", "HAHAHAHAHAHAHAHA", "jajajajajajajaja", "NoNoNoNoNoNoNoNo", "IloveYouMommy123", "=", "===="),
    *("https://example.org/a", "Password12345678", "AAAAAAAAAAAAAAAA", "AAAA====", "Love====", "3145550101314555"),
    *("a" * 1600, "Ab1=" * 4, "deadbeefDEADBEEF", "CamelCaseWordsAre", "CamelCaseWordsAreLong123", ""),
]


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_text_is_left_alone(text):
    assert decoded(text) is None


WORDS = st.text(st.sampled_from(string.ascii_letters + string.digits), min_size=1, max_size=14)


@UNHURRIED
@given(st.lists(WORDS, min_size=2, max_size=6))
def test_words_with_blanks_between_them_are_never_decoded(words):
    assert decoded(" ".join(words)) is None


@UNHURRIED
@given(st.text(st.sampled_from(string.ascii_lowercase), max_size=40))
def test_a_word_in_one_case_is_never_decoded(word):
    assert decoded(word) is None
    assert decoded(word.capitalize()) is None or len(word) >= 16


@UNHURRIED
@given(st.text(st.sampled_from(string.ascii_letters), max_size=15))
def test_no_word_of_everyday_length_is_decoded(word):
    assert decoded(word) is None


@UNHURRIED
@given(st.text(max_size=200))
def test_whatever_comes_there_is_an_answer_and_one_reading(text):
    said = decoded(text)
    assert said is None or encoded(said) == text.strip()


@UNHURRIED
@given(st.binary(max_size=60))
def test_noise_in_base64_is_left_alone_unless_it_reads_as_words(noise):
    said = decoded(base64.b64encode(noise).decode())
    assert said is None or any(char.isalpha() for char in said)


@UNHURRIED
@given(st.lists(st.sampled_from(["help", "me", "he", "is", "here", "ayuda", "niños", "Please", "now"]), min_size=4))
def test_plain_words_come_back_as_they_were(words):
    text = " ".join(words)
    assert decoded(encoded(text)) == text
