"""Measures the directory of help: reading and importing one of a real size and mess, and finding in a large one.

    .venv/bin/python -m scripts.bench_resources            writes docs/measured/resources.md
    .venv/bin/python -m scripts.bench_resources --small    one small round, printed

On SQLite in a folder of its own, and on PostgreSQL where one answers at CHECKBACK_TEST_POSTGRES. Durability is never
turned down. The directories are made by `scripts.directories`, invented and the same every time.
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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from checkback.adapters.clock import RealClock
from checkback.adapters.hsds.mapped import Mapping
from checkback.adapters.hsds.reader import Directory, read_directory
from checkback.care.model.sealing import Keyring
from checkback.care.points import NoFaults
from checkback.care.program import NeedsTable
from checkback.care.rules.listings import Listing
from checkback.care.rules.matching import Wanted
from checkback.care.rules.nearness import circles, spot
from checkback.care.rules.opening_words import hours_in_words, opens_in_words
from checkback.care.rules.openings import opening
from checkback.care.rules.segments import fit, segments
from checkback.care.rules.tidying import blurb
from checkback.care.steps.directories import apply, compare
from checkback.care.steps.helping import LONGEST_NAME, search
from checkback.care.store import Store
from checkback.care.terms import Language, SafetyMode
from checkback.care.wording import Wording
from scripts.bootstrap import ROOT
from scripts.directories import GENERATIONS, make, pack

OUT = ROOT / "docs" / "measured" / "resources.md"
PROGRAM = ROOT / "program"
POSTGRES = os.environ.get("CHECKBACK_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
NEEDS = NeedsTable.load(PROGRAM / "resources" / "needs.yml")
WORDING = Wording.load(PROGRAM / "wording")
ZIPS = ("63106", "63118", "63031", "65101", "64106", "10001", "33101", "99501")
ASKED = ("food", "baby-things", "housing", "legal-help", "counselling")
RING = Keyring(sealing={1: b"s" * 32}, indexing={1: b"i" * 32})
Made = TypeVar("Made")


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    services: int = 4_000
    links: int = 26_000
    large: int = 100_000
    looks: int = 300


def main(arguments: Sequence[str]) -> int:
    """Measure, and write or print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="one small round, printed")
    small = parser.parse_args(arguments).small
    report = "\n".join(measured(Sizes(160, 1_000, 2_000, 40) if small else Sizes()))
    if small:
        print(report)
    else:
        OUT.write_text(report + "\n", "utf-8")
        print(OUT.relative_to(ROOT))
    return 0


def measured(sizes: Sizes) -> Iterator[str]:
    """The page, line by line."""
    yield from _head(sizes)
    with tempfile.TemporaryDirectory() as folder:
        read = {generation: _read(Path(folder), generation, sizes) for generation in GENERATIONS}
        yield from [
            "",
            "| generation | made of | read in | services | refused rows | details left out |",
            "|---|---|---|---|---|---|",
        ]
        for generation, (found, took, size) in read.items():
            left = len(found.remarks) - len(found.refusals)
            counts = f"{len(found.listings)} | {len(found.refusals)} | {left}"
            yield f"| {generation} | a .zip of {size / 1e6:.1f} MB | {took:.1f} s | {counts} |"
        listings = read["3"][0].listings
        large = f"{sizes.large:,} services imported"
        yield from _table(
            "database", "first import", "the same again", "a tenth changed", large, "a look, median", "p99"
        )
        for name, store in _stores(Path(folder)):
            yield _imported(name, store, listings, sizes)
        yield from _answers(listings)


def _table(*heads: str) -> Iterator[str]:
    yield from ("", f"| {' | '.join(heads)} |", "|---" * len(heads) + "|")


def _head(sizes: Sizes) -> Iterator[str]:
    asked = ["git", "describe", "--always", "--dirty"]
    commit = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    yield f"""# The directory of help, measured

Written by `python -m scripts.bench_resources` on {datetime.now(UTC):%Y-%m-%d}, commit {commit};
{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}. Other work ran beside it.

The directory is invented: {sizes.services:,} services, {sizes.links:,} links to terms of a taxonomy, with the mess of
public exports (`scripts/directories.py`). No real export was read, and none is in the repository. A look is what
answers a family who names a need: the fitting places found, judged and put in order."""


def _read(folder: Path, generation: str, sizes: Sizes) -> tuple[Directory, float, int]:
    archive = folder / f"{generation}.zip"
    pack(make(sizes.services, sizes.links), generation, archive)
    mapping = Mapping.load(PROGRAM / "resources" / "icarol.yml") if generation == "icarol" else None
    found, took = _timed(lambda: read_directory(archive, NEEDS, mapping=mapping))
    return found, took, archive.stat().st_size


