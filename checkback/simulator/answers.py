"""Judges how the application answered a webhook, as Twilio's debugger would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus

from checkback.simulator.twiml import Reply, TwimlError, Verb, read_replies, read_script

_XML_TYPES = frozenset({"text/xml", "application/xml"})


@dataclass(frozen=True)
class Answer:
    """What came back for a webhook, after the redirects that were followed."""

    status: int
    content_type: str
    body: bytes
    location: str = ""
    lost_fields: bool = False
    """Whether a redirect on the way turned the request into a GET without its fields."""

    @property
    def is_success(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def is_redirect(self) -> bool:
        return HTTPStatus.MULTIPLE_CHOICES <= self.status < HTTPStatus.BAD_REQUEST


@dataclass(frozen=True)
class Verdict:
    """What Twilio would have complained of, and what the answer asks for: texts to send back, or verbs to play."""

    complaints: tuple[tuple[int, str], ...] = ()
    replies: tuple[Reply, ...] = ()
    script: tuple[Verb, ...] | None = None

    @property
    def is_good(self) -> bool:
        return not self.complaints

    @property
    def wants_fallback(self) -> bool:
        """Whether nothing can be done with the answer, so that the second address is asked."""
        return bool(self.complaints) and not self.replies and self.script is None


Judge = Callable[[Answer], Verdict]

NO_ANSWER = Verdict(complaints=((11200, "no answer to the webhook, every attempt allowed was made"),))


def judge_callback_answer(answer: Answer) -> Verdict:
    """A status callback wants any 2xx; what is in it is not read, but an empty 200 must say what it is."""
    if answer.lost_fields or not answer.is_success:
        return _complain(11200, f"the status callback was answered with {answer.status}, not 2xx")
    if answer.status == HTTPStatus.OK and not answer.content_type:
        return _complain(12300, "the status callback was answered with an empty 200: answer 204")
    return Verdict()


def judge_inbound_answer(answer: Answer) -> Verdict:
    """An inbound text's webhook wants 204, or 2xx with TwiML as XML."""
    return _judge(answer, _judge_text_answer)


def judge_voice_answer(answer: Answer) -> Verdict:
    """A call's webhook wants TwiML: there is a person on the phone who waits for it."""
    return _judge(answer, _judge_script)


def judge_script(document: bytes) -> Verdict:
    """TwiML for a call, wherever it came from."""
    try:
        return Verdict(script=read_script(document))
    except TwimlError as error:
        return _complain(error.code, error.words)


def _judge(answer: Answer, judge_content: Judge) -> Verdict:
    if answer.is_redirect:
        words = "and could not be followed" if answer.location else "without a Location"
        return _complain(11215 if answer.location else 11200, f"answered with {answer.status} {words}")
    if not answer.is_success:
        return _complain(11200, f"answered with {answer.status}, not 2xx")
    verdict = judge_content(answer)
    if answer.lost_fields:
        # Twilio itself says nothing here; but a text is lost, and that is what complaints are for.
        lost = (11200, "answered with a redirect, which turned into GET and lost the fields")
        return replace(verdict, complaints=(lost, *verdict.complaints))
    return verdict


def _judge_text_answer(answer: Answer) -> Verdict:
    if answer.status == HTTPStatus.NO_CONTENT:
        return Verdict()
    if answer.content_type in _XML_TYPES:
        return _judge_replies(answer.body)
    if not answer.content_type:
        return _complain(12300, "answered without a Content-Type: answer 204, or send text/xml")
    if not answer.body:
        return _complain(12300, f"an empty answer of type {answer.content_type}: answer 204, or send text/xml")
    if answer.content_type == "text/plain":
        words = "plain text is sent to the phone word for word: send text/xml"
        return replace(_complain(12300, words), replies=(Reply(answer.body.decode(errors="replace")),))
    return _complain(12300, f"an answer of type {answer.content_type}: send text/xml")


def _judge_replies(document: bytes) -> Verdict:
    try:
        return Verdict(replies=read_replies(document))
    except TwimlError as error:
        return _complain(error.code, error.words)


def _judge_script(answer: Answer) -> Verdict:
    if answer.content_type in _XML_TYPES:
        return judge_script(answer.body)
    if not answer.body:
        return _complain(12100, f"answered with {answer.status} and no TwiML: the caller hears nothing")
    return _complain(12300, f"an answer of type {answer.content_type or 'unknown'}: send text/xml")


def _complain(code: int, words: str) -> Verdict:
    return Verdict(complaints=((code, words),))
