"""What a flow is handed: the store, the clock, and one adapter for each thing outside. No globals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from checkback.care.points import Points
from checkback.care.ports import Assistant, Caller, Carrier, Clock, Journal, Lookup, Mailer, Screen
from checkback.care.program import OptOutWords
from checkback.care.program.reporting import Hotlines
from checkback.care.program.retention import RetentionRule
from checkback.care.rules.private_words import PrivateWords
from checkback.care.store import Store
from checkback.care.terms import Sender
from checkback.care.wording import AnswerTable, Wording


@dataclass(frozen=True)
class Runtime:
    """One process's view of the house.

    Args:
        senders: our own numbers, E.164, by what they are for.
        on_call_number: the number told when no member of staff can be found, E.164.
        caller, mailer: make calls and send e-mails to staff, where this house has them.
        calls_on_call_number: call the on-call number too, beside the text.
        family_calls_to: who answers a family that calls the number we text from, E.164; None where nobody does.
        hotlines: where a report of child abuse is made, by state.
        retention: how long what is kept about a family stays; without a rule nothing goes by itself.
        pace: how many segments a second each sender may send; one that is not named is not paced.
        console_url: where staff sign in; alerts carry a link below it, nothing else.
    """

    store: Store
    clock: Clock
    carrier: Carrier
    lookup: Lookup
    assistant: Assistant
    screen: Screen
    wording: Wording
    answers: AnswerTable
    opt_out_words: OptOutWords
    private_words: PrivateWords
    senders: Mapping[Sender, str]
    console_url: str
    points: Points
    journal: Journal
    on_call_number: str | None = None
    caller: Caller | None = None
    mailer: Mailer | None = None
    calls_on_call_number: bool = False
    family_calls_to: str | None = None
    hotlines: Hotlines | None = None
    retention: Sequence[RetentionRule] = ()
    pace: Mapping[Sender, float] = field(default_factory=dict)
