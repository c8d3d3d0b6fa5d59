"""How we compare what people type: without case, accents, punctuation or the blanks a phone puts in."""

from __future__ import annotations

import re
import unicodedata

#: Control, format (zero-width, direction) and all kinds of blanks.
_INVISIBLE = ("Cc", "Cf", "Zs", "Zl", "Zp")


def fold(text: str) -> str:
    """The words of `text`, lower case, without accents and punctuation, one blank apart; emoji stay."""
    kept = (_folded(sign) for sign in unicodedata.normalize("NFKD", text.casefold()))
    return " ".join("".join(kept).split())


def without_commands(text: str) -> str:
    """`text` without its leading blanks, invisible signs and slashes.

    Rasa takes a text that begins with a slash for a command, and strips blanks before it looks.
    """
    for start, sign in enumerate(text):
        if sign != "/" and not sign.isspace() and unicodedata.category(sign) not in _INVISIBLE:
            return text[start:].rstrip()
    return ""


def _folded(sign: str) -> str:
    match unicodedata.category(sign)[0]:
        case "L" | "N":
            return sign
        case "S" if unicodedata.category(sign) == "So":
            return sign
        case "M" | "S":
            return ""
        case _:
            return "" if sign in "'’`" else " "


#: Small words that tell which language a text is in.
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_SPANISH = re.compile(
    r"\b(el|la|los|las|un|una|mi|mis|me|nos|se|su|es|esta|estoy|no|que|q|k|de|por|para|pa|con|y|ya|en|al|del|lo|le|les|si"
    r"|muy|hay|tengo|gracias|hola|como|pero|xq|porq|bn|tmb|xfa)\b"
)
_ENGLISH = re.compile(
    r"\b(the|a|an|is|are|i|im|my|me|we|you|u|to|of|and|n|for|in|on|it|its|this|that|not|dont|can|cant|do|was|have|she|he"
    r"|they|what|how|when|who|pls|ok|with)\b"
)
_SHORTHAND = {
    "en": {
        "u": "you", "ur": "your", "r": "are", "pls": "please", "plz": "please", "thx": "thanks", "ty": "thank you",
        "tmrw": "tomorrow", "tmr": "tomorrow", "tmw": "tomorrow", "n": "and", "w": "with", "wo": "without",
        "b4": "before", "cuz": "because", "bc": "because", "cause": "because", "idk": "i do not know",
        "rn": "right now", "msg": "message", "msgs": "messages", "txt": "text", "txts": "texts", "ppl": "people",
        "wanna": "want to", "gonna": "going to", "gotta": "have to", "im": "i am", "ive": "i have", "id": "i would",
        "dont": "do not", "cant": "cannot", "wont": "will not", "didnt": "did not", "doesnt": "does not",
        "isnt": "is not", "wasnt": "was not", "whats": "what is", "hes": "he is", "shes": "she is",
        "thats": "that is", "theres": "there is", "theyre": "they are", "youre": "you are", "lil": "little",
        "smth": "something", "sth": "something", "sum1": "someone", "abt": "about", "appt": "appointment",
        "mins": "minutes", "hr": "hour", "hrs": "hours", "wk": "week", "wks": "weeks", "yrs": "years", "yr": "year",
        "tho": "though", "thru": "through", "k": "okay", "kk": "okay", "ya": "yes", "yea": "yes", "yep": "yes",
        "nvm": "never mind", "btw": "by the way", "tbh": "to be honest", "bday": "birthday", "hubby": "husband",
        "yall": "you all", "wat": "what", "sch": "school", "fone": "phone", "ph": "phone", "nite": "night",
        "tonite": "tonight", "2nite": "tonight", "2day": "today", "gf": "girlfriend", "bf": "boyfriend",
        "gm": "good morning", "gn": "good night", "ofc": "of course",
    },
    "es": {
        "q": "que", "k": "que", "ke": "que", "qe": "que", "d": "de", "x": "por", "xq": "por que", "pq": "por que",
        "porq": "por que", "xk": "por que", "pa": "para", "tmb": "tambien", "tb": "tambien", "tbn": "tambien",
        "tambn": "tambien", "bn": "bien", "toy": "estoy", "ta": "esta", "tan": "estan", "tamos": "estamos",
        "msj": "mensaje", "msjs": "mensajes", "mjs": "mensajes", "xfa": "por favor", "porfa": "por favor",
        "xfavor": "por favor", "pf": "por favor", "pls": "por favor", "grax": "gracias", "grcs": "gracias",
        "grs": "gracias", "aki": "aqui", "hno": "hermano", "hna": "hermana", "kiero": "quiero", "ntc": "no te creas",
        "cdo": "cuando", "cndo": "cuando", "cmo": "como", "dnd": "donde", "nd": "nada", "nmas": "nomas", "ps": "pues",
        "pos": "pues", "tel": "telefono", "cel": "celular", "hrs": "horas", "min": "minutos", "mñn": "manana",
        "ud": "usted", "uds": "ustedes", "c": "se", "m": "me", "l": "el", "s": "es", "n": "en",
    },
}  # fmt: skip


def spelled_out(text: str) -> str:
    """`text` with the shorthand of texting written out, by the language most of its small words are of."""
    words = fold(text)
    language = "es" if len(_SPANISH.findall(words)) > len(_ENGLISH.findall(words)) else "en"
    table = _SHORTHAND[language]
    return _WORD.sub(lambda found: table.get(found.group(0).lower().replace("'", ""), found.group(0)), text)
