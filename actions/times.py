"""When somebody wants something, in their own words: read out of a text, never turned into a date here."""

from __future__ import annotations

import re

_CLOCK = r"(?:[0-2]?\d(?::[0-5]\d)?\s?(?:[ap]\.?\s?m\b\.?|o'?clock)?|noon|mediod[ií]a)(?![\d-]|\s\d{3})"
_DAY = (
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo"
    r"|today|tonight|tomorrow|hoy|ma[nñ]ana|pasado ma[nñ]ana"
)
_PART = (
    r"(?:in|por|en) (?:the|la) (?:morning|afternoon|evening|ma[nñ]ana|tarde|noche)"
    r"|(?:this|esta) (?:morning|afternoon|evening|week|ma[nñ]ana|tarde|noche|semana)|at night|de noche"
)
_COUNT = (
    r"(?:an?|one|two|three|four|five|six|few|a few|couple of|a couple of"
    r"|un|una|unos|unas|dos|tres|cuatro|cinco|seis|\d{1,2})"
)
_SPAN = rf"{_COUNT} (?:days?|weeks?|months?|hours?|d[ií]as?|semanas?|mes(?:es)?|horas?)"
_NEXT = (
    r"next (?:week|month|year)|(?:la |el )?(?:pr[oó]xim[ao]|otra) (?:semana|mes)"
    r"|(?:la|el) (?:semana|mes) que (?:viene|entra)"
)
_FEAST = r"(?:the )?(?:holidays?|christmas|new year|thanksgiving|easter|fiestas|navidad|a[nñ]o nuevo)"
_LED = r"after|before|until|till|around|by|for|in|at|on|from|despu[eé]s de|antes de|hasta|como a|a|por|en|el|este|this"

_MOMENT = re.compile(
    rf"\b(?:(?:(?:{_LED}) (?:the |las? |los |el )?)?(?:{_PART}|{_NEXT}|{_SPAN}|{_DAY}|{_FEAST})"
    rf"|(?:after|before|around|at|by|despu[eé]s de|antes de|como a|a) (?:las? )?{_CLOCK})"
    rf"(?:[ ,]+(?:(?:{_LED}) (?:the |las? |los )?)?(?:{_PART}|{_DAY}|{_CLOCK}))*",
    re.IGNORECASE,
)


def moment_in(text: str) -> str | None:
    """The words of `text` that tell a time, e.g. "tomorrow after 5" or "hasta el lunes"; None if there are none."""
    found = _MOMENT.search(text)
    return found.group(0).strip(" ,") if found else None
