"""A copy of the database while it is in use, and putting one back into an empty place, by each database's own means."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from checkback.care.errors import CareError

#: A pg_dump or pg_restore that takes longer hangs.
_LONGEST = 4 * 3600
_PAGES_AT_ONCE, _BREATH = 1000, 0.01
_CHUNK = 1024 * 1024
_MARK = """
INSERT INTO public.restoration (id, backup_at, restored_at)
VALUES (gen_random_uuid(), '{begun_at}', now());
"""


class BackupFailed(CareError):
    """The backup was not made, or cannot be put back; nothing was left halfway."""


@dataclass(frozen=True)
class Manifest:
    """What stands beside a backup: when it was begun, of which kind of database, and the checksum of its file."""

    begun_at: datetime
    kind: str
    sha256: str


def kind_of(url: str) -> str:
    """`sqlite` or `postgresql`."""
    return urlsplit(url).scheme.partition("+")[0]


def back_up(url: str, target: Path, now: datetime) -> Manifest:
    """Copy the database to `target`, which must not exist, readable by us alone. The house goes on meanwhile.

    Raises:
        BackupFailed: saying why; no file is left.
    """
    if target.exists():
        raise BackupFailed(f"{target} exists already; a backup is never written over")
    half = target.with_name(f".{target.name}.half")
    os.close(os.open(half, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
    try:
        if kind_of(url) == "sqlite":
            _copy_sqlite(_file_of(url), half)
        else:
            _run(["pg_dump", "--format=custom", f"--file={half}", "--no-password"], url)
        manifest = Manifest(now, kind_of(url), _checksum(half))
        _write_durably(manifest_of(target), _as_json(manifest))
        half.replace(target)
        _sync(target.parent)
    except (OSError, sqlite3.Error) as error:
        raise BackupFailed(f"the backup was not made: {type(error).__name__}") from None
    finally:
        half.unlink(missing_ok=True)
    return manifest


def read_manifest(source: Path) -> Manifest:
    """What is written beside a backup, once its file was held against it. Raises BackupFailed."""
    try:
        told = json.loads(manifest_of(source).read_text(encoding="utf-8"))
        manifest = Manifest(datetime.fromisoformat(told["begun_at"]), str(told["kind"]), str(told["sha256"]))
    except (OSError, ValueError, KeyError, TypeError):
        raise BackupFailed(f"{manifest_of(source)} is missing or cannot be read") from None
    try:
        found = _checksum(source)
    except OSError:
        raise BackupFailed(f"{source} cannot be read") from None
    if found != manifest.sha256:
        raise BackupFailed(f"{source} is not what was written: its checksum differs")
    return manifest


def put_back(url: str, source: Path, manifest: Manifest, mark: Callable[[str], None]) -> None:
    """Put a backup back into a place where there is nothing.

    Args:
        mark: makes the database at this address known as one that was put back. It is never there without the mark:
            whoever stops this in the middle finds nothing, or a database that holds its texts.

    Raises:
        BackupFailed: nothing was put back.
    """
    if manifest.kind != kind_of(url):
        raise BackupFailed(f"this is a backup of {manifest.kind}, and the database is {kind_of(url)}")
    if kind_of(url) == "sqlite":
        _put_sqlite_back(_file_of(url), source, mark)
    else:
        _put_postgresql_back(url, source, manifest)
        mark(url)


def manifest_of(backup: Path) -> Path:
    """Where the manifest of a backup lies."""
    return backup.with_name(f"{backup.name}.json")


def newest(folder: Path) -> datetime | None:
    """When the newest backup in this folder was begun; None where there is none that says so."""
    begun: list[datetime] = []
    for each in folder.glob("*.json"):
        try:
            begun.append(datetime.fromisoformat(json.loads(each.read_text(encoding="utf-8"))["begun_at"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return max(begun, default=None)


def _copy_sqlite(source: Path, target: Path) -> None:
    if not source.exists():
        raise BackupFailed(f"there is no database at {source}")
    with closing(sqlite3.connect(source, timeout=10)) as here, closing(sqlite3.connect(target)) as there:
        here.backup(there, pages=_PAGES_AT_ONCE, sleep=_BREATH)
        found = there.execute("PRAGMA integrity_check").fetchone()
    if found != ("ok",):
        raise BackupFailed("the copy is damaged: the database itself may be")
    _sync(target)


def _put_sqlite_back(target: Path, source: Path, mark: Callable[[str], None]) -> None:
    if any(target.with_name(target.name + end).exists() for end in ("", "-wal", "-shm")):
        raise BackupFailed(f"{target} exists; move it and its -wal and -shm away first")
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f".{target.name}.half")
    try:
        os.close(os.open(half, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(half)) as there:
            here.backup(there)
        mark(f"sqlite:///{half}")
        with closing(sqlite3.connect(half)) as marked:
            marked.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        _sync(half)
        half.replace(target)
        _sync(target.parent)
    except (OSError, sqlite3.Error) as error:
        raise BackupFailed(f"the backup was not put back: {type(error).__name__}") from None
    finally:
        for end in ("", "-wal", "-shm"):
            half.with_name(half.name + end).unlink(missing_ok=True)


def _put_postgresql_back(url: str, source: Path, manifest: Manifest) -> None:
    """All in one transaction, and the mark in the same."""
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:  # readable by us alone
        script = Path(folder) / "restore.sql"
        _run(["pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(source)], url)
        with script.open("a", encoding="utf-8") as file:
            file.write(_MARK.format(begun_at=manifest.begun_at.astimezone(UTC).isoformat()))
        _run(["psql", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--file={script}"], url)


def _run(command: list[str], url: str) -> None:
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    try:
        done = subprocess.run(
            command, env={**os.environ, **_told(url, name)}, capture_output=True, timeout=_LONGEST, check=False
        )
    except FileNotFoundError:
        raise BackupFailed(f"{command[0]} is missing: install PostgreSQL's client programs") from None
    except subprocess.TimeoutExpired:
        raise BackupFailed(f"{command[0]} did not come to an end") from None
    if done.returncode != 0:
        # Its words may hold values of rows; only the number goes out.
        raise BackupFailed(f"{command[0]} ended with {done.returncode}; is the place empty, and the server as new?")


def _told(url: str, name: str) -> Mapping[str, str]:
    """Where the server is, in libpq's own variables: a password on the command line could be read by others."""
    parts = urlsplit(url)
    found = {
        "PGHOST": parts.hostname,
        "PGPORT": str(parts.port) if parts.port else None,
        "PGUSER": unquote(parts.username) if parts.username else None,
        "PGPASSWORD": unquote(parts.password) if parts.password else None,
        "PGDATABASE": name,
        "PGCONNECT_TIMEOUT": "10",
    }
    return {variable: value for variable, value in found.items() if value}


def _file_of(url: str) -> Path:
    return Path(url.partition(":///")[2])


def _checksum(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _as_json(manifest: Manifest) -> str:
    return json.dumps(
        {"begun_at": manifest.begun_at.isoformat(), "kind": manifest.kind, "sha256": manifest.sha256}, indent=2
    )


def _write_durably(path: Path, words: str) -> None:
    path.write_text(words, encoding="utf-8")
    path.chmod(0o600)
    _sync(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
