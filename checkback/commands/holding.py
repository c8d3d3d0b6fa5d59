"""`checkback hold`, `pause`, `hours`, `happened` and `coming`: what keeps texts back, and what is about to go out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from checkback.commands.opening import USAGE, give_up, opened

if TYPE_CHECKING:
    from checkback.care.flows.family_events import Done, ProgrammeTimes
    from checkback.care.flows.forecast import Forecast
    from checkback.care.flows.holds import Placed
    from checkback.care.runtime import Runtime

hold_app = typer.Typer(help="Hold all sending; alerts and safety wording go on.", no_args_is_help=True)
pause_app = typer.Typer(help="No check-ins for a while; it ends by itself.", no_args_is_help=True)
hours_app = typer.Typer(help="When families may be texted.", no_args_is_help=True)
happened_app = typer.Typer(help="What staff learn of a family and sending must obey.", no_args_is_help=True)

By = Annotated[str, typer.Option("--by", help="Your login; it stands in the audit.")]
Reason = Annotated[str, typer.Option(help="Why, in a few words; sealed, for staff only.")]
Until = Annotated[
    str | None,
    typer.Option(help="It ends by itself then: `2026-12-01`, or `2026-12-01T15:00`, in the programme's zone."),
]
Person = Annotated[int | None, typer.Option("--person", min=1, help="Which of the family's people, by their place.")]
AsJson = Annotated[bool, typer.Option("--json", help="One line of JSON each.")]
Day = Annotated[str, typer.Option(help="A local day, `2026-12-01`.")]


@hold_app.command("family")
def hold_family(family: str, reason: Reason, by: By, until: Until = None) -> None:
    """Hold everything automatic to a family, `F-12`."""
    from checkback.care.flows import holds

    with opened("hold") as rt:
        _say_placed(rt, holds.hold_family(rt, family, reason, by, _moment(rt, until)))


@hold_app.command("text")
def hold_text(
    family: str,
    step: Annotated[str, typer.Argument(help="Which text, as `checkback coming` names it.")],
    reason: Reason,
    by: By,
    until: Until = None,
    person: Person = None,
) -> None:
    """Hold one text that is to come; everything else to the family goes on."""
    from checkback.care.flows import holds

    with opened("hold") as rt:
        _say_placed(rt, holds.hold_step(rt, family, step, reason, by, _moment(rt, until), person))


@hold_app.command("plan")
def hold_plan(plan: str, reason: Reason, by: By, until: Until = None) -> None:
    """Hold the check-ins of a plan, in every version."""
    from checkback.care.flows import holds

    with opened("hold") as rt:
        _say_placed(rt, holds.hold_plan(rt, plan, reason, by, _moment(rt, until)))


@hold_app.command("programme")
def hold_programme(reason: Reason, by: By, until: Until = None) -> None:
    """Hold everything automatic of the programme."""
    from checkback.care.flows import holds

    with opened("hold") as rt:
        _say_placed(rt, holds.hold_programme(rt, reason, by, _moment(rt, until)))


@hold_app.command("everything")
def hold_everything(reason: Reason, by: By, until: Until = None) -> None:
    """Hold everything automatic, also to numbers we do not know."""
    from checkback.care.flows import holds

    with opened("hold") as rt:
        _say_placed(rt, holds.hold_everything(rt, reason, by, _moment(rt, until)))


@hold_app.command("date")
def hold_date(
    family: str,
    reason: Reason,
    by: By,
    first: Annotated[str, typer.Option("--from", help="The first local day kept free, `2026-12-01`.")],
    last: Annotated[str | None, typer.Option("--to", help="The last one; the same day unless named.")] = None,
) -> None:
    """Keep days free for a family: a funeral, an anniversary, a day in court. What falls into them moves behind."""
    from checkback.care.flows import holds

    start = _day(first)
    with opened("hold") as rt:
        _say_placed(rt, holds.keep_date_free(rt, family, start, _day(last) if last else start, reason, by))


@hold_app.command("list")
def hold_list(as_json: AsJson = False) -> None:
    """Every hold that stands."""
    from checkback.care.flows import family_events, holds

    with opened("hold") as rt:
        found, zone = holds.standing(rt), family_events.zone_of(rt)
    for each in found:
        if as_json:
            typer.echo(json.dumps(asdict(each), default=str, ensure_ascii=False))
            continue
        of = " ".join(part for part in (each.family, each.step) if part) or each.plan or ""
        ends = f"until {_local(each.ends_at, zone)}" if each.ends_at else "until it is ended"
        typer.echo(
            f"{each.reference}  {each.kind}  {each.scope} {of}".rstrip()
            + f"  from {_local(each.starts_at, zone)} {ends}  by {each.by}: {each.reason}"
        )
    if not found and not as_json:
        typer.echo("nothing is held")


@hold_app.command("end")
def hold_end(hold: str, by: By) -> None:
    """End a hold, `H-12`. What it kept back goes at the programme's pace, each judged by its own lateness."""
    from checkback.care.flows import holds

    with opened("hold") as rt:
        ended = holds.end(rt, hold, by)
    typer.echo(f"{ended.reference} {'had ended already' if ended.already else 'has ended'}")


