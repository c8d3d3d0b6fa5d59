"""Conversation turns from end to end, beside Rasa 3.6.21 with its own Twilio channel, in one run.

    make bench ARGS="--beside"           five rounds, then docs/measured/beside.md and a chart are written
    python -m scripts.beside --small     one short round

Both are given the same texts by the same hand, answer through the same pretend carrier, and stand on the same machine.
Plain Rasa gets our configuration, our data, our components and our sentences, so that only what stands around it
differs; its requests to the carrier are sent to the pretend one, and nothing else of it is changed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import yaml

from scripts.bench import commit, machine, percentile, postgres_database
from tests.system.processes import ROOT, free_port, listens, until
from tests.system.real_house import ASSISTANT, FAMILY_LINE, WITHOUT_RASA, HeldPhone, RealHouse
from tests.system.twilio import FORM, Twilio

OUT = ROOT / "docs" / "measured" / "beside.md"
RASA_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
PLAIN, SQLITE, POSTGRESQL = "plain Rasa", "Checkback, SQLite", "Checkback, PostgreSQL"
#: What a carrier takes to accept a text, in seconds.
CARRIERS = (0.0, 0.15)
#: Understood with certainty, answered with one text each by both, and no crisis among them.
WORDS = ("who is this?", "thank you so much", "hello", "is this private?", "ok bye, talk soon")
#: The longest anybody waits for the answers of a burst, in seconds.
PATIENCE = 180.0
#: Longer than any lease of ours: what has not come by then after a kill never comes.
NOTHING_COMES_AFTER = 75.0


@dataclass(frozen=True)
class Size:
    """How much is measured: phones that write at the same moment, and how often."""

    phones: int
    rounds: int
    alone: int


FULL, SMALL = Size(phones=120, rounds=5, alone=12), Size(phones=10, rounds=1, alone=2)


@dataclass
class Measured:
    """One system at one carrier: turns a second in each round, and how long a text alone waited, in milliseconds."""

    turns: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)


@dataclass
class Cost:
    """What a system takes of the machine, and what it lost when it was killed in the middle of a burst."""

    start: float = 0.0
    resident: float = 0.0
    written: int = 0
    never_answered: int = 0
    answered_twice: int = 0


@dataclass
class Contestant:
    """One of the systems that are compared: where a text is posted, how it is told, killed and started again."""

    name: str
    request: Callable[[HeldPhone, str], tuple[str, bytes, dict[str, str]]]
    kill: Callable[[], None]
    restart: Callable[[], None]
    pids: Callable[[], Sequence[int]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table and write it."""
    asked = _arguments(arguments)
    size = SMALL if asked.small else FULL
    load = f"{os.getloadavg()[0]:.1f}"
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    figures: dict[tuple[str, float], Measured] = {}
    costs: dict[str, Cost] = {}
    with tempfile.TemporaryDirectory() as folder, postgres_database() as postgres:
        trained = train_plain(Path(folder) / "plain")
        databases = {SQLITE: None, POSTGRESQL: postgres} if postgres and not asked.small else {SQLITE: None}
        for name, database in databases.items():
            compare(name, database, Path(folder), size, figures, costs)
    asked.out.write_text(document(figures, costs, size, load, trained), encoding="utf-8")
    asked.out.with_name("beside-turns.svg").write_text(chart(figures), encoding="utf-8")
    print(asked.out.read_text("utf-8"))
    return 0


