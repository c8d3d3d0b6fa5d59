"""A whole house of real processes, the simulator its carrier: phones to hold, a clock to move, faults to order."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

import httpx2

from checkback.assembly.runtime import make_store
from checkback.assembly.settings import Settings, load_settings
from checkback.care.model import CheckIn, ContactPhone, InboundMessage, OutboundMessage, Phone, Task
from checkback.care.rules.plans import PROMISED
from checkback.care.terms import OutboundState, TaskKind
from checkback.simulator.clock import MovableClock
from tests.system.processes import LOOK_EVERY, Process, free_port, until

ZONE = ZoneInfo("America/Chicago")
FAMILY_LINE, ALERT_LINE, ON_CALL = "+13145550100", "+13145550199", "+13145550190"
DR_LEE, ORTIZ = "+13145550141", "+13145550142"
OPENS, LAST_STORY = 9, 17
#: The day houses open their doors, each year: weeks without a holiday or a change of clocks lie before and behind it,
#: so a story is the same story on whatever day tests run.
FIRST_DAY = (4, 6)
OURS = ("gateway", "console", "worker", "scheduler")
WITHOUT_RASA = ("simulator", *OURS)
ASSISTANT = ("assistant", "actions")
EVERYTHING = (*WITHOUT_RASA, *ASSISTANT)
#: Area codes of big cities; each has a hundred numbers 555-01xx that nobody is given.
_AREAS = (212, 213, 305, 312, 415, 469, 503, 602, 617, 702, 713, 816)


@dataclass(frozen=True)
class Seen:
    """A text as it can be read on a phone."""

    body: str
    at: datetime
    status: str
    sid: str
    error_code: int | None
    automatic: bool


class RealHouse:
    """Processes on free ports, a folder of their own, and everything that can be seen and done from outside.

    Args:
        folder: where databases, logs and the clock lie.
        more: settings beside, or in the place of, those of a demonstration.
    """

    def __init__(self, folder: Path, **more: str) -> None:
        self.folder = folder
        self.environment = _environment(folder, more)
        self.settings: Settings = load_settings(self.environment)
        _begins_on_the_first_day(self.settings)
        self.processes: dict[str, Process] = {}
        self._http = httpx2.Client(timeout=20.0, trust_env=False)
        self._numbers = iter(_numbers())
        self._incidents = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stop everything, whatever became of the test."""
        self._http.close()
        for process in self.processes.values():
            process.stop()

    # --- processes ---------------------------------------------------------------------------------------------------

    def starts(self, *names: str) -> Self:
        """Start these at once, as `checkback up` does, and wait until each can work."""
        for name in names:
            self.process(name).start()
        for name in names:
            self.process(name).wait_until_ready()
        return self

    def process(self, name: str) -> Process:
        """`worker`, or `worker-2` for a second one on ports of its own."""
        if name not in self.processes:
            self.processes[name] = self._new_process(name)
        return self.processes[name]

    def kills(self, name: str) -> None:
        self.process(name).kill()

    def restarts(self, name: str, **faults: str) -> None:
        """Start it again after it ended; `faults` as CHECKBACK_FAULTS has them, for this run only."""
        process = self.process(name)
        lasting, process.environment = process.environment, {**process.environment, **faults}
        process.start()
        process.environment = lasting
        process.wait_until_ready()

    def is_whole_again(self) -> None:
        """Start whatever a test left ended."""
        ended = [name for name, process in self.processes.items() if not process.is_running]
        self.starts(*ended)

    def ports(self) -> list[int]:
        """Where the house listens."""
        return [self.process(name).port for name in EVERYTHING]

    def _new_process(self, name: str) -> Process:
        serves, _, second = name.partition("-")
        environment = dict(self.environment)
        if second:
            environment[f"CHECKBACK_{serves.upper()}_PORT"] = str(free_port())
        port = int(environment[f"CHECKBACK_{serves.upper()}_PORT"])
        ready_at = {
            "simulator": f"http://127.0.0.1:{port}/_/health",
            "assistant": f"http://127.0.0.1:{port}/webhooks/checkback/",
            "actions": f"http://127.0.0.1:{port}/health",
        }.get(serves, f"http://127.0.0.1:{port + 1000}/health")
        log = self.folder / "logs" / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        return Process(name, serves, port, ready_at, log, environment)

    # --- what a family and staff see ---------------------------------------------------------------------------------

    def phone(self, number: str, line: str = FAMILY_LINE) -> HeldPhone:
        return HeldPhone(self, number, line)

    @property
    def dr_lee(self) -> HeldPhone:
        return self.phone(DR_LEE, ALERT_LINE)

    @property
    def on_call(self) -> HeldPhone:
        return self.phone(ON_CALL, ALERT_LINE)

    def new_phone(self) -> HeldPhone:
        """A family's phone that nobody has held before."""
        return self.phone(next(self._numbers))

    def enrols(self, phone: HeldPhone, *, language: str = "en", name: str = "Ana Morales", **more: Any) -> str:
        """A dispatch system enrols the family of this phone; its reference."""
        self._incidents += 1
        incident = {
            "reference": f"24-{os.getpid()}-{self._incidents}",
            "occurred_at": self.now().isoformat(),
            "kind": "burglary",
            "zip": "63106",
            "team": "North Team",
            "clinician": "lee",
            "contacts": [{"name": name, "phone": phone.number, "language": language}],
            **more,
        }
        bearer = {"Authorization": f"Bearer {self.settings.api_token.get_secret_value()}"}
        answer = self._http.post(f"{self.settings.console_url}/api/incidents", json=incident, headers=bearer)
        if answer.status_code == httpx2.codes.SERVICE_UNAVAILABLE:
            answer.raise_for_status()  # nothing was kept, and it says so: whoever sent it sends it again
        assert answer.status_code == httpx2.codes.CREATED, answer.text
        return str(answer.json()["family"])

    def agree(self, phones: Sequence[HeldPhone], within: float = 40.0) -> None:
        """These families are asked and say yes."""
        for phone in phones:
            phone.gets(r"\b1\b.*\b2\b", within)
            phone.writes("1")
        for phone in phones:
            phone.gets("Thank you|Gracias", within)

    # --- time and faults ---------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        return datetime.fromisoformat(self.sees("/_/clock")["now"])

    def passes(self, **by: float) -> None:
        """Time passes, for every process at once."""
        self._tells("/_/clock", {"advance_seconds": timedelta(**by).total_seconds()})

    def promises_fall_due(self) -> None:
        """The two days pass after which a family was told that we come back."""
        self.passes(hours=48)

    def reaches(self, hour: int, minute: int = 0) -> None:
        """It becomes this hour where the families live, today or tomorrow."""
        local = self.now().astimezone(ZONE)
        moment = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if moment <= local:
            moment = (moment.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=ZONE)
        self._tells("/_/clock", {"set": moment.astimezone(UTC).isoformat()})

    def carrier_does(self, kind: str, **more: Any) -> None:
        """Order a fault at the carrier."""
        self._tells("/_/faults", {"kind": kind, **more})

    def is_day(self) -> None:
        """Late enough in the morning, and early enough to tell a story before the evening."""
        local = self.now().astimezone(ZONE)
        if not OPENS < local.hour < LAST_STORY:
            self.reaches(OPENS + 1)

    @contextmanager
    def fault(self, kind: str, **more: Any) -> Iterator[None]:
        """A fault for as long as the indent lasts."""
        self.carrier_does(kind, count=1_000_000, **more)
        try:
            yield
        finally:
            self._http.delete(f"{self.settings.twilio_base_url}/_/faults")

    def complaints(self) -> list[Any]:
        return list(self.sees("/_/complaints")["complaints"])

    def sees(self, path: str) -> Any:
        """What the simulator's control door tells."""
        answer = self._http.get(self.settings.twilio_base_url + path)
        answer.raise_for_status()
        return answer.json()

    def _tells(self, path: str, what: Mapping[str, Any]) -> Any:
        answer = self._http.post(self.settings.twilio_base_url + path, json=dict(what))
        assert answer.is_success, answer.text
        return answer.json()

    # --- what is kept ------------------------------------------------------------------------------------------------

    def all(self, kind: type[Any]) -> list[Any]:
        """Every row of a kind, as the database has it now."""
        store = make_store(self.settings)
        try:
            with store.read() as tx:
                return list(tx.session.query(kind).all())
        finally:
            store.close()

    def texts_to(self, phone: HeldPhone) -> list[OutboundMessage]:
        """What the house wrote, or means to write, to this phone."""
        ids = {row.id for row in self.all(Phone) if row.number == phone.number}
        return [message for message in self.all(OutboundMessage) if message.phone_id in ids]

    def texts_of(self, phone: HeldPhone) -> list[InboundMessage]:
        """What the house kept of what was written on this phone."""
        ids = {row.id for row in self.all(Phone) if row.number == phone.number}
        return [text for text in self.all(InboundMessage) if text.phone_id in ids]

    def states_of(self, phone: HeldPhone) -> set[OutboundState]:
        return {message.state for message in self.texts_to(phone)}

    def promises_to(self, phone: HeldPhone) -> list[CheckIn]:
        """What was promised at the door to whoever holds this phone."""
        ids = {row.id for row in self.all(Phone) if row.number == phone.number}
        contacts = {row.contact_id for row in self.all(ContactPhone) if row.phone_id in ids}
        return [each for each in self.all(CheckIn) if each.contact_id in contacts and each.step == PROMISED]

    def count_tasks(self, kind: TaskKind) -> int:
        return sum(task.kind is kind for task in self.all(Task))

    def metrics(self, name: str) -> str:
        """What a process of ours has counted."""
        return self._http.get(f"http://127.0.0.1:{self.process(name).port + 1000}/metrics").text


