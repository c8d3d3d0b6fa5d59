"""What somebody we do not know wants, and the language they ask in."""

from __future__ import annotations

import pytest

from checkback.care.rules.strangers import HEARD, SORRY, WHO_WE_ARE, answer_to_a_stranger, language_of
from checkback.care.terms import Language


@pytest.mark.parametrize(
    "text",
    [
        "who is this", "Who's this?", "whos dis", "who dis", "WHO ARE YOU", "New phone, who dis?", "who texted me",
        "how did you get my number??", "¿Quién es?", "quien es", "Quién habla", "¿de parte de quién?",
        "quién me escribe", "hola, ¿quiénes son ustedes?", "como consiguieron mi numero",
    ],
)  # fmt: skip
def test_who_is_this_is_asked_in_many_words(text):
    assert answer_to_a_stranger(text) == WHO_WE_ARE


@pytest.mark.parametrize(
    "text",
    ["wrong number", "You have the wrong number!", "u got the wrong person", "i dont know you", "Número equivocado",
     "se equivocó de número", "está equivocado", "no soy ella"],
)  # fmt: skip
def test_a_wrong_number_says_so(text):
    assert answer_to_a_stranger(text) == SORRY


@pytest.mark.parametrize("text", ["hello", "we need food", "my sister gave me this number", "", "😀", "hola buenas"])
def test_all_else_is_read_by_a_person(text):
    assert answer_to_a_stranger(text) == HEARD


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("who is this", Language.ENGLISH), ("hola", Language.SPANISH), ("quien es", Language.SPANISH),
        ("¿?", Language.SPANISH), ("", Language.ENGLISH), ("ok", Language.ENGLISH), ("no", Language.ENGLISH),
        ("necesito ayuda", Language.SPANISH), ("I need help for my mom", Language.ENGLISH),
        ("mi hijo necesita ropa", Language.SPANISH), ("Hi, is this Mr. Muñoz", Language.ENGLISH),
    ],
)  # fmt: skip
def test_they_are_answered_in_the_language_they_seem_to_write(text, language):
    assert language_of(text) is language
