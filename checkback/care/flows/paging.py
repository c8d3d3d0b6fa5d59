"""What flows hand to the steps that tell people."""

from __future__ import annotations

from checkback.care.runtime import Runtime
from checkback.care.steps.telling import Pager
from checkback.care.terms import Way


def pager_of(rt: Runtime) -> Pager:
    """The sentences, the link, the last number of this house, and the ways it has."""
    ways = {Way.SMS, *([Way.VOICE] if rt.caller else []), *([Way.EMAIL] if rt.mailer else [])}
    return Pager(rt.wording, rt.console_url, rt.on_call_number, frozenset(ways), rt.calls_on_call_number, rt.hotlines)
