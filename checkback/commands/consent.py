"""`checkback consent …`: the record of who agreed to what, and what staff heard in person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from checkback.care.terms import ConsentScope, ConsentSource
from checkback.commands.opening import opened
from checkback.commands.tasks import moment

if TYPE_CHECKING:
    from checkback.care.flows.consents import FamilysRecord, PersonsRecord, Said

consent_app = typer.Typer(
    help="Who agreed to be texted: the record, and what was said in person.", no_args_is_help=True
)

_BY = typer.Option("--by", help="Your login; it stands in the audit.")
_WHOM = typer.Argument(metavar="PERSON", help="As the record names them, C-4F7A2C; or F-12, if it has one person.")


@consent_app.command("show")
def show_consent(family: Annotated[str, typer.Argument(help="The family, F-12.")], by: Annotated[str, _BY]) -> None:
    """Print the record of a family. Each look is audited."""
    from checkback.care.flows import consents

    with opened("consent") as rt:
        for line in _lines(consents.show(rt, family, by)):
            typer.echo(line)


@consent_app.command("record")
def record_consent(
    person: Annotated[str, _WHOM],
    by: Annotated[str, _BY],
    how: Annotated[ConsentSource, typer.Option(help="`spoken` or `written`.")],
    guardian: Annotated[str | None, typer.Option(help="For a minor: the person who agreed for them, C-…")] = None,
    scope: Annotated[ConsentScope, typer.Option(help="What they agreed to.")] = ConsentScope.THIS_PROGRAMME,
    until: Annotated[str | None, typer.Option(help="Its end, if before a year: `90d` or 2026-12-01T09:00.")] = None,
) -> None:
    """Keep what somebody said to you; a text confirms it. A minor is asked by text once a guardian has agreed."""
    from checkback.care.flows import consents, duty

    with opened("consent") as rt:
        end = moment(until, rt.clock.now(), ZoneInfo(duty.zone(rt))) if until else None
        consents.record(rt, person, by, how, scope=scope, until=end, guardian=guardian)
        typer.echo("kept; a text goes to them")


@consent_app.command("end")
def end_consent(
    person: Annotated[str, _WHOM],
    by: Annotated[str, _BY],
    scope: Annotated[
        ConsentScope, typer.Option(help="`this-programme`: no more check-ins; `everything`: no text of ours at all.")
    ] = ConsentScope.THIS_PROGRAMME,
) -> None:
    """They told you that they want no more texts."""
    from checkback.care.flows import consents

    with opened("consent") as rt:
        ended = consents.end(rt, person, by, scope)
        typer.echo("ended" if ended else "nothing was agreed to that could end")


@consent_app.command("suspect")
def suspect(
    person: Annotated[str, _WHOM],
    by: Annotated[str, _BY],
    not_after_all: Annotated[bool, typer.Option("--not-after-all", help="It turned out otherwise.")] = False,
) -> None:
    """This person may be the danger: nothing a minor gets hangs on their word any more."""
    from checkback.care.flows import consents

    with opened("consent") as rt:
        ended = consents.suspect(rt, person, by, is_danger=not not_after_all)
        typer.echo(f"kept; {ended} agreements for minors have ended")


@consent_app.command("number")
def confirm_number(person: Annotated[str, _WHOM], by: Annotated[str, _BY]) -> None:
    """You know that this person still has their number: texts go on."""
    from checkback.care.flows import consents

    with opened("consent") as rt:
        consents.confirm_number(rt, person, by)
        typer.echo("kept: the number is still theirs")


def _lines(record: FamilysRecord) -> Iterator[str]:
    zone = ZoneInfo(record.zone)
    yield f"{record.programme}: consent of family {record.family}, printed {_at(record.at, zone)} ({record.zone})"
    for person in record.people:
        yield ""
        yield from _person(person, zone)


def _person(person: PersonsRecord, zone: ZoneInfo) -> Iterator[str]:
    marks = [
        person.role,
        *(["minor"] if person.is_minor else []),
        *(["may be the danger"] if person.may_be_danger else []),
    ]
    yield f"{person.reference}  {person.name} ({', '.join(marks)})"
    yield f"    texts may go now: {'yes' if person.permits else 'NO'}"
    if person.opted_out_since:
        yield f"    this phone has opted out, {_at(person.opted_out_since, zone)}"
    if person.number_in_doubt:
        yield f"    the number is in doubt: {person.number_in_doubt}"
    if not person.said:
        yield "    never asked"
    for said in person.said:
        yield f"    {_sentence(said, zone)}"


def _sentence(said: Said, zone: ZoneInfo) -> str:
    parts = [
        f"{said.state}, {said.scope}, {said.source}",
        f"asked {_at(said.asked_at, zone)} in wording {said.wording}",
        *([f"answered {_at(said.answered_at, zone)}"] if said.answered_at else []),
        *([f"until {_at(said.ends_at, zone)}"] if said.ends_at else []),
        *([f"by the word of {said.guardian}"] if said.guardian else []),
        *([f"recorded by {said.recorded_by}"] if said.recorded_by else []),
    ]
    return "; ".join(parts)


def _at(moment_: datetime, zone: ZoneInfo) -> str:
    return f"{moment_.astimezone(zone):%Y-%m-%d %H:%M}"
