"""What somebody we do not know wants of us, by a few plain words, and in which language they ask."""

from __future__ import annotations

import re

from checkback.care.rules.secret_words import plain
from checkback.care.terms import Language

WHO_WE_ARE, SORRY, HEARD = "about.who", "wrong_person.sorry", "unknown.hello"

_ASKS_WHO = re.compile(
    r"\b(who (is|s|are|r|dis|this|the hell)|whos|whose (number|phone)|who (texted|called|wrote)|new phone who|"
    r"how did (you|u) get (my|this) number|what is this( number)?$|"
    r"quien (es|eres|son|me|habla|escribe|llamo|es usted|sos)|quienes son|de quien es este|de parte de quien|"
    r"como consigui\w+ (mi|este) numero|de donde (sacaron|tienen) mi numero)\b"
)
_IS_WRONG = re.compile(
    r"\b(wrong (number|person|phone|guy)|(do not|dont|don t) know (you|u|who)|(has|have|got) the wrong|"
    r"not (my|her|his|the right) (number|person)|numero equivocado|esta equivocad[oa]|se equivoc\w+|"
    r"persona equivocada|no (la|lo|los) conozco|no soy (ella|el|esa))\b"
)
_SPANISH = frozenset(
    re.findall(
        r"\w+",
        "que quien es este esta numero por favor no mi me de la el los las un una con para como donde usted ustedes "
        "hola gracias si soy tengo necesito ayuda equivocado equivocada aqui estoy mensaje habla dice espanol y yo",
    )
)
_ENGLISH = frozenset(
    re.findall(
        r"\w+",
        "the is this who are you my me a an with for how where what please hello hi hey thanks yes i am have need help "
        "wrong number here it and your to of got text do not dont no",
    )
)


def answer_to_a_stranger(text: str) -> str:
    """The wording that answers them; none of these says whom we know."""
    words = plain(text)
    if _IS_WRONG.search(words):
        return SORRY
    return WHO_WE_ARE if _ASKS_WHO.search(words) else HEARD


def language_of(text: str) -> Language:
    """English, unless more of its small words, or its signs, are Spanish."""
    return written_in(text, Language.ENGLISH) or Language.ENGLISH


def written_in(text: str, usual: Language | None) -> Language | None:
    """The language that more of its small words, or its signs, are of; the usual one where nothing tells."""
    words = plain(text).split()
    spanish, english = sum(word in _SPANISH for word in words), sum(word in _ENGLISH for word in words)
    spanish += 2 * bool(re.search(r"[ñ¿¡áéíóú]", text.lower()))
    if spanish == english:
        return usual
    return Language.SPANISH if spanish > english else Language.ENGLISH