@hold_app.command("preview")
def hold_preview(hold: str, as_json: AsJson = False) -> None:
    """What would go out if this hold ended now."""
    from checkback.care.flows import forecast

    with opened("hold") as rt:
        _say_forecast(forecast.after(rt, hold), as_json=as_json)


@pause_app.command("family")
def pause_family(family: str, until: Day, by: By, person: Person = None) -> None:
    """No check-ins before that day; what was promised meanwhile moves behind it."""
    from checkback.care.flows import family_events

    with opened("pause") as rt:
        _say_done(family_events.pause(rt, family, _day(until), by, person), f"paused until {until}")


@pause_app.command("end")
def pause_end(family: str, by: By, person: Person = None) -> None:
    """The pause is over; what was moved stays where it was moved to."""
    from checkback.care.flows import family_events

    with opened("pause") as rt:
        _say_done(family_events.resume(rt, family, by, person), "is paused no more", "was not paused")


@happened_app.command("death")
def happened_death(family: str, reason: Reason, by: By) -> None:
    """Somebody of the family died: everything automatic is held, and a person is asked to read what was planned."""
    from checkback.care.flows import family_events

    with opened("happened") as rt:
        _say_placed(rt, family_events.somebody_died(rt, family, reason, by))


@happened_app.command("wrong-number")
def happened_wrong_number(
    family: str,
    by: By,
    person: Annotated[int, typer.Option("--person", min=1, help="Whose phone, by their place.")] = 1,
) -> None:
    """Somebody else has this phone: nothing more goes there."""
    from checkback.care.flows import family_events

    with opened("happened") as rt:
        _say_done(family_events.is_wrong_number(rt, family, person, by), "nothing more goes to that number")


@happened_app.command("closed")
def happened_closed(family: str, by: By) -> None:
    """The work with a family has ended: what was promised is cancelled."""
    from checkback.care.flows import family_events

    with opened("happened") as rt:
        _say_done(family_events.close_case(rt, family, by), "is closed", "was closed already")


@happened_app.command("reopened")
def happened_reopened(family: str, by: By) -> None:
    """The work with a family goes on: what was cancelled stays so, and no plan begins by itself."""
    from checkback.care.flows import family_events

    with opened("happened") as rt:
        _say_done(family_events.reopen(rt, family, by), "is open again", "was not closed")


@hours_app.command("family")
def hours_family(
    family: str,
    by: By,
    opens: Annotated[int | None, typer.Option(help="Not before this hour of the day.")] = None,
    closes: Annotated[int | None, typer.Option(help="Not after this hour of the day.")] = None,
    days: Annotated[str | None, typer.Option(help="On these days only, `MO,WE,FR`; `all` for every day.")] = None,
    zone: Annotated[str | None, typer.Option(help="Where they are, as they said: `America/Denver`.")] = None,
    person: Person = None,
) -> None:
    """A family's own hours, days and time zone."""
    from checkback.care.flows import family_events
    from checkback.care.flows.family_events import NewHours

    chosen = None if days is None else [] if days == "all" else [day.strip().upper() for day in days.split(",")]
    with opened("hours") as rt:
        found = family_events.set_hours(rt, family, NewHours(opens, closes, chosen, zone), by, person)
    for hours in found:
        typer.echo(f"{family}: {hours.opens} to {hours.closes} in {' and '.join(hours.zones)}")


