"""The few words we ask for after a place was named: plain enough to be understood without the assistant."""

from __future__ import annotations

import re

from bot import directives as d
from checkback.care.rules.nearness import fold

#: What was asked, as the conversation keeps it: whether they got through, or nothing after a place was named.
THROUGH, OFFERED = "help.through", "resource.offer"

_OUTCOMES = {
    "helped": "1|one|uno|they helped|helped|me ayudaron|nos ayudaron|le ayudaron|si me ayudaron",
    "waiting-list": "2|two|dos|(on a |on the )?wait(ing)? list|(en )?lista de espera|en espera",
    "no-answer": "3|three|tres|(no (one|body)|nobody|they do ?n t|they did ?n t) (pick(ed|s)? up|answer(ed|s)?)"
    "( there)?|no answer( there)?|(ahi |alla )?(ya )?(no|nadie) (me )?contest(an?|aron|o)"
    "( ahi| alla| (en )?es[et] (numero|telefono))?",
    "wrong-number": "4|four|cuatro|wrong number|number (was|is) wrong|numero equivocado|no es el numero|mal numero",
    "not-called": "5|five|cinco|not (called )?yet|have ?n t called( yet)?|aun no|todavia no|no he llamado|aun no llamo",
}
#: A lone digit answers only the question that offers it, and "wrong number" may be said of their own.
_OF_THE_QUESTION = re.compile(r"\d|one|two|three|four|five|uno|dos|tres|cuatro|cinco|.*(wrong|equivocado|mal numero).*")
_WISHES = {
    "more": "(tell me )?more( please)?|mas|mas por favor|quiero saber mas|leer mas",
    "next": "(the )?next( one)?( please)?|another( one| place)?( please)?|one more|what else|otro|otra|otro lugar"
    "|otro mas|otro por favor|el siguiente|siguiente",
    "call": "call (them|there)( for me| please)?|call for me|(please )?call them for me|llamen|llamenlos|llamen por mi"
    "|llamen alla|llame por mi|llamelos",
}


def help_reply(asked: str | None, text: str) -> d.Directive | None:
    """What a text says when it is nothing but the words we asked for; None of all else, which the assistant gets.

    "Wrong number" after our question means the place's; in more words it may mean their own, and then a person looks.
    """
    words = fold(text)
    is_asked = asked == THROUGH or (asked == OFFERED and not _OF_THE_QUESTION.fullmatch(words))
    if is_asked and (outcome := _named(_OUTCOMES, words)):
        return d.RecordHelp(outcome)
    if asked in (THROUGH, OFFERED) and (wish := _named(_WISHES, words)):
        return d.ContinueHelp(wish)
    return None


def _named(table: dict[str, str], words: str) -> str | None:
    return next((name for name, spellings in table.items() if re.fullmatch(spellings, words)), None)
