"""What gives a family away does not slip by in any dress, and a kind word is never stopped."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checkback.care.program import ProgramError, load_private_words
from tests.conftest import PROGRAM

FILE = PROGRAM / "private-words.yml"
WORDS = load_private_words(FILE)
ORDINARY = [
    (language, line)
    for language in ("en", "es")
    for line in (PROGRAM.parent / f"tests/program/ordinary/{language}.txt").read_text("utf-8").splitlines()
]
FAMILY = ("Ana Reyes", "Ximena de la Torre", "Will Young", "Luz Rivera")
KINDS = ("burglary", "home-invasion", "other")
UNHURRIED = settings(deadline=None, max_examples=60)

#: A text, and what in it gives away.
REVEALING = [
    ("The police report is ready", "police"),
    ("Officers will stop by", "Officers"),
    ("Is he home right now?", "Is he home"),
    ("Can you get to the shelter tonight", "shelter"),
    ("about the shooting last week", "shooting"),
    ("how are you since the break-in", "break-in"),
    ("Are you having thoughts of suicide?", "suicide"),
    ("Are you safe?", "Are you safe"),
    ("He has been abusing you", "abusing"),
    ("please delete this text", "delete this"),
    ("This is your counselor", "counselor"),
    ("the protective order came through", "protective order"),
    ("so sorry for your loss", "your loss"),
    ("after the home invasion", "home invasion"),
    ("the burglaries on your street", "burglaries"),
    ("Ya viene la policía", "policía"),
    ("los oficiales fueron a su casa", "oficiales"),
    ("¿Está sola en este momento?", "Está sola"),
    ("Hay lugar en el albergue", "albergue"),
    ("por la balacera", "balacera"),
    ("¿Él la maltrata?", "maltrata"),
    ("si le pega otra vez", "pega"),
    ("Soy su consejera", "consejera"),
    ("¿Ha pensado en suicidarse?", "suicidarse"),
    ("la orden de protección ya salió", "orden de protección"),
    ("lo amenazó otra vez", "amenazó"),
    ("borre este mensaje", "borre este"),
    ("Lamento mucho la muerte de su hijo", "muerte"),
    ("lo denunciamos ayer", "denunciamos"),
    ("Hi Ana, how are you?", "Ana"),
    ("say hello to XIMENA", "XIMENA"),
    ("the Torres are home", "Torres"),
    ("Hi Will, call me", "Will"),
    ("I saw Luz at the store", "Luz"),
]

LOOK_ALIKES = str.maketrans("aceopxyi", "асеорхуі")
WIDE = {code: code + 0xFEE0 for code in range(0x61, 0x7B)}
SIGNS = str.maketrans("oeats", "03@7$")
#: How one word may be written so that a reader still reads it.
DRESSES = {
    "capitals": str.upper,
    "mixed case": str.swapcase,
    "an accent on each vowel": lambda word: "".join(f"{c}\u0301" if c in "aeiou" else c for c in word),
    "a zero width space in each gap": "\u200b".join,
    "a soft hyphen in each gap": "\u00ad".join,
    "a joiner in each gap": "\u2060".join,
    "blanks in each gap": " ".join,
    "dots in each gap": ".".join,
    "dashes in each gap": "-".join,
    "Cyrillic look-alikes": lambda word: word.translate(LOOK_ALIKES),
    "wide letters": lambda word: word.translate(WIDE),
    "digits and signs": lambda word: word.translate(SIGNS),
    "a letter held down": lambda word: word[:2] + word[1] * 3 + word[2:],
    "written from right to left marks": lambda word: f"\u202d{word}\u202c",
    "glued to the word before by nothing": lambda word: f"the\u200b{word}",
    "quotes": lambda word: f"«{word}»",
    "circled": lambda word: "".join(chr(0x24D0 + ord(c) - 97) for c in word),
    "bold": lambda word: "".join(chr(0x1D41A + ord(c) - 97) for c in word),
}
DRESSED = [
    "police",
    "suicide",
    "shelter",
    "abused",
    "violence",
    "policia",
    "maltrato",
    "albergue",
    "balacera",
    "ximena",
]


def found(text: str) -> list[str]:
    return list(WORDS.found_in(text, names=FAMILY, kinds=KINDS))


@pytest.mark.parametrize(("language", "text"), ORDINARY, ids=[f"{lang}-{n}" for n, (lang, _) in enumerate(ORDINARY)])
def test_an_ordinary_kind_text_is_never_stopped(language: str, text: str) -> None:
    assert found(text) == []


def test_there_are_forty_ordinary_texts_in_each_language() -> None:
    assert [sum(language == each for each, _ in ORDINARY) for language in ("en", "es")] == [40, 40]


@pytest.mark.parametrize(("text", "gives_away"), REVEALING, ids=[text for text, _ in REVEALING])
def test_what_gives_away_is_found_and_shown_as_it_stands(text: str, gives_away: str) -> None:
    assert gives_away in found(text)


@pytest.mark.parametrize("dress", DRESSES)
@pytest.mark.parametrize("word", DRESSED)
def test_no_dress_hides_a_word(word: str, dress: str) -> None:
    assert found(f"I heard that {DRESSES[dress](word)} was there")


@UNHURRIED
@given(
    st.sampled_from([text for text, _ in REVEALING if not any(name in text for name in ("Will", "Luz"))]),
    st.sampled_from(sorted(DRESSES)),
    st.integers(0, 2**32),
)
def test_case_blanks_and_things_unseen_change_nothing(text: str, dress: str, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - which letters are touched
    unseen = ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f", "\ufe0f", "\u202e")
    touched = "".join(
        chance.choice((str.upper, str.lower))(char) + (chance.choice(unseen) if chance.random() < 0.3 else "")
        for char in text
    )
    assert found(touched)
    assert found(touched.replace(" ", chance.choice(("  ", "\n", "\u00a0", " \t ", "\u3000"))))


@UNHURRIED
@given(st.text(max_size=200))
def test_any_text_is_read_and_what_is_shown_stands_in_it(text: str) -> None:
    for shown in found(text):
        assert shown in " ".join(text.split())


def test_a_name_that_is_a_word_counts_only_as_a_name() -> None:
    assert found("I will call you. Will you be home? May I come by, luz verde") == []
    assert found("Thanks Will") == ["Will"]


def test_a_long_text_takes_no_long_time_to_read() -> None:
    assert found("I left two bags at your door, they are blue. " * 33) == []


def test_all_the_words_are_shown_once_in_their_order() -> None:
    assert found("Police! Ana, the police and the shelter") == ["Police", "Ana", "police", "shelter"]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ("      - cop\n      - COP\n", "'cop' is empty or there twice"),
        ('      - "!!"\n', "'!!' is empty or there twice"),
    ],
)
def test_a_word_that_is_empty_or_there_twice_is_refused(tmp_path, wrong: str, named: str) -> None:
    file = tmp_path / "private-words.yml"
    file.write_text(FILE.read_text("utf-8").replace("      - cop\n", wrong, 1), "utf-8")
    with pytest.raises(ProgramError, match=r"languages\[1\]\.words") as refused:
        load_private_words(file)
    assert named in str(refused.value)
