"""`checkback families …`: what is known of a person's phone, and the words agreed on with them."""

from __future__ import annotations

from typing import Annotated

import typer

from checkback.care.terms import SafetyMode
from checkback.commands.opening import USAGE, give_up, opened

families_app = typer.Typer(
    help="A person's phone: who may read it, and the words only they know.", no_args_is_help=True
)

_BY = typer.Option("--by", help="Your login; it stands in the audit.")
_WHOM = typer.Argument(metavar="PERSON", help="As the record names them, C-4F7A2C; or F-12, if it has one person.")


@families_app.command("safety")
def safety(
    person: Annotated[str, _WHOM],
    by: Annotated[str, _BY],
    mode: Annotated[
        SafetyMode | None,
        typer.Option(help="`safe`: they told you that only they read it; `unsafe`: somebody reads along."),
    ] = None,
) -> None:
    """Show what is known of a person's phone, or keep what they told you."""
    from checkback.care.flows import phone_safety

    with opened("families") as rt:
        if mode is not None:
            phone_safety.set_mode(rt, person, by, mode)
        found = phone_safety.show(rt, person, by)
    typer.echo(f"{found.person}: {found.mode}, texts are worded as {found.counts_as}")
    typer.echo(f"  said to be safe: {found.said_safe_at or 'never'}; asked by text: {found.asked_at or 'never'}")
    typer.echo(f"  safe word: {_whether(found.has_safe_word)}; duress word: {_whether(found.has_duress_word)}")
    if not found.may_text:
        typer.echo("  nobody may text this phone")


@families_app.command("words")
def words(
    person: Annotated[str, _WHOM],
    by: Annotated[str, _BY],
    safe: Annotated[bool, typer.Option("--safe", help="Set the word that shows who is there.")] = False,
    duress: Annotated[
        bool, typer.Option("--duress", help="Set the word that says they are not free to speak.")
    ] = False,
) -> None:
    """Keep the words you agreed on. They are asked for, never an argument: a shell remembers those. Empty: no word."""
    from checkback.care.flows import phone_safety

    if not safe and not duress:
        give_up("say which word: --safe, --duress or both", USAGE)
    safe_word = _ask("Safe word") if safe else None
    duress_word = _ask("Duress word") if duress else None
    with opened("families") as rt:
        phone_safety.set_words(rt, person, by, safe_word=safe_word, duress_word=duress_word)
    typer.echo("kept, sealed")


@families_app.command("number")
def number(person: Annotated[str, _WHOM], by: Annotated[str, _BY]) -> None:
    """They have another number: the old one is silent, the new one is asked whether it knows us before all else."""
    from checkback.care.flows import phone_safety

    new = typer.prompt("New number")
    with opened("families") as rt:
        phone_safety.change_number(rt, person, by, new)
    typer.echo("kept; a neutral question goes to it")


def _ask(which: str) -> str:
    word: str = typer.prompt(which, default="", show_default=False, hide_input=True)
    return word


def _whether(there_is: bool) -> str:
    return "agreed on" if there_is else "none"