def compare(
    name: str,
    database: str | None,
    folder: Path,
    size: Size,
    figures: dict[tuple[str, float], Measured],
    costs: dict[str, Cost],
) -> None:
    """Our house on one database and plain Rasa, in turn in every round, so that a busy moment hits both alike."""
    with house(database) as whole, plain_rasa(folder / "plain", whole) as plain:
        ours = checkback(name, whole)
        phones = [whole.new_phone() for _ in range(size.phones)]
        ready = {PLAIN: plain.restart, name: lambda: None}
        for phone in phones:
            whole.enrols(phone, promise_hours=24 * 14)
        whole.agree(phones, within=PATIENCE)
        costs.setdefault(PLAIN, Cost()).start = timed(ready[PLAIN])
        costs.setdefault(name, Cost()).start = timed(lambda: restart_assistant(whole))
        for contestant in (plain, ours):
            burst(whole, contestant, phones, "hello")  # warms up
        for seconds in CARRIERS:
            with slow_carrier(whole, seconds):
                for n in range(size.rounds):
                    for contestant in (plain, ours):
                        measured = figures.setdefault((contestant.name, seconds), Measured())
                        measured.turns.append(burst(whole, contestant, phones, WORDS[n % len(WORDS)]))
                        measured.alone += [
                            alone(whole, contestant, phone, WORDS[(n + 1) % len(WORDS)])
                            for phone in phones[: size.alone]
                        ]
                        tell(f"{contestant.name}, carrier {seconds * 1000:.0f} ms, round {n + 1} of {size.rounds}:"
                             f" {measured.turns[-1]:.1f} turns/s")  # fmt: skip
        for contestant in (plain, ours):
            cost = costs[contestant.name]
            cost.resident = sum(resident(pid) for pid in contestant.pids())
            loses(whole, contestant, phones, cost)
            tell(f"{contestant.name}, killed in a burst: {cost.never_answered} of {cost.written} never answered")


# --- a text, a burst, a kill ------------------------------------------------------------------------------------------


def burst(house_: RealHouse, contestant: Contestant, phones: Sequence[HeldPhone], words: str) -> float:
    """All phones write in one moment: turns a second from the first text to the last answer at the carrier."""
    before = answers(house_)
    begun = house_.now()
    asyncio.run(write(contestant, phones, words))
    numbers = {phone.number for phone in phones}
    until("every phone answered", lambda: not numbers - answered(before, answers(house_)), within=PATIENCE)
    settles(house_)
    now = answers(house_)
    last = max(now[number][len(before.get(number, ()))] for number in numbers)
    return len(phones) / (last - begun).total_seconds()


def alone(house_: RealHouse, contestant: Contestant, phone: HeldPhone, words: str) -> float:
    """One text with nothing beside it: milliseconds until the carrier took the answer."""
    before = answers(house_)
    begun = house_.now()
    asyncio.run(write(contestant, [phone], words))
    until("the phone answered", lambda: phone.number in answered(before, answers(house_)), within=PATIENCE)
    settles(house_)
    taken = answers(house_)[phone.number][len(before.get(phone.number, ()))]
    return (taken - begun).total_seconds() * 1000


def loses(house_: RealHouse, contestant: Contestant, phones: Sequence[HeldPhone], cost: Cost) -> None:
    """Kill it without a word when half of a burst is answered, start it again, and wait for what still comes."""
    before = answers(house_)
    numbers = {phone.number for phone in phones}

    async def write_and_kill() -> None:
        writing = asyncio.create_task(write(contestant, phones, WORDS[0]))
        for _ in range(int(PATIENCE / 0.02)):
            await asyncio.sleep(0.02)
            if 2 * len(answered(before, answers(house_)) & numbers) >= len(phones):
                break
        await asyncio.to_thread(contestant.kill)
        await writing

    with slow_carrier(house_, CARRIERS[-1]):
        asyncio.run(write_and_kill())
        contestant.restart()
        quiet_since, seen = time.monotonic(), len(answered(before, answers(house_)))
        while time.monotonic() - quiet_since < NOTHING_COMES_AFTER and seen < len(numbers):
            time.sleep(0.5)
            if (now := len(answered(before, answers(house_)))) > seen:
                quiet_since, seen = time.monotonic(), now
    after = answers(house_)
    cost.written += len(phones)
    cost.never_answered += len(numbers - answered(before, after))
    cost.answered_twice += sum(len(after.get(n, ())) - len(before.get(n, ())) > 1 for n in numbers)


async def write(contestant: Contestant, phones: Sequence[HeldPhone], words: str) -> None:
    """Post one text of each phone, all at once; a request that breaks off is the contestant's loss, not ours."""
    requests = [contestant.request(phone, words) for phone in phones]
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx2.AsyncClient(trust_env=False, timeout=PATIENCE, limits=limits) as client:

        async def post(url: str, body: bytes, headers: Mapping[str, str]) -> None:
            try:
                await client.post(url, content=body, headers=dict(headers))
            except httpx2.HTTPError:
                return

        await asyncio.gather(*(post(*each) for each in requests))


