"""Tells nights from seeds until one breaks a promise, or all are told; then writes what was found.

    make chaos                                10,000 nights on SQLite, 500 on PostgreSQL, 200 real kills: hours
    make chaos ARGS="--nights 500"            fewer
    make chaos ARGS="--seed 4711 --nights 1"  that night again
    make chaos ARGS="--log var/chaos.jsonl"   write each down there, and leave out what stands there already: so a
                                              long run may be broken off, and go on another day

The real kills are those of `tests/system/test_kills.py`: processes of the running house, ended with kill -9 in the
middle of a story, each started again.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any, TypeVar

import structlog
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tests.chaos.night import Night, Stage
from tests.chaos.promises import broken
from tests.furnished import FurnishedFile, FurnishedServer

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "measured" / "chaos.md"
_FAST = Path("/dev/shm")  # noqa: S108 - memory, where there is some
_BATCH = 25
_KILLS_A_STORY = 14
_SHOWN = 20
_WHAT = """\
A night is told from its seed: two of every process on one database, each ending at points of chance with all it had in
memory; a carrier that loses, doubles and mixes up its reports, refuses texts, and takes them without a word; calls
that nobody picks up, and e-mails of which nobody knows whether they went; an assistant that is away; families and
staff who write whatever they like; hours and days that pass. Then calm returns for five days, and all of
`tests/chaos/promises.py` must hold: every text kept once, none sent twice, each promise ended exactly one way or a
person's task, nothing at night, distress told to somebody in truth, each person who is kept as told having been told,
no escalation standing still."""


@dataclass(frozen=True)
class Told:
    """What became of one night."""

    seed: int
    crashes: int
    texts_in: int
    texts_out: int
    calls: int
    mails: int
    broken: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """All the nights on one kind of database."""

    database: str
    nights: Sequence[Told]

    @property
    def bad(self) -> Sequence[Told]:
        return [night for night in self.nights if night.broken]


@dataclass(frozen=True)
class Kills:
    """Real processes ended in one story, and whether it ended well."""

    count: int
    seed: int
    well: bool


T = TypeVar("T", Told, Kills)


class Log:
    """What has been told and killed, a line each; in memory only where there is no file.

    A line is written when it is known, so that a run which is broken off loses little.
    """

    def __init__(self, path: Path | None, commit: str) -> None:
        self._path = path
        self._commit = commit
        self._lines = [json.loads(line) for line in path.read_text().splitlines()] if path and path.exists() else []

    @property
    def commits(self) -> Sequence[str]:
        """The states of the program that lines are about, in the order they were told."""
        return list(dict.fromkeys(line["commit"] for line in self._lines))

    def keep(self, what: str, told: Told | Kills) -> None:
        line = {"what": what, "commit": self._commit, **asdict(told)}
        self._lines.append(line)
        if self._path is not None:
            with self._path.open("a") as file:
                file.write(json.dumps(line) + "\n")

    def nights(self, database: str) -> Sequence[Told]:
        """Every night on this kind of database, by seed; a night that was told twice counts as it was told last."""
        by_seed = {one["seed"]: self._of(Told, one) for one in self._lines if one["what"] == database}
        return [replace(night, broken=tuple(night.broken)) for _, night in sorted(by_seed.items())]

    def kills(self) -> Sequence[Kills]:
        return [self._of(Kills, line) for line in self._lines if line["what"] == "kills"]

    @staticmethod
    def _of(kind: type[T], line: Mapping[str, Any]) -> T:
        return kind(**{field.name: line[field.name] for field in fields(kind)})


def tell(database: str, seeds: Sequence[int]) -> list[Told]:
    """Tell these nights one after the other, each in a house nobody has lived in."""
    _hush()
    with staged(database) as stage:
        return [one_night(seed, stage) for seed in seeds]


def _hush() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))


class _Teller:
    """One process that tells nights: its stage stands until it ends, for a new one learns every statement anew."""

    stage: Stage
    _open = ExitStack()

    @classmethod
    def begins(cls, database: str) -> None:
        _hush()
        cls.stage = cls._open.enter_context(staged(database))
        Finalize(None, cls._open.close, exitpriority=0)  # a process of a pool runs nothing else at its end

    @classmethod
    def tells(cls, seeds: Sequence[int]) -> list[Told]:
        return [one_night(seed, cls.stage) for seed in seeds]


def one_night(seed: int, stage: Stage) -> Told:
    """Tell one night, and look at what it left. A night that cannot be told to its end is a broken one."""
    night = Night(seed, stage)
    try:
        house = night.told()
        found = tuple(broken(night, house))
    except Exception as error:  # whatever it throws is what we look for
        found = (f"{type(error).__name__}: {error}",)
    said = len(night.brought), len(night.carrier.handed), len(night.caller.rang), len(night.mailer.sent)
    return Told(seed, night.crashes, *said, found)


@contextmanager
def staged(database: str) -> Iterator[Stage]:
    """A set-up house on this kind of database, and a folder for its journal, on a disk of memory: a night's crash is
    that of a process, and not that of its machine."""
    with tempfile.TemporaryDirectory(dir=_FAST if _FAST.is_dir() else None) as name:
        folder = Path(name)
        (folder / "original").mkdir()
        kind = FurnishedFile if database == "sqlite" else FurnishedServer
        home = kind(folder / "original")
        stage = Stage(home, folder)
        try:
            yield stage
        finally:
            stage.close()
            home.close()


def told_by_all(database: str, seeds: Sequence[int], jobs: int, log: Log) -> None:
    """Tell them on several cores, with a bar on how far it is; broken nights are said as they come."""
    known = {night.seed for night in log.nights(database)}
    seeds = [seed for seed in seeds if seed not in known]
    batches = [seeds[at : at + _BATCH] for at in range(0, len(seeds), _BATCH)]
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    told_of = ProcessPoolExecutor(jobs, initializer=_Teller.begins, initargs=(database,))
    with told_of as pool, Progress(*columns) as progress:
        bar = progress.add_task(f"nights on {database}", total=len(seeds))
        for batch in as_completed([pool.submit(_Teller.tells, batch) for batch in batches]):
            progress.advance(bar, len(batch.result()))
            for night in batch.result():
                log.keep(database, night)
                if night.broken:
                    progress.print(f"seed {night.seed}: {'; '.join(night.broken)}")


def killed_by_all(count: int, seed: int, log: Log) -> None:
    """End real processes with kill -9, in stories of so many kills; each story has a seed of its own."""
    done = sum(each.count for each in log.kills())
    seed += len(log.kills())
    while done < count:
        some = min(_KILLS_A_STORY, count - done)
        log.keep("kills", Kills(some, seed, real_kills(some, seed)))
        done, seed = done + some, seed + 1


def real_kills(count: int, seed: int) -> bool:
    """End real processes with kill -9, `count` times; whether the story ended well."""
    environment = {**os.environ, "CHECKBACK_KILLS": str(count), "CHECKBACK_KILL_SEED": str(seed)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/system/test_kills.py"]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0


def commit() -> str:
    """The state of the program that is told of."""
    asked = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(asked, cwd=ROOT, check=False, capture_output=True, text=True).stdout.strip()


def page(parts: Sequence[Part], kills: Sequence[Kills], commits: Sequence[str], command: str) -> str:
    """The page under docs/measured."""
    rows = [
        f"| {part.database} | {len(part.nights):,} | {sum(n.crashes for n in part.nights):,} "
        f"| {sum(n.texts_in for n in part.nights):,} | {sum(n.texts_out for n in part.nights):,} "
        f"| {sum(n.calls for n in part.nights):,} | {sum(n.mails for n in part.nights):,} | {len(part.bad)} |"
        for part in parts
    ]
    shown = [bad for part in parts for bad in part.bad][:_SHOWN]
    badly = [each.seed for each in kills if not each.well]
    ended = f"ended badly with seed {', '.join(map(str, badly))}" if badly else "each ended well"
    lines = [
        "# When everything goes wrong at once",
        "",
        f"Written by `{command}` on {datetime.now(UTC):%Y-%m-%d}, commit {', '.join(commits)}; {platform.machine()}, "
        f"{os.cpu_count()} cores, Python {platform.python_version()}.",
        "",
        _WHAT,
        "",
        "| database | nights | crashes | texts in | texts out | calls | e-mails | nights with a broken promise |",
        "|---|---|---|---|---|---|---|---|",
        *rows,
        "",
        f"Real processes ended with kill -9 in the middle of a story: {sum(each.count for each in kills)}, "
        f"in {len(kills)} stories; {ended if kills else 'not run'}.",
        "",
        *(f"* seed {bad.seed}: {'; '.join(bad.broken)}" for bad in shown),
    ]
    return "\n".join(lines).rstrip() + "\n"


def main(arguments: Sequence[str]) -> int:
    """Tell what is asked for; 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="make chaos", description="Nights in which everything goes wrong at once.")
    parser.add_argument("--nights", type=int, default=None, help="nights on SQLite (10,000)")
    parser.add_argument(
        "--postgresql", type=int, default=None, help="nights on PostgreSQL (500, none when --nights is given)"
    )
    parser.add_argument("--kills", type=int, default=None, help="real kills (200, none when --nights is given)")
    parser.add_argument("--seed", type=int, default=1, help="the first night's seed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="nights told side by side")
    parser.add_argument("--log", type=Path, default=None, help="write each night there, and leave out those it has")
    parser.add_argument("--out", type=Path, default=None, help="where to write the page")
    asked = parser.parse_args(arguments)
    whole = asked.nights is None
    nights = 10_000 if whole else asked.nights
    postgresql = asked.postgresql if asked.postgresql is not None else 500 * whole
    kills = asked.kills if asked.kills is not None else 200 * whole
    log = Log(asked.log, commit())
    for database, count in (("sqlite", nights), ("postgresql", postgresql)):
        told_by_all(database, range(asked.seed, asked.seed + count), asked.jobs, log)
    killed_by_all(kills, asked.seed, log)
    parts = [Part(database, told) for database in ("sqlite", "postgresql") if (told := log.nights(database))]
    out = asked.out or (OUT if whole else None)
    if out is not None:
        command = " ".join(["make chaos", *([f'ARGS="{" ".join(arguments)}"'] if arguments else [])])
        out.write_text(page(parts, log.kills(), log.commits, command))
        print(f"chaos: wrote {out}")
    bad = sum(len(part.bad) for part in parts)
    many = sum(len(part.nights) for part in parts)
    killed = sum(each.count for each in log.kills())
    print(f"chaos: {many} nights, {bad} with a broken promise; kills: {killed}")
    return 1 if bad or not all(each.well for each in log.kills()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
