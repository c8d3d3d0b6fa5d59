"""How many parts a text is cut into, and how it is written to be few: cases from 3GPP TS 23.038 and what follows."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkback.care.rules.segments import encoding, fit, segments, units


@pytest.mark.parametrize(
    ("text", "kind", "places", "parts"),
    [
        ("", "gsm-7", 0, 1),
        ("hello", "gsm-7", 5, 1),
        ("a" * 160, "gsm-7", 160, 1),
        ("a" * 161, "gsm-7", 161, 2),
        ("a" * 306, "gsm-7", 306, 2),
        ("a" * 307, "gsm-7", 307, 3),
        ("ñ é à ü ¿ ¡ Ñ", "gsm-7", 13, 1),
        ("{}[]€", "gsm-7", 10, 1),
        ("€" * 80, "gsm-7", 160, 1),
        ("€" * 81, "gsm-7", 162, 2),
        # An extended character is not split: 152 places, then it opens the second part.
        ("a" * 152 + "€" + "a" * 151, "gsm-7", 305, 2),
        ("a" * 152 + "€" + "a" * 152, "gsm-7", 306, 3),
        ("está", "ucs-2", 4, 1),
        ("á" * 70, "ucs-2", 70, 1),
        ("á" * 71, "ucs-2", 71, 2),
        ("á" * 134, "ucs-2", 134, 2),
        ("á" * 135, "ucs-2", 135, 3),
        ("I’m", "ucs-2", 3, 1),
        ("é", "gsm-7", 1, 1),
        ("ç", "ucs-2", 1, 1),
        ("👍", "ucs-2", 2, 1),
        ("👍" * 35, "ucs-2", 70, 1),
        ("👍" * 36, "ucs-2", 72, 2),
        # A surrogate pair is not split: 33 pairs fill 66 of 67 units.
        ("👍" * 66, "ucs-2", 132, 2),
        ("👍" * 67, "ucs-2", 134, 3),
    ],
)
def test_a_text_takes_its_places_and_parts(text: str, kind: str, places: int, parts: int) -> None:
    assert (encoding(text), units(text), segments(text)) == (kind, places, parts)


@pytest.mark.parametrize(
    ("written", "fitted"),
    [
        ("I’m here – “always” …", 'I\'m here - "always" ...'),
        ("a\u00a0b\u202fc\u2009d", "a b c d"),
        ("soft\u00adhyphen\u200b\ufeff", "softhyphen"),
        ("¿Cómo está? Mañana, él y tú. ¡Ánimo, güero!", "¿Cómo está? Mañana, él y tú. ¡Ánimo, güero!"),
        ("e\u0301l man\u0303ana u\u0308", "él mañana ü"),
        ("á", "á"),
        ("👩‍👧 ❤️", "👩‍👧 ❤️"),
        ("Ñ É à è ù ì ò § €", "Ñ É à è ù ì ò § €"),
    ],
)
def test_what_only_looks_typographic_becomes_plain_and_every_letter_stays(written, fitted):
    assert fit(written) == fitted


@pytest.mark.parametrize("letter", "áíóúÁÍÓÚñÑüÜéÉ¿¡")
def test_no_letter_of_spanish_is_ever_lost(letter):
    assert fit(f"x{letter}x") == f"x{letter}x"


@pytest.mark.parametrize("letter", "ñÑüÜéÉ¿¡èùìòÇÄÖÅØÆß")
def test_what_the_plain_alphabet_has_costs_nothing(letter):
    assert encoding(letter * 10) == "gsm-7"


@given(st.text(max_size=400))
def test_fitting_never_takes_more_parts_than_its_plain_signs_add_and_fitting_twice_changes_nothing(text):
    fitted = fit(text)
    assert fit(fitted) == fitted
    letters = [char for char in unicodedata.normalize("NFC", text) if char.isalnum()]
    assert [char for char in fitted if char.isalnum()] == letters


@given(st.text(alphabet="aá’“ñ€👍 ", max_size=700))
def test_no_part_is_longer_than_the_air_takes(text):
    room = {"gsm-7": (160, 153), "ucs-2": (70, 67)}[encoding(text)]
    parts = segments(text)
    assert units(text) <= (room[0] if parts == 1 else parts * room[1])