def answers(house_: RealHouse) -> Mapping[str, Sequence[datetime]]:
    """When the carrier took each text for each phone, by its own journal."""
    taken: dict[str, dict[str, datetime]] = {}
    for line in (house_.settings.var / "demo" / "simulator.jsonl").read_text("utf-8").splitlines():
        each = json.loads(line).get("text") if '"text"' in line else None
        if each:
            taken.setdefault(each["phone"], {}).setdefault(each["sid"], datetime.fromisoformat(each["created_at"]))
    return {phone: sorted(texts.values()) for phone, texts in taken.items()}


def answered(before: Mapping[str, Sequence[datetime]], now: Mapping[str, Sequence[datetime]]) -> set[str]:
    return {number for number, texts in now.items() if len(texts) > len(before.get(number, ()))}


def settles(house_: RealHouse) -> None:
    """Wait until nothing more comes, so that the next measure is not this one's aftermath."""
    count, since = -1, time.monotonic()
    while time.monotonic() - since < 1.0:
        if (now := sum(len(texts) for texts in answers(house_).values())) != count:
            count, since = now, time.monotonic()
        time.sleep(0.1)


# --- the contestants --------------------------------------------------------------------------------------------------


@contextmanager
def house(database: str | None) -> Iterator[RealHouse]:
    """A whole house with its assistant, whose clock is the machine's, and whose number may send as fast as it can."""
    more = {"CHECKBACK_FAMILY_RATE": "1000", "CHECKBACK_ALERT_RATE": "1000"}
    if database:
        more["CHECKBACK_DATABASE_URL"] = database
    with tempfile.TemporaryDirectory() as folder, RealHouse(Path(folder), **more) as it:
        it.starts(*WITHOUT_RASA, *ASSISTANT)
        it.is_day()
        yield it


def checkback(name: str, house_: RealHouse) -> Contestant:
    """Every process that a family's text meets is killed, the assistant too."""
    twilio, path = Twilio(house_), "/twilio/inbound"
    killed = ("gateway", "worker", "assistant")

    def request(phone: HeldPhone, words: str) -> tuple[str, bytes, dict[str, str]]:
        form = twilio.inbound(phone.number, words)
        headers = {"Content-Type": FORM, "X-Twilio-Signature": twilio.signs(path, form)}
        return house_.settings.public_url + path, urlencode(form).encode(), headers

    def kill() -> None:
        for each in killed:
            house_.kills(each)

    def pids() -> list[int]:
        return [it.running.pid for each, it in house_.processes.items() if each != "simulator" and it.running]

    return Contestant(name, request, kill, lambda: (house_.starts(*killed), None)[1], pids)


def restart_assistant(house_: RealHouse) -> None:
    house_.process("assistant").stop()
    house_.starts("assistant")


@contextmanager
def plain_rasa(folder: Path, house_: RealHouse) -> Iterator[Contestant]:
    """Rasa's server with the channel it ships, its trackers in memory as it keeps them by default."""
    port, running = free_port(), [subprocess.Popen(["true"])]
    write_credentials(folder, house_)
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("CHECKBACK_", "TWILIO_"))},
        "PYTHONPATH": f"{folder}/patch:{folder}",
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PRETEND_CARRIER": house_.settings.twilio_base_url,
    }

    def kill() -> None:
        running[-1].send_signal(signal.SIGKILL)
        running[-1].wait(20)

    def restart() -> None:
        if running[-1].poll() is None:
            kill()
        command = [str(RASA_PYTHON), "-W", "ignore", "-m", "rasa", "run", "--interface", "127.0.0.1"]
        command += ["--port", str(port), "-m", "models/plain.tar.gz", "--credentials", "credentials.yml"]
        command += ["--endpoints", "endpoints.yml"]
        with (folder / "rasa.log").open("ab") as log:
            running.append(subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log))
        until("plain Rasa ready", lambda: listens(port) and is_up(f"http://127.0.0.1:{port}/"), within=180)

    def request(phone: HeldPhone, words: str) -> tuple[str, bytes, dict[str, str]]:
        form = Twilio(house_).inbound(phone.number, words)
        form = {name: value for name, value in form.items() if value}  # its parser drops blank fields all the same
        return f"http://127.0.0.1:{port}/webhooks/twilio/webhook", urlencode(form).encode(), {"Content-Type": FORM}

    try:
        yield Contestant(PLAIN, request, kill, restart, lambda: [running[-1].pid])
    finally:
        if running[-1].poll() is None:
            kill()


