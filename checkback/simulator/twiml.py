"""Reads TwiML as far as this simulator can act on it: texts to send back, and what is played in a call.

The verbs are described at https://www.twilio.com/docs/messaging/twiml and https://www.twilio.com/docs/voice/twiml.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from xml.etree import ElementTree

_MOST_MESSAGES = 10
_KEYS = frozenset("0123456789*#")


class TwimlError(Exception):
    """Twilio's debugger would show this code; the words are ours."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words


@dataclass(frozen=True)
class Reply:
    """One <Message>: what is texted back, and between whom, if not between those who wrote."""

    body: str
    num_media: int = 0
    to: str | None = None
    sender: str | None = None
    status_callback: str | None = None


@dataclass(frozen=True)
class Say:
    words: str
    language: str = ""


@dataclass(frozen=True)
class Play:
    """A recording, or digits sent as tones. Nobody here can hear it, so the phone shows what it was."""

    what: str


@dataclass(frozen=True)
class Pause:
    seconds: float = 1.0


@dataclass(frozen=True)
class Gather:
    """Wait for keys. `num_digits` None means until `finish_on` or the silence of `timeout` seconds."""

    prompts: tuple[Say | Play | Pause, ...] = ()
    num_digits: int | None = None
    timeout: float = 5.0
    finish_on: str = "#"
    action: str = ""
    method: str = "POST"
    asks_when_empty: bool = False
    """Whether `action` is called although nobody pressed a key."""


@dataclass(frozen=True)
class Redirect:
    url: str
    method: str = "POST"


@dataclass(frozen=True)
class Hangup:
    pass


@dataclass(frozen=True)
class Reject:
    """Not to answer an inbound call, as its first verb."""

    reason: str = "rejected"


Verb = Say | Play | Pause | Gather | Redirect | Hangup | Reject


def read_replies(document: bytes) -> tuple[Reply, ...]:
    """The texts an answer to an inbound text asks for. Raises TwimlError."""
    root = _response(document)
    odd = sorted({verb.tag for verb in root} - {"Message"})
    if odd:
        raise TwimlError(12200, f"this simulator knows no TwiML verb <{odd[0]}> for texts")
    if len(root) > _MOST_MESSAGES:
        raise TwimlError(14109, "more than ten <Message> in one answer")
    return tuple(_reply(message) for message in root)


def read_script(document: bytes) -> tuple[Verb, ...]:
    """What a call is to play. Raises TwimlError."""
    return tuple(_verb(element) for element in _response(document))


def _response(document: bytes) -> ElementTree.Element:
    try:
        # The document comes from the application on this machine, at most 64 kB of it, and expat bounds expansion.
        root = ElementTree.fromstring(document)  # noqa: S314
    except ElementTree.ParseError as error:
        raise TwimlError(12100, "the TwiML is not well-formed XML") from error
    if root.tag != "Response":
        raise TwimlError(12100, "the TwiML does not start with <Response>")
    return root


def _reply(message: ElementTree.Element) -> Reply:
    inner = message.find("Body")
    reply = Reply(
        body=_words(message if inner is None else inner),
        num_media=len(message.findall("Media")),
        to=message.get("to"),
        sender=message.get("from"),
        status_callback=message.get("statusCallback") or message.get("action"),
    )
    if not reply.body and not reply.num_media:
        raise TwimlError(14103, "a <Message> with neither words nor media")
    return reply


def _verb(element: ElementTree.Element) -> Verb:
    read = _VERBS.get(element.tag)
    if read is None:
        raise TwimlError(12200, f"this simulator knows no TwiML verb <{element.tag}> for calls")
    return read(element)


def _gather(element: ElementTree.Element) -> Gather:
    if element.get("input", "dtmf") != "dtmf":
        raise TwimlError(12200, "this simulator hears keys only: <Gather> without input, or with dtmf")
    digits = element.get("numDigits")
    return Gather(
        prompts=tuple(_prompt(inner) for inner in element),
        num_digits=None if digits is None else round(_number("numDigits", digits, 1)),
        timeout=_number("timeout", element.get("timeout", "5"), 0),
        finish_on=_finish_on(element.get("finishOnKey", "#")),
        action=element.get("action", ""),
        method=_method(element),
        asks_when_empty=element.get("actionOnEmptyResult", "false").lower() == "true",
    )


def _prompt(element: ElementTree.Element) -> Say | Play | Pause:
    verb = _verb(element)
    if not isinstance(verb, Say | Play | Pause):
        raise TwimlError(12200, f"<{element.tag}> cannot stand inside <Gather>")
    return verb


def _finish_on(said: str) -> str:
    if said and said not in _KEYS:
        raise TwimlError(13311, "finishOnKey must be one key, or nothing")
    return said


def _say(element: ElementTree.Element) -> Say:
    words = _words(element)
    if not words:
        raise TwimlError(13520, "a <Say> without words")
    return Say(words, element.get("language", ""))


def _redirect(element: ElementTree.Element) -> Redirect:
    return Redirect(_words(element), _method(element))


def _number(name: str, said: str, least: int) -> float:
    try:
        value = float(said)
    except ValueError as error:
        raise TwimlError(12200, f"{name} must be a number") from error
    if not least <= value <= 3600:  # noqa: PLR2004  # an hour, longer than anybody holds a phone to wait
        raise TwimlError(12200, f"{name} must be from {least} to 3600")
    return value


def _method(element: ElementTree.Element) -> str:
    method = element.get("method", "POST").upper()
    if method not in ("GET", "POST"):
        raise TwimlError(12200, "method must be GET or POST")
    return method


def _words(element: ElementTree.Element) -> str:
    return "".join(element.itertext()).strip()


_VERBS: dict[str, Callable[[ElementTree.Element], Verb]] = {
    "Say": _say,
    "Play": lambda element: Play(_words(element) or element.get("digits", "")),
    "Pause": lambda element: Pause(_number("length", element.get("length", "1"), 0)),
    "Gather": _gather,
    "Redirect": _redirect,
    "Hangup": lambda element: Hangup(),
    "Reject": lambda element: Reject(element.get("reason", "rejected")),
}
