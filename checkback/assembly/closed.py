"""What a house in use does not start with: a carrier that is pretended, an open line, keys that others can read."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

#: Where Twilio answers, also in its regions (Twilio Docs, "Global Infrastructure": api.EDGE.REGION.twilio.com).
_CARRIER = "twilio.com"
#: SQLite's locks cannot be relied on over a network (https://www.sqlite.org/faq.html#q5), and its WAL needs shared
#: memory, which two machines do not have (https://www.sqlite.org/wal.html).
_NETWORKS = frozenset(
    {"9p", "afs", "ceph", "cifs", "fuse.glusterfs", "fuse.sshfs", "gfs2", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4"}
    | {"ocfs2", "smb3", "smbfs"}
)
#: Of 32 random bytes hardly ever fewer than 24 differ; a key that was typed, or copied from an example, has few.
_FEWEST_DIFFERENT_BYTES = 16
_FEWEST_DIFFERENT_SIGNS = 8
_MOUNTS = Path("/proc/self/mountinfo")


def pretended_carrier(url: str) -> str | None:
    """Why texts to families do not go to this address, if they should not."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https" and (host == _CARRIER or host.endswith(f".{_CARRIER}")):
        return None
    return "a house in use texts by Twilio alone: leave it out, or name an https address of twilio.com"


def open_line(url: str) -> str | None:
    """Why nobody's words go over the line of this address, if they should not."""
    if urlsplit(url).scheme == "https":
        return None
    return "a house in use is reached by https alone; put a proxy with a certificate in front"


def guessed_key(key: bytes) -> str | None:
    """Why this key is none, if it was not made at random."""
    if len(set(key)) >= _FEWEST_DIFFERENT_BYTES:
        return None
    return "is not random; make one with `openssl rand -base64 32`"


def guessed_secret(secret: str) -> str | None:
    """Why this secret is none, if anybody may guess it."""
    if len(set(secret)) >= _FEWEST_DIFFERENT_SIGNS:
        return None
    return "is easily guessed; make one with `openssl rand -hex 32`"


def shared_secrets(secrets: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    """The names that hold the same secret as a name before them: who learns the one has the other."""
    seen: dict[str, str] = {}
    return [(name, seen[secret]) for name, secret in secrets.items() if seen.setdefault(secret, name) != name]


def readable_by_others(file: Path) -> str | None:
    """Why the secrets in this file are none, if anybody on this machine can read or change them."""
    try:
        mode = file.stat().st_mode
    except OSError:
        return None  # whoever needs it says that it is not there
    if not mode & (stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP):
        return None
    return f"others on this machine can read or change it; `chmod 600 {file}`"


def network_disk(file: Path, mounts: Path = _MOUNTS) -> str | None:
    """Why SQLite must not keep this file, if it lies on another machine."""
    try:
        table = mounts.read_text(encoding="utf-8")
    except OSError:
        return None  # no Linux; nothing else tells
    kind = _kind_under(file.resolve(), _mounted(table.splitlines()))
    if kind not in _NETWORKS:
        return None
    return f"SQLite loses texts on a network disk ({kind}); move it to a disk of this machine, or use PostgreSQL"


def _mounted(lines: Iterable[str]) -> Iterator[tuple[Path, str]]:
    """Each mount and its kind (proc_pid_mountinfo(5)); blanks are written as \\040."""
    for line in lines:
        before, _, behind = line.partition(" - ")
        fields, kinds = before.split(), behind.split()
        if len(fields) > 4 and kinds:  # noqa: PLR2004 - the fifth field is the mount point
            yield Path(fields[4].replace("\\040", " ")), kinds[0]


def _kind_under(file: Path, mounted: Iterable[tuple[Path, str]]) -> str | None:
    above = [(len(point.parts), kind) for point, kind in mounted if file.is_relative_to(point)]
    # Of two on one place the later hides the earlier.
    return max(reversed(above), key=lambda each: each[0])[1] if above else None
