"""What the conversation tests share: a trained model and a running house."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conversations.house import ROOT, House

os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")


@pytest.fixture(scope="session")
def model() -> Path:
    """The model these sources make; trained if it is not there."""
    subprocess.run([sys.executable, "-m", "bot.train"], cwd=ROOT, check=True, timeout=240)
    return ROOT / "models/checkback.tar.gz"


@pytest.fixture(scope="session")
def house(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for all tests, logging at DEBUG; whoever stops a server starts it again."""
    assert model.is_file()
    running = House(tmp_path_factory.mktemp("house"))
    try:
        running.actions.start()
        running.assistant.start()
        yield running
    finally:
        running.assistant.stop()
        running.actions.stop()
