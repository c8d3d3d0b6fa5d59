"""When somebody wants something, in their own words: read out of a text, never turned into a date here.

Every word that tells a time is found by itself, with the words that lead to it ("not before 10"); what stands close
together is one time ("tomorrow, but after my shift"), what stands apart is named apart. What is over ("last night",
"hace dos dias") is no time anybody is asked for.
"""

from __future__ import annotations

import re
import unicodedata

#: So many words may stand between two parts of one time.
NEAR = 3
#: A time is a few words; a text that is nothing but times is cut here.
LONGEST = 160

_NUMBER = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|(?<=\bla )una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce)"
)
_HALF = r"(?: (?:thirty|fifteen|forty ?five|y (?:media|cuarto|pico|quince)|menos cuarto))?"
_SUFFIX = (
    r"(?:[ap]\b| ?(?:[ap]\.? ?m\b\.?|ish\b|o ?'?clock|hrs\b|h\b)"
    r"| de la (?:ma[n]ana|tarde|noche|madrugada)| in the (?:morning|afternoon|evening))"
)
_CLOCK = (
    rf"(?:(?:half past|quarter (?:past|to|til)|casi) )?(?:[0-2]?\d[:.][0-5]\d|(?:1[0-2]|0?[1-9])[0-5]\d"
    rf"|[0-2]?\d|{_NUMBER}){_HALF}"
)
#: "at 5" is a time, "5" alone is not; neither is "at 314 555 0101", "at 5 Main Street" or "2 kids".
_NO_MORE = (
    r"(?![\d-]| ?\d{3}|[:/.,]\d| (?:kids?|children|boys?|girls?|ninos|hijos|years?|yrs?|anos|people|of us|more"
    r"|minut|mins?\b|hours?|hrs|horas?|days?|dias?|weeks?|wks?|semanas?|months?|mes(?:es)?)\b)"
)
_TO = r"(?: ?[-–] ?| (?:to|til|till|until|thru|through|and|an|n|or|y|o|u|a|ala|hasta) )(?:las? )?"
_LEADS_TO_CLOCK = (
    r"(?:after|aftr|b4|before|a?round|rnd|about|at|by|from|til|till|until|past|(?:in)?between|btwn|since|like"
    r"|say|figure|@"
    r"|de?sp(?:ue)?s? de|antes de|como a|a eso de|ala|a|tipo|entre|desde|hasta|de|sobre|pasad[ao]s?|pasando"
    r"|como|para|pa) ?(?:las? )?"
)
_AFTER_DAY_WORD = r"(?:las|la|@) ?"