def train_plain(folder: Path) -> float:
    """Our data and configuration, with a text in the place of each name of a sentence; seconds the training took."""
    folder.mkdir()
    for shared in ("data", "bot", "actions", "config.yml"):
        (folder / shared).symlink_to(ROOT / shared)
    domain = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    wording = yaml.safe_load((ROOT / "program" / "wording" / "en.yml").read_text("utf-8"))
    domain["responses"] = {
        name: [{"text": plain_text(each["custom"], wording)} for each in variants]
        for name, variants in domain["responses"].items()
        if "say" in variants[0]["custom"]
    } | {name: [] for name, variants in domain["responses"].items() if "say" not in variants[0]["custom"]}
    (folder / "domain.yml").write_text(yaml.safe_dump(domain, allow_unicode=True), encoding="utf-8")
    (folder / "endpoints.yml").write_text("{}\n", encoding="utf-8")
    (folder / "patch").mkdir()
    (folder / "patch" / "sitecustomize.py").write_text(TO_THE_PRETEND_CARRIER, encoding="utf-8")
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3",
                   "SQLALCHEMY_SILENCE_UBER_WARNING": "1", "PYTHONPATH": str(folder)}  # fmt: skip
    tell("training plain Rasa on our data")
    begun = time.perf_counter()
    command = [str(RASA_PYTHON), "-W", "ignore", "-m", "rasa", "train", "--fixed-model-name", "plain", "--quiet"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"plain Rasa was not trained: {(done.stdout + done.stderr)[-2000:]}")
    return time.perf_counter() - begun


def plain_text(custom: Mapping[str, str], wording: Mapping[str, Any]) -> str:
    topic, _, name = custom["say"].partition(".")
    if "{" in custom["say"]:
        return "Here is what may help."  # chosen by a slot, which plain Rasa's text does not look up
    said = wording[topic][name]
    return re.sub(r"\{\w+\}", "Our Programme", said if isinstance(said, str) else said["neutral"])


def write_credentials(folder: Path, house_: RealHouse) -> None:
    settings = house_.settings
    account = {
        "account_sid": settings.twilio_account_sid,
        "auth_token": settings.twilio_auth_token.get_secret_value(),
        "twilio_number": FAMILY_LINE,
    }
    (folder / "credentials.yml").write_text(yaml.safe_dump({"twilio": account}), encoding="utf-8")


#: All that is changed of plain Rasa's process: where Twilio's client finds the carrier.
TO_THE_PRETEND_CARRIER = """
import os
from twilio.http.http_client import TwilioHttpClient

_request = TwilioHttpClient.request

def request(self, method, url, *more, **named):
    return _request(self, method, url.replace("https://api.twilio.com", os.environ["PRETEND_CARRIER"]), *more, **named)

if "PRETEND_CARRIER" in os.environ:
    TwilioHttpClient.request = request
"""


@contextmanager
def slow_carrier(house_: RealHouse, seconds: float) -> Iterator[None]:
    """The carrier takes as long as this to accept a text."""
    if not seconds:
        yield
        return
    with house_.fault("hang", seconds=seconds):
        yield


# --- what it comes to -------------------------------------------------------------------------------------------------


def document(
    figures: Mapping[tuple[str, float], Measured],
    costs: Mapping[str, Cost],
    size: Size,
    load: str,
    trained: float,
) -> str:
    """The tables with everything another person needs to measure them again."""
    rows = []
    for seconds in CARRIERS:
        beside = statistics.median(figures[(PLAIN, seconds)].turns)
        for name in (name for name in costs if (name, seconds) in figures):
            it = figures[(name, seconds)]
            cells = [
                f"{seconds * 1000:.0f} ms",
                name,
                spread(it.turns, 1),
                f"{statistics.median(it.turns) / beside:.2f} ×",
            ]
            rows.append([*cells, *(f"{percentile(it.alone, share):.0f}" for share in (0.5, 0.95, 1.0))])
    taken = [
        [name, f"{it.start:.0f} s", f"{it.resident:.0f} MiB", f"{it.never_answered} of {it.written}",
         f"{it.answered_twice}"]
        for name, it in costs.items()
    ]  # fmt: skip
    return DOCUMENT.format(
        commit=commit(),
        machine=machine(),
        load=load,
        date=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        command=f"python -m scripts.beside{' --small' if size is SMALL else ''}",
        rounds=size.rounds,
        phones=size.phones,
        alone=size.alone * size.rounds,
        trained=trained,
        turns="\n".join(f"| {' | '.join(row)} |" for row in rows),
        costs="\n".join(f"| {' | '.join(row)} |" for row in taken),
    )


