"""`checkback import resources` and `checkback resources …`: the directory of help from the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from checkback.commands.opening import REFUSED, USAGE, give_up, opened

if TYPE_CHECKING:
    from checkback.adapters.hsds.reader import Directory
    from checkback.care.flows.resources import Answer, Doubt
    from checkback.care.program import NeedsTable
    from checkback.care.rules.matching import Match
    from checkback.care.steps.directories import Diff

app = typer.Typer(help="The directory of help.", no_args_is_help=True)

_SHOWN = 20
LONGEST_DIRECTORY = 80
_JSON = typer.Option("--json", help="One line of JSON for each.")


def import_resources(
    path: Annotated[Path, typer.Argument(help="An HSDS folder, .zip, .json or .csv; 1.x, 2.x or 3.x.")],
    directory: Annotated[
        str, typer.Option(help="Whose directory it is; another one's entries are left alone.")
    ] = "local",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
    sure: Annotated[
        bool, typer.Option("--sure", help="Also when more than half of the entries would be gone.")
    ] = False,
    skip_refused: Annotated[
        bool, typer.Option("--skip-refused", help="Leave refused rows out instead of stopping.")
    ] = False,
    mapping: Annotated[Path | None, typer.Option(help="For other CSV: which column is which, as icarol.yml.")] = None,
    encoding: Annotated[str | None, typer.Option(help="What it is written in, when it is not UTF-8.")] = None,
) -> None:
    """Bring a directory of help up to date from HSDS. Twice changes nothing; what is gone becomes inactive."""
    from checkback.adapters.hsds.files import Unreadable
    from checkback.care.flows import resources
    from checkback.care.program import ProgramError

    if not 1 <= len(directory) <= LONGEST_DIRECTORY:
        give_up(f"--directory: a name of 1 to {LONGEST_DIRECTORY} letters", USAGE)
    with opened("import") as rt:
        try:
            read = _read(path, mapping, encoding)
        except (Unreadable, ProgramError) as error:
            give_up(str(error), REFUSED if path.exists() else USAGE)
        _remark(read)
        if read.refusals and not skip_refused:
            give_up(f"{len(read.refusals)} rows are refused; mend them, or leave them out with --skip-refused", REFUSED)
        ask = sys.stdin.isatty() and not dry_run
        if ask:
            _show(resources.import_directory(rt, directory, read.listings, dry_run=True, sure=sure))
            typer.confirm("Make it so?", abort=True)
        diff = resources.import_directory(
            rt, directory, read.listings, refused=len(read.refusals), dry_run=dry_run, sure=sure
        )
    if not ask:
        _show(diff)
    typer.echo("nothing was changed" if dry_run or diff.is_empty else f"'{directory}' is up to date")
    raise typer.Exit(REFUSED if read.refusals else 0)


@app.command("find")
def find(
    words: Annotated[
        str, typer.Argument(help='What is needed, where, in which language: "need a crib, 63106, spanish".')
    ],
    as_json: Annotated[bool, _JSON] = False,
    at: Annotated[datetime | None, typer.Option(help="As if it were then, in UTC.", formats=["%Y-%m-%dT%H:%M"])] = None,
    limit: Annotated[int, typer.Option(min=1, max=50)] = 5,
) -> None:
    """Find help, best first, and say why. Nothing confidential is shown."""
    from datetime import UTC

    from checkback.care.flows import resources

    with opened("resources") as rt:
        try:
            answer = resources.find(rt, _needs(), words, at=at.replace(tzinfo=UTC) if at else None, limit=limit)
        except resources.NotUnderstood as error:
            give_up(str(error), USAGE)
    if not answer.found:
        typer.echo(f"nothing found for {answer.need}; 211 knows more", err=True)
    for line in _found_lines(answer, as_json=as_json):
        typer.echo(line)


@app.command("assure")
def assure(
    id_: Annotated[str, typer.Argument(metavar="ID", help="The entry's id in its directory.")],
    by: Annotated[str, typer.Option("--by", help="Your login; it stands in the audit.")],
    directory: Annotated[str | None, typer.Option(help="Which directory, where two have the id.")] = None,
) -> None:
    """Say that you dialled it today and found it true."""
    from checkback.care.flows import resources

    with opened("resources") as rt:
        name = resources.assure(rt, id_, by, directory)
    typer.echo(f"{name} is assured as of today")


@app.command("stale")
def stale(as_json: Annotated[bool, _JSON] = False) -> None:
    """List entries that nobody has assured for a year, the oldest first."""
    from checkback.care.flows import resources

    with opened("resources") as rt:
        _list_doubts(resources.stale(rt), as_json=as_json)


@app.command("failing")
def failing(as_json: Annotated[bool, _JSON] = False) -> None:
    """List entries of which families said that nobody answers, or that the number is wrong."""
    from checkback.care.flows import resources

    with opened("resources") as rt:
        _list_doubts(resources.failing(rt), as_json=as_json)


@app.command("needs")
def needs(
    days: Annotated[int, typer.Option(min=1, help="How far back.")] = 90,
    svg: Annotated[Path | None, typer.Option(help="Draw it into this file, too.")] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Say which needs were met with a place, which were not, and where the place did not help."""
    from checkback.assembly.charts import needs_chart
    from checkback.care.flows import resources

    with opened("resources") as rt:
        counts = resources.needs_met(rt, days)
    if svg is not None:
        svg.write_text(needs_chart(counts, days), "utf-8")
    if as_json:
        for each in counts:
            typer.echo(json.dumps(vars(each)))
        return
    typer.echo(f"{'need':<28}{'named':>7}{'unmet':>7}{'failed':>8}")
    for each in counts:
        typer.echo(f"{each.need:<28}{each.offered:>7}{each.unmet:>7}{each.failed:>8}")


