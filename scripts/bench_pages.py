"""Measures every page of the console, with one thousand, ten thousand and fifty thousand families behind it.

    .venv/bin/python -m scripts.bench_pages                     writes docs/measured/pages.md
    .venv/bin/python -m scripts.bench_pages --families 300      one small house on each database, printed

On SQLite in a folder of its own, and on PostgreSQL where one answers at CHECKBACK_TEST_POSTGRES. Durability is never
turned down. The families are made by `tests.many_families`, invented and the same every time; the pages are asked for
over HTTP, signed in, one after the other, by somebody who sees every family and by a clinician who sees their team's.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx2
from sqlalchemy import create_engine, make_url, select, text
from sqlalchemy.exc import OperationalError

from checkback.adapters.passwords import DEMO_PASSWORD, Argon2Passwords
from checkback.assembly.settings import load_settings
from checkback.care.flows import heartbeat
from checkback.care.model import CheckIn, Escalation, InboundMessage, Rota, StaffMember, Task
from checkback.care.terms import CheckInState
from checkback.console.app import make_app
from scripts.bootstrap import ROOT
from tests.assembly.serving import served
from tests.furnished import house_on, set_up
from tests.many_families import Many, many_families
from tests.story import House

OUT = ROOT / "docs" / "measured" / "pages.md"
POSTGRES = os.environ.get("CHECKBACK_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
SIZES = (1_000, 10_000, 50_000)
ROUNDS = 5
#: A page that takes longer, in milliseconds, is named at the end.
WANTED = 300
#: Who looks: somebody without a team sees every family, a clinician those of theirs.
WIDE, NARROW = "admin", "lee"
OK = 200


@dataclass(frozen=True)
class Timed:
    """How long one page took somebody, in milliseconds, round by round; and how much came, in bytes."""

    path: str
    who: str
    rounds: Sequence[float]
    size: int

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)


def main(arguments: Sequence[str]) -> int:
    """Measure, and write or print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--families", type=int, help="one house of so many, printed")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args(arguments)
    report = "\n".join(measured((asked.families,) if asked.families else SIZES, asked.rounds))
    if asked.families:
        print(report)
    else:
        OUT.write_text(report + "\n", "utf-8")
        print(OUT.relative_to(ROOT))
    return 0


def measured(sizes: Sequence[int], rounds: int) -> Iterator[str]:
    """The page, line by line."""
    found: dict[tuple[str, str], dict[tuple[str, int], Timed]] = {}
    made: dict[int, Many] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder, databases(Path(folder)) as urls:
            for name, url in urls.items():
                set_up(url, Path(folder))
                house = house_on(url, Path(folder))
                made[size] = many_families(house.rt, size)
                print(f"bench_pages: {name}, {size:,} families are in", file=sys.stderr, flush=True)
                for timed in look_at_all(house, Path(folder), rounds):
                    found.setdefault((timed.path, timed.who), {})[name, size] = timed
                house.rt.store.close()
    yield from _head(made, rounds)
    columns = sorted({column for each in found.values() for column in each}, key=lambda each: (each[0], each[1]))
    yield from _table("page", "who", *(f"{name} {size:,}" for name, size in columns))
    for (path, who), each in sorted(found.items()):
        cells = (_cell(each[column]) if column in each else "" for column in columns)
        yield f"| `{path}` | {who} | {' | '.join(cells)} |"
    slow = sorted({path for (path, _), each in found.items() if any(t.median > WANTED for t in each.values())})
    yield ""
    yield f"Slower than {WANTED} ms: {', '.join(f'`{path}`' for path in slow) or 'none'}."


def _cell(timed: Timed) -> str:
    return f"{timed.median:.0f} ({max(timed.rounds):.0f})"


def _table(*heads: str) -> Iterator[str]:
    yield from ("", f"| {' | '.join(heads)} |", "|---" * len(heads) + "|")


def _head(made: Mapping[int, Many], rounds: int) -> Iterator[str]:
    asked = ["git", "describe", "--always", "--dirty"]
    commit = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    houses = "; ".join(
        f"{size:,} families: {many.to_come:,} texts in the next seven days, {many.promises:,} promises and "
        f"{many.texts:,} texts in all"
        for size, many in made.items()
    )
    yield f"""# The pages, measured

Written by `python -m scripts.bench_pages` on {datetime.now(UTC):%Y-%m-%d}, commit {commit};
{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}. Other work ran beside it.

Milliseconds from the request to the last byte over HTTP, signed in: the median of {rounds} looks, and the slowest in
brackets; the first look at anything is among them. `{WIDE}` sees every family, `{NARROW}` those of one team. The
families are invented (`tests/many_families.py`). {houses}."""


