"""`checkback keys …`: a new key, which keys still hold something, and doing it anew with the newest."""

from __future__ import annotations

import base64
import os

import typer

from checkback.commands.opening import REFUSED, opened

keys_app = typer.Typer(help="The keys of what is kept: change one, and see which still holds something.")

_KEY_BYTES = 32


@keys_app.callback()
def keys() -> None:
    """The keys of what is kept: change one, and see which still holds something."""


@keys_app.command("new")
def new_key() -> None:
    """Print 32 random bytes in base64, to put on a ring in front of the old key: `2:NEW,1:OLD`."""
    typer.echo(base64.b64encode(os.urandom(_KEY_BYTES)).decode())


@keys_app.command("status")
def status() -> None:
    """Say how many values each key holds; one that holds none, and that no backup needs, can leave its ring."""
    from checkback.care.flows.keys import in_use

    with opened("keys") as rt:
        used, ring, journal = in_use(rt), rt.store.keyring, rt.journal.state()
    for name, keys_on_ring, newest, counts in (
        ("CHECKBACK_SECRET_KEY", ring.sealing, used.newest_seal, used.sealed),
        ("CHECKBACK_INDEX_KEY", ring.indexing, used.newest_index, used.indexed),
    ):
        for key in sorted({*keys_on_ring, *counts}, reverse=True):
            state = "newest" if key == newest else "older" if key in keys_on_ring else "NOT ON THE RING"
            typer.echo(f"{name}  key {key}  {counts.get(key, 0):,} values  {state}")
    for key, number in sorted(used.audit.items(), reverse=True):
        typer.echo(
            f"the audit  {number:,} seals by index key {key}: keep it for as long as the audit is to be verified"
        )
    if journal.waiting:
        typer.echo(f"journal  {journal.waiting} texts wait on disk, sealed when they came: keep every key until then")
    typer.echo("Everything has the newest keys." if not used.to_renew else "Next: checkback keys renew")


@keys_app.command("renew")
def renew_keys() -> None:
    """Seal and index everything with the newest keys, beside whoever works. Broken off, it goes on where it was.

    Exit code 1 if something does not open with any key on the ring; it is named and left as it is.
    """
    from rich.progress import Progress

    from checkback.care.flows.keys import in_use, renew

    with opened("keys") as rt, Progress() as bar:
        task = bar.add_task("sealed and indexed anew", total=in_use(rt).to_renew)
        done = renew(rt, lambda number: bar.advance(task, number))
    typer.echo(f"{done.values:,} values sealed anew, {done.found:,} phones and names indexed anew.")
    for each in done.broken:
        typer.echo(f"does not open: {each}", err=True)
    if done.broken:
        raise typer.Exit(REFUSED)
