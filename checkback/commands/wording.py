"""`checkback wording`: every sentence to families on one sheet, for whoever reviews it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def wording(
    *,
    sheet: Annotated[
        bool, typer.Option("--sheet", help="Print key, mode, parts, reading grade and text, tabs between.")
    ] = False,
    language: Annotated[str | None, typer.Option(help="en or es alone.")] = None,
    directory: Annotated[Path, typer.Option(help="Where en.yml, es.yml and staff.yml are.")] = Path("program/wording"),
) -> None:
    """Show what families are told: which version, or with --sheet every sentence by language and kind of phone."""
    from checkback.assembly.wording_sheet import rows
    from checkback.care.program import ProgramError
    from checkback.care.terms import Language
    from checkback.care.wording import Wording

    try:
        read = Wording.load(directory)
        languages = [Language(language)] if language else list(Language)
    except (ProgramError, ValueError) as error:
        typer.echo(f"wording: {error}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"# wording {read.version}, {len(read.keys())} sentences")
    if sheet:
        typer.echo("language\tkey\tphone\tparts\tgrade\ttext")
        for row in rows(read, languages):
            typer.echo("\t".join(row))