@contextmanager
def databases(folder: Path) -> Iterator[Mapping[str, str]]:
    """An empty database of each kind there is."""
    urls = {"SQLite": f"sqlite:///{folder}/pages.db"}
    name = f"checkback_pages_{uuid4().hex[:12]}"
    server = create_engine(make_url(POSTGRES), isolation_level="AUTOCOMMIT")
    try:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except OperationalError:
        print("bench_pages: no PostgreSQL answers; SQLite alone", file=sys.stderr)
        yield urls
        return
    try:
        yield urls | {"PostgreSQL": make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)}
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        server.dispose()


def look_at_all(house: House, folder: Path, rounds: int, only: str = "") -> Iterator[Timed]:
    """Every page of this house, by everybody who measures."""
    with house.rt.store.begin("bench.passwords") as tx:
        for member in tx.session.scalars(select(StaffMember)):
            member.password_hash = Argon2Passwords().hash(DEMO_PASSWORD)
            tx.record("bench.password", member)
    heartbeat.beat(house.rt, "worker")
    settings = load_settings({"CHECKBACK_MODE": "demo", "CHECKBACK_VAR": str(folder)})
    pages = {path: address for path, address in addresses(house).items() if path.startswith(only)}
    with served(make_app(house.rt, settings)) as door:
        for who in (WIDE, NARROW):
            with httpx2.Client(base_url=door.address, timeout=120, trust_env=False) as client:
                client.post("/sign-in", data={"login": who, "password": DEMO_PASSWORD})
                for path, address in pages.items():
                    looks = [_look(client, address) for _ in range(rounds)]
                    if all(looks):
                        yield Timed(path, who, [took for took, _ in filter(None, looks)], (looks[0] or (0, 0))[1])


def _look(client: httpx2.Client, address: str) -> tuple[float, int] | None:
    began = time.perf_counter()
    answer = client.get(address)
    took = (time.perf_counter() - began) * 1000
    return (took, len(answer.content)) if answer.status_code == OK else None


def addresses(house: House) -> Mapping[str, str]:
    """One address for every page, of rows that are there."""
    with house.rt.store.read() as tx:
        text_in = tx.session.scalars(select(InboundMessage).limit(1)).one()
        task, rota = (tx.session.scalars(select(kind).limit(1)).first() for kind in (Task, Rota))
        escalation = tx.session.scalars(select(Escalation).limit(1)).first()
        coming = tx.session.scalars(select(CheckIn).where(CheckIn.state == CheckInState.PLANNED).limit(1)).first()
    family = "/families/F-12"
    some = {
        "/escalations/{number}": f"/escalations/{escalation.number}" if escalation else "",
        "/tasks/{task}": f"/tasks/{task.id}" if task else "",
        "/rotas/{rota}": f"/rotas/{rota.id}" if rota else "",
        "/tomorrow/hold?scope=text": f"/tomorrow/hold?scope=text&which={coming.id}" if coming else "",
    }
    fixed = (
        "/", "/families", "/load", "/tomorrow", "/tomorrow?plan=short", "/tomorrow?language=es",
        "/tomorrow?team=North+Team", "/tomorrow?family=F-12", "/tomorrow/hold?scope=everything",
        "/tomorrow/hold?scope=plan&which=short", "/tomorrow/hold?scope=family&which=F-12",
        "/enrol", "/enrol/file", "/plans", "/plans/new", "/plans/standard@1", "/plans/standard@1/edit",
        "/plans/short@1/move", "/rehearsal", "/programme", "/wording", "/policies", "/policies/emergent/edit",
        "/rotas", "/reports", "/reports?by=plan", "/reports?by=language", "/reports?by=area", "/resources",
        "/resources/import", "/screen", "/audit", "/audit?family=F-12", "/account",
        "/staff", "/staff/new", "/staff/lee",
    )  # fmt: skip
    found = {path: path for path in fixed} | {path: address for path, address in some.items() if address}
    for more in ("", "/change", "/merge", "/questionnaire"):
        found[f"/families/{{reference}}{more}"] = f"{family}{more}"
    return found | {"/families/{reference}/texts": f"{family}/texts?before={text_in.id}"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
