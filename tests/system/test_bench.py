"""The bench runs small and writes its table. What it measures is nobody's limit here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts import bench

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def test_the_bench_writes_every_way_with_what_it_takes_to_measure_it_again(tmp_path: Path) -> None:
    page = tmp_path / "measured" / "bench.md"
    # A process of its own, as a person starts it: it runs event loops, and this thread may hold the loop of a browser.
    command = [sys.executable, "-m", "scripts.bench", "--small", "--only", "SQLite", "--out", str(page)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0
    written = page.read_text("utf-8")
    for said in ("- commit: ", "- machine: ", "- date: 20", "`python -m scripts.bench --small`"):
        assert said in written
    rows = [line.strip("| ").split(" | ") for line in written.splitlines() if line.startswith("| ")][1:]
    ways = {row[0].rpartition(", ")[0] for row in rows}
    assert ways == {bench.BARE, bench.KEPT, bench.STOPPED, bench.UP, bench.SATURATED, bench.HUNG}
    for row in rows:
        assert int(row[1]) in (bench.SMALL.per_second * bench.SMALL.seconds, bench.SMALL.crises)
        assert float(row[2].split()[0]) > 0
        assert row[-1] == "0"
