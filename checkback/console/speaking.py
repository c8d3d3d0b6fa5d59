"""The language of the pages: every sentence is written in English and looked up in the catalog of who reads it.

In a template write `{{ _("…") }}` or `{% trans %}…{% endtrans %}`. In Python write `_("…")` where it is said, and
`later("…")` where it is only written down, in a table that `Told` hands out in the reader's language.
`python -m scripts.catalogs` brings new sentences into `catalogs/es.po`.
"""

from __future__ import annotations

import gettext as catalogs
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from babel import Locale, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from checkback.care.errors import Refusal, Said
from checkback.care.terms import Language

CATALOGS = Path(__file__).parent / "catalogs"
_language: ContextVar[Language] = ContextVar("language", default=Language.ENGLISH)

K = TypeVar("K")
V = TypeVar("V", str, tuple[str, str])


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Whatever is said inside is said in this language; each request has its own."""
    before = _language.set(language)
    try:
        yield
    finally:
        _language.reset(before)


def language() -> Language:
    """The language that is spoken now."""
    return _language.get()


def locale() -> Locale:
    """How dates and numbers are written now: as in the United States, in the language that is spoken."""
    return Locale(str(language()), "US")


def wished(accept_language: str) -> Language:
    """The language a browser asks for (`Accept-Language`, RFC 9110 12.5.4), as far as we speak it; else English."""
    asked = [part.split(";")[0].strip().replace("-", "_") for part in accept_language.split(",")][:20]
    found = negotiate_locale([each for each in asked if each], [str(each) for each in Language])
    return Language(found) if found else Language.ENGLISH


def gettext(sentence: str) -> str:
    """This sentence in the language that is spoken now."""
    return _catalog(language()).gettext(sentence)


def told(what: object) -> str:
    """What a flow refused, or a mend it names, in the language that is spoken now; in English what is not `said`."""
    sentence = what.args[0] if isinstance(what, Exception) and what.args else what
    if isinstance(sentence, Said):
        values = {name: _part(value) for name, value in sentence.values.items()}
        return gettext(sentence.pattern) % values if values else gettext(sentence.pattern)
    return gettext(str(what)) if isinstance(what, Refusal) else str(what)


def _part(value: object) -> object:
    return told(value) if isinstance(value, str | Exception) else value


def ngettext(one: str, many: str, count: int) -> str:
    """This sentence for so many, in the language that is spoken now."""
    return _catalog(language()).ngettext(one, many, count)


_ = gettext


def later(sentence: str) -> str:
    """Marks a sentence for the catalogs; it is translated when it is said."""
    return sentence


class Told(Mapping[K, V], Generic[K, V]):
    """A table whose sentences come out in the language that is spoken when they are asked for."""

    def __init__(self, sentences: Mapping[K, V]) -> None:
        self._sentences: Mapping[K, V] = sentences

    def __getitem__(self, key: K) -> V:
        return cast(V, _translated(self._sentences[key]))

    def __iter__(self) -> Iterator[K]:
        return iter(self._sentences)

    def __len__(self) -> int:
        return len(self._sentences)


def _translated(sentence: Any) -> Any:
    return gettext(sentence) if isinstance(sentence, str) else tuple(gettext(each) for each in sentence)


@cache
def _catalog(spoken: Language) -> catalogs.NullTranslations:
    """The sentences of one language, read once; English is what is written in the code."""
    if spoken is Language.ENGLISH:
        return catalogs.NullTranslations()
    with (CATALOGS / f"{spoken}.po").open("rb") as file:
        kept = read_po(file, locale=str(spoken), abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, kept)
    compiled.seek(0)
    return catalogs.GNUTranslations(compiled)
