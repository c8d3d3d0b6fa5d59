"""`checkback family …`: everything that is kept about one family, for them to have."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from checkback.commands.opening import REFUSED, USAGE, give_up, opened

family_app = typer.Typer(help="What is kept about one family.", no_args_is_help=True)

_BY = typer.Option("--by", help="Your login; it stands in the audit.")
_FAMILY = typer.Argument(help="The family, F-12.")

#: Whoever hands it over reads this first.
_LEAD = (
    "This is everything that Checkback keeps about this family: what was written, heard, noted and decided, and who "
    "looked at it. Times are in UTC.",
    "Before you hand it over: it holds what each person of the family said alone, words they agreed on, and what they "
    "fear. Give it to nobody who may be the danger to another of them, and not to a phone or an inbox that somebody "
    "else may read.",
)


@family_app.callback()
def family() -> None:
    """What is kept about one family."""


@family_app.command("export")
def export(
    reference: Annotated[str, _FAMILY],
    by: Annotated[str, _BY],
    to: Annotated[Path, typer.Option(help="A new file: NAME.json is data, NAME.html a page to read.")],
) -> None:
    """Write everything about a family into a file that only you can read. It is not sealed: delete it when it is given.

    For administrators and coordinators; each export is audited.
    """
    from checkback.care.flows.family_record import whole
    from checkback.care.rules.record_page import as_page

    if to.suffix not in (".json", ".html"):
        give_up(f"{to.name}: name it .json or .html", USAGE)
    if to.exists():
        give_up(f"{to.name} is there already; nothing is written over", USAGE)
    with opened("family") as rt:
        found = whole(rt, reference, by)
    if to.suffix == ".json":
        content = json.dumps(asdict(found), default=str, ensure_ascii=False, indent=1)
    else:
        made = f"Made {found.made_at:%Y-%m-%d %H:%M} UTC by {found.made_by}."
        title = f"{found.programme}: family {found.family}"
        content = as_page(title, [made, *_LEAD], {**found.rows, "who did or read what": found.audit})
    _write(to, content)
    typer.echo(f"{sum(map(len, found.rows.values()))} rows and {len(found.audit)} lines of the audit in {to.name}")


def _write(to: Path, content: str) -> None:
    """Readable by nobody else from its first byte on; never through a link, never over a file."""
    descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)


@family_app.command("erase")
def erase(
    reference: Annotated[str, _FAMILY],
    by: Annotated[str, _BY],
    sure: Annotated[bool, typer.Option("--sure", help="Without it nothing is done.")] = False,
) -> None:
    """They asked to be forgotten: take out everything that names them, here, at the assistant and at the carrier.

    It cannot be undone. The case must be closed. What stays is counted and names nobody, and the audit stays whole.
    Exit code 1 while the carrier keeps something back; it is tried again every hour.
    """
    from checkback.care.flows import retention

    if not sure:
        give_up("this cannot be undone: export first if they want it, then say it again with --sure", USAGE)
    with opened("family") as rt:
        lines = retention.erase(rt, reference, by)
    for line in lines:
        typer.echo(f"{line.kind:<8} {line.taken_out} taken out  {'gone' if line.done_at else 'NOT YET GONE'}")
    raise typer.Exit(0 if all(line.done_at for line in lines) else REFUSED)
