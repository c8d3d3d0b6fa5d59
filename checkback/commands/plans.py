"""`checkback plans …`: what families are texted, version by version, and who follows which."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checkback.commands.opening import REFUSED, give_up, opened

if TYPE_CHECKING:
    from checkback.care.flows.family_plans import Change
    from checkback.care.flows.plan_versions import Version

plans_app = typer.Typer(help="What families are texted, in versions that people approve.", no_args_is_help=True)

_BY = typer.Option("--by", help="Your login; it stands in the audit.")
_PLAN = typer.Argument(metavar="PLAN[@VERSION]", help="As standard, or standard@2.")
_JSON = typer.Option("--json", help="One line of JSON each.")


@plans_app.command("list")
def list_plans(
    name: Annotated[str | None, typer.Argument(metavar="PLAN", help="Only this plan.")] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """List every version of every plan, the newest first."""
    from checkback.care.flows import plan_versions

    with opened("plans") as rt:
        for version in plan_versions.versions(rt, name):
            typer.echo(_as_json(version) if as_json else _line(version))


@plans_app.command("show")
def show_plan(plan: Annotated[str, _PLAN]) -> None:
    """Show what a version says, as its author wrote it."""
    from checkback.care.flows import plan_versions

    with opened("plans") as rt:
        version = plan_versions.version(rt, plan)
        typer.echo(f"# {_line(version)}")
        typer.echo(version.definition.rstrip())


@plans_app.command("check")
def check_plan(file: Path) -> None:
    """Say whether a file is a plan, and if not, which step and field to mend. Needs no database."""
    from checkback.assembly.rehearsing import read_file
    from checkback.care.errors import CareError

    try:
        plan = read_file(file)
    except CareError as error:
        give_up(str(error), REFUSED)
    typer.echo(f"{file}: {plan.name}, {len(plan.steps)} steps; see them with `checkback rehearse {file} …`")


@plans_app.command("draft")
def draft_plan(file: Path, by: Annotated[str, _BY]) -> None:
    """Keep a file as a new version. Nobody is texted by it until somebody else approves it."""
    from checkback.care.flows import plan_versions

    with opened("plans") as rt:
        reference, is_new = plan_versions.draft(rt, file, by)
        typer.echo(f"{reference} is a draft now" if is_new else f"{reference} says the same already; nothing was kept")


@plans_app.command("approve")
def approve_plan(plan: Annotated[str, _PLAN], by: Annotated[str, _BY]) -> None:
    """Let a draft count for everybody who is enrolled from now on."""
    from checkback.care.flows import plan_versions

    with opened("plans") as rt:
        typer.echo(f"{plan_versions.approve(rt, plan, by)} counts from now on; families keep the version they have")


@plans_app.command("retire")
def retire_plan(plan: Annotated[str, _PLAN], by: Annotated[str, _BY]) -> None:
    """Let nobody start on a version any more; families that follow it go on."""
    from checkback.care.flows import plan_versions

    with opened("plans") as rt:
        typer.echo(f"{plan_versions.retire(rt, plan, by)} is retired")


@plans_app.command("compare")
def compare_plans(one: Annotated[str, _PLAN], other: Annotated[str, _PLAN]) -> None:
    """Show what is otherwise in the second: a line a step; exit 1 when there is any."""
    from checkback.care.flows import plan_versions

    with opened("plans") as rt:
        found = plan_versions.compare(rt, one, other)
    for line in found:
        typer.echo(line)
    raise typer.Exit(REFUSED if found else 0)


@plans_app.command("export")
def export_plan(
    plan: Annotated[str, _PLAN],
    to: Annotated[Path | None, typer.Option(help="The file to write; else program/plans/NAME.yml.")] = None,
) -> None:
    """Write a version back into the programme's files, as it counts."""
    from checkback.assembly.runtime import PROGRAM
    from checkback.care.flows import plan_versions

    with opened("plans") as rt:
        version = plan_versions.version(rt, plan)
        path = to or PROGRAM / "plans" / f"{version.reference.partition('@')[0]}.yml"
        path.write_text(version.definition, "utf-8")
        typer.echo(f"{version.reference} stands in {path}")


@plans_app.command("who")
def who_follows(
    plan: Annotated[str | None, _PLAN] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """List which family follows which version."""
    from checkback.care.flows import plan_versions

    with opened("plans") as rt:
        for each in plan_versions.followers(rt, plan):
            closed = " (closed)" if each.is_closed else ""
            typer.echo(json.dumps(asdict(each)) if as_json else f"{each.family}  {each.plan}{closed}")


_FAMILY = typer.Argument(metavar="FAMILY", help="As F-12.")
_YES = typer.Option("--yes", help="Do it; without it you only see what it would do.")


@plans_app.command("start")
def start_plan(
    family: Annotated[str, _FAMILY],
    by: Annotated[str, _BY],
    plan: Annotated[str, _PLAN] = "standard",
    yes: Annotated[bool, _YES] = False,
) -> None:
    """Let a family follow a plan that follows none, from what is still to come of it."""
    from checkback.care.flows import family_plans

    with opened("plans") as rt:
        _tell(family_plans.start(rt, family, plan, by, really=yes), done=yes)


@plans_app.command("move")
def move_family(
    family: Annotated[str, _FAMILY],
    plan: Annotated[str, _PLAN],
    by: Annotated[str, _BY],
    yes: Annotated[bool, _YES] = False,
) -> None:
    """Let a family follow another approved version; shows every text that changes."""
    from checkback.care.flows import family_plans

    with opened("plans") as rt:
        _tell(family_plans.move(rt, family, plan, by, really=yes), done=yes)


@plans_app.command("end")
def end_plan(family: Annotated[str, _FAMILY], by: Annotated[str, _BY], yes: Annotated[bool, _YES] = False) -> None:
    """Take back every text of a family's plan that is not out yet, what was promised at the door too."""
    from checkback.care.flows import family_plans

    with opened("plans") as rt:
        _tell(family_plans.end(rt, family, by, really=yes), done=yes)


def _tell(change: Change, *, done: bool) -> None:
    for text in change.texts:
        sign = "+" if text.is_new else "-" if text.is_gone else "~"
        times = " -> ".join(f"{at:%a %d %b %Y %H:%M %Z}" for at in (text.was, text.becomes) if at is not None)
        typer.echo(f"{sign} contact {text.contact}: {text.step}  {times}  {text.wording}")
    typer.echo(
        f"{change.family}: {change.was or 'no plan'} -> {change.becomes or 'no plan'}; {len(change.texts)} texts"
    )
    typer.echo("done" if done else "nothing was changed; say --yes to do it")


def _line(version: Version) -> str:
    drafted = f"drafted {version.drafted_at:%Y-%m-%d} {_by(version.drafted_by or 'the programme')}"
    approved = f", approved {version.approved_at:%Y-%m-%d} {_by(version.approved_by or 'nobody: a demo')}"
    families = "1 family" if version.families == 1 else f"{version.families} families"
    return f"{version.reference}  {version.state}  {families}  {drafted}{approved if version.approved_at else ''}"


def _by(whom: str) -> str:
    return f"by {whom}"


def _as_json(version: Version) -> str:
    said = {name: value for name, value in asdict(version).items() if name != "definition"}
    return json.dumps(said, default=str)
