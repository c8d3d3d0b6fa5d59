"""`checkback retention …`: how long what is kept stays, what has gone, and what must not go."""

from __future__ import annotations

from typing import Annotated

import typer

from checkback.commands.opening import REFUSED, opened

retention_app = typer.Typer(help="How long what is kept about families stays.", no_args_is_help=True)

_BY = typer.Option("--by", help="Your login, an administrator's; it stands in the audit.")
_FAMILY = typer.Argument(help="The family, F-12.")


@retention_app.command("status")
def status() -> None:
    """Say each clock and who says so, and what has gone or is going, a line each."""
    from checkback.care.flows import retention

    with opened("retention") as rt:
        rules, lines = rt.retention, retention.status(rt)
    for rule in rules:
        typer.echo(f"{rule.kind:<8} {rule.after.days} days after closing. {rule.source}")
    for line in lines:
        done = f"gone and looked at {line.done_at:%Y-%m-%d %H:%M} UTC" if line.done_at else "NOT YET GONE"
        typer.echo(f"{line.family}  {line.kind:<8} {line.reason}  {line.taken_out} taken out  {done}")


@retention_app.command("run")
def run() -> None:
    """Take out what is due now, as the scheduler does every five minutes. Exit code 1 if something was left."""
    from checkback.care.flows import retention

    with opened("retention") as rt:
        tally = retention.purge_due(rt)
    typer.echo(f"{tally.done} taken out, {tally.failed} tried again in an hour")
    raise typer.Exit(REFUSED if tally.failed else 0)


@retention_app.command("hold")
def hold(
    reference: Annotated[str, _FAMILY],
    by: Annotated[str, _BY],
    reason: Annotated[str, typer.Option(help="Why: the case, the letter, who asked. It is sealed.")],
) -> None:
    """Nothing of this family goes, by time or by wish, until it is released: a court, a lawyer, an inquiry asked."""
    from checkback.care.flows import retention

    with opened("retention") as rt:
        placed = retention.hold(rt, reference, by, reason)
    typer.echo("held" if placed else "a hold stands already")


@retention_app.command("release")
def release(reference: Annotated[str, _FAMILY], by: Annotated[str, _BY]) -> None:
    """The legal hold has ended."""
    from checkback.care.flows import retention

    with opened("retention") as rt:
        ended = retention.release(rt, reference, by)
    typer.echo("released" if ended else "no hold stands")
