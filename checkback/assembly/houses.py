"""Whole houses: setting one up, saying whether it is, and which processes it needs."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import structlog

from checkback.adapters.clock import RealClock
from checkback.adapters.passwords import DEMO_PASSWORD, Argon2Passwords
from checkback.assembly.runtime import PROGRAM, make_runtime, make_store
from checkback.assembly.settings import Settings
from checkback.care.errors import NotFound, StoreUnavailable
from checkback.care.flows import signing_in
from checkback.care.flows.setting_up import seed, seed_people
from checkback.care.model.sealing import Keyring
from checkback.care.points import NoFaults
from checkback.care.program import load_programme
from checkback.care.runtime import Runtime
from checkback.care.store import Store, history, people
from checkback.care.terms import Role

log = structlog.get_logger(__name__)

_SETTING_UP_TAKES_AT_MOST, _LOOK_AGAIN_AFTER = 60.0, 0.5  # seconds
#: In the order of their start; the simulator only where the carrier is pretended.
_EVERYWHERE = ("assistant", "actions", "gateway", "console", "worker", "scheduler")


def processes(settings: Settings) -> Sequence[str]:
    """What `checkback up` starts."""
    return ("simulator", *_EVERYWHERE) if settings.is_demo else _EVERYWHERE


def set_up(settings: Settings, programme_file: Path | None = None) -> None:
    """Bring the database to this version's shape, and the programme's files into it.

    Args:
        programme_file: the agency's name, teams and staff, as in `program/programme.yml`. A demo has its invented ones;
            a house in use is told its own once.

    Raises:
        ProgramError: the file is malformed; naming the field and the mend.
    """
    rt = make_runtime(settings)
    history.upgrade(rt.store)
    if settings.is_demo:
        _seed_demo(rt)
    elif programme_file is not None:
        seed(rt, PROGRAM, programme_file, fictional=False)
        seed_people(rt, programme_file, password_hash=None, proven=False)
    rt.store.close()


def _seed_demo(rt: Runtime) -> None:
    seed(rt, PROGRAM, PROGRAM / "programme.yml", fictional=True)
    seed_people(rt, PROGRAM / "programme.yml", Argon2Passwords().hash(DEMO_PASSWORD))


def must_be_set_up(settings: Settings) -> None:
    """Set a demo up where it is not; of a house in use only say so: its migrations are run by a person.

    A database that is gone stops nobody: a gateway started meanwhile must keep its journal. But the processes of a demo
    start at once and one of them sets it up, so there the others wait a while for the database first.

    Raises:
        StoreOutdated, NotFound: saying which command to run.
    """
    waits_until = time.monotonic() + (_SETTING_UP_TAKES_AT_MOST if settings.is_demo else 0)
    while True:
        try:
            if not _is_set_up(settings):
                set_up(settings)
            return
        except history.StoreOutdated:
            raise
        except StoreUnavailable:
            if time.monotonic() > waits_until:
                log.error("database.gone")
                return
            time.sleep(_LOOK_AGAIN_AFTER)


def _is_set_up(settings: Settings) -> bool:
    """Whether the program can start on this database; False only of a demo."""
    store = make_store(settings)
    try:
        history.must_be_current(store)
        with store.read() as tx:
            people.the_programme(tx)
    except (history.StoreOutdated, NotFound):
        if not settings.is_demo:
            raise
        return False
    finally:
        store.close()
    return True


def set_password(settings: Settings, login: str, password: str) -> None:
    """Give a member of staff a password; every session of theirs ends. Raises NotFound, WeakPassword."""
    rt = make_runtime(settings)
    signing_in.set_password(rt, Argon2Passwords(), login, password)
    rt.store.close()


def pagers() -> Sequence[tuple[str, str]]:
    """Name and number of the clinicians of the demo's first team, whose phones the simulator shows from the start."""
    demo = load_programme(PROGRAM / "programme.yml")
    return [(m.name, m.phone) for m in demo.staff if m.phone and m.role is Role.CLINICIAN and m.team == demo.teams[0]]


def model_and_history_differ() -> Sequence[str]:
    """What the migrations, run on an empty database, leave different from the model."""
    with tempfile.TemporaryDirectory() as folder:
        store = _empty(Path(folder))
        history.upgrade(store)
        differences = history.differences(store)
        store.close()
    return differences


def write_step(message: str) -> None:
    """Write the next migration: what the model has that the history does not make."""
    with tempfile.TemporaryDirectory() as folder:
        store = _empty(Path(folder))
        history.upgrade(store)
        history.write_step(store, message)
        store.close()


def _empty(folder: Path) -> Store:
    # A migration seals nothing, so any key does.
    keyring = Keyring({1: bytes(32)}, {1: bytes(32)})
    return Store(f"sqlite:///{folder / 'empty.db'}", keyring=keyring, clock=RealClock(), points=NoFaults())
