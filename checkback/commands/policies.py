"""`checkback policies …`: who is told of what, version by version."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from checkback.commands.opening import opened

app = typer.Typer(help="Who is told of an escalation, version by version.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """Show every version: its steps, and whether it is in use."""
    from checkback.care.flows import policies

    with opened("policies") as rt:
        for policy in policies.versions(rt):
            typer.echo(f"{policy.level:9} version {policy.version}  {policy.state}")
            for at, step in enumerate(policy.steps, start=1):
                typer.echo(f"    {at}. {step}")


@app.command("draft")
def draft(
    file: Annotated[Path, typer.Argument(help="As program/escalation.yml.")],
    by: Annotated[str, typer.Option("--by", help="Your login; somebody else approves what you draft.")],
) -> None:
    """Keep what a file says as drafts, where it differs; nobody is told by a draft."""
    from checkback.care.flows import policies

    with opened("policies") as rt:
        made = policies.draft(rt, file, by)
    for line in made:
        typer.echo(f"drafted: {line}")
    if not made:
        typer.echo("nothing has changed")


@app.command("approve")
def approve(
    level: Annotated[str, typer.Argument(help="emergent, urgent or high.")],
    version: Annotated[int, typer.Argument(min=1)],
    by: Annotated[str, typer.Option("--by", help="Your login; it stands in the audit.")],
) -> None:
    """Use a version for whatever opens from now on."""
    from checkback.care.flows import policies

    with opened("policies") as rt:
        policies.approve(rt, level, version, by)
    typer.echo(f"{level} version {version} is in use")
