"""The journal on disk: one sealed file an entry, there before `keep` returns even if the power goes next."""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from threading import Lock
from uuid import uuid4

import structlog

from checkback.care.errors import StoreUnavailable
from checkback.care.model.sealing import Keyring, SealBroken
from checkback.care.ports import Journal, JournalEntry, JournalState

log = structlog.get_logger(__name__)

_PLACE = "journal.entry"
_ENTRY, _TOLD, _ASIDE, _UNFINISHED = ".sealed", ".told", ".aside", ".part"
_MARK = 16


class DiskJournal(Journal):
    """Entries in a folder of their own, sealed with the database's keys.

    A name is the moment it was kept, a mark of its thread that nobody can read without the index key, and a random end;
    so that the order, and whether a thread has anything, are seen without opening a file.
    """

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        self._folder = folder
        self._keyring = keyring
        self._lock = Lock()
        self._last = 0
        self._told: set[str] = set()

    def keep(self, fields: Mapping[str, str | int | None], *, thread: str) -> None:
        name = f"{self._moment():016x}-{self._mark(thread)}-{uuid4().hex}"
        with _refused_as_unavailable():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(name, self._keyring.seal(json.dumps(dict(fields)).encode(), _PLACE))

    def waits(self, thread: str) -> bool:
        marks = (self._mark(thread, version) for version in self._keyring.indexing)
        return any(next(self._folder.glob(f"*-{mark}-*{_ENTRY}"), None) for mark in marks)

    def pending(self, limit: int | None = None) -> Sequence[JournalEntry]:
        entries = (self._read(path) for path in sorted(self._folder.glob(f"*{_ENTRY}")))
        return list(islice((entry for entry in entries if entry is not None), limit))

    def is_empty(self) -> bool:
        return next(self._folder.glob(f"*{_ENTRY}"), None) is None

    def state(self) -> JournalState:
        names = sorted(path.name for path in self._folder.glob(f"*{_ENTRY}"))
        oldest = max(0.0, time.time() - int(names[0].partition("-")[0], 16) / 1e9) if names else 0.0
        return JournalState(len(names), oldest, len(list(self._folder.glob(f"*{_ASIDE}"))))

    def mark_told(self, name: str) -> None:
        # Remembered first: while the disk takes no mark either, nobody shall be told every half second.
        self._told.add(name)
        if any((self._folder / f"{name}{ending}").exists() for ending in (_ENTRY, _ASIDE)):
            with suppress(StoreUnavailable), _refused_as_unavailable():
                (self._folder / f"{name}{_TOLD}").touch(mode=0o600)

    def _was_told(self, name: str) -> bool:
        return name in self._told or (self._folder / f"{name}{_TOLD}").exists()

    def remove(self, entry: JournalEntry) -> None:
        self._told.discard(entry.name)
        for ending in (_ENTRY, _TOLD):
            (self._folder / f"{entry.name}{ending}").unlink(missing_ok=True)

    def put_aside(self, entry: JournalEntry) -> None:
        self._put_aside(entry.name)

    def aside_untold(self) -> Sequence[str]:
        aside = (path.stem for path in sorted(self._folder.glob(f"*{_ASIDE}")))
        return [name for name in aside if not self._was_told(name)]

    def must_take(self) -> None:
        probe = self._folder / f"{uuid4().hex}{_UNFINISHED}"
        with _refused_as_unavailable():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                _force_to_disk(probe, b"a probe as long as a text, so that a disk with no room says so: " * 64)
            finally:
                probe.unlink(missing_ok=True)

    def _moment(self) -> int:
        """Later than any before, also where the clock was put back."""
        with self._lock:
            self._last = max(self._last + 1, time.time_ns())
            return self._last

    def _mark(self, thread: str, version: int | None = None) -> str:
        return self._keyring.index(thread, "journal", version).hex()[:_MARK]

    def _put_aside(self, name: str) -> None:
        try:
            (self._folder / f"{name}{_ENTRY}").rename(self._folder / f"{name}{_ASIDE}")
        except FileNotFoundError:
            return  # another process did
        # Whoever was told of the text was not told that nobody can use it.
        self._told.discard(name)
        (self._folder / f"{name}{_TOLD}").unlink(missing_ok=True)

    def _write(self, name: str, sealed: bytes) -> None:
        # Written beside, forced to the disk, then given its name: an entry is there whole or not at all.
        unfinished = self._folder / f"{name}{_UNFINISHED}"
        try:
            _force_to_disk(unfinished, sealed)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise
        unfinished.rename(self._folder / f"{name}{_ENTRY}")
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _read(self, path: Path) -> JournalEntry | None:
        name = path.stem
        try:
            fields = json.loads(self._keyring.open(path.read_bytes(), _PLACE))
        except FileNotFoundError:
            return None  # replayed by another process meanwhile
        except OSError as error:
            log.error("journal.not-read", entry=name, error=_named(error))
            return None  # it stays where it is: a disk may be mended
        except (SealBroken, ValueError) as error:
            fields, problem = None, type(error).__name__
        else:
            problem = "no-fields"
        if isinstance(fields, dict):
            return JournalEntry(name, fields, was_told=self._was_told(name))
        log.error("journal.unreadable", entry=name, error=problem)
        self._put_aside(name)
        return None


def _force_to_disk(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _refused_as_unavailable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        log.error("journal.disk-refuses", error=_named(error))
        raise StoreUnavailable from error


def _named(error: OSError) -> str:
    """What the disk said, `ENOSPC`, without the path."""
    return errno.errorcode.get(error.errno or 0, type(error).__name__)
