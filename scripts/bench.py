"""Measures two ways through real processes: a text answered once it is kept and screened, and a crisis to its alert.

    make bench                    five rounds, then docs/measured/bench.md is written
    make bench ARGS="--small"     one short round, for CI; ARGS="--small --out FILE" writes it elsewhere
    make bench ARGS="--beside"    conversation turns beside plain Rasa: scripts/beside.py

Durability is never turned down. No figure is a limit: each stands beside what a bare server and a bare database take
in the same run on the same machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx2
from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError
from starlette.requests import Request
from starlette.responses import Response

from checkback.assembly.doors import Entry, RouteTable, Threads, serve
from checkback.care.model import OutboundMessage
from checkback.care.terms import OutboundState
from tests.system.processes import ROOT, free_port, listens, until
from tests.system.real_house import ASSISTANT, DR_LEE, WITHOUT_RASA, HeldPhone, RealHouse
from tests.system.twilio import FORM, Twilio

OUT = ROOT / "docs" / "measured" / "bench.md"
POSTGRES = os.environ.get("CHECKBACK_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
#: What families write, by turns; none of it is a crisis.
WORDS = (
    "we are doing ok, thank you", "the kids could not go to school today", "gracias, estamos un poco mejor",
    "do you know where we can get a crib for the baby?", "who is this", "el martes podemos hablar",
)  # fmt: skip
OK = 204
STRANGERS = 500
BARE, KEPT = "bare server, one insert", "text kept and screened"
ALERTED = "crisis → alert accepted, assistant"
UP, STOPPED, SATURATED, HUNG = (f"{ALERTED} {state}" for state in ("up", "stopped", "saturated", "hung"))
#: Turns that are asked of the assistant at the same time, without a pause, while it is saturated.
AT_ONCE = 16


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    rounds: int
    seconds: int
    crises: int
    per_second: int = 50


FULL, SMALL = Size(rounds=5, seconds=10, crises=10), Size(rounds=1, seconds=2, crises=3)


@dataclass(frozen=True)
class Row:
    """One way, measured in every round: milliseconds, a list a round."""

    what: str
    rounds: Sequence[Sequence[float]]
    refused: int = 0

    def cells(self, baseline: Row) -> str:
        """The median round of each percentile, with the best and the worst; and the ratio to the baseline, if any."""
        count = sum(len(each) for each in self.rounds)
        shown = [self._spread(share) for share in (0.5, 0.95, 0.99, 1.0)]
        is_beside = baseline.what.startswith(BARE)
        ratio = f"{self.median(0.5) / baseline.median(0.5):.1f} ×" if is_beside else ""
        return " | ".join([self.what, str(count), *shown, ratio, str(self.refused)])

    def median(self, share: float) -> float:
        return statistics.median(percentile(each, share) for each in self.rounds)

    def _spread(self, share: float) -> str:
        each = [percentile(figures, share) for figures in self.rounds]
        return f"{statistics.median(each):.1f} ({min(each):.1f}-{max(each):.1f})"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table and write it."""
    asked = _arguments(arguments)
    if asked.bare:
        return serve_bare(asked.bare, asked.port)
    if asked.beside:
        from scripts import beside  # noqa: PLC0415 - it takes its tools from here

        return beside.main(["--small"] if asked.small else [])
    size = SMALL if asked.small else FULL
    load = f"{os.getloadavg()[0]:.1f}"
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    for rows in measure(size, asked.only, crises_only=asked.crises):
        table = document(rows, size, load, crises_only=asked.crises)
        asked.out.write_text(table, encoding="utf-8")
    print(table)
    return 0


