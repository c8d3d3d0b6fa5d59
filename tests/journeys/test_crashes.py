"""The house stops at every point there is, forgets all it had in memory, and goes on: nobody is lost or texted twice.

The same story is told again for each point it passes, and for each time it passes there. What stands outside goes on
standing: the carrier and the assistant remember, the carrier and the records system ask again what got no answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from checkback.care.flows import outbound
from checkback.care.flows.outbound import DeliveryReport
from checkback.care.model import AuditEvent, Consent, DialogueTurn, Escalation, InboundMessage, OutboundMessage
from checkback.care.terms import (
    CheckInState,
    ConsentState,
    EscalationOutcome,
    InboundState,
    OutboundKind,
    OutboundState,
    TurnState,
)
from tests.care.conftest import ON_POSTGRESQL, ON_SQLITE, Home
from tests.fakes import Crash, FakeAssistant, FakeCarrier
from tests.furnished import house_on
from tests.story import ALERT_LINE, ANA, DR_LEE, FAMILY_LINE, House

ENDS = {state for state in CheckInState if state.is_over}
PROMISED_TWICE_NEVER = (OutboundKind.WELCOME, OutboundKind.CHECK_IN, OutboundKind.ANSWER)


class Retelling:
    """One telling of the story, in a house that may crash once and is started again.

    Only the store outlives a crash, because it is slow to make: it holds connections, which are cut, and nothing else.
    """

    def __init__(self, home: Home, folder: Path) -> None:
        self.store, self.clock, self.points, self.folder = home.store, home.clock, home.points, folder
        self.carrier = FakeCarrier(self.clock, self.points)
        self.assistant = FakeAssistant(self.points)
        self.crashes = 0
        self.house = self.opened()

    def opened(self) -> House:
        return house_on(
            "",
            self.folder,
            clock=self.clock,
            carrier=self.carrier,
            assistant=self.assistant,
            points=self.points,
            store=self.store,
        )

    def does(self, act: Callable[[House], object]) -> None:
        """Let it happen; after a crash, in a house that is started again."""
        try:
            act(self.house)
        except Crash:
            self.crashes += 1
            self.store.close()
            self.house = self.opened()
            act(self.house)
            self.settles()

    def works(self, minutes: float = 0) -> None:
        self.clock.tick(minutes=minutes)
        self.does(lambda house: house.works(rounds=1))

    def settles(self) -> None:
        """What hangs in the air comes down: leases end, the carrier is asked, and in the end a person is."""
        for minutes in (1, 1, 5):
            self.works(minutes)

    def hears(self, body: str, number: str = ANA, line: str = FAMILY_LINE) -> None:
        sid = f"SM{body}"
        self.does(lambda house: house.receives(body, from_=number, to=line, sid=sid))
        self.works()

    def hears_back(self) -> None:
        """The carrier reports the text it took last, and again when nobody answered its report."""
        text = self.carrier.taken[-1]
        report = DeliveryReport(text.id, self.carrier.sid_of(text), "delivered")
        self.does(lambda house: outbound.record_delivery(house.rt, report))

    def told(self) -> None:
        """From the promise at the door to the clinician who reached them."""
        self.does(lambda house: house.enrols())
        self.works()
        self.hears("1")
        self.works(minutes=48 * 60)
        self.hears_back()
        self.hears("we can't sleep")
        self.hears("I want to kill myself")
        self.hears("ack 12", DR_LEE, ALERT_LINE)
        self.hears("reached 12", DR_LEE, ALERT_LINE)


def problems(telling: Retelling) -> list[str]:
    """What a family, or their clinician, would hold against this telling."""
    house, found = telling.house, []

    def expect(what: str, holds: object) -> None:
        if not holds:
            found.append(what)

    texts = {message.id: message for message in house.all(OutboundMessage)}
    times = Counter(text.id for text in telling.carrier.taken)
    twice = [texts[i].kind for i, n in times.items() if n > 1 and texts[i].kind in PROMISED_TWICE_NEVER]
    expect(f"sent twice: {twice}", not twice)
    on_the_way = [m.kind for m in texts.values() if m.state in (OutboundState.QUEUED, OutboundState.SENDING)]
    expect(f"still ours: {on_the_way}", not on_the_way)
    unclear = [m.kind for m in texts.values() if m.state is OutboundState.UNCLEAR]
    expect(f"nobody knows of: {unclear}", not unclear)

    (check_in,) = house.promises()
    asked = [m for m in texts.values() if m.kind is OutboundKind.CHECK_IN and times[m.id]]
    expect(f"check-in stands at {check_in.state}", check_in.state.is_over)
    expect("a check-in neither sent nor a task", bool(asked) or check_in.state is CheckInState.HANDED_OVER)
    expect("a handed-over check-in without its task", check_in.state is not CheckInState.HANDED_OVER or house.tasks)
    ends = [e.action for e in house.all(AuditEvent) if e.subject_id == check_in.id and "promised" not in e.action]
    expect(f"ended {ends}", sum(a.removeprefix("check-in.") in ENDS for a in ends) == 1)

    expect("consent was lost", [c.state for c in house.all(Consent)] == [ConsentState.GIVEN])
    received = house.all(InboundMessage)
    expect(f"{len(received)} texts kept", len(received) == 5)
    expect("a text nobody looks at", not {InboundState.WAITING, InboundState.IN_TURN} & {t.state for t in received})
    expect("an open turn", not any(turn.state is TurnState.OPEN for turn in house.all(DialogueTurn)))
    expect("the assistant heard something twice", len(telling.assistant.asked) == len(set(telling.assistant.asked)))

    escalations = house.all(Escalation)
    expect("not one escalation", len(escalations) == 1)
    expect("the clinician was not told", any("URGENT" in text for text in telling.carrier.to(DR_LEE)))
    expect("no outcome", [e.outcome for e in escalations] == [EscalationOutcome.REACHED])
    return found


@pytest.fixture
def telling(home: Home, tmp_path: Path) -> Callable[..., Retelling]:
    """Tell the story in a house nobody has lived in, with a crash at a point or without one."""

    def told(crash_at: tuple[str, int] | None = None) -> Retelling:
        home.put_back()
        if crash_at is not None:
            home.points.crash_at(crash_at[0], time=crash_at[1])
        one = Retelling(home, tmp_path)
        one.told()
        return one

    return told


PARTS = 4


@ON_SQLITE
@pytest.mark.parametrize("part", range(PARTS))
def test_wherever_the_house_stops_the_story_ends_well(telling, part):
    passed = points_passed(telling)
    assert len(passed) >= 80, "fewer points than there were: does every commit and call outside still pass one?"
    assert ended_badly(telling, passed[part::PARTS]) == {}


@ON_POSTGRESQL
def test_the_same_behind_each_kind_of_commit_and_call_on_postgresql(telling):
    """A sample: all of them took too long."""
    sample = [(point, time) for point, time in points_passed(telling) if ".after" in point and time == 1]
    assert ended_badly(telling, sample) == {}


def points_passed(telling: Callable[..., Retelling]) -> list[tuple[str, int]]:
    """Every point the story passes, and for which time; told without a crash, it ends well."""
    whole = telling()
    assert problems(whole) == []
    times: Counter[str] = Counter()
    passed = []
    for point in whole.points.reached:
        times[point] += 1
        passed.append((point, times[point]))
    return passed


def ended_badly(telling: Callable[..., Retelling], points: list[tuple[str, int]]) -> dict[tuple[str, int], list[str]]:
    """Tell the story once for each point, with a crash there; those that did not end well, and why."""
    badly = {}
    for point in points:
        one = telling(point)
        assert one.crashes == 1, f"{point} was not passed"
        if found := problems(one):
            badly[point] = found
    return badly
