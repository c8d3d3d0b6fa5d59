"""The page of reports: figures, drawings with words behind them, and a file to take along."""

from __future__ import annotations

import csv
import io

import pytest

from checkback.care.flows.reports import Need, Week
from checkback.care.model import AuditEvent
from checkback.care.program.seeds import NEEDS as ALL_NEEDS
from checkback.care.terms import Split
from checkback.console.drawing import HIGHEST, needs_drawn, weeks_drawn
from checkback.console.figure_words import NEEDS, group
from tests.fakes.clock import MORNING


@pytest.fixture
def rivera(signed_in):
    return signed_in("rivera")


def test_the_page_says_the_figures_and_what_they_count(rivera, staffed, crisis):
    page = rivera.opens("/reports").text
    assert "Check-ins asked" in page
    assert "Promised check-ins whose first text went out in the quarter." in page
    assert '<svg viewBox="0 0 320' in page
    assert "<desc" in page
    assert "Ana" not in page


@pytest.mark.parametrize("split", Split)
def test_a_lone_family_is_in_no_group_of_the_page_or_the_file(rivera, staffed, crisis, split):
    staffed.enrols("24-0200", zip="10001")
    page = rivera.opens(f"/reports?by={split}").text
    rows = csv.DictReader(io.StringIO(rivera.sends(f"/reports/download?by={split}").text.removeprefix("\ufeff")))
    assert all(row["Count"] == "too few to be told" for row in rows if row["Group"] in ("631", "100", "English"))
    if split is Split.AREA:
        assert 'title="too few to be told"' in page


def test_whoever_takes_the_figures_along_stands_in_the_audit(rivera, staffed, crisis):
    answer = rivera.sends("/reports/download")
    assert answer.headers["content-disposition"].startswith('attachment; filename="checkback-')
    assert answer.content.startswith(b"\xef\xbb\xbfQuarter,Part,Group,Figure,Count")
    assert [event.action for event in staffed.all(AuditEvent)].count("programme.figures-taken") == 1


def test_a_clinician_has_no_reports(lee):
    assert lee.opens("/reports").status_code == 403
    assert 'href="/reports"' not in lee.opens("/").text


def test_what_is_untold_is_drawn_without_a_length():
    told, untold, nothing = weeks_drawn(
        [Week(MORNING.date(), 10, 10), Week(MORNING.date(), None, 0), Week(MORNING.date(), 0, 0)]
    )
    assert sum(part.length for part in told.parts) == HIGHEST
    assert [part.is_told for part in untold.parts] == [False]
    assert nothing.parts == []
    (need,) = needs_drawn([Need("food", 20, None)])
    assert [part.kind for part in need.parts] == ["met"]


def test_every_need_has_a_name():
    assert set(NEEDS) == ALL_NEEDS
    assert group(Split.AREA, "") == "not known"
