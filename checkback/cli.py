"""The `checkback` command: every process, every tool, one line each."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from checkback.care.terms import DistressLevel, ReviewVerdict, ScreeningMode
from checkback.commands import backups, duty, holding, instruments, policies, rotas, ways
from checkback.commands.admin import admin_app
from checkback.commands.alarm_load import alarm_load
from checkback.commands.audit import audit_app
from checkback.commands.consent import consent_app
from checkback.commands.families import import_families, undo_import
from checkback.commands.family import family_app
from checkback.commands.keys import keys_app
from checkback.commands.opening import REFUSED, USAGE
from checkback.commands.opening import give_up as _give_up
from checkback.commands.opening import opened as _opened
from checkback.commands.opening import process as _process
from checkback.commands.phones import families_app
from checkback.commands.plans import plans_app
from checkback.commands.resources import app as resources_app
from checkback.commands.resources import import_resources
from checkback.commands.retention import retention_app
from checkback.commands.status import status
from checkback.commands.tasks import tasks_app
from checkback.commands.wording import wording

if TYPE_CHECKING:
    from checkback.assembly.settings import Settings
    from checkback.simulator.config import SimulatorConfig

ROOT = Path(__file__).parent.parent
BEHIND_THE_OTHERS = 10
#: Seconds until a sentence that was approved elsewhere is said here.
LEARNS_EVERY = 5.0
#: The family's phone in the demo; numbers 555-01xx are kept for fiction.
FAMILY_PHONE = "+13145550101"

app = typer.Typer(
    help="Checkback keeps the promise to check back, by SMS.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
serve_app = typer.Typer(help="One process of the house.", no_args_is_help=True)
db_app = typer.Typer(help="The database.", no_args_is_help=True)
staff_app = typer.Typer(help="The people who work here.", no_args_is_help=True)
review_app = typer.Typer(help="Reading again what the distress screen heard and let pass.", no_args_is_help=True)
app.add_typer(serve_app, name="serve")
app.add_typer(db_app, name="db")
app.add_typer(staff_app, name="staff")
import_app = typer.Typer(help="Families and directories of help from files.", no_args_is_help=True)
import_app.command("resources")(import_resources)
app.add_typer(review_app, name="review")
app.add_typer(plans_app, name="plans")
import_app.command("families")(import_families)
import_app.command("undo")(undo_import)
app.add_typer(tasks_app, name="tasks")
app.add_typer(consent_app, name="consent")
app.add_typer(families_app, name="families")
app.add_typer(family_app, name="family")
app.add_typer(retention_app, name="retention")
duty.add_to(staff_app)
backups.add_to(db_app)
app.add_typer(audit_app, name="audit")
app.add_typer(admin_app, name="admin")
app.add_typer(keys_app, name="keys")
app.add_typer(import_app, name="import")
app.add_typer(resources_app, name="resources")
app.add_typer(policies.app, name="policies")
app.add_typer(rotas.app, name="rotas")
app.add_typer(ways.app, name="ways")
app.add_typer(instruments.app, name="instruments")
for _name, _family in holding.apps():
    app.add_typer(_family, name=_name)
app.command("coming")(holding.coming)
app.command("wording")(wording)
app.command("alarm-load")(alarm_load)
app.command("status")(status)


def main() -> None:
    """Run the command. What cannot be done ends in one line on standard error, never in a traceback."""
    app()


@serve_app.command("gateway")
def serve_gateway() -> None:
    """Twilio's webhooks: public behind a TLS proxy, signed, nothing else."""
    from checkback.assembly.doors import serve
    from checkback.assembly.loops import Loop, in_background
    from checkback.assembly.runtime import make_runtime
    from checkback.care.flows import taking_in, wordings
    from checkback.gateway.app import make_app

    with _process("gateway") as settings:
        rt = make_runtime(settings, hears=True)
        replaying = Loop("replay", partial(taking_in.replay, rt), every=0.5)
        learning = Loop("wording", partial(wordings.refresh, rt), every=LEARNS_EVERY)
        checks = {"database": rt.store.ping, "journal": rt.journal.must_take}
        with _watched("gateway", settings, **checks), in_background([replaying, learning]):
            serve(make_app(rt, settings), settings.gateway_port)


@serve_app.command("console")
def serve_console() -> None:
    """The pages for clinicians and staff, and the API."""
    from checkback.assembly.doors import serve
    from checkback.assembly.loops import Loop, in_background
    from checkback.assembly.runtime import make_runtime
    from checkback.care.flows import wordings
    from checkback.console.app import make_app

    with _process("console") as settings:
        rt = make_runtime(settings)
        learning = Loop("wording", partial(wordings.refresh, rt), every=LEARNS_EVERY)
        with _watched("console", settings, database=rt.store.ping), in_background([learning]):
            serve(make_app(rt, settings), settings.console_port)


