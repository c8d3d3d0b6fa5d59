"""The secrets of a demonstration: made up once, the same for every process that starts after or at the same time."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path


class DemoSecretsUnusable(Exception):
    """The file of the demonstration's secrets cannot be read or written."""


def demo_secrets(file: Path) -> dict[str, str]:
    """The secrets in `file`, by setting; what is not there yet is made up and kept. Only its owner may read it.

    Raises:
        DemoSecretsUnusable: naming the file and the mend.
    """
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with file.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return _completed(file)
    except OSError as error:
        raise DemoSecretsUnusable(f"{file} cannot be used ({error.strerror}); name a folder we may write to") from None


def _completed(file: Path) -> dict[str, str]:
    kept = _read(file)
    lacking = _MADE_UP.keys() - kept.keys()
    if lacking:
        kept |= {name: _MADE_UP[name]() for name in lacking}
        _write(file, kept)
    return kept


def _read(file: Path) -> dict[str, str]:
    try:
        kept = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        kept = None
    if not isinstance(kept, dict):
        raise DemoSecretsUnusable(f"{file} is damaged; delete it, and the demo's database beside it")
    return {str(name): str(value) for name, value in kept.items() if name in _MADE_UP}


def _write(file: Path, kept: Mapping[str, str]) -> None:
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".secrets-")  # mode 0600
    with os.fdopen(handle, "w", encoding="utf-8") as new:
        json.dump(kept, new)
        new.flush()
        os.fsync(new.fileno())
    Path(name).replace(file)


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def _ring() -> str:
    return f"1:{_key()}"


_MADE_UP: Mapping[str, Callable[[], str]] = {
    "secret_key": _ring,
    "index_key": _ring,
    "session_key": _key,
    "api_token": secrets.token_urlsafe,
    "assistant_token": secrets.token_urlsafe,
    "assistant_key": _key,
    "actions_token": secrets.token_urlsafe,
    "TWILIO_ACCOUNT_SID": lambda: f"AC{secrets.token_hex(16)}",
    "TWILIO_AUTH_TOKEN": lambda: secrets.token_hex(16),
}
