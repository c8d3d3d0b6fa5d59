"""What is refused is one sentence in English, and keeps its pattern and values for whoever says it otherwise."""

from __future__ import annotations

import ast
from typing import get_type_hints

from checkback.care.errors import AlreadyAcknowledged, GivesAway, Refusal, Said, WordsRefused, said
from checkback.care.terms import Language
from checkback.console.speaking import speaking, told
from scripts import catalogs


def test_a_sentence_is_whole_and_in_parts():
    sentence = said("at most %(most)s characters", most=80)
    assert sentence == "at most 80 characters"
    assert (sentence.pattern, sentence.values) == ("at most %(most)s characters", {"most": 80})
    assert said("100 % of it") == "100 % of it"


def test_a_page_says_it_and_what_stands_inside_it_in_its_own_language():
    why = said("this hour came twice that night")
    refused = WordsRefused(said("%(why)s; add the offset, as in %(iso)s-05:00", why=why, iso="2026-11-01 01:30"))
    assert str(refused) == "this hour came twice that night; add the offset, as in 2026-11-01 01:30-05:00"
    with speaking(Language.SPANISH):
        assert told(refused).startswith("esa noche esa hora ocurrió dos veces; agregue")
    with speaking(Language.ENGLISH):
        assert told(refused) == str(refused)


def test_what_nobody_put_in_parts_is_told_as_it_is():
    with speaking(Language.SPANISH):
        assert told("field: mend") == "field: mend"
        assert told(WordsRefused()) == (WordsRefused.__doc__ or "").strip()


def test_a_refusal_takes_nothing_but_what_can_be_said_in_another_language():
    """The type of its one argument is the rule; this looks that no class has slipped past it."""
    for each in refusals():
        why = get_type_hints(each.__init__).get("why")
        assert why == Said | None or each is GivesAway, each


def test_each_refusal_that_is_raised_without_a_word_has_its_own_sentence_in_spanish():
    bare = catalogs.raised_bare()
    assert AlreadyAcknowledged in bare
    with speaking(Language.SPANISH):
        for each in bare:
            assert told(each()) not in ("", str(each())), each


def test_each_sentence_that_is_refused_with_is_said_in_spanish():
    """Every `said` of the house is a sentence of the catalog, and the catalog has a Spanish one for it."""
    assert [line for path in sorted(catalogs.CATALOGS.glob("*.po")) for line in catalogs.lacking(path)] == []


def test_no_refusal_of_a_form_is_a_bare_sentence():
    """What lands in `problems` or in a file's mends as a plain text would be English on every page."""
    found = [
        f"{path.name}: {ast.unparse(node)}"
        for path in [*catalogs.CARE.glob("flows/*.py"), *(catalogs.CARE / "program" / f for f in OF_PAGES)]
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if any(is_bare(each) for each in mends(node))
    ]
    assert found == []


OF_PAGES = ("entry.py", "plans.py")


def mends(node):
    match node:
        case ast.Assign(targets=[ast.Subscript(value=ast.Name("problems"))], value=value):
            return [value]
        case ast.Call(func=ast.Attribute(attr="refuse"), args=[*_, mend]):
            return [mend]
        case ast.Call(func=ast.Name("ProgramError"), args=[_, _, mend]):
            return [mend]
    return []


def is_bare(node):
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def refusals(of=Refusal):
    return {of} | {each for kind in of.__subclasses__() for each in refusals(kind)}