@serve_app.command("worker")
def serve_worker() -> None:
    """What goes out: alerts and family texts, each in a lane of its own."""
    from checkback.assembly.loops import run_until_stopped
    from checkback.assembly.runtime import make_runtime
    from checkback.worker.lanes import lanes

    with _process("worker") as settings:
        rt = make_runtime(settings)
        with _watched("worker", settings, database=rt.store.ping):
            run_until_stopped(lanes(rt), _stop_signal())


@serve_app.command("scheduler")
def serve_scheduler() -> None:
    """The metronome that makes rows due."""
    from checkback.adapters.heartbeat import ping
    from checkback.assembly.loops import in_background
    from checkback.assembly.outlook import telling
    from checkback.assembly.runtime import make_runtime
    from scheduler.metronome import tick_until_stopped

    with _process("scheduler") as settings:
        rt = make_runtime(settings)
        with _watched("scheduler", settings, database=rt.store.ping):
            url = settings.heartbeat_url
            with in_background(telling(rt, settings)):
                tick_until_stopped(rt, _stop_signal(), partial(ping, url) if url else None)


@serve_app.command("simulator")
def serve_simulator() -> None:
    """A pretend carrier with phones to hold; in the demo only."""
    from checkback.simulator.app import serve

    with _process("simulator", database=False) as settings:
        if not settings.is_demo:
            _give_up("the simulator is for CHECKBACK_MODE=demo only", USAGE)
        serve(_pretend_account(settings))


@serve_app.command("assistant")
def serve_assistant() -> None:
    """The Rasa server, in its own environment."""
    with _process("assistant", database=False) as settings:
        _become_assistant(settings, "bot.serve")


@serve_app.command("actions")
def serve_actions() -> None:
    """The assistant's action server, in its environment."""
    with _process("actions", database=False) as settings:
        _become_assistant(settings, "bot.action_server")


@app.command()
def up() -> None:
    """Start every process the mode needs, and stop them all when one ends."""
    from honcho.manager import Manager

    from checkback.assembly.houses import processes

    with _process("up") as settings:
        manager = Manager()
        for name in processes(settings):
            manager.add_process(
                name, f'exec "{sys.executable}" -m checkback.cli serve {name}', env=dict(os.environ), cwd=str(ROOT)
            )
        manager.loop()
        raise typer.Exit(manager.returncode or 0)


@app.command()
def demo() -> None:
    """Start everything on this machine and watch one family's story."""
    from checkback.demo import DemoHouse, play

    os.environ["CHECKBACK_MODE"] = "demo"
    with _process("demo", database=False) as settings:
        house = DemoHouse(
            console=settings.console_url,
            simulator=settings.twilio_base_url,
            health={name: f"http://127.0.0.1:{settings.health_port(name)}" for name in _OF_OUR_OWN},
            ports={
                **{name: getattr(settings, f"{name}_port") for name in _DOORS},
                **{f"health of {name}": settings.health_port(name) for name in _OF_OUR_OWN},
            },
            assistant=settings.assistant_url,
            api_token=settings.api_token.get_secret_value(),
            family_phone=FAMILY_PHONE,
            family_line=settings.family_sender,
            alert_line=settings.alert_sender,
            start=[sys.executable, "-m", "checkback.cli", "up"],
            log=settings.var / "demo" / "processes.log",
            root=ROOT,
        )
        stays = sys.stdout.isatty() and not os.environ.get("DEMO_EXIT")
        raise typer.Exit(play(house, stays=stays))


@app.command()
def screen(
    text: Annotated[str | None, typer.Argument(help="The text to read.")] = None,
    jsonl: Annotated[Path | None, typer.Option(help='A file of lines {"id", "text"}.')] = None,
) -> None:
    """Say what the distress screen hears in a text, or in each line of a file."""
    from checkback.adapters.distress import PatternScreen, as_json

    listening = PatternScreen.loaded()

    def hear(words: str) -> dict[str, object]:
        return as_json(listening.assess(words))

    if text is not None and jsonl is None:
        typer.echo(json.dumps(hear(text), ensure_ascii=False))
        return
    if jsonl is None or text is not None:
        _give_up("give a text, or --jsonl FILE", USAGE)
    for number, line in enumerate(_lines(jsonl), start=1):
        try:
            given = json.loads(line)
            heard = {"id": given["id"], **hear(str(given["text"]))}
        except (ValueError, KeyError, TypeError):
            _give_up(f'{jsonl}, line {number}: write {{"id": …, "text": …}}', REFUSED)
        typer.echo(json.dumps(heard, ensure_ascii=False))


