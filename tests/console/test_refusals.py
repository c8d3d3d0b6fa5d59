"""What is refused is one sentence in English, and keeps its pattern and values for whoever says it otherwise."""

from __future__ import annotations

from checkback.care.errors import WordsRefused, said
from checkback.care.terms import Language
from checkback.console.speaking import speaking, told


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