def spread(figures: Sequence[float], places: int) -> str:
    shown = (statistics.median(figures), min(figures), max(figures))
    return "{} ({}-{})".format(*(f"{each:.{places}f}" for each in shown))


def chart(figures: Mapping[tuple[str, float], Measured]) -> str:
    """Turns a second as bars, a group for each carrier."""
    bars = [(f"{name}, {s * 1000:.0f} ms", statistics.median(it.turns)) for (name, s), it in sorted(
        figures.items(), key=lambda each: (each[0][1], each[0][0] != PLAIN))]  # fmt: skip
    most, parts = max(value for _, value in bars), []
    for at, (name, value) in enumerate(bars):
        top, width = 44 + at * 26, 340 * value / most
        colour = "#b7791f" if name.startswith(PLAIN) else "#2f6f8f"
        parts.append(f'<text x="8" y="{top + 13}">{escape(name)}</text>')
        parts.append(f'<rect x="220" y="{top}" width="{width:.0f}" height="17" fill="{colour}"/>')
        parts.append(f'<text x="{226 + width:.0f}" y="{top + 13}">{value:.1f}</text>')
    words = "; ".join(f"{name}: {value:.1f}" for name, value in bars)
    title = "Turns a second from end to end, by the time the carrier takes"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="{60 + 26 * len(bars)}" role="img" '
        f'aria-labelledby="title words" font-family="sans-serif" font-size="13">'
        f'<title id="title">{title}</title><desc id="words">{escape(words)}</desc>'
        f'<text x="8" y="24" font-size="15">{title}</text>{"".join(parts)}</svg>\n'
    )


DOCUMENT = """# Conversation turns, beside plain Rasa

Measured by `make bench ARGS="--beside"`; the command writes this page.

- commit: {commit}
- machine: {machine}
- others on it: load average {load} before the run
- date: {date}
- command: `{command}`
- rounds: {rounds}; both systems in turn in each; everything on the same machine

Plain Rasa is 3.6.21 with the Twilio channel it ships and its trackers in memory, with our configuration, data,
components and English sentences, trained in {trained:.0f} s. What it is spared: a signature, keeping the text, the
screen, the hours, the audit, delivery reports. The same texts go to both: signed webhooks to ours, plain ones to
Rasa's, which checks none. Warm-up: one burst each.

In a burst {phones} phones write one text each in one moment; turns a second count from the first text to the last
answer accepted by the carrier. Alone: one text at a time, {alone} in all, milliseconds from the text to the carrier
accepting the answer; ours waits two seconds of them on purpose, since texts that arrive together are one turn.

Turns a second: the median of the rounds (the worst and the best).

| carrier takes | system | turns/s in a burst | beside plain Rasa | alone p50 ms | p95 | max |
|---|---|---|---|---|---|---|
{turns}

![Turns a second](beside-turns.svg)

Killed with kill -9 when half of a burst was answered, at a carrier that takes 150 ms, and started again: of ours the
gateway, the worker and the assistant. Whoever got no answer after that is lost. Start: the assistant's, until it can
answer. Resident: every process of ours beside the simulator, and Rasa's server, after the bursts.

| system | start of the assistant | resident | texts never answered | answered twice |
|---|---|---|---|---|
{costs}
"""


def timed(what: Callable[[], object]) -> float:
    begun = time.perf_counter()
    what()
    return time.perf_counter() - begun


def resident(pid: int) -> float:
    """MiB of this process and those it started."""
    found = 0.0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            said = dict(line.split(":", 1) for line in status.read_text("utf-8").splitlines() if ":" in line)
        except (OSError, ValueError):
            continue
        if "VmRSS" in said and pid in (int(said["Pid"]), int(said["PPid"])):
            found += int(said["VmRSS"].split()[0]) / 1024
    return found


def is_up(url: str) -> bool:
    try:
        return httpx2.get(url, timeout=2.0, trust_env=False).is_success
    except httpx2.HTTPError:
        return False


def tell(line: str) -> None:
    print(f"beside: {line}", file=sys.stderr, flush=True)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="beside", description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--small", action="store_true", help="one short round on SQLite")
    parser.add_argument("--out", type=Path, default=OUT, help="where to write the page")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
