"""What flows hand to the steps that tell people, and word to the number that is always answered."""

from __future__ import annotations

import structlog

from checkback.care.runtime import Runtime
from checkback.care.steps.finding import can_be_texted, number_routes
from checkback.care.steps.outbox import queue_alarm
from checkback.care.steps.summoning import queue_summons
from checkback.care.steps.telling import Pager
from checkback.care.store import Transaction, people
from checkback.care.terms import Way

log = structlog.get_logger()


def pager_of(rt: Runtime) -> Pager:
    """The sentences, the link, the last number of this house, and the ways it has."""
    ways = {Way.SMS, *([Way.VOICE] if rt.caller else []), *([Way.EMAIL] if rt.mailer else [])}
    return Pager(rt.wording, rt.console_url, rt.on_call_number, frozenset(ways), rt.calls_on_call_number, rt.hotlines)


def page_on_call(tx: Transaction, rt: Runtime, text: str, call: str, key: str, **facts: str) -> None:
    """A call where this house can call, and a text; both to the number that is always answered, once for each key.

    `text` and `call` are keys of the sentences for staff.
    """
    pager = pager_of(rt)
    if rt.on_call_number is None:
        log.error("watching.nobody-to-tell")
        return
    phone = people.phone_or_new(tx, rt.on_call_number)
    if Way.VOICE in pager.ways:
        queue_summons(tx, Way.VOICE, rt.wording.staff(call), f"{key}:call", staff=None, phone=phone)
    if number_routes(tx, pager) and can_be_texted(tx, phone):
        queue_alarm(tx, phone, rt.wording.staff(text, url=f"{rt.console_url}/", **facts), key)
