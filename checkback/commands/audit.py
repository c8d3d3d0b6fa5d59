"""`checkback audit …`: looking for broken promises at once, and whether the audit itself was touched."""

from __future__ import annotations

import typer

from checkback.commands.opening import REFUSED, opened

audit_app = typer.Typer(help="Promises that stand still, and the audit itself.", no_args_is_help=True)


@audit_app.callback()
def audit() -> None:
    """Promises that stand still, and the audit itself."""


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


@audit_app.command("verify")
def audit_verify() -> None:
    """Hold every line of the audit against its seal; exit code 1 and the first batch that was touched, if one was."""
    from checkback.care.flows.sealing import verify
    from checkback.care.terms import ChainFlaw

    says = {
        ChainFlaw.REMOVED: "a line was removed",
        ChainFlaw.CHANGED: "a line was changed, or put in the place of another",
        ChainFlaw.PUT_IN: "a line was put in",
        ChainFlaw.KEY_GONE: "its key is not on the ring (CHECKBACK_INDEX_KEY): it cannot be verified",
    }
    with opened("audit") as rt:
        found = verify(rt)
    if found.flaw is not None:
        flaw = found.flaw
        typer.echo(f"batch {flaw.batch}, lines {flaw.first} to {flaw.last}: {says[flaw.kind]}")
        raise typer.Exit(REFUSED)
    typer.echo(f"{found.sealed} lines in {found.batches} batches are as they were sealed; {found.waiting} wait for it.")
