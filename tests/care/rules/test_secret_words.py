"""Words agreed on: heard however they are written, and none that people would write by chance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkback.care.rules.secret_words import against_word, plain, says


@pytest.mark.parametrize(
    "text",
    [
        "tulipán", "TULIPAN", "Tulipán!!", "...tulipan...", "  tulipán  ", "¿tulipan?", "#tulipan", "tulipa\u0301n",
        "we are all fine tulipan", "Todo bien. Tulipán, gracias.", "tulipan\nok", "tulipan😀", "ＴＵＬＩＰＡＮ",
        "tul\u200bipan", "(tulipan)", "it's a tulipan's day", "tulipan,tulipan",
    ],
)  # fmt: skip
def test_the_word_is_heard_in_any_case_accent_and_company(text):
    assert says(text, "Tulipán")


@pytest.mark.parametrize("text", ["tulipanes", "tulip", "tulipandora", "", "...", "yes"])
def test_another_word_is_not_it(text):
    assert not says(text, "tulipán")


@pytest.mark.parametrize("word", [None, "", "  ", "...", "😀"])
def test_no_word_is_never_said(word):
    assert not says("", word)
    assert not says("anything 😀 ... at all", word)


def test_two_words_stand_together():
    assert says("the Blue, heron came", "blue heron")
    assert not says("blue sky and a heron", "blue heron")


@pytest.mark.parametrize("text", ["47", " 47. ", "I have 47 of them", "4️⃣ 47"])
def test_a_number_is_a_word_too(text):
    assert says(text, "47")


@pytest.mark.parametrize("text", ["147", "470", "4 7", "4.7"])
def test_a_number_inside_another_is_not_it(text):
    assert not says(text, "47")


@given(st.text(max_size=40), st.text(max_size=40))
def test_it_is_found_between_any_words(before, after):
    assert says(f"{before} gardenia {after}", "Gardénia")


@given(st.text(max_size=60))
def test_plain_words_stay_as_they_are(text):
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize("word", ["tulipán", "Blue Heron", "47", "gato negro", "ñandú"])
def test_a_word_nobody_writes_by_chance_can_be_agreed_on(word):
    assert against_word(word, frozenset({"food", "school"})) is None


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("", "letters"), ("ab", "letters"), ("a b", "letters"), ("a" * 41, "letters"), ("a red blue fox", "letters"),
        ("7", "answer"), ("10", "answer"), ("911", "answer"), ("988", "answer"),
        ("Stop", "carriers"), ("YES", "carriers"), ("help!", "carriers"), ("ayuda", "carriers"),
        ("food", "every day"), ("School food", "every day"),
    ],
)  # fmt: skip
def test_a_word_that_means_something_else_is_refused_with_its_mend(word, why):
    assert why in (against_word(word, frozenset({"food", "school"})) or "")
