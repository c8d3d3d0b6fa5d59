"""Train the assistant, but only if what it learns from has changed since the last time."""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

MODEL = Path("models/checkback.tar.gz")
HASH = Path("models/checkback.hash")
#: What `--candidate` trains; scripts/model.py puts it in use when it understands no worse.
CANDIDATE = Path("models/candidate.tar.gz")


def sources() -> Iterator[Path]:
    """All that the model depends on: data, domain, configuration, our components, the pinned versions."""
    yield from (Path("config.yml"), Path("domain.yml"), Path("bot/requirements.lock"))
    yield from (Path("bot/understanding.py"), Path("bot/meaning.py"), Path("bot/folding.py"))
    yield from sorted(Path("data").rglob("*.yml"))


def fingerprint() -> str:
    """A hash that changes when a source is changed, added, renamed or removed."""
    digest = hashlib.sha256()
    for path in sources():
        digest.update(f"{path}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def is_trained() -> bool:
    """Whether the model on disk is the one these sources make."""
    return MODEL.is_file() and HASH.is_file() and HASH.read_text().strip() == fingerprint()


def main(arguments: Sequence[str] | None = None) -> int:
    """Train if needed; with `--candidate` beside the one in use, always. Rasa's exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidate", action="store_true", help="train models/candidate.tar.gz; the one in use stays")
    if parser.parse_args(arguments).candidate:
        return _train_into(CANDIDATE)
    if is_trained():
        sys.stdout.write("The assistant is trained already.\n")
        return 0
    return _train_into(MODEL)


def _train_into(model: Path) -> int:
    sys.stdout.write("Training the assistant; this takes about a minute.\n")
    sys.stdout.flush()
    learned, name = fingerprint(), model.name[: -len(".tar.gz")]
    code = _train(name)
    if code == 0:
        model.with_name(f"{name}.hash").write_text(f"{learned}\n")
        sys.stdout.write(f"Trained: {model}\n")
    return code


def _train(name: str) -> int:
    quietly = {"RASA_TELEMETRY_ENABLED": "false", "SQLALCHEMY_SILENCE_UBER_WARNING": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-W", "ignore", "-m", "rasa", "train", "--fixed-model-name", name, "--quiet"]
    done = subprocess.run(command, env={**os.environ, **quietly}, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stdout[-4000:] + done.stderr[-4000:])
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