@dataclass
class HeldPhone:
    """A phone somebody holds; what was looked at once is not news any more."""

    house: RealHouse
    number: str
    line: str
    looked_at: set[str] = field(default_factory=set)

    def writes(self, body: str, media: int = 0) -> str:
        """Write to the house; the carrier's id of the text."""
        said = {"to": self.line, "body": body, "media": media}
        return str(self.house._tells(f"/_/phones/{self.number}/texts", said)["sid"])

    def gets(self, pattern: str, within: float = 40.0) -> str:
        """The first text not looked at yet that reads so; waits for it."""
        deadline = time.monotonic() + within
        while True:
            for text in self.received:
                if text.sid not in self.looked_at and re.search(pattern, text.body, re.IGNORECASE | re.DOTALL):
                    self.looked_at.add(text.sid)
                    return text.body
            assert time.monotonic() < deadline, f"no text like {pattern!r} within {within:.0f} s; there are {self.got}"
            time.sleep(LOOK_EVERY)

    def looks(self) -> None:
        """From here on only what comes is news."""
        self.looked_at.update(text.sid for text in self.received)

    def is_told(self, level: str = "URGENT", within: float = 40.0) -> int:
        """A new alert comes to this member of staff; its number, by which they answer."""
        alert = self.gets(rf"E-\d+ {level}\.", within)
        return int(alert.partition(" ")[0].removeprefix("E-"))

    def reaches_them(self, number: int) -> None:
        """This member of staff takes the alert, and says that they reached the family."""
        self.writes(f"ack {number}")
        self.gets(f"E-{number} is yours")
        self.writes(f"reached {number}")
        self.gets(f"E-{number} is closed")

    @property
    def got(self) -> list[str]:
        """Everything of ours that can be read on it; the carrier's own answers left out."""
        return [text.body for text in self.received if not text.automatic]

    @property
    def received(self) -> Sequence[Seen]:
        return [_seen(text) for text in self._shown["texts"] if text["direction"] == "received" or text["automatic"]]

    @property
    def under_way(self) -> Sequence[Seen]:
        """What was sent to it and is not, or never, there."""
        return [_seen(text) for text in self._shown["not_arrived"]]

    def is_heard(self) -> None:
        """Wait until the house has answered for the text last written here."""
        until(
            "the house answering for the text", lambda: [t for t in self._shown["texts"] if is_theirs(t)][-1]["taken"]
        )

    @property
    def _shown(self) -> Any:
        known = {phone["number"]: phone for phone in self.house.sees("/_/phones")["phones"]}
        return known.get(self.number, {"texts": [], "not_arrived": []})