def _read(path: Path, mapping: Path | None, encoding: str | None) -> Directory:
    from checkback.adapters.hsds.mapped import Mapping
    from checkback.adapters.hsds.reader import read_directory

    mapped = Mapping.load(mapping) if mapping else None
    return read_directory(path, _needs(), mapping=mapped, encoding=encoding)


def _needs() -> NeedsTable:
    from checkback.assembly.runtime import PROGRAM
    from checkback.care.program import NeedsTable

    return NeedsTable.load(PROGRAM / "resources" / "needs.yml")


def _remark(read: Directory) -> None:
    """Every refusal; of what could not be used, the first of each sort and how many more there are."""
    for refusal in read.refusals:
        typer.echo(f"refused: {refusal}", err=True)
    others = [each for each in read.remarks if not each.is_refusal]
    for each in others[:_SHOWN]:
        typer.echo(f"left out: {each}", err=True)
    if len(others) > _SHOWN:
        typer.echo(f"left out: {len(others) - _SHOWN} more details", err=True)


def _show(diff: Diff) -> None:
    named: Sequence[tuple[str, Iterable[tuple[str, str]]]] = (
        ("new", [(each.id, each.name) for each in diff.new]),
        ("changed", [(each.id, each.name) for _, each in diff.changed]),
        ("gone", [(str(each.name), "becomes inactive") for each in diff.gone]),
    )
    for what, entries in named:
        listed = list(entries)
        for entry in listed[:_SHOWN]:
            typer.echo(f"{what}: {entry[0]} {entry[1]}")
        if len(listed) > _SHOWN:
            typer.echo(f"{what}: {len(listed) - _SHOWN} more")
    counts = (len(diff.new), len(diff.changed), len(diff.gone), diff.unchanged)
    typer.echo("{} new, {} changed, {} gone, {} as before".format(*counts))


def _found_lines(answer: Answer, *, as_json: bool) -> Iterable[str]:
    for match, resource in answer.found:
        about = {
            "id": resource.source_id,
            "directory": resource.directory,
            "name": match.help.name,
            "phone": match.phone,
            "need": answer.need,
            **_when(match),
            "languages": sorted(match.help.languages),
            "miles": None if match.miles is None else round(match.miles, 1),
            "reasons": {reason.name: reason.detail for reason in match.reasons if reason.detail},
        }
        if as_json:
            yield json.dumps(about, ensure_ascii=False)
        else:
            why = "; ".join(f"{name}: {detail}" for name, detail in about["reasons"].items())
            yield f"{about['name']}  {about['phone']}\n    {why}"


def _when(match: Match) -> dict[str, Any]:
    known = match.opening
    return {
        "open_now": known.is_open if known.is_known else None,
        "until": known.until.isoformat() if known.until else None,
        "opens": known.opens.isoformat() if known.opens else None,
    }


def _list_doubts(doubts: Sequence[Doubt], *, as_json: bool) -> None:
    for each in doubts:
        if as_json:
            about = {name: value for name, value in vars(each).items() if name != "id"}
            typer.echo(json.dumps(about, default=str, ensure_ascii=False))
        else:
            said = f"wrong number {each.wrong_reports}x, no answer {each.no_answers}x"
            typer.echo(f"{each.source_id}  {each.name}  {each.phone}  assured {each.assured or 'never'}  {said}")
