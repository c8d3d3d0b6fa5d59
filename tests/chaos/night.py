"""One night: two of every process on one database, crashes at any point, and families who need us all the same."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random

from checkback.care.flows import conversation, inbound, outbound, summoning, taking_in
from checkback.care.flows.due import Tally
from checkback.care.flows.enrolment import NewContact
from checkback.care.flows.inbound import Received, ReceivedText
from checkback.care.model import StaffMember, StaffWay
from checkback.care.runtime import Runtime
from checkback.care.store import Store
from checkback.care.terms import Lane, Way
from scheduler.jobs import jobs
from tests.chaos.carrier import MoodyCarrier
from tests.chaos.desk import Desk
from tests.chaos.summons import MoodyCaller, MoodyMailer
from tests.fakes import Crash, FakeAssistant, FrozenClock
from tests.fakes.clock import MORNING
from tests.furnished import RING, Furnished, house_on, repeatable_dice
from tests.story import ALERT_LINE, DR_LEE, FAMILY_LINE, ON_CALL, ORTIZ, House, forget_the_order

FAMILIES = ("+13145550101", "+13145550102", "+13145550103")
STAFF = (DR_LEE, ORTIZ, ON_CALL)
SAYINGS = (
    "1", "2", "not great honestly", "we need a crib", "thank you", "?", "call me please", "STOP", "START",
    "I want to kill myself", "he has a gun", "he hits me", "i cannot cope", "wrong number", "no", "we are ok",
)  # fmt: skip
ORDERS = ("ack", "ack 12", "ack 13 20", "pass 12", "reached 12", "tried 12", "reached 13", "what", "reached 14")
Duty = Callable[[], Tally | bool | int]
#: They look for what time alone has broken, and a night leaps over hours; `promises` asks them at the end.
_WATCHMEN = frozenset(
    {
        *("audit-promises", "watch-escalations", "send-test-page"),
        *("gather-the-weeks-reading", "warn-of-rota-gaps", "heartbeat"),
    }
)


def duties(rt: Runtime) -> Sequence[tuple[str, Duty]]:
    """What a scheduler and a worker do, one round each."""
    return [
        *((job.name, job.work) for job in jobs(rt) if job.name not in _WATCHMEN),
        ("gather", partial(conversation.gather_turns, rt)),
        ("answer", partial(conversation.answer_text, rt)),
        ("alerts", partial(outbound.deliver_due, rt, Lane.ALERTS, 50)),
        ("families", partial(outbound.deliver_due, rt, Lane.FAMILIES, 50)),
        ("summons", partial(summoning.make_due, rt)),
        ("replay", partial(taking_in.replay, rt)),
    ]


_AGREES = 0.8
"""How often who is asked whether we may text says yes; else most nights end before they begin."""
_WANTS_IT = 0.4
_OUTSIDE = frozenset(
    f"{call}.{when}"
    for call in ("carrier.send", "assistant.converse", "caller.call", "mailer.send")
    for when in ("before", "after")
)
#: The calm: minutes, so that leases run out and the next are told; then hours, at other hours of the day each time.
_CALM: Sequence[dict[str, int]] = (
    {"seconds": 61}, {"seconds": 61}, {"minutes": 6}, {"minutes": 6}, *[{"hours": 17}] * 7,
)  # fmt: skip


#: What one of these did may be work for the others, within a minute.
_TELLING = frozenset({"advance-escalations", "alerts", "summons"})


class Nerves:
    """The points of one process: it ends at one of them, and while it waits for the outside, others work."""

    def __init__(self) -> None:
        self.meanwhile: Callable[[], None] = lambda: None
        self.ends_in = 0
        """How many points it still passes before it ends; nought is never."""

    def reach(self, name: str) -> None:
        if name in _OUTSIDE:
            self.meanwhile()
        if self.ends_in:
            self.ends_in -= 1
            if not self.ends_in:
                raise Crash(name)


class Stage:
    """Where nights are told, one after the other: a set-up house, a clock, and two stores.

    A store remembers nothing of a night, but how a statement is put into SQL; to find that out anew each night would
    take longer than the night.
    """

    def __init__(self, home: Furnished, folder: Path) -> None:
        self.folder = folder
        self.clock = FrozenClock()
        self._home = home
        self.seats = [self._seat() for _ in range(2)]

    def clear(self) -> None:
        """Make it as nobody has played on it."""
        forget_the_order()
        self.close()
        self._home.put_back()
        shutil.rmtree(self.folder / "journal", ignore_errors=True)
        self.clock.set(MORNING)

    def close(self) -> None:
        """Let go of the database."""
        for store, _nerves in self.seats:
            store.close()

    def _seat(self) -> tuple[Store, Nerves]:
        nerves = Nerves()
        return Store(self._home.home, keyring=RING, clock=self.clock, points=nerves, pool_size=2), nerves


class Process:
    """One of the two: after a crash it knows nothing but the database."""

    def __init__(self, night: Night, store: Store, nerves: Nerves) -> None:
        self._night, self._store, self.nerves = night, store, nerves
        self.is_busy = False
        self._opens()

    def does(self, act: Callable[[House], object]) -> bool:
        """Let it do something; False when it crashed in the middle, and was started again."""
        self.is_busy = True
        self._night.feels_with(self.nerves)
        try:
            act(self.house)
        except Crash:
            self._night.crashes += 1
            self._store.close()
            self._opens()
            return False
        finally:
            self.is_busy = False
        return True

    def _opens(self) -> None:
        night = self._night
        self.house = house_on(
            "", night.folder, clock=night.clock, carrier=night.carrier, assistant=night.assistant,
            points=self.nerves, store=self._store,
        )  # fmt: skip
        self.house.rt = replace(self.house.rt, caller=night.caller, mailer=night.mailer, calls_on_call_number=True)
        self.duties = duties(self.house.rt)


class Night:
    """What the seed says happens, and what the world outside remembers of it.

    Args:
        seed: the same seed, the same night.
        moves: how many things happen before calm returns.
    """

    def __init__(self, seed: int, stage: Stage, moves: int = 45) -> None:
        self.seed, self.folder, self.moves = seed, stage.folder, moves
        self._stage = stage
        self.chance = Random(seed)  # noqa: S311 - no secret in it
        self.clock = stage.clock
        self.carrier = MoodyCarrier(self.clock, self.chance)
        self.caller = MoodyCaller(self.chance)
        self.mailer = MoodyMailer(self.chance)
        self.assistant = FakeAssistant()
        self.desk = Desk(seed)
        self.crashes = 0
        self.looked_at = self.clock.now()
        """When somebody last began to do everything that was due."""
        self.failures: list[str] = []
        """Duties in which a row failed though nothing was wrong with it."""
        self.brought: dict[str, str] = {}
        """What the carrier brought and got a yes for: its id, and the number it came from."""
        self.enrolled: list[str] = []
        self._texts = 0
        self._depth = 0

    def told(self) -> House:
        """The whole night and the calm after it; returns the house as it stands then."""
        self._stage.clear()
        with repeatable_dice(self.seed):
            self.processes = [self._process(store, nerves) for store, nerves in self._stage.seats]
            self._staff_choose_ways(self.processes[0].house)
            for _ in FAMILIES[1:]:
                self._enrol()
            self._a_round()
            for _ in range(self.moves):
                self._something_happens()
            self._calms_down()
            return self.processes[0].house

    def _process(self, store: Store, nerves: Nerves) -> Process:
        nerves.meanwhile, nerves.ends_in = self._meanwhile, 0
        return Process(self, store, nerves)

    def feels_with(self, nerves: Nerves) -> None:
        """Whoever asks the outside now, ends there by these nerves."""
        self._points = nerves
        self.carrier.points = self.assistant.points = self.caller.points = self.mailer.points = nerves

    def _staff_choose_ways(self, house: House) -> None:
        """Some want to be called too, or written to, at once or a while later."""
        with house.rt.store.begin("test.ways") as tx:
            for staff in tx.session.query(StaffMember).order_by(StaffMember.login).all():
                staff.email = f"{staff.login}@example.org"
                for way in (Way.VOICE, Way.EMAIL):
                    if staff.phone_id is not None and self.chance.random() < _WANTS_IT:
                        after = self.chance.choice((0, 0, 120))
                        tx.add(StaffWay(staff_id=staff.id, way=way, after_seconds=after, verified_at=tx.now))
                tx.record("way.proven", staff)

    # --- what happens -------------------------------------------------------------------------------------------------

    def _something_happens(self) -> None:
        happenings = (
            (30, self._a_duty), (16, self._a_round), (14, self._a_family_writes), (5, self._staff_write),
            (14, self._a_report), (6, self._a_phone_rings), (10, self._time_passes), (3, self._enrol),
            (18, self._a_crash_is_near), (2, self._moods),
        )  # fmt: skip
        (what,) = self.chance.choices([do for _, do in happenings], [weight for weight, _ in happenings])
        what()
        if self.desk.is_busy():
            self.processes[0].does(self.desk.act())

    def _meanwhile(self) -> None:
        """One process waits for the outside; the other may do something."""
        if self._depth or self.chance.random() > 0.25:
            return
        free = [process for process in self.processes if not process.is_busy]
        if not free:
            return
        self._depth += 1
        nerves = self._points
        try:
            if self.chance.random() < 0.2:
                self.clock.tick(seconds=self.chance.choice((1, 20, 65)))
            for _ in range(self.chance.randint(1, 3)):
                self._one_of(self.chance.choice(free))
        finally:
            self._depth -= 1
            self.feels_with(nerves)

    def _a_duty(self) -> None:
        self._one_of(self.chance.choice(self.processes))

    def _one_of(self, process: Process) -> None:
        """One duty of a process, whichever."""
        self._duty_of(process, self.chance.randrange(len(process.duties)))

    def _a_round(self) -> None:
        """A process does everything once, as it would within a few seconds."""
        process = self.chance.choice(self.processes)
        for which in range(len(process.duties)):
            self._duty_of(process, which)
        self.clock.tick(seconds=2)

    def _duty_of(self, process: Process, which: int) -> bool:
        """Whether this duty had something to do."""
        did: list[bool] = []

        def done(_house: House) -> None:
            name, duty = process.duties[which]
            tally = duty()
            did.append(tally.done > 0 if isinstance(tally, Tally) else bool(tally))
            if isinstance(tally, Tally) and tally.failed:
                self.failures.append(name)

        process.does(done)
        return any(did)

    def _a_family_writes(self) -> None:
        number = self.chance.choice(FAMILIES)
        was_asked = any("Reply 1" in text for text in self.carrier.to(number)[-1:])
        agrees = was_asked and self.chance.random() < _AGREES
        self._bring(number, FAMILY_LINE, "1" if agrees else self.chance.choice(SAYINGS))

    def _staff_write(self) -> None:
        self._bring(self.chance.choice(STAFF), ALERT_LINE, self.chance.choice(ORDERS))

    def _bring(self, number: str, line: str, body: str) -> None:
        """The carrier brings a text to either gateway, again to the other when nobody said yes, and sometimes twice."""
        self._texts += 1
        text = ReceivedText(f"SM{self.seed:016x}{self._texts:016x}", number, line, body)
        first, second = self.chance.sample(self.processes, 2)
        answers: list[Received] = []
        if not first.does(lambda house: answers.append(inbound.receive_text(house.rt, text))):
            second.nerves.ends_in = 0
            second.does(lambda house: answers.append(inbound.receive_text(house.rt, text)))
        if self.chance.random() < 0.1:
            second.does(lambda house: answers.append(inbound.receive_text(house.rt, text)))
        self.brought[text.carrier_sid] = number

    def _a_report(self) -> bool:
        """The carrier reports to either gateway; whether it had something to report."""
        report = self.carrier.next_report()
        if report is not None:
            self.chance.choice(self.processes).does(lambda house: outbound.record_delivery(house.rt, report))
        return report is not None

    def _a_phone_rings(self) -> bool:
        """Whoever is called picks up or does not, and the carrier says how it ended; whether a phone rang."""
        ringing = self.caller.next_ringing()
        if ringing is None:
            return False
        call, process = ringing.call.id, self.chance.choice(self.processes)
        if ringing.is_answered:
            process.does(lambda house: summoning.answered(house.rt, call))
            if (key := ringing.key) is not None:
                process.does(lambda house: summoning.pressed(house.rt, call, key))
        for _ in range(ringing.reports):
            process.does(lambda house: summoning.call_ended(house.rt, call, ringing.ending))
        return True

    def _time_passes(self) -> None:
        by = self.chance.choice(
            ({"seconds": 30}, {"minutes": 1}, {"minutes": 6}, {"minutes": 31}, {"hours": 2}, {"hours": 11})
        )
        self.clock.tick(**by)

    def _enrol(self) -> None:
        """A records system enrols a family, and asks again when it got no answer."""
        number = self.chance.choice(FAMILIES)
        reference, hours = f"24-{len(self.enrolled) + 1:04d}", self.chance.choice((1, 2, 5, 24, 48))
        if len(self.enrolled) >= len(FAMILIES):
            return

        def enrols(house: House) -> None:
            house.enrols(reference, contacts=[NewContact("Ana Morales", number)], promise_hours=hours)

        if not self.processes[0].does(enrols):
            self.processes[1].nerves.ends_in = 0
            self.processes[1].does(enrols)
        self.enrolled.append(reference)
        if self.chance.random() < _AGREES:
            self._a_round()
            self._a_report()
            self._bring(number, FAMILY_LINE, "1")

    def _a_crash_is_near(self) -> None:
        self.chance.choice(self.processes).nerves.ends_in = self.chance.randint(1, 12)

    def _moods(self) -> None:
        if self.chance.random() < 0.5:
            self.carrier.is_down = not self.carrier.is_down
        else:
            self.assistant.is_down = not self.assistant.is_down

    # --- the calm -----------------------------------------------------------------------------------------------------

    def _calms_down(self) -> None:
        """Everything works again and stays so: after some days, whatever was promised must have come to its end."""
        self.carrier.moody = self.carrier.is_down = self.assistant.is_down = False
        self.caller.moody = self.mailer.moody = False
        for process in self.processes:
            process.nerves.ends_in = 0
        self.desk.lets_go(self.processes[0].house)
        for wait in _CALM:
            self.clock.tick(**wait)
            self._works_quietly()

    def _does_all_of(self, process: Process, which: int) -> bool:
        """One duty, to its end: a worker answers one turn after the other, and not one in seventeen hours."""
        did = self._duty_of(process, which)
        while process.duties[which][0] == "answer" and self._duty_of(process, which):
            pass
        return did

    def _works_quietly(self) -> None:
        process = self.processes[0]
        self.processes.reverse()
        self.looked_at = self.clock.now()
        busy = {process.duties[which][0] for which in range(len(process.duties)) if self._does_all_of(process, which)}
        if busy & _TELLING:
            # An alert that came too late, say, makes the next person due within a minute: not when the night leaps on.
            self.clock.tick(seconds=61)
            for which in [at for at, (name, _) in enumerate(process.duties) if name in _TELLING]:
                self._duty_of(process, which)
        while self._a_report() or self._a_phone_rings():
            pass
        self.clock.tick(seconds=3)