def measure(size: Size, only: str | None = None, *, crises_only: bool = False) -> Iterator[list[Row]]:
    """On one database after the other, or on this one only: all that is known after each."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, postgres_database() as postgres:
        databases = {"SQLite": f"sqlite:///{folder}/bench.db"} | ({"PostgreSQL": postgres} if postgres else {})
        chosen = {name: url for name, url in databases.items() if only in (None, name)}
        for name, url in chosen.items():
            rows += measure_on(name, url, size, crises_only=crises_only)
            yield rows


def measure_on(name: str, database: str, size: Size, *, crises_only: bool = False) -> list[Row]:
    """Every way in turn in every round, so that a busy moment of the machine hits all of them alike."""
    figures: dict[str, list[Sequence[float]]] = {way: [] for way in (BARE, KEPT, STOPPED, UP, SATURATED, HUNG)}
    refused = dict.fromkeys(figures, 0)
    with bare_server(database) as bare, house(database) as whole:
        ways = {} if crises_only else {BARE: bare, KEPT: webhooks(whole)}
        for way in ways.values():  # warms up; and strangers are greeted now, once a day, and not in the measure
            asyncio.run(at_a_fixed_rate(way, size))
        drained(whole)
        for _ in range(size.rounds):
            for what, way in ways.items():
                took, wrong = asyncio.run(at_a_fixed_rate(way, size))
                figures[what].append(took)
                refused[what] += wrong
            figures[STOPPED].append(crises_to_alerts(whole, size.crises))
            tell(name, figures)
        whole.starts(*ASSISTANT)
        for _ in range(size.rounds):
            figures[UP].append(crises_to_alerts(whole, size.crises))
            with saturated(whole):
                figures[SATURATED].append(crises_to_alerts(whole, size.crises))
            with whole.process("assistant").asleep():
                figures[HUNG].append(crises_to_alerts(whole, size.crises))
            tell(name, figures)
    return [Row(f"{what}, {name}", rounds, refused[what]) for what, rounds in figures.items() if rounds]


def tell(name: str, figures: Mapping[str, Sequence[Sequence[float]]]) -> None:
    """A line for whoever waits, with this round's medians."""
    medians = (f"{what} {percentile(rounds[-1], 0.5):.0f} ms" for what, rounds in figures.items() if rounds)
    print(f"bench: {name}, round {len(figures[BARE])}: {', '.join(medians)}", file=sys.stderr, flush=True)


@contextmanager
def house(database: str) -> Iterator[RealHouse]:
    """A whole house in which the assistant is not started yet, and as many strangers with phones as write to it."""
    settings = {"CHECKBACK_DATABASE_URL": database}
    with tempfile.TemporaryDirectory() as folder, RealHouse(Path(folder), **settings) as it:
        it.starts(*WITHOUT_RASA)
        it.reaches(10)
        yield it


@dataclass(frozen=True)
class Way:
    """Where to post, and what: made for each request before its time is taken."""

    url: str
    request: Callable[[int], tuple[bytes, dict[str, str]]]


def webhooks(house_: RealHouse) -> Way:
    """Signed webhooks with ordinary words: kept and screened, and nothing in them for the assistant."""
    twilio, path = Twilio(house_), "/twilio/inbound"
    numbers = [house_.new_phone().number for _ in range(STRANGERS)]

    def request(n: int) -> tuple[bytes, dict[str, str]]:
        form = twilio.inbound(numbers[n % STRANGERS], WORDS[n % len(WORDS)])
        return urlencode(form).encode(), {"Content-Type": FORM, "X-Twilio-Signature": twilio.signs(path, form)}

    return Way(house_.settings.public_url + path, request)


def drained(house_: RealHouse) -> None:
    """Wait until what the texts led to is done, so that the next measure is not its aftermath."""
    done = {OutboundState.DELIVERED, OutboundState.FAILED}
    until("the outbox empty", lambda: {message.state for message in house_.all(OutboundMessage)} <= done, within=300)