@app.command()
def rehearse(
    plan: Annotated[str, typer.Argument(help="A plan, as standard or short; or a file of one, as my-plan.yml.")],
    incident_at: Annotated[
        str | None,
        typer.Option(metavar="ISO", help="When it happened, as 2026-03-07T22:30; local where no zone is written."),
    ] = None,
    zone: Annotated[str | None, typer.Option(metavar="IANA", help="Where they live, as America/Chicago.")] = None,
    language: Annotated[str | None, typer.Option(metavar="en|es", help="The language they read.")] = None,
    mode: Annotated[str, typer.Option(metavar="MODE", help="What may be shown: neutral, safe or unsafe.")] = "neutral",
    child: Annotated[
        list[int] | None, typer.Option(metavar="AGE", help="A child of theirs; unless one is named, all steps show.")
    ] = None,
    family: Annotated[
        str | None, typer.Option(help="For each contact of this family, F-12, as they are known.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON a text.")] = False,
) -> None:
    """Show every text of a plan on a clock that stands still, with its time by the clock on their wall."""
    from checkback.assembly.rehearsing import Wanted, lines, rehearsals
    from checkback.care.errors import CareError

    try:
        found = rehearsals(Wanted(plan, incident_at, zone, language, mode, tuple(child) if child else None, family))
    except CareError as error:
        _give_up(str(error), USAGE)
    for line in lines(found, as_json=as_json):
        typer.echo(line)


@app.command()
def doctor() -> None:
    """Check the settings and everything outside, and say what to mend."""
    from checkback.assembly.doctor import examine

    with _process("doctor", database=False) as settings:
        findings = examine(settings)
        for finding in findings:
            typer.echo(f"{'ok  ' if finding.is_well else 'MEND'} {finding.what}: {finding.words}")
        raise typer.Exit(0 if all(finding.is_well for finding in findings) else REFUSED)


@db_app.command("upgrade")
def db_upgrade(
    programme: Annotated[
        Path | None, typer.Option(help="The agency's teams and staff, as program/programme.yml.")
    ] = None,
) -> None:
    """Bring the database to the shape of this version, and the programme's files into it."""
    from checkback.assembly.houses import set_up

    with _process("db", database=False) as settings:
        if settings.is_demo and programme is not None:
            _give_up("a demo has its own invented people: leave --programme out, or run in CHECKBACK_MODE=live", USAGE)
        set_up(settings, programme)
        typer.echo("the database is up to date")


@db_app.command("check")
def db_check() -> None:
    """Fail when the model and the migrations are out of step; needs no database of yours."""
    from checkback.assembly.houses import model_and_history_differ

    differences = model_and_history_differ()
    for difference in differences:
        typer.echo(difference, err=True)
    if differences:
        _give_up("the model has changed: write a migration (`checkback db write-step`)", REFUSED)


@db_app.command("write-step")
def db_write_step(message: str) -> None:
    """Write the next migration from what changed in the model; read it before you commit it."""
    from checkback.assembly.houses import write_step

    write_step(message)


@staff_app.command("password")
def staff_password(login: str) -> None:
    """Give a member of staff a password: asked for twice, or read from standard input."""
    from checkback.assembly.houses import set_password

    with _process("staff") as settings:
        if sys.stdin.isatty():
            password = typer.prompt("New password", hide_input=True, confirmation_prompt=True)
        else:
            password = sys.stdin.readline().rstrip("\n")
        set_password(settings, login, password)
        typer.echo(f"{login} has a new password")


_LOGIN = typer.Option("--by", help="Your login; it stands in the audit.")


@review_app.command("lead")
def review_lead(login: str) -> None:
    """Name the clinical lead: reads the weekly list, and is paged while the screen is on trial."""
    from checkback.care.flows import reviewing

    with _opened() as rt:
        reviewing.set_lead(rt, login)
        typer.echo(f"{login} is the clinical lead")


@review_app.command("mode")
def review_mode(
    mode: Annotated[
        ScreeningMode, typer.Argument(help="`silent`: only the clinical lead is paged; `live`: everybody.")
    ],
    by: Annotated[str, _LOGIN],
) -> None:
    """Put the screen on trial, or let it page whom it should."""
    from checkback.care.flows import reviewing

    with _opened() as rt:
        reviewing.set_screening(rt, mode, by)
        typer.echo(f"screening is {mode}")


