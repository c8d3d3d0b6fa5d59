"""Administrators, from the machine itself: the first one, and the one whose second factor is lost."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from checkback.commands.opening import opened

admin_app = typer.Typer(help="Who decides who gets in.", no_args_is_help=True)


@admin_app.command("create")
def create(
    login: str,
    name: Annotated[str, typer.Option(help="Their name, as colleagues see it.")] = "",
    password_stdin: Annotated[bool, typer.Option(help="Read the password from standard input.")] = False,
) -> None:
    """Make an account that may do all of it. The password is asked for twice; the second factor is shown once."""
    import segno

    from checkback.adapters.passwords import Argon2Passwords
    from checkback.care.flows import staffing

    with opened("admin") as rt:
        password = _password(from_stdin=password_stdin)
        created = staffing.create_admin(rt, Argon2Passwords(), login, name or login, password)
        typer.echo(f"{created.login} is an administrator. Put this into an authenticator; it is not shown again here,")
        typer.echo("but it is on the page after the first sign-in, which asks for a code of it.")
        typer.echo(created.address)
        segno.make(created.address, micro=False).terminal(out=sys.stdout, compact=True)


@admin_app.command("reset")
def reset(login: str) -> None:
    """Take a lost second factor away; the next sign-in asks for the password, and then for a new second factor."""
    from checkback.care.flows import staffing

    with opened("admin") as rt:
        staffing.reset_second_factor(rt, login, by=None)
        typer.echo(f"{login} signs in with the password alone once, and is then asked to set up a second factor")


def _password(*, from_stdin: bool) -> str:
    if from_stdin or not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
