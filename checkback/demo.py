"""One family's story, played live: it drives only the phones and the public doors, and watches from outside."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
from holidays import country_holidays
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

_ZONE = ZoneInfo("America/Chicago")
_SECONDS_TO_START = 180.0
_SECONDS_TO_SEE = 40.0
_LOOK_EVERY = 0.2
_MORNING = 10
_PROMISE = timedelta(hours=48)
_MARGIN = 13
_STORY_FILES = ("checkback.db", "checkback.db-wal", "checkback.db-shm", "clock.json", "simulator.jsonl")
_ASSISTANT_FILES = ("assistant.sqlite3", "assistant.sqlite3-wal", "assistant.sqlite3-shm")


@dataclass(frozen=True)
class DemoHouse:
    """Where the house's doors are, and how to start it.

    `ports` are all it will listen on, by what for; `start` runs every process in the foreground.
    """

    console: str
    simulator: str
    assistant: str
    health: Mapping[str, str]
    ports: Mapping[str, int]
    api_token: str
    family_phone: str
    family_line: str
    alert_line: str
    start: Sequence[str]
    log: Path
    root: Path


class NotSeen(Exception):
    """Something the story promises was not observed; the message says what."""


def play(house: DemoHouse, *, stays: bool) -> int:
    """Start the house and play the story; exit code 0 only if every step was seen.

    Args:
        stays: keep the house up afterwards, until Ctrl-C.
    """
    screen = Console(highlight=False)
    taken = [f"{name} ({port})" for name, port in house.ports.items() if _is_taken(port)]
    if taken:
        print(
            f"checkback: {', '.join(taken)}: the port is taken. Stop what runs there (another demo?).", file=sys.stderr
        )
        return 2
    _forget_last_story(house)
    with _started(house) as processes:
        story = Story(house, screen)
        try:
            story.wait_until_ready(processes)
            story.tell()
        except NotSeen as missing:
            screen.print(f"\n[bold red]✗ not seen:[/] {missing}\n  The processes' log: {house.log}")
            return 1
        screen.print("\n[bold green]✓ Every step was seen.[/]")
        if stays:
            story.say_where()
            _until_interrupted(processes)
    return 0


class Story:
    """The story, told step by step; a step that is not seen in time raises NotSeen."""

    def __init__(self, house: DemoHouse, screen: Console) -> None:
        self._house = house
        self._screen = screen
        self._http = httpx2.Client(timeout=10.0, trust_env=False)
        self._began = time.monotonic()
        self._clinician = ""
        self._read: dict[str, int] = {}

    def wait_until_ready(self, processes: subprocess.Popen[bytes]) -> None:
        """Every process answers; the assistant takes longest, since it loads its model."""
        waiting = _doors(self._house)
        with self._screen.status("") as status:
            while waiting:
                if processes.poll() is not None:
                    raise NotSeen("all processes running; one of them ended")
                if time.monotonic() - self._began > _SECONDS_TO_START:
                    raise NotSeen(f"{', '.join(waiting)} ready within {_SECONDS_TO_START:.0f} s")
                status.update(f"starting: {', '.join(waiting)}  ({time.monotonic() - self._began:.0f} s)")
                waiting = {name: url for name, url in waiting.items() if not _is_ready(url)}
                time.sleep(_LOOK_EVERY)
        self._screen.print(f"[dim]All processes are ready after {time.monotonic() - self._began:.0f} s.[/]")

    def tell(self) -> None:
        """The promise, the check-in, the need, the distress, and the clinician who reaches them."""
        self._scene("A break-in. At the door they say: we'll come back and check on you.")
        self._move_clock_to_morning()
        family = self._enrol()
        self._note(f"The dispatch system enrolled the family as {family}.")
        self._family_gets("the first text asks whether they want this", r"\b1\b.*\b2\b")
        self._family_writes("1")
        self._family_gets("a thank-you, and how to get help at once", "988")

        self._scene("Two days later the promise falls due.")
        self._move_clock(_PROMISE)
        self._family_gets("the promised check-in", "check in|check on you|How are")
        self._family_writes("not great honestly, we are all so tired")
        self._family_gets("it is heard, and asked what would help", "help")
        self._family_writes("we need a crib for the baby")
        self._family_gets("help that is real, near and open", r"555-01\d\d")

        self._scene("And then somebody cannot go on.")
        self._family_writes("I don't want to live anymore")
        self._family_gets("an answer at once", "988")
        reference = self._clinician_is_told()
        self._clinician_writes(f"ack {reference}")
        self._clinician_gets("they have it", f"E-{reference} is yours")
        self._scene("The clinician calls, and they talk.")
        self._clinician_writes(f"reached {reference}")
        self._clinician_gets("it ends with an outcome", f"E-{reference} is closed")
        self._no_complaints()

    def say_where(self) -> None:
        """Where to look now."""
        self._screen.print(
            Panel.fit(
                f"The phones    {self._house.simulator}/\n"
                f"The console   {self._house.console}/   (lee, password checkback-demo)\n"
                "Write from the family's phone and watch. Ctrl-C ends it all.",
                title="Still running",
            )
        )

    def _enrol(self) -> str:
        answer = self._http.post(
            f"{self._house.console}/api/incidents",
            headers={"Authorization": f"Bearer {self._house.api_token}"},
            json={
                "reference": f"demo-{self._now():%Y%m%d-%H%M%S}",
                "occurred_at": self._now().isoformat(),
                "kind": "burglary",
                "zip": "63106",
                "team": "North Team",
                "clinician": "lee",
                "promise_hours": 48,
                "contacts": [{"name": "Ana Morales", "phone": self._house.family_phone, "language": "en"}],
                "children": [{"age": 1}, {"age": 9}],
            },
        )
        if answer.status_code != httpx2.codes.CREATED:
            raise NotSeen(f"the enrolment taken (the API answers {answer.status_code})")
        return str(answer.json()["family"])

    def _family_writes(self, words: str) -> None:
        self._write(self._house.family_phone, self._house.family_line, words, "blue", "family")

    def _clinician_writes(self, words: str) -> None:
        self._write(self._clinician, self._house.alert_line, words, "magenta", "clinician")

    def _family_gets(self, what: str, pattern: str) -> None:
        body = self._gets(self._house.family_phone, what, pattern)
        self._show("family", body, "blue", what)

    def _clinician_gets(self, what: str, pattern: str) -> None:
        body = self._gets(self._clinician, what, pattern)
        self._show("clinician", body, "magenta", what)

    def _clinician_is_told(self) -> str:
        """Whoever of the clinicians is told first; the number of the alert."""

        def told() -> tuple[str, str] | None:
            for phone in self._get("/_/phones")["phones"]:
                if phone["number"] != self._house.family_phone:
                    for text in _came(phone):
                        if re.search(r"E-\d+", text):
                            return phone["number"], text
            return None

        self._clinician, alert = self._until("the clinician told", told)
        self._seen(self._clinician)
        self._show(
            "clinician", alert, "magenta", "the assigned clinician is told: a reference, and nothing about anybody"
        )
        found = re.search(r"E-(\d+)", alert)
        if found is None or "Ana" in alert or self._house.family_phone in alert:
            raise NotSeen("an alert that names nobody")
        return found[1]

    def _gets(self, number: str, what: str, pattern: str) -> str:
        def arrived() -> str | None:
            for text in _came(self._get(f"/_/phones/{number}"))[self._read.get(number, 0) :]:
                if re.search(pattern, text, re.IGNORECASE):
                    return text
            return None

        body: str = self._until(what, arrived)
        self._seen(number)
        return body

    def _seen(self, number: str) -> None:
        self._read[number] = len(_came(self._get(f"/_/phones/{number}")))

    def _write(self, number: str, line: str, words: str, colour: str, who: str) -> None:
        self._seen(number)
        answer = self._http.post(f"{self._house.simulator}/_/phones/{number}/texts", json={"to": line, "body": words})
        if answer.is_error:
            raise NotSeen(f"the {who}'s phone able to write (it answers {answer.status_code})")
        self._line(f"[bold {colour}]{who} ▸[/]", f"[bold]{escape(words)}[/]")

    def _show(self, who: str, body: str, colour: str, what: str) -> None:
        self._line(f"[{colour}]{who} ◂[/]", escape(body))
        self._line("[green]✓[/]", f"[dim]{what}[/]")

    def _line(self, margin: str, words: str) -> None:
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=_MARGIN, justify="right")
        grid.add_column(ratio=1, overflow="fold")
        grid.add_row(margin, words)
        self._screen.print(grid)

    def _no_complaints(self) -> None:
        complaints = self._get("/_/complaints")["complaints"]
        if complaints:
            raise NotSeen(f"every webhook answered as Twilio wants it ({len(complaints)} were not)")

    def _move_clock_to_morning(self) -> None:
        """Ten in the morning where the family lives, so that the story can be told at any hour of the day."""
        local = self._now().astimezone(_ZONE)
        morning = local.replace(hour=_MORNING, minute=0, second=0, microsecond=0)
        if morning <= local:
            morning = (morning + timedelta(days=1)).replace(hour=_MORNING)
        while (morning + _PROMISE).date() in country_holidays("US", years=(morning + _PROMISE).year):
            morning = (morning + timedelta(days=1)).replace(hour=_MORNING)  # no check-in goes on a holiday
        self._set_clock({"set": morning.astimezone(UTC).isoformat()})

    def _move_clock(self, by: timedelta) -> None:
        self._set_clock({"advance_seconds": by.total_seconds()})

    def _set_clock(self, how: Mapping[str, Any]) -> None:
        self._http.post(f"{self._house.simulator}/_/clock", json=how).raise_for_status()
        self._note(f"The clock of the demo stands at {self._now().astimezone(_ZONE):%A %H:%M}.")

    def _now(self) -> datetime:
        return datetime.fromisoformat(self._get("/_/clock")["now"])

    def _get(self, path: str) -> Any:
        answer = self._http.get(self._house.simulator + path)
        answer.raise_for_status()
        return answer.json()

    def _until(self, what: str, look: Callable[[], Any]) -> Any:
        until = time.monotonic() + _SECONDS_TO_SEE
        while time.monotonic() < until:
            found = look()
            if found is not None:
                return found
            time.sleep(_LOOK_EVERY)
        raise NotSeen(what)

    def _scene(self, words: str) -> None:
        self._screen.print(f"\n[bold]{words}[/]")

    def _note(self, words: str) -> None:
        self._line("", f"[dim]{words}[/]")


def _came(phone: Mapping[str, Any]) -> list[str]:
    """The texts that came to a phone, oldest first."""
    return [str(text["body"]) for text in phone["texts"] if text["direction"] == "received"]


def _doors(house: DemoHouse) -> dict[str, str]:
    ours = {name: f"{url}/health" for name, url in house.health.items()}
    return {"simulator": f"{house.simulator}/_/clock", **ours, "assistant": f"{house.assistant}/webhooks/checkback/"}


def _is_ready(url: str) -> bool:
    try:
        return httpx2.get(url, timeout=2.0, trust_env=False).is_success
    except httpx2.HTTPError:
        return False


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _forget_last_story(house: DemoHouse) -> None:
    """Each demo tells its story from the start; its secrets stay."""
    for name in (*_STORY_FILES, *_ASSISTANT_FILES):
        (house.log.parent / name).unlink(missing_ok=True)


@contextmanager
def _started(house: DemoHouse) -> Iterator[subprocess.Popen[bytes]]:
    house.log.parent.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with house.log.open("wb") as log:
        processes = subprocess.Popen(
            list(house.start), cwd=house.root, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield processes
        finally:
            _stop(processes)


def _stop(processes: subprocess.Popen[bytes]) -> None:
    processes.terminate()
    try:
        processes.wait(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(processes.pid, signal.SIGKILL)
        processes.wait()


def _until_interrupted(processes: subprocess.Popen[bytes]) -> None:
    try:
        processes.wait()
    except KeyboardInterrupt:
        return
