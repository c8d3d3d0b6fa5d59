"""Reports: what a quarter came to, drawn and in tables, and as a file to take along."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import timedelta

from starlette.responses import Response

from checkback.care.flows import reports
from checkback.care.flows.reports import PART_OF, Figure, Report, Row, Spread
from checkback.care.rules.small_cells import LEAST
from checkback.care.terms import Split
from checkback.console import drawing, figure_words
from checkback.console.desk import Visit
from checkback.console.figure_words import FIGURES
from checkback.console.speaking import gettext as _


async def show(visit: Visit) -> Response:
    found = await _found(visit)
    return visit.page(
        "reports.html",
        report=found,
        least=LEAST,
        figures=FIGURES,
        part_of=PART_OF,
        splits=figure_words.SPLITS,
        group=figure_words.group,
        need=figure_words.need,
        weeks=drawing.weeks_drawn(found.weeks),
        needs=drawing.needs_drawn(found.needs),
        sizes=drawing,
    )


async def download(visit: Visit) -> Response:
    """The same figures as a table; who took it stands in the audit."""
    found = await _found(visit)
    await visit.run(reports.note_download, visit.desk.rt, visit.me.account.id)
    name = f"checkback-{found.quarter.reference}{f'-{found.split}' if found.split else ''}.csv"
    return Response(
        as_csv(found),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _found(visit: Visit) -> Report:
    asked = visit.request.query_params
    by = asked.get("by", "")
    split = Split(by) if by in set(Split) else None
    return await visit.run(reports.report, visit.desk.rt, asked.get("quarter", ""), split)


def as_csv(report: Report) -> bytes:
    """One figure a row, as spreadsheets take it: with a byte order mark, and nothing in it that they would run."""
    out = io.StringIO()
    writer = csv.writer(out)
    spans_in = (_("Half within, minutes"), _("Nine in ten within, minutes"))
    writer.writerow([_("Quarter"), _("Part"), _("Group"), _("Figure"), _("Count"), *spans_in])
    for part, group, figure, count, span in _cells(report):
        spans = [_minutes(span.median if span else None), _minutes(span.p90 if span else None)]
        told = _("too few to be told") if count is None else count
        writer.writerow([report.quarter.reference, part, _inert(group), figure, told, *spans])
    return out.getvalue().encode("utf-8-sig")


Cell = tuple[str, str, str, int | None, Spread | None]


def _cells(report: Report) -> Iterator[Cell]:
    yield from _row_cells(_("All"), "", report.total)
    if report.split:
        for row in report.groups:
            group = figure_words.group(report.split, row.name)
            yield from _row_cells(figure_words.SPLITS[report.split], group, row)
    for week in report.weeks:
        yield _("Distress by week"), week.monday.isoformat(), _("acute"), week.acute, None
        yield _("Distress by week"), week.monday.isoformat(), _("high"), week.high, None
    for need in report.needs:
        yield _("Needs"), figure_words.need(need.name), _("named"), need.named, None
        yield _("Needs"), figure_words.need(need.name), _("no place found"), need.unmet, None


def _row_cells(part: str, group: str, row: Row) -> Sequence[Cell]:
    spans = {Figure.TAKEN: row.to_take, Figure.SPOKEN_WITH: row.to_reach}
    return [(part, group, FIGURES[figure][0], row.counts[figure], spans.get(figure)) for figure in Figure]


def _minutes(span: timedelta | None) -> str:
    return f"{span.total_seconds() / 60:.1f}" if span is not None else ""


def _inert(cell: str) -> str:
    """A cell that begins as a formula does is a text."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
