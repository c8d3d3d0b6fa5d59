"""`checkback db backup`, `restore`, `reconcile`: a copy that is proven, and a way back that texts nobody twice."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from checkback.commands.opening import REFUSED, give_up, opened, process


def add_to(db_app: typer.Typer) -> None:
    """The commands, below `checkback db`."""
    db_app.command("backup")(backup)
    db_app.command("restore")(restore)
    db_app.command("reconcile")(reconcile)


def backup(file: Annotated[Path, typer.Argument(help="Where it shall lie; must not exist yet.")]) -> None:
    """Copy the database while it is in use, with a manifest beside it: when it was begun, and its checksum."""
    from checkback.adapters.backups import back_up
    from checkback.assembly.runtime import make_clock

    with process("db", database=False) as settings:
        made = back_up(settings.database_url, file, make_clock(settings).now())
    typer.echo(f"{file}: begun {made.begun_at:%Y-%m-%d %H:%M:%S} UTC, sha256 {made.sha256[:12]}…")


def restore(file: Annotated[Path, typer.Argument(help="A backup, with its manifest beside it.")]) -> None:
    """Put a backup back where there is no database. Nothing goes to families until `checkback db reconcile`."""
    from checkback.adapters.backups import put_back, read_manifest
    from checkback.assembly.runtime import make_runtime
    from checkback.care.flows.restoring import note_restored
    from checkback.care.store import history

    with process("db", database=False) as settings:
        manifest = read_manifest(file)

        def mark(url: str) -> None:
            rt = make_runtime(settings.model_copy(update={"database_url": url}))
            try:
                history.upgrade(rt.store)
                note_restored(rt, manifest.begun_at)
            finally:
                rt.store.close()

        put_back(settings.database_url, file, manifest, mark)
    typer.echo(f"restored as it was at {manifest.begun_at:%Y-%m-%d %H:%M:%S} UTC; texts to families are held")
    typer.echo("next: checkback db reconcile")


def reconcile() -> None:
    """Ask the carrier what went and came since the backup, keep it, and let texts to families go again."""
    from checkback.adapters.twilio_log import TwilioLog
    from checkback.care.flows.restoring import reconcile as reconcile_

    with process("db") as settings, opened("db", hears=True) as rt:
        done = reconcile_(rt, TwilioLog(settings.twilio_account, settings.senders.values()))
    typer.echo(f"{done.settled} texts were found at the carrier and count as gone")
    typer.echo(f"{done.remembered} texts this database did not know; {done.handed_over} promises became tasks")
    typer.echo(f"{done.heard} texts of families were kept and screened now; a person answers them")
    typer.echo(f"{done.unknown} texts went to numbers this database does not know: enrol those families again")
    if done.failed:
        give_up(f"texts stay held; could not work through {', '.join(done.failed[:5])}", REFUSED)
    typer.echo("texts to families go again")
