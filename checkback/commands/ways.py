"""`checkback ways …`: how each member of staff is told, proven before the first alert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from checkback.care.terms import Way
from checkback.commands.opening import opened

if TYPE_CHECKING:
    from checkback.care.runtime import Runtime

app = typer.Typer(help="How staff are told: text, call, e-mail.", no_args_is_help=True)

_BY = typer.Option("--by", help="Your login; it stands in the audit. Theirs unless said.")


@app.command("list")
def list_() -> None:
    """Show everybody's ways."""
    from checkback.care.flows import staff_ways

    with opened("ways") as rt:
        for line in staff_ways.ways(rt):
            proven = "proven" if line.is_proven else "NOT PROVEN: no alert goes this way"
            typer.echo(f"{line.login:12} {line.way:6} after {line.after_minutes:g} min  {line.levels:22} {proven}")


@app.command("set")
def set_(
    login: str,
    way: Way,
    levels: Annotated[str, typer.Option(help="For which levels, with commas.")] = "emergent,urgent,high",
    after: Annotated[int, typer.Option(min=0, max=60, help="Minutes; unless somebody has taken it by then.")] = 0,
    number: Annotated[str | None, typer.Option(help="Another number than their own.")] = None,
    email: Annotated[str | None, typer.Option(help="Their address.")] = None,
    by: Annotated[str | None, _BY] = None,
) -> None:
    """Keep how somebody is told; a new number or address is proven before it is used."""
    from checkback.care.flows import staff_ways

    with opened("ways") as rt:
        wanted = [level.strip() for level in levels.split(",") if level.strip()]
        staff_ways.set_way(rt, login, way, levels=wanted, after_minutes=after, number=number, email=email, by=by)
        typer.echo(f"{login} is told by {way}; if it is new, prove it: checkback ways prove {login} {way}")
        _say_unreached(rt, login)


@app.command("drop")
def drop(login: str, way: Way, by: Annotated[str | None, _BY] = None) -> None:
    """Tell somebody like this no more."""
    from checkback.care.flows import staff_ways

    with opened("ways") as rt:
        staff_ways.drop_way(rt, login, way, by=by)
        typer.echo(f"{login} is told by {way} no more")


@app.command("prove")
def prove(login: str, way: Way) -> None:
    """Send a code by this way; a call asks for a key. A worker must be running."""
    from checkback.care.flows import staff_ways

    with opened("ways") as rt:
        staff_ways.send_code(rt, login, way)
        typer.echo("on its way; a code is texted back, or typed in: checkback ways confirm LOGIN CODE")


@app.command("confirm")
def confirm(login: str, code: str) -> None:
    """Type in the code that came."""
    from checkback.care.flows import staff_ways

    with opened("ways") as rt:
        staff_ways.confirm(rt, login, code)
        typer.echo(f"{login}: proven")


def _say_unreached(rt: Runtime, login: str) -> None:
    from checkback.care.flows import staff_ways

    levels = staff_ways.unreached(rt, login)
    if levels:
        typer.echo(f"NO ALERT REACHES {login} now that is {' or '.join(levels)}: no proven way is for it", err=True)