_WEEKDAY = (
    r"(?:mon|tues?|tus|wednes|wensd?|wends|weds?|wedns|thur?s?|thrus|fri|satur|satu|sater|sat|sun)(?:da?ys?)?"
    r"|lune[sz]|marte[sz]|mie?r?col?e[sz]|[jg]ue[vb]e[sz]|[vb]ierne[sz]|sa[vb]ados?|domin?gos?"
)
_NAMED_DAY = (
    r"(?:the )?day after tomorr?ow|pasado manana|today|2day|tonight|tonite|2nite|2night"
    r"|tom+or+ow|tomorr?o|tmrw?|tmw|tmo?rro?w?|2mo?rro?w?|2moro|hoy(?: mismo)?|manana|mna?n(?:a)?"
    r"|week ?ends?|wknds?|week ?days?|fin(?:es)? de semana|findes?|entre semana"
)
_PART = (
    r"(?:early|late|mid)? ?(?:mornin[g']?s?|afternoons?|evenings?|evenin|nights?|nites?)|midday|mid day"
    r"|noon(?:ish)?|midnight"
    r"|lunch ?time|la h?ora de(?:l| la)? \w+|lunch(?: break| hour)?|bed ?time|mananas|mananitas?|tardes"
    r"|tardecitas?|noche[cs]itas?|noches"
    r"|mediodia|medio dia|tempran(?:o|ito)|en ayunas"
    r"|(?:x|por|en|a|de|toda|esta|esa|las?|una) (?:las? )?(?:manana|mna?n(?:a)?|tarde|noche)s?|all (?:day"
    r"|morning|afternoon|evening)|todo el dia"
)
_COUNT = (
    rf"(?:an? (?:few|couple|pair)(?: of)?|couple(?: of)?|few|unos cuantos|unas cuantas|unos|unas|un par de|par de"
    rf"|half an?|media|an?|un|una|quince|veinte|treinta|fifteen|twenty|thirty|{_NUMBER}|\d{{1,3}})"
)
_UNIT = (
    r"(?:minut[eo]?s?|mins?|hours?|hrs?|horas?|horitas?|ratos?|ratitos?|days?|dias?|diitas|weeks?|wks?|semanas?"
    r"|months?"
    r"|mes(?:es)?|mesesitos)"
)
_SPAN = rf"{_COUNT} ?{_UNIT}(?: (?:or so|mas|more|from now))?"
_NEXT = (
    r"(?:the )?week after next|(?:nxt|next|this|the following) (?:week|month|year|one)|later (?:today|tonight"
    r"|this week|on)"
    r"|(?:la |el )?(?:proxim[ao]|otr[ao]|siguiente|est[ae]) (?:semana|mes|ano)|(?:la |el )?(?:semana|mes"
    r"|ano) q(?:ue)? (?:viene|entra)"
    r"|(?:the )?(?:end|start|beginning|middle|first) of (?:the|this|next) (?:week|month|year)"
    r"|(?:fin(?:es|ales)?|principios?|mediados) de (?:la )?(?:semana|mes|ano)|(?:la )?quincena|mas tardecito"
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre"
    r"|noviembre|diciembre)"
)
_DATE = (
    rf"{_MONTH}\.? (?:the )?\d{{1,2}}(?:st|nd|rd|th)?\b|\d{{1,2}}(?:st|nd|rd|th)? (?:of|de) {_MONTH}|(?:in"
    rf"|until|till?|by|after|before|come|en|hasta|para) (?:{_MONTH}|spring|summer|fall|winter|primavera|verano"
    rf"|otono|invierno)\b"
    r"|the (?:fifteenth|first|tenth|twentieth|thirtieth)\b|the \d{1,2}(?:st|nd|rd|th)\b|\d{1,2}(?:st|nd|rd"
    r"|th)\b|(?:el|dia) (?:dia )?(?:[12]?\d|3[01])(?! ?[:\d])(?! de [a-z])|\b[01]?\d/[0-3]?\d(?:/\d{2,4})?"
)
_FEAST = (
    r"(?:the )?(?:holidays?|christmas|xmas|x-mas|new years?(?: day)?|thanksgiving|easter|fiestas|navidad(?:es)?"
    r"|ano nuevo"
    r"|(?:dia de )?accion de gracias|reyes|semana santa|lent|cuaresma)"
)
_ANY = (
    r"any ?(?:time|day|hour)|when ?ever|what ?ever (?:time|day)|cualquier (?:dia|hora|momento|rato)"
    r"|cuando (?:sea|quier[ae]n?|gusten?)"
    r"|(?:every|each|cada|todos los) (?:day|dias?)"
)
_NOW = r"right (?:now|away)|rn|asap|now|ahorit(?:a|ita)|ahora(?: mismo| ya)?|ya mismo|lo antes posible|cuanto antes"
#: What goes by no clock of ours, and is a time all the same: "when my shift ends", "cuando salga del trabajo".
_HAPPENING = (
    r"(?:work|shift|school|bus|program|meeting|nap ?time|bath|down|eat|ate|trial|hearing|lunch|dinner|supper"
    r"|church|class(?:es)?|practice|bed|nap|break|appointment|appt|funeral|burial|wake"
    r"|services?|job|court|breakfast|home|asleep|sleep(?:ing)?|out|off|ends?|done|over|here|back"
    r"|trabaj(?:o|ar)|jale|chamba|turno|escuela|culto|lonche|siesta|juicio|novenario|novena|misa|iglesia"
    r"|cena[r]?|comida|comer|almuerzo|almorzar|desayuno|clases?|cita|corte|entierro|funeral"
    r"|velorio|casa|dormid[oa]s|duerman?|duermen?|acuest[oae]n?|durmiendo|salga[ns]?|salgo|llegue[ns]?|llego"
    r"|termin[eoa]n?|acab[eoa]n?|regres[eoa]n?)"
)
_WHILE = (
    rf"(?:when|once|after|before|until|till?|while|during|(?:as )?soon as|aftr|b4|on my|in my|at my|cuando|cdo"
    rf"|en cuanto|ya q(?:ue)?|en mi|hasta que|hasta|mientras"
    rf"|despues (?:de|del|de que)|antes (?:de|del|de que)|saliendo (?:de|del)|durante|al (?:salir|llegar"
    rf"|terminar)(?: (?:de|del|a))?)"
    rf"(?! (?:can|could|are|is|will|would|do|does|did|me|nos)\b)(?: (?!you\b|u\b|usted|ud\b|puedas?\b"
    rf"|pueda\b)[\w']+){{0,5}}? (?:{_HAPPENING})\b(?: (?:work|school|home|del? (?:la )?(?:trabajo|escuela|jale"
    rf"|chamba|turno)|a (?:la |mi )?casa|los nin[oa]s))?"
)
_OVER = (
    r"last (?:night|week|month|year|weekend|time|\w+day)|yesterday|since (?:the )?\w+|\S+ \S+ ago|ago|anoche"
    r"|ayer|antier|anteayer"
    r"|desde (?:el|la|que|ayer|anoche) \w+|(?:la |el )?(?:semana|mes|ano|noche|lunes|martes|miercoles|jueves"
    r"|viernes|sabado|domingo) pasad[oa](?! l)"
    r"|hace \S+ \S+|(?:all|every|each) night|toda la noche|todas las noches|(?:by|for) the time being|(?:good"
    r"|buen[oa]s) (?:morning|afternoon|evening|night|tardes|noches|dias)"
    r"|\bdia de (?:las|los) \w+"
)
_LEADS = (
    r"(?:(?:not|but|no|except|only|just|pero|menos|excepto|salvo|solo|nomas|y|and|or|o|either|after|before"
    r"|until|till?|'til|around|by|for|in|at|on|from|during"
    r"|the|any|next|this|every|other|early|late|later|b4|aftr|most|otro|some|between"
    r"|despues de(?:l)?|despues|antes de(?:l)?|hasta|como|a|por|x|en|el|los|las?|al|este|esta|estos|para|pa"
    r"|desde|entre|proximo|dentro de|durante|todos|cada|temprano|tarde) ){0,6}"
)

