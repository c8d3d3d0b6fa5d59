"""What every command begins and ends with: settings read, the house opened, one line for what cannot be done."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from checkback.assembly.settings import Settings
    from checkback.care.runtime import Runtime

#: Exit codes: refused by its content, refused by its settings or its usage.
REFUSED, USAGE = 1, 2


@contextmanager
def process(name: str, *, database: bool = True) -> Iterator[Settings]:
    """Read the settings and turn what stops a process from starting into one line and an exit code."""
    from checkback.assembly.logs import configure
    from checkback.assembly.settings import SettingsError, load_settings
    from checkback.care.errors import CareError

    leave_no_core_file()
    try:
        settings = load_settings()
    except SettingsError as error:
        give_up(str(error), USAGE)
    configure(name, readable=settings.is_demo and sys.stderr.isatty())
    try:
        if database:
            from checkback.assembly.houses import must_be_set_up

            must_be_set_up(settings)
        yield settings
    except CareError as error:
        give_up(str(error), REFUSED)
    except OSError as error:
        give_up(error.strerror or type(error).__name__, REFUSED)


@contextmanager
def opened(name: str = "review", *, hears: bool = False) -> Iterator[Runtime]:
    """The house's runtime for one command."""
    from checkback.assembly.runtime import make_runtime

    with process(name) as settings:
        rt = make_runtime(settings, hears=hears)
        try:
            yield rt
        finally:
            rt.store.close()


def leave_no_core_file() -> None:
    """Let neither this process nor one it starts be written to the disk when it crashes: keys and texts are in it."""
    # A system that will not lower a limit is no reason to leave a family unanswered.
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def give_up(why: str, code: int) -> NoReturn:
    """End the command with one line on standard error."""
    typer.echo(f"checkback: {why}", err=True)
    raise typer.Exit(code)