@contextmanager
def saturated(house_: RealHouse) -> Iterator[None]:
    """As many turns at once, one after the other, as the assistant never works off."""
    over = threading.Event()
    url = f"{house_.settings.assistant_url}/webhooks/checkback/turn"
    bearer = {"Authorization": f"Bearer {house_.settings.assistant_token.get_secret_value()}"}

    def ask() -> None:
        with httpx2.Client(trust_env=False, timeout=60, headers=bearer) as client:
            conversation, n = str(uuid4()), 0
            while not over.is_set():
                turn = {"turn_id": str(uuid4()), "conversation_id": conversation, "text": WORDS[n % len(WORDS)]}
                with suppress(httpx2.HTTPError):
                    client.post(url, json={**turn, "language": "en", "mode": "neutral", "asked": "nothing"})
                n += 1

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(90)


def crises_to_alerts(house_: RealHouse, count: int) -> list[float]:
    """Milliseconds from a family's text at the carrier to the carrier's yes to the alert, by the carrier's clock.

    With every crisis another family writes something that is none: a turn waits for the assistant meanwhile.
    """
    phones = [house_.new_phone() for _ in range(count)]
    for phone in phones:
        house_.enrols(phone, promise_hours=24 * 14)
    until("every family asked", lambda: all(phone.got for phone in phones), within=300)
    return [crisis_to_alert(house_, phone, phones[n - 1]) for n, phone in enumerate(phones)]


def crisis_to_alert(house_: RealHouse, phone: HeldPhone, another: HeldPhone) -> float:
    told = len(carried(house_, DR_LEE))
    another.writes("the kids could not go to school today")
    sid = phone.writes("I want to kill myself")
    until("the clinician told", lambda: len(carried(house_, DR_LEE)) > told)
    written = next(at for each, at in carried(house_, phone.number) if each == sid)
    return (carried(house_, DR_LEE)[told][1] - written).total_seconds() * 1000


def carried(house_: RealHouse, number: str) -> list[tuple[str, datetime]]:
    """What the carrier took from or for this phone, and when, by its own journal."""
    taken: dict[str, datetime] = {}
    for line in (house_.settings.var / "demo" / "simulator.jsonl").read_text("utf-8").splitlines():
        if number in line and (each := json.loads(line).get("text")) and each["phone"] == number:
            taken.setdefault(each["sid"], datetime.fromisoformat(each["created_at"]))
    return list(taken.items())


async def at_a_fixed_rate(way: Way, size: Size) -> tuple[list[float], int]:
    """Send on the beat, whether or not the last one was answered; milliseconds from the beat to the answer."""
    requests = [way.request(n) for n in range(size.per_second * size.seconds)]
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx2.AsyncClient(trust_env=False, timeout=60, limits=limits) as client:
        begun = time.perf_counter() + 0.1

        async def send(n: int) -> tuple[float, int]:
            beat = begun + n / size.per_second
            await asyncio.sleep(max(0.0, beat - time.perf_counter()))
            content, headers = requests[n]
            answer = await client.post(way.url, content=content, headers=headers)
            return (time.perf_counter() - beat) * 1000, answer.status_code

        answers = await asyncio.gather(*(send(n) for n in range(len(requests))))
    return [took for took, _ in answers], sum(status != OK for _, status in answers)


@contextmanager
def bare_server(database: str) -> Iterator[Way]:
    """The same HTTP server in a process of its own, that inserts the body durably and does nothing else."""
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "scripts.bench", "--bare", database, "--port", str(port)], cwd=ROOT
    ) as it:
        until("the bare server ready", lambda: listens(port))
        body = urlencode({"Body": WORDS[0], "From": "+14155550100", "MessageSid": f"SM{uuid4().hex}"}).encode()
        try:
            yield Way(f"http://127.0.0.1:{port}/", lambda _: (body, {"Content-Type": FORM}))
        finally:
            it.terminate()


