"""`checkback rotas …`: who is on call when, who is away, and calendars."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from checkback.commands.opening import REFUSED, USAGE, give_up, opened

if TYPE_CHECKING:
    from checkback.care.flows.rotas import OnCallTime
    from checkback.care.runtime import Runtime

app = typer.Typer(help="Who is on call, and who is away.", no_args_is_help=True)
_BY = typer.Option("--by", help="Your login; it stands in the audit.")
_WHEN = "2026-11-24T18:00, in the programme's zone unless you add one."


@app.command("list")
def list_(
    rota: Annotated[str | None, typer.Argument(help="Only this rota.")] = None,
    days: Annotated[int, typer.Option(min=1, max=366)] = 14,
) -> None:
    """Show who is on call over the coming days; a gap stands out."""
    from checkback.care.flows import rotas

    with opened("rotas") as rt:
        zone = _zone(rt)
        for time in rotas.timetable(rt, rota, days=days):
            typer.echo(_line(time, zone))


@app.command("set")
def set_(
    team: str,
    rota: str,
    turns: Annotated[list[str], typer.Argument(help="LOGIN:DAYS, in their order, e.g. ortiz:7 lee:7.")],
    by: Annotated[str, _BY],
    starts_on: Annotated[str | None, typer.Option(help="The first day of the first turn, 2026-11-23.")] = None,
    changes_at: Annotated[int, typer.Option(min=0, max=23, help="The hour at which a turn ends.")] = 0,
    zone: Annotated[str | None, typer.Option(help="The zone of that hour; else the programme's.")] = None,
) -> None:
    """Make a rota of turns, or change it."""
    from checkback.care.flows import rotas

    with opened("rotas") as rt:
        first = _day(starts_on) if starts_on else None
        rotas.set_turns(
            rt, team, rota, [_turn(each) for each in turns], by, starts_on=first, changes_at=changes_at, zone=zone
        )
        typer.echo(f"{rota} is set")


@app.command("override")
def override(
    rota: str,
    login: str,
    starts: Annotated[str, typer.Option("--from", help=_WHEN)],
    ends: Annotated[str, typer.Option("--to", help=_WHEN)],
    by: Annotated[str, _BY],
) -> None:
    """Put somebody on call instead of whoever's turn it is."""
    from checkback.care.flows import rotas

    with opened("rotas") as rt:
        zone = _zone(rt)
        rotas.override(rt, rota, rotas.Shift(login, _moment(starts, zone), _moment(ends, zone)), by)
        typer.echo(f"{login} is on call for {rota} from {starts} to {ends}")


@app.command("gaps")
def gaps(days: Annotated[int, typer.Option(min=1, max=366)] = 7) -> None:
    """List the times ahead in which nobody is on call; exit 1 when there are any."""
    from checkback.care.flows import rotas

    with opened("rotas") as rt:
        found, zone = rotas.gaps(rt, timedelta(days=days)), _zone(rt)
    for gap in found:
        typer.echo(_line(gap, zone))
    if not found:
        typer.echo(f"somebody is on call at every hour of the next {days} days")
    raise typer.Exit(REFUSED if found else 0)


@app.command("feed")
def feed(
    rota: str,
    by: Annotated[str, _BY],
    new: Annotated[bool, typer.Option(help="Make a new address; the old one ends.")] = False,
) -> None:
    """Say the address under which a calendar can follow a rota. Whoever knows it sees who is on call."""
    from checkback.care.flows import rotas

    with opened("rotas") as rt:
        rota_id, token = rotas.feed_token(rt, rota, new=new, by=by)
        typer.echo(f"{rt.console_url}/rotas/{rota_id}/{token}.ics")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="An .ics file; the title of each event is a login.")],
    rota: Annotated[str, typer.Option(help="The rota it is for.")],
    by: Annotated[str, _BY],
    weeks: Annotated[int, typer.Option(min=1, max=52, help="How far ahead.")] = 13,
) -> None:
    """Bring a calendar's shifts in, repeats laid out; they go before the turns. Twice changes nothing."""
    from checkback.adapters.calendars import read_calendar
    from checkback.care.flows import rotas

    with opened("rotas") as rt:
        now, zone = rt.clock.now(), _zone(rt)
        shifts = read_calendar(file.read_bytes(), now, now + timedelta(weeks=weeks), zone.key)
        came = rotas.take_calendar(rt, rota, shifts, by)
    for each in came.refused:
        typer.echo(
            f"refused: {each}: no clinician or coordinator has this login, or it ends before it begins", err=True
        )
    typer.echo(f"{came.kept} shifts kept, {came.gone} taken out")
    raise typer.Exit(REFUSED if came.refused else 0)


def _line(time: OnCallTime, zone: ZoneInfo) -> str:
    starts, ends = (f"{at.astimezone(zone):%a %Y-%m-%d %H:%M}" for at in (time.starts_at, time.ends_at))
    return f"{time.rota}: {starts} to {ends}  {', '.join(time.logins) or 'NOBODY'}"


def _zone(rt: Runtime) -> ZoneInfo:
    from checkback.care.flows.rotas import programme_zone

    return ZoneInfo(programme_zone(rt))


def _turn(written: str) -> tuple[str, int]:
    login, _, days = written.partition(":")
    if not login or not days.isdecimal():
        give_up(f"{written}: write LOGIN:DAYS, as ortiz:7", USAGE)
    return login, int(days)


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        give_up(f"{written}: write a day as 2026-11-23", USAGE)


def _moment(written: str, zone: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        give_up(f"{written}: write a moment as 2026-11-24T18:00", USAGE)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
