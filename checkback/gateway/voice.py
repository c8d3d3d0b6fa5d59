"""Calls as Twilio plays them, to staff and from families: https://www.twilio.com/docs/voice/twiml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import UUID
from xml.sax.saxutils import escape, quoteattr

from starlette.requests import Request

from checkback.care.flows.calls import FamilyCall, ReceivedCall
from checkback.care.flows.summoning import Spoken
from checkback.gateway.webhooks import Malformed

#: How long it waits for a key after it has spoken, in seconds; it speaks three times.
_WAITS = 6
_TIMES = 3
#: How long it rings where a family's call is passed on, in seconds; voicemail of that phone must not take it.
_RINGS = 20
_SID = re.compile(r"CA[0-9a-fA-F]{32}")
_SPOKEN = {"en": "en-US", "es": "es-US"}


def call_of(request: Request) -> UUID:
    """Our id of the call, from its address. Raises Malformed."""
    try:
        return UUID(request.query_params.get("call", ""))
    except ValueError:
        raise Malformed("call") from None


def twiml(spoken: Spoken, answer: str) -> str:
    """Say it; where it asks, say it again until a key is pressed, and then hang up."""
    say = f"<Say>{escape(_slowly(spoken.words))}</Say>"
    if not spoken.asks:
        return f"<?xml version='1.0' encoding='UTF-8'?><Response>{say}<Hangup/></Response>"
    gather = f"<Gather numDigits='1' timeout='{_WAITS}' action={quoteattr(answer)} method='POST'>{say}</Gather>"
    return f"<?xml version='1.0' encoding='UTF-8'?><Response>{gather * _TIMES}<Hangup/></Response>"


def _slowly(words: str) -> str:
    """`E-12` is read as a range by some voices; a space keeps its letter and its number apart."""
    return words.replace("E-", "E ")


def family_call(form: Mapping[str, str]) -> ReceivedCall:
    """A family's call as the carrier tells it. Raises Malformed."""
    sid = form.get("CallSid", "")
    if not _SID.fullmatch(sid):
        raise Malformed("CallSid")
    return ReceivedCall(sid, form.get("From", "")[:64], form.get("To", "")[:64])


def family_twiml(call: FamilyCall) -> str:
    """Say it in each language, then ring whoever answers; where nobody picks up, what was said holds."""
    says = "".join(f"<Say language='{_SPOKEN[tongue]}'>{escape(words)}</Say>" for tongue, words in call.words)
    dial = f"<Dial timeout='{_RINGS}'>{escape(call.forward_to)}</Dial>" if call.forward_to else ""
    return f"<?xml version='1.0' encoding='UTF-8'?><Response>{says}{dial}<Hangup/></Response>"