def serve_bare(database: str, port: int) -> int:
    """What stands beside: one table, one insert, one commit with the same durability as the house's, 204."""
    engine, threads = create_engine(database), Threads(size=8)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _durable)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE bare (id VARCHAR(32) PRIMARY KEY, body TEXT)"))

    def keep(body: bytes) -> None:
        with engine.begin() as connection:
            row = {"id": uuid4().hex, "body": body.decode()}
            connection.execute(text("INSERT INTO bare VALUES (:id, :body)"), row)

    async def receive(request: Request) -> Response:
        await threads.run(keep, await request.body())
        return Response(status_code=OK)

    serve(RouteTable([Entry("POST", "/", receive)], name="bare"), port)
    return 0


def _durable(connection: Any, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")


@contextmanager
def postgres_database() -> Iterator[str | None]:
    """A database of its own on the running server, dropped afterwards; None when there is no server."""
    name, server = f"checkback_bench_{uuid4().hex[:12]}", create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    try:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except OperationalError:
        print("bench: no PostgreSQL at CHECKBACK_TEST_POSTGRES; SQLite only", file=sys.stderr)
        server.dispose()
        yield None
        return
    try:
        yield make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


def percentile(figures: Sequence[float], share: float) -> float:
    """The figure below which this share of them lies, by nearest rank."""
    ranked = sorted(figures)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


def document(rows: Sequence[Row], size: Size, load: str, *, crises_only: bool = False) -> str:
    """The figures with everything another person needs to measure them again."""
    lines, bare = [], rows[0]
    for row in rows:
        bare = row if row.what.startswith(BARE) else bare
        lines.append(row.cells(bare))
    return DOCUMENT.format(
        commit=commit(),
        machine=machine(),
        load=load,
        date=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        command=f"python -m scripts.bench{' --small' if size is SMALL else ''}{' --crises' if crises_only else ''}",
        rounds=size.rounds,
        texts="" if crises_only else TEXTS.format(per_second=size.per_second, seconds=size.seconds),
        crises=size.crises,
        at_once=AT_ONCE,
        rows="\n".join(f"| {line} |" for line in lines),
    )


TEXTS = """Texts: {per_second} signed webhooks a second for {seconds} s, sent on the beat whether or not the last was
answered, from numbers of no family; answered 204 once the text is committed and screened.

"""
DOCUMENT = """# Webhook, and crisis to alert

Measured by `make bench`; the command writes this page.

- commit: {commit}
- machine: {machine}
- others on it: load average {load} before the run
- date: {date}
- command: `{command}`
- rounds: {rounds}; all ways of a database in turn in each; load generator, simulator and database on the same machine

{texts}Crises: {crises} a round, one after the other, each with an everyday text of another family beside it; from
the text at the carrier to the carrier's yes to the clinician's alert, by the carrier's clock. The assistant: not
started; up; saturated by {at_once} turns at once without a pause, asked at its own door; hung, stopped by SIGSTOP
so that it takes connections and never answers. The last three in turn in each round.

SQLite with `synchronous=FULL`, PostgreSQL with `synchronous_commit=on`. Bare: the same HTTP server in
a process of its own, with one durable insert.

Milliseconds: the median of the rounds (the best and the worst round).

| what | n | p50 | p95 | p99 | max | p50 beside bare | not answered 204 |
|---|---|---|---|---|---|---|---|
{rows}
"""


def commit() -> str:
    """What was measured; said when the tree held more than was committed."""
    head = _git("rev-parse", "HEAD")
    return f"{head}{' and changes' if _git('status', '--porcelain', '--', 'checkback', 'scheduler') else ''}"


def machine() -> str:
    """Processor, cores, memory, system."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    model = next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine()
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, {system}"


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or ("" if done.returncode == 0 else "not in a git checkout")


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--small", action="store_true", help="one short round")
    parser.add_argument("--beside", action="store_true", help="conversation turns beside plain Rasa, and nothing else")
    parser.add_argument("--crises", action="store_true", help="only the way from a crisis to its alert")
    parser.add_argument("--out", type=Path, default=OUT, help="where to write the page")
    parser.add_argument("--only", choices=("SQLite", "PostgreSQL"), help="this database alone")
    parser.add_argument("--bare", metavar="URL", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
