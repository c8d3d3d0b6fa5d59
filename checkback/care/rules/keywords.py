"""The words that end texts: the carrier's own, on which it acts before we see them, and those the law names.

Twilio's default lists for long codes are a single word in any case (Twilio Docs, "Advanced Opt-Out": opt-out words
STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT, REVOKE, OPTOUT; opt-in words START, UNSTOP and, for somebody opted out,
YES; and HELP and INFO, which it answers). The law names stop, quit, end, revoke, opt out, cancel and unsubscribe (47
CFR 64.1200(a)(10)); other carriers add remove and ARRET (AWS End User Messaging, "Required opt-out keywords"; CWTA,
"Canadian Common Short Code Application Guidelines").
"""

from __future__ import annotations

import unicodedata

STOP_WORDS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
START_WORDS = frozenset({"start", "unstop"})
START_WORDS_WHEN_BLOCKED = START_WORDS | {"yes"}

#: The carrier answers these by itself, with what texts cost and how to end them.
HELP_WORDS = frozenset({"help", "info"})

#: Whole texts, as `folded` leaves them, by which somebody opts out, whether the carrier has acted on them or not.
OPT_OUTS = STOP_WORDS | {"stop all", "opt out", "unsub", "remove", "arret", "arrêt"}


def stops(text: str) -> bool:
    """Whether the carrier takes this text as an opt-out, and lets nothing of ours through from then on."""
    return text.strip().lower() in STOP_WORDS


def starts(text: str, *, blocked: bool) -> bool:
    """Whether this text is an opt-in. `YES` is one only from a phone the carrier blocks, and only as the carrier reads
    it; START may have a full stop behind it.
    """
    return folded(text) in START_WORDS or (blocked and text.strip().lower() in START_WORDS_WHEN_BLOCKED)


def asks_for_help(text: str) -> bool:
    """Whether the carrier answers this text with its own words."""
    return folded(text) in HELP_WORDS


def folded(text: str) -> str:
    """The words alone: one case, composed letters, no signs, no invisible characters, one blank between words.

    Accents stay: in Vietnamese `dừng` is stop, and `dung` may be a name.
    """
    composed = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(_plain(char) for char in unicodedata.normalize("NFC", composed)).split())


def _plain(char: str) -> str:
    kind = unicodedata.category(char)
    if kind in ("Cf", "Mn", "Me"):
        return ""  # joined and directed by it, or vocalised as in Arabic
    return char if kind[0] in "LNM" else " "