def _imported(name: str, store: Store, listings: Sequence[Listing], sizes: Sizes) -> str:
    store.create_tables()
    _, first = _timed(lambda: _bring(store, "local", listings))
    _, again = _timed(lambda: _bring(store, "local", listings))
    changed = [replace(each, alert="moved") if at % 10 == 0 else each for at, each in enumerate(listings)]
    _, tenth = _timed(lambda: _bring(store, "local", changed))
    many = [_moved(each, at) for at, each in enumerate(_repeated(listings, sizes.large))]
    _, large = _timed(lambda: _bring(store, "large", many))
    _look(store, 0)  # the tables of ZIP codes are loaded with the first
    looks = sorted(_look(store, at) for at in range(sizes.looks))
    store.close()
    median, most = statistics.median(looks) * 1000, looks[int(len(looks) * 0.99)] * 1000
    return (
        f"| {name} | {first:.1f} s | {again:.1f} s | {tenth:.1f} s | {large:.0f} s | {median:.0f} ms | {most:.0f} ms |"
    )


def _bring(store: Store, directory: str, listings: Sequence[Listing]) -> None:
    with store.begin("bench") as tx:
        apply(tx, directory, compare(tx, directory, listings))


def _look(store: Store, at: int) -> float:
    home = spot(ZIPS[at % len(ZIPS)])
    wanted = Wanted(ASKED[at % len(ASKED)], home, circles(home), Language.SPANISH, datetime.now(UTC))
    with store.read() as tx:
        _, took = _timed(lambda: search(tx, wanted, "America/Chicago"))
    return took


def _repeated(listings: Sequence[Listing], count: int) -> Iterator[Listing]:
    for at in range(count):
        yield listings[at % len(listings)]


def _moved(listing: Listing, at: int) -> Listing:
    """The same service elsewhere: each copy for other ZIP codes, as in a whole state."""
    reach = (f"zip:{63000 + at % 900}",) if at % 3 else ("state:MO",) if at % 30 else ("any",)
    return replace(listing, id=f"{listing.id}-{at}", reach=reach)


def _answers(listings: Sequence[Listing]) -> Iterator[str]:
    """Every entry as it would be told, in both languages, with its hours or when it opens."""
    told = [each for listing in listings if listing.phone and listing.needs for each in _told(listing)]
    parts = [segments(fit(each)) for each in told]
    one, two = parts.count(1), sum(1 for each in parts if each == 2)  # noqa: PLR2004
    long = sum(1 for each in listings if len(each.description) > 160)  # noqa: PLR2004
    kept = sum(1 for each in listings if "Invented Street" in str(each))
    private = [each for each in listings if each.confidential]
    leaks = sum(1 for each in private if each.places or each.needs or each.description)
    undialled = sum(1 for each in listings if not each.phone)
    yield f"""
Of {len(told):,} answers {one:,} are one part of a text, {two:,} two, {len(told) - one - two} more; {long:,} of the
{len(listings):,} descriptions are longer than a text. {undialled} services have no number that can be dialled: they are
kept and never offered. Street addresses kept: {kept}. Confidential services: {len(private)}, of which something else
than their name, hours and number is kept: {leaks}."""


def _told(listing: Listing) -> Iterator[str]:
    now = datetime(2026, 11, 24, 16, tzinfo=UTC)
    state = opening(listing.schedules, listing.zone or "America/Chicago", now)
    for language in Language:
        slots = {
            "what": WORDING.render(f"need_named.{listing.needs[0]}", language, SafetyMode.SAFE),
            "name": blurb(listing.name, LONGEST_NAME),
            "phone": listing.phone,
            "hours": hours_in_words(listing.schedules, language),
            "opens": opens_in_words(state, language, now),
        }
        key = "resource.offer" if state.is_open or not state.is_known else "resource.closed_now"
        yield WORDING.render(key, language, SafetyMode.NEUTRAL, **slots)


def _stores(folder: Path) -> Iterator[tuple[str, Store]]:
    yield "SQLite, synchronous=FULL", _store(f"sqlite:///{folder / 'bench.db'}")
    with _postgres() as url:
        if url is not None:
            yield "PostgreSQL, durable", _store(url)


def _store(url: str) -> Store:
    return Store(url, keyring=RING, clock=RealClock(), points=NoFaults())


@contextmanager
def _postgres() -> Iterator[str | None]:
    name = f"checkback_bench_{uuid4().hex[:12]}"
    server = create_engine(make_url(POSTGRES), isolation_level="AUTOCOMMIT")
    try:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except OperationalError:
        server.dispose()
        yield None
        return
    try:
        yield make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        server.dispose()


def _timed(work: Callable[[], Made]) -> tuple[Made, float]:
    began = time.perf_counter()
    made = work()
    return made, time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
