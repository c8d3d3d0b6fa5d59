"""`checkback instruments …`: the questionnaires there are, whether a file is one, and what answers come to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checkback.commands.opening import REFUSED, USAGE, give_up, opened

if TYPE_CHECKING:
    from checkback.care.rules.instruments import Instrument

app = typer.Typer(help="Screening questionnaires, and what answers to one come to.", no_args_is_help=True)

_BY = typer.Option("--by", help="Your login; it stands in the audit.")
_WHICH = typer.Argument(metavar="NAME|FILE", help="One that is shipped, as phq-2; or a file of your own.")
#: For an item they would not answer, and for one that was not asked.
_REFUSED, _NOT_ASKED = "-", "."


@app.command("list")
def list_instruments() -> None:
    """List what is shipped: the languages, who may ask it, how soon after an incident, and the licence."""
    from checkback.assembly.runtime import PROGRAM
    from checkback.care.errors import CareError
    from checkback.care.program import load_instruments

    try:
        found = load_instruments(PROGRAM / "instruments")
    except CareError as error:
        give_up(str(error), REFUSED)
    for each in found.values():
        soon = f"from day {each.not_before_days}" if each.not_before_days else "any day"
        languages = " ".join(sorted(each.words))
        typer.echo(
            f"{each.name}  {each.version}  {each.length} items  {languages}  by {each.by}  {soon}  {each.licence}"
        )


@app.command("show")
def show_instrument(which: Annotated[str, _WHICH]) -> None:
    """Show every item as published, with its choices and from where on a clinician looks."""
    instrument = _load(which)
    typer.echo(f"{instrument.title} {instrument.version}; {instrument.source}")
    for language, words in instrument.words.items():
        choices = ", ".join(f"{value} {words.choices[at]}" for at, value in enumerate(instrument.values))
        typer.echo(f"\n[{language}] {words.asks}")
        for at, item in enumerate(words.items, start=1):
            typer.echo(f"  {at}. {item}")
        typer.echo(f"  {choices}")
    for scale in instrument.scales:
        typer.echo(
            f"\n{scale.name}: items {', '.join(map(str, scale.items))}; a clinician looks from {scale.concern_from}"
        )


@app.command("check")
def check_instrument(file: Path) -> None:
    """Say whether a file is an instrument, and if not, which field to mend. Needs no database."""
    instrument = _load(str(file))
    typer.echo(f"{file}: {instrument.name} {instrument.version}, {instrument.length} items")


@app.command("score")
def score_answers(
    which: Annotated[str, _WHICH],
    answers: Annotated[
        list[str], typer.Argument(metavar="ANSWER…", help="In order: numbers; - not answered, . not asked.")
    ],
) -> None:
    """Say what answers come to, as JSON. It is no diagnosis; nothing is kept."""
    from checkback.care.rules.instruments import next_item, score

    instrument = _load(which)
    if len(answers) > instrument.length:
        give_up(f"there are {instrument.length} items", USAGE)
    given = _given(answers)
    try:
        found = score(instrument, given)
    except ValueError:
        give_up(f"the choices are {', '.join(map(str, instrument.values))}", USAGE)
    if found is None:
        missing = next_item(instrument, given)
        give_up(f"item {missing} has no answer" if missing else "without every answer there is no score", REFUSED)
    said = {
        "total": found.total,
        "scales": dict(found.scales),
        "over": found.over,
        "band": found.band,
        "concern": found.is_concern,
        "acute": found.is_acute,
    }
    typer.echo(json.dumps(said))


@app.command("load")
def load_file(
    file: Annotated[Path, typer.Argument(help="A questionnaire of your own; `check` says what is wrong with it.")],
    by: Annotated[str, _BY],
) -> None:
    """Keep a file's questionnaire, so that plans may name it. What was begun goes on with the text it began with."""
    from checkback.care.flows import screenings

    with opened("instruments") as rt:
        reference, is_new = screenings.load(rt, file, by)
    typer.echo(f"{reference} is used from now on" if is_new else "nothing has changed")


@app.command("record")
def record_answers(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="C-4F7A2C; or F-12, if it has one person.")],
    name: Annotated[str, typer.Argument(help="What was asked, as asq.")],
    answers: Annotated[
        list[str], typer.Argument(metavar="ANSWER…", help="In order: numbers; - not answered, . not asked.")
    ],
    by: Annotated[str, _BY],
) -> None:
    """Keep what somebody answered you in person. From the cut-off on whoever is to look is told at once."""
    from checkback.care.flows import screenings

    with opened("instruments") as rt:
        kept = screenings.record(rt, person, name, _given(answers), by)
    score = "no score" if kept.total is None else f"{kept.total} of {kept.most}"
    typer.echo(f"kept: {kept.title} {kept.version}, {score}{'; told to a clinician' if kept.is_over_cut_off else ''}")


def _load(which: str) -> Instrument:
    from checkback.assembly.runtime import PROGRAM
    from checkback.care.errors import CareError
    from checkback.care.program import load_instrument

    shipped = PROGRAM / "instruments" / f"{which}.yml"
    try:
        return load_instrument(shipped if shipped.is_file() else Path(which))
    except CareError as error:
        give_up(str(error), REFUSED)


def _given(answers: list[str]) -> dict[int, int | None]:
    given: dict[int, int | None] = {}
    for at, answer in enumerate(answers, start=1):
        if answer == _REFUSED:
            given[at] = None
        elif answer.isdecimal():
            given[at] = int(answer)
        elif answer != _NOT_ASKED:
            give_up(f"'{answer}' is no answer: write a number, - or .", USAGE)
    return given
