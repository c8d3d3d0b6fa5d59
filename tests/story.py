"""The language stories are told in: phones you hold, a clock you move, and a house that works while you watch."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.event import listens_for

from checkback.care.flows import (
    check_ins,
    conversation,
    enrolment,
    escalations,
    inbound,
    numbers,
    outbound,
    renewals,
    screenings,
    task_care,
)
from checkback.care.flows.enrolment import Enrolment, NewContact
from checkback.care.flows.inbound import Received, ReceivedText
from checkback.care.model import Base, CheckIn, Contact, Escalation, OutboundMessage, Task
from checkback.care.runtime import Runtime
from checkback.care.steps import phone_safety
from checkback.care.terms import Lane, SafetyMode, Sender
from tests.fakes import FakeAssistant, FakeCarrier, FrozenClock

ANA = "+13145550101"
DR_LEE = "+13145550141"
ORTIZ = "+13145550142"
ON_CALL = "+13145550190"
FAMILY_LINE = "+13145550100"
ALERT_LINE = "+13145550198"

_WRITTEN: dict[tuple[str, Any], int] = {}


def _key(row: Any) -> tuple[Any, ...]:
    return tuple(inspect(row).mapper.primary_key_from_instance(row))


@listens_for(Base, "after_insert", propagate=True)
def _note(_mapper: Any, _connection: Any, row: Any) -> None:
    _WRITTEN.setdefault((type(row).__name__, _key(row)), len(_WRITTEN) + 1)


def forget_the_order() -> None:
    """Nobody asks any more in which order rows were written: what told thousands of stories would grow without end."""
    _WRITTEN.clear()


@dataclass
class House:
    """One runtime with everything it can do, worked by hand."""

    rt: Runtime
    clock: FrozenClock
    carrier: FakeCarrier
    assistant: FakeAssistant
    _sids: Any = field(default_factory=lambda: itertools.count(1))

    def enrols(self, reference: str = "24-0117", **changes: Any) -> str:
        """A dispatch system enrols Ana's family; returns the family's reference."""
        enrolment_ = Enrolment(
            reference=reference,
            occurred_at=self.clock.now(),
            kind="burglary",
            zip="63106",
            team="North Team",
            clinician="lee",
            contacts=[NewContact("Ana Morales", ANA)],
        )
        return enrolment.enrol(self.rt, replace(enrolment_, **changes)).family

    def receives(self, body: str, *, from_: str, to: str, **more: Any) -> Received:
        """The carrier brings a text."""
        sid = more.pop("sid", f"SM{next(self._sids):032x}")
        return inbound.receive_text(self.rt, ReceivedText(sid, from_, to, body, **more))

    def works(self, rounds: int = 4) -> None:
        """Every process of the house does what is due; short waits pass."""
        for _ in range(rounds):
            self.ticks()
            self.clock.tick(seconds=3)
            conversation.gather_turns(self.rt)
            while conversation.answer_text(self.rt):
                pass
            for lane in Lane:
                outbound.deliver_due(self.rt, lane, limit=100)

    def ticks(self) -> None:
        """The scheduler's jobs."""
        check_ins.start_due(self.rt)
        check_ins.close_silent(self.rt)
        escalations.advance_overdue(self.rt)
        outbound.settle_unclear(self.rt)
        task_care.see_to_tasks(self.rt)
        numbers.check(self.rt)
        renewals.see_to_consents(self.rt)
        screenings.expire(self.rt)

    def marks_phones(self, mode: SafetyMode) -> None:
        """Staff know who reads along: nobody, perhaps somebody, somebody."""
        with self.rt.store.begin("tests.marks-phones") as tx:
            for contact in tx.session.query(Contact):
                phone_safety.set_mode(tx, contact, mode)

    def phone(self, number: str, line: str = FAMILY_LINE) -> HeldPhone:
        return HeldPhone(self, number, line)

    def all(self, kind: type[Any]) -> list[Any]:
        """Every row of a kind, as it is kept, in the order they were written: a database promises none of its own."""
        with self.rt.store.read() as tx:
            rows = tx.session.query(kind).all()
        return sorted(rows, key=lambda row: _WRITTEN.get((kind.__name__, _key(row)), 0))

    @property
    def escalation(self) -> Escalation:
        (only,) = self.all(Escalation)
        return only  # type: ignore[no-any-return]

    @property
    def check_in(self) -> CheckIn:
        """What was promised at the door."""
        (only,) = self.promises()
        return only

    def promises(self, step: str = "promised") -> list[CheckIn]:
        """The promises of one step of the plan, to whomever."""
        return [check_in for check_in in self.all(CheckIn) if check_in.step == step]

    @property
    def tasks(self) -> list[str]:
        return sorted(str(task.kind) for task in self.all(Task))

    def outbox(self) -> list[OutboundMessage]:
        return self.all(OutboundMessage)

    def sets_clock(self, local: datetime) -> None:
        self.clock.set(local)


@dataclass
class HeldPhone:
    """A phone somebody holds."""

    house: House
    number: str
    line: str
    _read: int = 0

    def texts(self, body: str, **more: Any) -> Received:
        """Write to Checkback; and the house does its work."""
        received = self.house.receives(body, from_=self.number, to=self.line, **more)
        self.house.works()
        return received

    @property
    def got(self) -> list[str]:
        """Everything that arrived."""
        return self.house.carrier.to(self.number)

    @property
    def news(self) -> list[str]:
        """What arrived since the last look."""
        new = self.got[self._read :]
        self._read += len(new)
        return new

    @property
    def last(self) -> str:
        return self.got[-1]


def sender_numbers() -> dict[Sender, str]:
    return {Sender.FAMILY: FAMILY_LINE, Sender.ALERT: ALERT_LINE}
