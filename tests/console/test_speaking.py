"""The pages in the language of who reads them: nothing is missing, nothing is said past the catalogs."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment

from checkback.care.terms import Language
from checkback.console import speaking
from checkback.console.view import View
from scripts.catalogs import CATALOGS, CONSOLE, lacking

TEMPLATES = sorted((CONSOLE / "templates").glob("*.html"))
#: What a plural counts may be left out of its one.
COUNTS = {"num", "count"}
NAMED = re.compile(r"%\((\w+)\)[sd]")
TAGS = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
TRANSLATED = re.compile(r"{% trans\b.*?{% endtrans %}", re.DOTALL)
#: In a macro that makes a part of a tag.
ATTRIBUTE = re.compile(r'[\w-]+="[^"]*"')
#: Attributes that people read or hear.
SPOKEN = re.compile(r'\b(?:aria-label|title|placeholder|alt)="([^"]*)"')
WORD = re.compile(r"[^\W\d_]{2,}")
#: The same in every language.
NAMES = {"Checkback", "English", "Español"}


@pytest.mark.parametrize("language", [each for each in Language if each is not Language.ENGLISH])
def test_every_sentence_is_said_in_every_language(language):
    """`python -m scripts.catalogs` brings a new one into the catalog, to be written there."""
    assert lacking(CATALOGS / f"{language}.po") == []


def test_what_is_filled_in_stands_in_the_translation_too():
    with (CATALOGS / "es.po").open("rb") as file:
        kept = read_po(file, locale="es")
    for each in kept:
        ids = [each.id] if isinstance(each.id, str) else each.id
        said = [each.string] if isinstance(each.string, str) else list(each.string or [])
        wanted = set(NAMED.findall(ids[-1]))
        for sentence in said:
            assert set(NAMED.findall(sentence)) - COUNTS == wanted - COUNTS, ids[0]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_says_anything_past_the_catalogs(template):
    written = TRANSLATED.sub("", template.read_text("utf-8"))
    text = "".join(
        value if kind == "data" else "\0"
        for _line, kind, value in Environment(autoescape=True, extensions=["jinja2.ext.i18n"]).lex(written)
        if kind in ("data", "variable_begin", "block_begin")
    )
    said = ATTRIBUTE.sub(" ", TAGS.sub(" ", text)) + " ".join(SPOKEN.findall(text))
    assert set(WORD.findall(re.sub(r"&\w+;", " ", said))) - NAMES == set()


def test_each_request_speaks_its_own_language():
    with speaking.speaking(Language.SPANISH):
        assert speaking.gettext("Families") == "Familias"
        with speaking.speaking(Language.ENGLISH):
            assert speaking.gettext("Families") == "Families"
        assert speaking.ngettext("One text", "Sent as %(num)s parts", 2) == "Se envía en %(num)s partes"
    assert speaking.gettext("Families") == "Families"


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("en-US,en;q=0.9,es;q=0.8", "en"),
        ("de", "en"),
        ("", "en"),
        ("*", "en"),
        (",;=", "en"),
    ],
)
def test_a_browser_is_answered_in_the_language_it_asks_for(asked, language):
    assert speaking.wished(asked) is Language(language)


def test_times_are_said_as_people_write_them():
    at, template = datetime(2026, 3, 3, 16, 4, tzinfo=UTC), "{{ at | moment('America/Chicago') }}"
    render = View(is_demo=False)._templates.from_string(template).render
    assert ">Tue Mar 3, 10:04 AM<" in render(at=at)
    with speaking.speaking(Language.SPANISH):
        assert ">mar 3 mar, 10:04 AM<" in render(at=at)