@review_app.command("again")
def review_again(
    days: Annotated[int, typer.Option(min=1, help="How far back.")] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON a difference.")] = False,
) -> None:
    """Screen old texts with this version and list what it hears otherwise; exit 1 when it hears less."""
    from datetime import timedelta

    from checkback.assembly.reports import differences
    from checkback.care.flows import reviewing

    with _opened(hears=True) as rt:
        now = rt.clock.now()
        again = reviewing.screen_again(rt, now - timedelta(days=days), now)
    for line in differences(again, as_json=as_json):
        typer.echo(line)
    raise typer.Exit(REFUSED if any(each.is_quieter for each in again.differences) else 0)


@review_app.command("week")
def review_week(
    by: Annotated[str, _LOGIN],
    week: Annotated[str | None, typer.Argument(help="An ISO week, `2026-W48`; the last one unless named.")] = None,
    words: Annotated[bool, typer.Option(help="With the texts themselves; each look is audited.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON a text.")] = False,
) -> None:
    """List what the screen called high or acute in a week, and one in fifty of the rest."""
    from checkback.assembly.reports import readings
    from checkback.care.flows import reviewing

    with _opened() as rt:
        for line in readings(reviewing.week_list(rt, week, by, with_bodies=words), as_json=as_json):
            typer.echo(line)


@review_app.command("judge")
def review_judge(
    text: Annotated[UUID, typer.Argument(help="The id of the text, as the list shows it.")],
    verdict: ReviewVerdict,
    by: Annotated[str, _LOGIN],
    should_be: Annotated[DistressLevel | None, typer.Option(help="With `missed`: what it should have been.")] = None,
) -> None:
    """Say whether the screen heard a text right. A danger it missed is told at once."""
    from checkback.care.flows import reviewing

    with _opened() as rt:
        reference = reviewing.judge(rt, text, by, verdict, should_be)
    typer.echo(f"kept{f'; {reference} tells of it now' if reference else ''}")


@review_app.command("results")
def review_results(
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON a version.")] = False,
) -> None:
    """Say how each version of the screen did, by what people said who read its texts."""
    from checkback.assembly.reports import versions
    from checkback.care.flows import reviewing

    with _opened() as rt:
        for line in versions(reviewing.results(rt), as_json=as_json):
            typer.echo(line)


_DOORS = ("gateway", "console", "simulator", "assistant", "actions")
_OF_OUR_OWN = ("gateway", "console", "worker", "scheduler")


@contextmanager
def _watched(name: str, settings: Settings, **checks: Callable[[], None]) -> Iterator[None]:
    from checkback.assembly.health import HealthServer

    health = HealthServer(name, settings.health_port(name), dict(checks))
    health.start()
    try:
        yield
    finally:
        health.stop()


def _pretend_account(settings: Settings) -> SimulatorConfig:
    """The demo's carrier. It tries a webhook again on every failure, so that a restart of ours loses no text."""
    from checkback.assembly.houses import pagers
    from checkback.simulator.config import PhoneToHold, SimulatorConfig

    inbound = f"{settings.public_url}/twilio/inbound#rc=5&rp=all"
    return SimulatorConfig(
        port=settings.simulator_port,
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token.get_secret_value(),
        numbers=dict.fromkeys(settings.senders.values(), inbound),
        phones=[
            PhoneToHold(FAMILY_PHONE, "Ana's phone", "family", settings.family_sender),
            *(PhoneToHold(number, name, "clinician", settings.alert_sender) for name, number in pagers()),
        ],
        voice_urls={settings.alert_sender: f"{settings.public_url}/twilio/voice/alert"},
        number_labels={settings.family_sender: "Family line", settings.alert_sender: "Alerts"},
        clock_file=settings.clock_file,
        state_file=settings.var / "demo" / "simulator.jsonl",
    )


def _stop_signal() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _become_assistant(settings: Settings, module: str) -> None:
    python = ROOT / "bot" / ".venv" / "bin" / "python"
    if not python.exists():
        _give_up("the assistant's environment is missing: run `make setup`", USAGE)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CHECKBACK_", "TWILIO_", "PYTHON", "VIRTUAL_ENV"))}
    told = {**kept, **settings.assistant_environment(), "RASA_TELEMETRY_ENABLED": "false"}
    os.chdir(ROOT)
    os.nice(BEHIND_THE_OTHERS)  # keeping a text and telling a person come before understanding it
    os.execve(python, [str(python), "-m", module], told)  # noqa: S606 - our own interpreter, our own module


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8") as file:
            yield from (line for line in file if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        _give_up(f"{path}: {type(error).__name__}", USAGE)


if __name__ == "__main__":
    main()
