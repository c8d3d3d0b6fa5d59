"""`checkback staff away | back | stand-in`: who is off, and who has their work meanwhile."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from checkback.commands.opening import opened
from checkback.commands.tasks import moment

_BY = typer.Option("--by", help="Your login; it stands in the audit.")


def add_to(staff_app: typer.Typer) -> None:
    """Put these commands beside the others of `checkback staff`."""
    staff_app.command("away")(away)
    staff_app.command("back")(back)
    staff_app.command("stand-in")(stand_in)


def away(
    login: str,
    until: Annotated[str, typer.Option(help="`8h`, `14d`, or a moment, 2026-12-01T09:00.")],
    by: Annotated[str, _BY],
    since: Annotated[str | None, typer.Option("--from", help="Now unless said.")] = None,
    backup: Annotated[str | None, typer.Option(help="Who has their work; else their team's backup.")] = None,
) -> None:
    """Somebody is off: what is theirs to do goes to somebody else meanwhile."""
    from checkback.care.flows import duty

    with opened("staff") as rt:
        now, zone = rt.clock.now(), ZoneInfo(duty.zone(rt))
        starts, ends = moment(since, now, zone) if since else now, moment(until, now, zone)
        kept = duty.set_away(rt, login, starts, ends, backup, by)
        whose = kept.backup or "whoever stands in for the team"
        typer.echo(f"{login} is off until {kept.ends_at.astimezone(zone):%a %Y-%m-%d %H:%M}; {whose} has the work")


def back(login: str, by: Annotated[str, _BY]) -> None:
    """Somebody is here again."""
    from checkback.care.flows import duty

    with opened("staff") as rt:
        ended = duty.set_back(rt, login, by)
        typer.echo(f"{login} is here{'' if ended else ', and was not off'}")


def stand_in(
    team: Annotated[str, typer.Argument(help="The team's name.")], login: str, by: Annotated[str, _BY]
) -> None:
    """Name who has the work of a colleague of this team who is off and named nobody."""
    from checkback.care.flows import duty

    with opened("staff") as rt:
        duty.set_backup(rt, team, login, by)
        typer.echo(f"{login} stands in for {team}")