_OVER_AND_DONE = re.compile(rf"\b(?:{_OVER})\b")
_TIME = re.compile(
    rf"(?:(?<= )|(?<=^)|(?<=[(,.;:!?¡¿/&+-]))(?:"
    rf"{_WHILE}"
    rf"|{_LEADS}(?:{_DATE}|{_NEXT}|{_SPAN}|(?:{_NAMED_DAY}|{_WEEKDAY})|{_PART}|{_FEAST}|{_ANY}|{_NOW})\b"
    rf"|{_LEADS}{_LEADS_TO_CLOCK}{_CLOCK}(?:{_SUFFIX})?(?:{_TO}{_CLOCK}(?:{_SUFFIX})?)?{_NO_MORE}"
    rf"|{_LEADS}{_AFTER_DAY_WORD}{_CLOCK}(?:{_SUFFIX})?{_NO_MORE}"
    rf"|{_LEADS}{_CLOCK}(?:{_SUFFIX})?{_TO}{_CLOCK}{_SUFFIX}"
    rf"|{_LEADS}[0-2]?\d(?::[0-5]\d)? ?- ?[0-2]?\d(?::[0-5]\d)?{_NO_MORE}"
    rf"|{_LEADS}{_CLOCK}{_SUFFIX}"
    rf"|{_LEADS}(?:[0-2]?\d|{_NUMBER}) y (?:media|cuarto)\b"
    rf"|{_LEADS}[0-2]?\d:[0-5]\d(?!\d)"
    rf"|(?:half past|quarter (?:past|to|til)) (?:\d{{1,2}}|{_NUMBER})\b"
    rf"|{_NUMBER}{_HALF.replace(')?', ')')}"
    rf")"
)
#: A bare number behind a day is its hour: "tues 3".
_HOUR_BEHIND = re.compile(rf"[ ,]+[0-2]?\d(?::[0-5]\d)?(?:{_SUFFIX})?{_NO_MORE}(?![\w])")
_ENDS_IN_DAY = re.compile(rf"(?:{_WEEKDAY}|{_NAMED_DAY}|{_PART})$")
_AN_HOUR = re.compile(r"\W*(?:[1-9]|1[0-2])\W*")
_NOW_ALONE = re.compile(rf"\W*{_LEADS}(?:{_NOW})\W*")


def moment_in(text: str) -> str | None:
    """The words of `text` that tell a time, e.g. "tomorrow after 5" or "hasta el lunes"; None if there are none."""
    plain = _plain(text)
    if _AN_HOUR.fullmatch(plain):
        return text.strip()
    plain = _OVER_AND_DONE.sub(lambda over: "#" * len(over.group()), plain)
    said = [text[start:end].strip(" ,.;:!?¡¿-()&+/") for start, end in _together(plain, _found(plain))]
    return "; ".join(part for part in said if part)[:LONGEST] or None


def later_moment_in(text: str) -> str | None:
    """As `moment_in`, for what comes after now: whoever wants no text "right now" has not said until when."""
    moment = moment_in(text)
    return None if moment is None or _NOW_ALONE.fullmatch(_plain(moment) + " ") else moment


def _plain(text: str) -> str:
    """Lower case and without accents, letter for letter, so that what is found there stands at the same place here."""
    return "".join(_bare(sign) for sign in text)


def _bare(sign: str) -> str:
    first = unicodedata.normalize("NFKD", sign)[0].lower()
    return "'" if first in "’`" else first if len(first) == 1 and not first.isspace() else " "


def _found(plain: str) -> list[tuple[int, int]]:
    spans = []
    at = 0
    while (match := _TIME.search(plain, at)) is not None:
        start, end = match.span()
        if _ENDS_IN_DAY.search(match.group()) and (hour := _HOUR_BEHIND.match(plain, end)):
            end = hour.end()
        spans.append((start, end))
        at = max(end, start + 1)
    return spans


def _together(plain: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """What has few words between it, and nothing that is over, is one."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        between = plain[joined[-1][1] : start] if joined else ""
        if joined and "#" not in between and len(between.split()) <= NEAR:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
