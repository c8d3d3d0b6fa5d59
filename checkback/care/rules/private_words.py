"""Words in a person's own text that would tell whoever else reads the phone who it is about, and what it is about.

A survivor's texts leave a history that anyone may read who holds the phone (NNEDV Safety Net, techsafety.org, "Text
Best Practices"). What is looked for is what a reader would see: case, accents, look-alike letters, signs and blanks
inside a word, and characters that show nothing make no difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

#: As long as this a beginning is found inside a longer word too, and over blanks: no everyday word is made of it.
LONG = 6
#: Up to here a doubled letter may make another word: "cop", "coop".
SHORT = 4
#: What may stand behind a name: Anas, the Lopezes.
_BEHIND_A_NAME = ("", "s", "es")
#: Parts of names that are words of every text.
_SMALL_PARTS = frozenset(
    re.findall(r"\w+", "de del la las los da das do dos e el y van von der den al bin ibn ben abu jr sr ii iii")
)
_GREETINGS = frozenset(
    re.findall(
        r"\w+",
        "hi hello hey dear hola querida querido estimada estimado senora senor sra sr ms mr mrs miss buenas buenos "
        "dias tardes noches morning afternoon evening gracias thanks",
    )
)
#: Cyrillic and Greek letters that look like Latin ones (Unicode Technical Standard 39, confusables).
_LOOKS_LIKE = str.maketrans(
    dict(zip("абвгдеиклмнопрстухцшьяјѕіһԁԛԝӏєғɡɑ", "abbrdenknmhonpctyxuwbrjsihdqwlefga", strict=True))
    | dict(zip("αβγδεζηικλμνοπρστυχωϲϳ", "abydeznikluvonpotuxwcj", strict=True))
)
#: Digits and signs written for letters; a one may stand for two of them.
_SIGNS = str.maketrans("0345789@$!|+€£¡", "oeastbgasilteli")
_ONES = ("i", "l")
#: They show nothing, or a blank, and are no blanks to a program.
_BLANKS = dict.fromkeys((0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0), " ")
_LETTER_OF_NAME = re.compile(r"LATIN (?:CAPITAL|SMALL)? ?LETTER (?:[A-Z]{2,} )*([A-Z])(?: WITH .*)?$")
_BOXED = ((0x1F130, 26), (0x1F150, 26), (0x1F170, 26), (0x1F1E6, 26))
_APOSTROPHES = re.compile("['’‘ʼ`´]")
_NO_LETTERS = re.compile(r"[^a-z]+")
_VOWELS = frozenset("aeiouy")
_MOST_JOINED = 5


@dataclass(frozen=True)
class PrivateWords:
    """A list of what gives away, made by `of`; every form in it is one that `plain` leaves.

    Args:
        words: whole words of up to SHORT letters.
        longer: whole longer words, doubled letters made one.
        short_beginnings, beginnings, long_beginnings: of words; those longer than SHORT with doubled letters made one.
        phrases: several words in a row; one that ends in `*` is a beginning.
        but_not: phrases that are fine, though a word of them is not.
        everyday_names: names that are words too, and count as names only where they are written as one.
    """

    words: frozenset[str]
    longer: frozenset[str]
    short_beginnings: tuple[str, ...]
    beginnings: tuple[str, ...]
    long_beginnings: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]
    but_not: tuple[tuple[str, ...], ...]
    everyday_names: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, listed: Iterable[str], but_not: Iterable[str] = (), everyday_names: Iterable[str] = ()) -> PrivateWords:
        """From a list as people write it: `gun` is that word, `poli*` each that begins so, `your ex` two in a row."""
        entries = [listed_form(each) for each in listed]
        alone = [entry[0] for entry in entries if len(entry) == 1]
        whole = [word for word in alone if not word.endswith("*")]
        begun = [word[:-1] for word in alone if word.endswith("*")]
        longer_beginnings = tuple(sorted({_single(word) for word in begun if len(word) > SHORT}))
        return cls(
            words=frozenset(word for word in whole if len(word) <= SHORT),
            longer=frozenset(_single(word) for word in whole if len(word) > SHORT),
            short_beginnings=tuple(sorted(word for word in begun if len(word) <= SHORT)),
            beginnings=longer_beginnings,
            long_beginnings=tuple(each for each in longer_beginnings if len(each) >= LONG),
            phrases=tuple(sorted({entry for entry in entries if len(entry) > 1})),
            but_not=tuple(sorted({listed_form(each) for each in but_not})),
            everyday_names=frozenset(plain(name) for name in everyday_names),
        )

    def found_in(self, text: str, *, names: Iterable[str] = (), kinds: Iterable[str] = ()) -> Sequence[str]:
        """What gives away, as it stands in the text, in its order; empty when nothing does.

        Args:
            names: of people who must not be named.
            kinds: what happened, as the record says it: `home-invasion`.
        """
        chunks = text.split()
        also = self._with_kinds(kinds)
        names = tuple(names)
        named = frozenset(_parts(names))
        places = {
            place
            for tokens in _readings(chunks)
            for place in (*also._places(tokens), *_named(tokens, named - self.everyday_names, names))
        }
        places |= set(_named_as_written(chunks, named & self.everyday_names))
        return _as_written(chunks, places)

    def _with_kinds(self, kinds: Iterable[str]) -> PrivateWords:
        said = [tuple(_words_of(kind)) for kind in kinds]
        several = tuple(words for words in said if len(words) > 1)
        alone = {_single(words[0]) for words in said if len(words) == 1 and len(words[0]) > SHORT}
        return replace(self, longer=self.longer | alone, phrases=self.phrases + several)

    def _places(self, tokens: Sequence[Token]) -> Iterator[Place]:
        tokens = self._without_what_is_fine(tokens)
        for token in tokens:
            if any(self._is_listed(form) for form in token.forms):
                yield token.at, token.at
        for phrase in self.phrases:
            yield from _in_a_row(tokens, phrase)
        yield from self._over_blanks(tokens)

    def _is_listed(self, form: str) -> bool:
        single = _single(form)
        if form in self.words or single in self.longer:
            return True
        if form.startswith(self.short_beginnings) or single.startswith(self.beginnings):
            return True
        return any(begun in single for begun in self.long_beginnings)

    def _over_blanks(self, tokens: Sequence[Token]) -> Iterator[Place]:
        """`p o l i c e`, `pol ice`, `g un`: letters that stand apart and are read together."""
        for at, first in enumerate(tokens):
            joined = first.forms[0]
            for last in tokens[at + 1 : at + _MOST_JOINED]:
                joined += last.forms[0]
                if not first.forms[0] or not last.forms[0]:
                    break
                if self._spans(joined, first.forms[0], last.forms[0]):
                    yield first.at, last.at
        for spelt, begins, ends in _spelt_out(tokens):
            single = _single(spelt)
            known = (*self.words, *self.longer, *self.short_beginnings, *self.beginnings)
            if any(len(word) >= SHORT and (word in spelt or word in single) for word in known) or spelt in self.words:
                yield begins, ends

    def _spans(self, joined: str, first: str, last: str) -> bool:
        single = _single(joined)
        if len(single) >= LONG and (single in self.longer or single.startswith(self.long_beginnings)):
            begun = next((each for each in self.long_beginnings if single.startswith(each)), single)
            return len(begun) > len(_single(joined[: -len(last)]))
        lone = {part for part in (first, last) if len(part) == 1}
        return bool(lone - _VOWELS) and (joined in self.words or single in self.longer)

    def _without_what_is_fine(self, tokens: Sequence[Token]) -> Sequence[Token]:
        kept = list(tokens)
        for phrase in self.but_not:
            for at in range(len(kept) - len(phrase) + 1):
                if all(_fits(kept[at + n], word) for n, word in enumerate(phrase)):
                    for n in range(len(phrase)):
                        kept[at + n] = Token(("",), kept[at + n].at)
        return kept


@dataclass(frozen=True)
class Token:
    """One word as a reader may take it: its forms, and the number of the chunk of the text it stands in."""

    forms: tuple[str, ...]
    at: int


#: From which chunk of the text to which.
Place = tuple[int, int]


def plain(text: str) -> str:
    """Small Latin letters and digits as a reader sees them, no accents; signs and blanks are left where they are."""
    shown = []
    for char in unicodedata.normalize("NFKC", text.translate(_BLANKS)):
        for small in _boxed(char).casefold():
            for part in unicodedata.normalize("NFD", small.translate(_LOOKS_LIKE)):
                if unicodedata.category(part)[0] != "M":
                    shown.append(_latin(part.translate(_LOOKS_LIKE)))
    return "".join(shown)


def _boxed(char: str) -> str:
    for begin, length in _BOXED:
        if begin <= ord(char) < begin + length:
            return chr(ord("a") + ord(char) - begin)
    return char


def _latin(char: str) -> str:
    if char.isascii():
        return char
    found = _LETTER_OF_NAME.fullmatch(unicodedata.name(char, ""))
    return found.group(1).lower() if found else char


def listed_form(written: str) -> tuple[str, ...]:
    """An entry of the list as it is compared, word by word."""
    return tuple(word for word in re.split(r"[^a-z*]+", _APOSTROPHES.sub("", plain(written))) if word)


def _words_of(written: str) -> Sequence[str]:
    return [word for word in _NO_LETTERS.split(_APOSTROPHES.sub("", plain(written))) if word]


def _parts(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield from (part for part in _words_of(name) if len(part) > 1 and part not in _SMALL_PARTS)


def _readings(chunks: Sequence[str]) -> Iterator[Sequence[Token]]:
    """The ways in which these chunks can be read: what shows nothing left out or taken for a blank, signs for letters,
    signs inside a word left out.
    """
    seen = set()
    for between in ("", " "):
        shown = [plain(_APOSTROPHES.sub("", _without_the_invisible(chunk, between))) for chunk in chunks]
        for letters in (shown, *([_as_letters(chunk, one) for chunk in shown] for one in _ONES)):
            for splits in (True, False):
                tokens = tuple(_tokens(letters, splits=splits))
                if tokens not in seen:
                    seen.add(tokens)
                    yield tokens


def _tokens(chunks: Sequence[str], *, splits: bool) -> Iterator[Token]:
    for at, chunk in enumerate(chunks):
        words = _NO_LETTERS.split(chunk) if splits else [_NO_LETTERS.sub("", chunk)]
        for word in words:
            if word:
                yield Token(_forms(word), at)


def _forms(word: str) -> tuple[str, ...]:
    """A letter held down is that letter once, or twice."""
    if not re.search(r"(.)\1\1", word):
        return (word,)
    return re.sub(r"(.)\1{2,}", r"\1", word), re.sub(r"(.)\1{2,}", r"\1\1", word)


def _without_the_invisible(chunk: str, between: str) -> str:
    return "".join(between if unicodedata.category(char) in ("Cf", "Cc", "Co", "Cn") else char for char in chunk)


def _as_letters(chunk: str, one: str) -> str:
    if not any(char.isalpha() for char in chunk):
        return chunk
    return chunk.translate(_SIGNS).replace("1", one)


def _single(word: str) -> str:
    return re.sub(r"(.)\1+", r"\1", word)


def _fits(token: Token, word: str) -> bool:
    if word.endswith("*"):
        return any(form.startswith(word[:-1]) for form in token.forms)
    return word in token.forms


def _in_a_row(tokens: Sequence[Token], phrase: tuple[str, ...]) -> Iterator[Place]:
    for at in range(len(tokens) - len(phrase) + 1):
        if all(_fits(tokens[at + n], word) for n, word in enumerate(phrase)):
            yield tokens[at].at, tokens[at + len(phrase) - 1].at


def _spelt_out(tokens: Sequence[Token]) -> Iterator[tuple[str, int, int]]:
    """Runs of three or more single letters, as one word."""
    run: list[Token] = []
    for token in (*tokens, None):
        if token is not None and len(token.forms[0]) == 1:
            run.append(token)
            continue
        if len(run) > 2:  # noqa: PLR2004 - "I a" is no word
            yield "".join(each.forms[0] for each in run), run[0].at, run[-1].at
        run = []


def _named(tokens: Sequence[Token], named: frozenset[str], names: Iterable[str]) -> Iterator[Place]:
    wanted = {name + end for name in named for end in _BEHIND_A_NAME if len(name) > 2}  # noqa: PLR2004 - Jo, Al
    wanted |= {"".join(_words_of(name)) for name in names if len(_words_of(name)) > 1}
    for token in tokens:
        if wanted & set(token.forms):
            yield token.at, token.at
    for spelt, begins, ends in _spelt_out(tokens):
        if any(name in spelt for name in wanted):
            yield begins, ends
    for first, last in pairwise(tokens):
        lone = {part for part in (first.forms[0], last.forms[0]) if len(part) == 1} - _VOWELS
        joined = first.forms[0] + last.forms[0]
        if joined in wanted and (lone or len(joined) >= LONG):
            yield first.at, last.at


def _named_as_written(chunks: Sequence[str], names: frozenset[str]) -> Iterator[Place]:
    """Names that are words too, `Will`, `Luz`: written with a capital inside a sentence, or greeted."""
    before = ""
    for at, chunk in enumerate(chunks):
        words = _words_of(_without_the_invisible(chunk, ""))
        if names.intersection(words):
            begins = not before or before[-1] in ".!?:;\u2026"
            greeted = plain(before).strip(".,!¿ ") in _GREETINGS
            is_capital = any(char.isupper() for char in chunk)
            if greeted or (is_capital and not begins):
                yield at, at
        before = chunk


def _as_written(chunks: Sequence[str], places: Iterable[Place]) -> Sequence[str]:
    """The chunks of these places, each once, without the signs around them; a place inside another is that one."""
    longest: dict[int, int] = {}
    for begins, ends in places:
        longest[begins] = max(ends, longest.get(begins, ends))
    found, reached = [], -1
    for begins in sorted(longest):
        if longest[begins] <= reached:
            continue
        shown = " ".join(chunks[begins : longest[begins] + 1]).strip(" .,;:!?¡¿\"'()[]…“”«»-")
        reached = longest[begins]
        if shown and shown not in found:
            found.append(shown)
    return found
