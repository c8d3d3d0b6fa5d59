"""`checkback import families | undo`: families from a spreadsheet, and out again while nothing was sent."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from checkback.commands.opening import REFUSED, USAGE, give_up, opened

if TYPE_CHECKING:
    from checkback.care.flows.importing import ImportReport

_BY = "import"


def import_families(
    file: Annotated[Path, typer.Argument(help="A table in CSV, at most 5 MB and 20,000 rows; - is standard input.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Judge everything and keep nothing.")] = False,
    wait: Annotated[int, typer.Option(min=0, max=1440, help="Minutes until the first text may go.")] = 15,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON.")] = False,
) -> None:
    """Enrol families from a spreadsheet.

    Its first line reads reference,occurred_at,kind,zip,clinician,contact_name,phone,language,role,child_ages. Several
    rows with one reference are several people of one family. A family with a wrong row is left out whole and each wrong
    cell is named; the others come in. The same file again changes nothing. Exit 1 when a family was refused, 2 when the
    file is no such table.
    """
    from checkback.care.flows import importing
    from checkback.care.rules.spreadsheets import NotATable

    data = _bytes(file)
    with opened("import") as rt:
        try:
            report = importing.import_families(
                rt, data, actor=_BY, is_trial=dry_run, waits=timedelta(minutes=wait), progress=_say_progress
            )
        except NotATable as error:
            give_up(f"{file}: {error}", USAGE)
        from checkback.care.flows import duty

        _print(report, ZoneInfo(duty.zone(rt)), dry_run=dry_run, as_json=as_json)
    raise typer.Exit(REFUSED if report.refused else 0)


def undo_import(batch: Annotated[str, typer.Argument(help="As the import named it, B-4F7A2C.")]) -> None:
    """Take every family of an import out again, while nothing was sent to any of them."""
    from checkback.care.flows import importing

    with opened("import") as rt:
        typer.echo(f"{importing.undo(rt, batch, _BY)} families taken out again")


def _bytes(file: Path) -> bytes:
    from checkback.care.flows.importing import MOST_BYTES

    try:
        if str(file) == "-":
            return sys.stdin.buffer.read(MOST_BYTES + 1)
        with file.open("rb") as opened_file:
            return opened_file.read(MOST_BYTES + 1)
    except OSError as error:
        give_up(f"{file}: {error.strerror or type(error).__name__}", USAGE)


def _say_progress(done: int, of: int) -> None:
    if of > 100:  # noqa: PLR2004 - a short file is done before anybody reads it
        typer.echo(f"{done} of {of} families", err=True)


def _print(report: ImportReport, zone: ZoneInfo, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(report), default=str, ensure_ascii=False))
        return
    for each in report.problems:
        typer.echo(f"line {each.line}, {each.field}: {each.mend}{f'  [{each.reference}]' if each.reference else ''}")
    would = "would be " if dry_run else ""
    typer.echo(
        f"{report.enrolled} families {would}enrolled, {report.already} were there already, {report.refused} refused"
    )
    if report.batch is not None and report.not_before is not None:
        when = f"{report.not_before.astimezone(zone):%H:%M}"
        typer.echo(f"first texts go from {when} on; until then: checkback import undo {report.batch}")