def is_theirs(text: Mapping[str, Any]) -> bool:
    """Whether it was written on the phone, and not sent to it."""
    return text["direction"] == "sent" and not text["automatic"]


def _seen(text: Mapping[str, Any]) -> Seen:
    at = datetime.fromisoformat(text["at"])
    return Seen(text["body"], at, text["status"], text["sid"], text["error_code"], text["automatic"])


def _numbers() -> list[str]:
    return [f"+1{area}55501{n:02d}" for area in _AREAS for n in range(100)]


#: Many families share one house here; that a sender is paced is tested by itself.
_QUICK = {"CHECKBACK_FAMILY_RATE": "50", "CHECKBACK_ALERT_RATE": "50"}


def _begins_on_the_first_day(settings: Settings) -> None:
    """Put a clock that can be moved, and was not yet, on the coming first day, at ten where the families live."""
    file = settings.clock_file
    if file is None or file.exists():
        return
    now = datetime.now(UTC)
    mornings = (datetime(now.year + later, *FIRST_DAY, OPENS + 1, tzinfo=ZONE) for later in (0, 1))
    MovableClock(file).set(next(morning for morning in mornings if morning > now))


def _environment(folder: Path, more: Mapping[str, str]) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CHECKBACK_", "TWILIO_"))}
    ports = {f"CHECKBACK_{name.upper()}_PORT": str(free_port()) for name in EVERYTHING}
    return {**kept, **ports, "CHECKBACK_MODE": "demo", "CHECKBACK_VAR": str(folder / "var"), **_QUICK, **more}
