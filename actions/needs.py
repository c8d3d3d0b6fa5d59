"""Which need a text speaks of, and near which place."""

from __future__ import annotations

import re

from bot.folding import fold

OTHER = "other"
MOST_NEEDS = 3
LONGEST_PLACE = 60
#: Understood apart, found under the same heading of a directory: Open Eligibility files bereavement with counseling.
_SERVED_AS = {"grief": "counselling"}

#: Folded words as people text them, English and Spanish; a trailing * stands for any ending. The more particular
#: needs come first and use up their words: "hospital bill" is a crime victim's cost, not health care as well.
WORDS: dict[str, tuple[str, ...]] = {
    "crime-victim-compensation": (
        "victim* compensation", "crime victim*", "victims of crime", "victim* fund", "compensation",
        "hospital bill*", "medical bill*", "cuenta del hospital", "compensacion", "dinero para victimas",
    ),
    "funeral-costs": (
        "funeral*", "burial*", "bury", "cremat*", "headstone", "entierro*", "enterrar", "cremacion",
        "sepelio",
    ),
    "substance-use": (
        "rehab", "detox", "substance abuse", "drug treatment", "alcohol treatment", "addict*", "narcan",
        "aa meeting*", "na meeting*", "desintoxicacion", "adiccion*", "centro de rehabilitacion",
    ),
    "hiv": ("hiv", "aids", "vih", "sida"),
    "partner-violence": (
        "domestic violence", "dv advocate*", "dv help", "safe house", "violencia domestica", "casa segura",
    ),
    "counselling": (
        "counsel*", "therap*", "psycholog*", "psychiatr*", "support group*", "grief group*",
        "someone to talk to", "can talk to", "mental health", "consejer*", "terapi*", "terapeuta",
        "psicolog*", "psiquiatr*", "grupo de apoyo", "salud mental",
    ),
    "baby-things": (
        "diaper*", "diper*", "pampers", "wipes", "crib*", "stroller", "car seat", "formula", "baby",
        "bottles", "bassinet", "panal*", "toallitas", "cuna", "carriola", "leche para", "ropa de bebe",
        "bebe",
    ),
    "locks-and-repairs": (
        "lock", "locks", "lock fixed", "door*", "window*", "repair*", "broken glass", "board* up", "fix* the",
        "deadbolt", "puerta*", "ventana*", "chapa*", "cerradura*", "candado*", "arreglar", "reparar",
        "reparacion*", "vidrio*",
    ),
    "legal-help": (
        "lawyer*", "attorney*", "legal", "restraining order", "order of protection", "protective order",
        "custody", "abogad*", "orden de restriccion", "orden de proteccion", "custodia",
    ),
    "transport": (
        "ride", "rides", "bus", "bus pass*", "transport*", "gas money", "gas card", "no car", "uber",
        "a lift", "raite", "transporte", "pases de bus", "carro", "llevar a", "camion", "pasaje*",
    ),
    "utilities": (
        "light bill", "lights", "electric*", "power", "gas bill", "water bill", "utilit*", "heat", "heating",
        "our water", "shut off", "cut off", "internet", "luz", "agua", "gas", "calefaccion", "recibo*",
        "biles", "bil de",
    ),
    "housing": (
        "rent", "housing", "evict*", "shelter*", "apartment*", "place to stay", "somewhere to stay",
        "place to live", "nowhere to stay", "homeless", "motel", "hotel", "landlord", "move out", "renta",
        "alquiler", "vivienda", "desaloj*", "albergue*", "refugio*", "donde quedar*", "donde vivir",
        "apartamento", "departamento",
    ),
    "health-care": (
        "doctor*", "clinic*", "medicin*", "medicat*", "prescription*", "dentist*", "hospital", "nurse",
        "insurance", "glasses", "medico*", "medica", "dentista", "clinica*", "receta", "seguro medico",
        "lentes", "enfermer*",
    ),
    "school": (
        "school*", "backpack*", "enroll*", "tutor*", "daycare", "after school", "homework", "escuela*",
        "escolar*", "mochila*", "utiles", "inscribir", "guarderia", "tarea*",
    ),
    "clothing": (
        "cloth*", "coat*", "jacket*", "shoe*", "socks", "underwear", "uniform*", "ropa", "abrigo*",
        "chamarra*", "zapato*", "calcetines", "uniforme*",
    ),
    "food": (
        "food*", "grocer*", "eat", "hungry", "pantry", "meal*", "snap", "food stamps", "milk", "comida*",
        "comer", "despensa*", "hambre", "alimento*", "mandado", "leche", "estampillas",
    ),
}  # fmt: skip

_LED = re.compile(
    r"^\W*(?:(?:we|i|im|i'm|we're|estamos|estoy|vivimos|vivo|es|its|it's|moved|live|stay(?:ing)?|are|am|to|in|at|near|by|around|from"
    r"|nos|me|mudamos|mud[eé]|a|en|por|cerca|de|del|the|el|la)\W+)*",
    re.IGNORECASE,
)
_CHILD = re.compile(
    r"\b(kids?|child|children|son|sons|daughters?|boys?|girls?|baby|teen\w*"
    r"|nin[oa]s?|hij[oa]s?|bebe|chiquit[oa]s?|adolescente)\b"
)
_ZIP = re.compile(r"(?<!\d)(\d{5})(?:-\d{4})?(?!\d)")
_NEAR = re.compile(
    r"\b(?:near|around|close to|in|cerca de|en|por)\s+"
    r"((?:(?:St\.?|San|Santa|Los|Las|El|La)\s+)?[A-Z][\w'-]+(?:\s[A-Z][\w'-]+)?)"
)
_NO_PLACE = re.compile(
    r"english|spanish|ingles|espanol|i|my|mi"
    r"|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|lunes|martes|miercoles|jueves|viernes|sabado|domingo"
)


def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for all spellings of a need; the longest is tried first."""
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(re.escape(w).replace(r"\*", r"\w*") for w in longest_first) + r")\b")


_PATTERNS = {need: _pattern(words) for need, words in WORDS.items()}


def needs_in(text: str) -> list[str]:
    """The needs the text names, at most three; `other` when it names none we know. Never empty."""
    left, found = fold(text), []
    for need, pattern in _PATTERNS.items():
        left, times = pattern.subn(" ", left)
        if times:
            found.append(_for_whom(need, text))
    return found[:MOST_NEEDS] or [OTHER]


def needs_meant(text: str, understood: str | None) -> list[str]:
    """The needs the text names, led by the one it was understood to mean as a whole.

    "Nothing in the fridge til friday" names none and means food.
    """
    meant = _SERVED_AS.get(understood or OTHER, understood or OTHER)
    named = [need for need in needs_in(text) if need != OTHER]
    if meant in (OTHER, *named):
        return named or [OTHER]
    return [meant, *named][:MOST_NEEDS]


def place_meant(text: str) -> str:
    """The place a text is about: what `place_in` finds, else all of a short text without the words that lead to it."""
    return place_in(text) or _LED.sub("", text).strip(" .,!?")[:LONGEST_PLACE]


def place_in(text: str) -> str | None:
    """The ZIP code the text gives, or else the name it gives after "near" or "in"."""
    if zipped := _ZIP.search(text):
        return zipped.group(1)
    named = _NEAR.search(text)
    if named is None or _NO_PLACE.fullmatch(fold(named.group(1)).split()[0]):
        return None
    return named.group(1)


def _for_whom(need: str, text: str) -> str:
    return "child-counselling" if need == "counselling" and _CHILD.search(fold(text)) else need