@hours_app.command("programme")
def hours_programme(  # noqa: PLR0913, PLR0917 - an option for each thing a programme may set
    by: Annotated[str | None, typer.Option("--by", help="Your login, to change something.")] = None,
    opens: Annotated[int | None, typer.Option(help="8 at the earliest.")] = None,
    closes: Annotated[int | None, typer.Option(help="21 at the latest.")] = None,
    holidays: Annotated[str | None, typer.Option(help="`US`, `US-MO` with a state's, or `none`.")] = None,
    rest_hours: Annotated[int | None, typer.Option(help="Nothing by itself for so long after an incident.")] = None,
    calm_hours: Annotated[int | None, typer.Option(help="Nor after somebody in acute distress was seen to.")] = None,
    texts_a_day: Annotated[int | None, typer.Option(help="To one person or phone.")] = None,
    texts_a_week: Annotated[int | None, typer.Option(help="To one person or phone.")] = None,
    starts_a_minute: Annotated[int | None, typer.Option(help="How many check-ins begin in a minute.")] = None,
    safe_days: Annotated[
        int | None, typer.Option(help="How long a word counts that nobody else reads the phone; then we ask again.")
    ] = None,
) -> None:
    """What binds every automatic text: shown, or changed with the options."""
    from checkback.care.flows import family_events
    from checkback.care.flows.family_events import ProgrammeTimes

    place = "" if holidays == "none" else holidays
    new = ProgrammeTimes(
        opens, closes, place, rest_hours, calm_hours, texts_a_day, texts_a_week, starts_a_minute, safe_days
    )
    changes = any(value is not None for value in vars(new).values())
    if changes and by is None:
        give_up("say who you are with --by LOGIN", USAGE)
    with opened("hours") as rt:
        _say_times(family_events.set_programme_times(rt, new, by) if by else family_events.programme_times(rt))


def coming(
    hours: Annotated[int, typer.Option(min=1, max=24 * 60, help="How far ahead.")] = 48,
    incident: Annotated[
        str | None, typer.Option(help="Only families of incidents whose reference begins so: one event, many families.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What is about to go out, and when, with everything that is known now."""
    from checkback.care.flows import forecast

    with opened("coming") as rt:
        _say_forecast(forecast.coming(rt, rt.clock.now() + timedelta(hours=hours), incident), as_json=as_json)


def _say_placed(rt: Runtime, placed: Placed) -> None:
    from checkback.care.flows import family_events

    zone = family_events.zone_of(rt)
    ends = f"until {_local(placed.ends_at, zone)}" if placed.ends_at else "until it is ended"
    typer.echo(f"{placed.reference} {'stood already, ' if placed.already else 'holds '}{ends}")
    _say_beyond_recall(placed.beyond_recall, _local(placed.dropped_by, zone) if placed.dropped_by else None)


def _say_beyond_recall(count: int, dropped_by: str | None = None) -> None:
    if count:
        limit = f"; it drops by {dropped_by} what it has not delivered" if dropped_by else ""
        typer.echo(f"{count} texts are with the carrier already and cannot be taken back{limit}")


def _say_done(done: Done, words: str, already: str = "nothing to change") -> None:
    typer.echo(f"{done.family} {already if done.already else words}")
    _say_beyond_recall(done.beyond_recall)


def _say_times(times: ProgrammeTimes) -> None:
    for name, value in vars(times).items():
        typer.echo(f"{name.replace('_', ' ')}: {'none' if value == '' else value}")


def _say_forecast(found: Forecast, *, as_json: bool) -> None:
    from checkback.care.flows.forecast import Fate

    for text in found.texts:
        if as_json:
            typer.echo(json.dumps({**asdict(text), "local": text.local}, default=str))
            continue
        when = f"{text.local:%a %Y-%m-%d %H:%M:%S %Z}" if text.local else f"due {text.due_at:%Y-%m-%d %H:%M}Z"
        typer.echo(f"{text.fate:9}  {when}  {text.family}  {text.step}{f'  ({text.why})' if text.why else ''}")
    if not as_json:
        counts = ", ".join(f"{found.count(fate)} {fate}" for fate in Fate if found.count(fate))
        typer.echo(f"{counts or 'nothing is coming'}; at most {found.busiest} in a minute; {found.queued} texts queued")


def _moment(rt: Runtime, written: str | None) -> datetime | None:
    from checkback.care.flows import family_events

    if written is None:
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        give_up(f"--until: write a day or a moment, as 2026-12-01 or 2026-12-01T15:00, not {written}", USAGE)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(family_events.zone_of(rt)))


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        give_up(f"write a day as 2026-12-01, not {written}", USAGE)


def _local(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M}"


def apps() -> Iterable[tuple[str, typer.Typer]]:
    """The families of commands that stand here, by their names."""
    return (("hold", hold_app), ("pause", pause_app), ("hours", hours_app), ("happened", happened_app))
