"""`checkback audit …`: looking for broken promises at once, instead of at the next round."""

from __future__ import annotations

import typer

from checkback.commands.opening import REFUSED, opened

audit_app = typer.Typer(help="Looking for promises that stand still.", no_args_is_help=True)


@audit_app.callback()
def audit() -> None:
    """Looking for promises that stand still."""


@audit_app.command("promises")
def audit_promises() -> None:
    """Say what is broken at this moment, a line each; exit code 1 if anything is. Changes nothing, tells nobody."""
    from checkback.care.flows.auditing import findings

    with opened("audit") as rt:
        found = findings(rt)
    for each in found:
        typer.echo(f"{each.breach}  {each.row}")
    if found:
        raise typer.Exit(REFUSED)
    typer.echo("Every promise is kept, on its way, or with a person.")
