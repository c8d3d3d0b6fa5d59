"""The bench runs small and writes its table. What it measures is nobody's limit here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts import bench, beside

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


def test_what_was_measured_beside_plain_rasa_is_told_with_its_ratio_and_what_was_lost() -> None:
    figures = {
        (beside.PLAIN, 0.0): beside.Measured([40.0, 50.0, 45.0], [20.0, 30.0]),
        (beside.SQLITE, 0.0): beside.Measured([9.0, 9.0, 18.0], [2500.0, 2600.0]),
        (beside.PLAIN, 0.15): beside.Measured([6.0], [180.0]),
        (beside.SQLITE, 0.15): beside.Measured([9.0], [2600.0]),
    }
    costs = {beside.PLAIN: beside.Cost(5, 700, 10, 5, 0), beside.SQLITE: beside.Cost(8, 1700, 10, 0, 1)}
    page = beside.document(figures, costs, beside.FULL, "0.1", 47.0)
    assert "| 0 ms | Checkback, SQLite | 9.0 (9.0-18.0) | 0.20 × | 2500 | 2600 | 2600 |" in page
    assert "| 150 ms | Checkback, SQLite | 9.0 (9.0-9.0) | 1.50 × |" in page
    assert "| plain Rasa | 5 s | 700 MiB | 5 of 10 | 0 |" in page
    assert "| Checkback, SQLite | 8 s | 1700 MiB | 0 of 10 | 1 |" in page
    assert "Checkback, SQLite, 150 ms: 9.0" in beside.chart(figures)


def test_plain_rasa_says_our_sentences_in_the_wording_of_every_phone() -> None:
    wording = {"consent": {"ask": {"neutral": "This is {programme}.", "unsafe": "Hi."}, "bye": "Take care."}}
    assert beside.plain_text({"say": "consent.ask"}, wording) == "This is Our Programme."
    assert beside.plain_text({"say": "consent.bye"}, wording) == "Take care."
    assert beside.plain_text({"say": "{theme}"}, wording)
