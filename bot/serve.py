"""Start the assistant: check its settings, then let Rasa serve our channel and nothing else, on loopback."""

from __future__ import annotations

import os
import sys
from pathlib import Path

MODEL = "models/checkback.tar.gz"
REQUIRED = ("CHECKBACK_ASSISTANT_TOKEN", "CHECKBACK_ASSISTANT_KEY", "CHECKBACK_ACTIONS_TOKEN")
DEFAULTS = {
    "CHECKBACK_ASSISTANT_PORT": "5005",
    "CHECKBACK_ACTIONS_URL": "http://127.0.0.1:5055/webhook",
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


def main() -> int:
    """Serve until stopped; 2 with one clear line when a setting or the model is missing."""
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    missing = [name for name in REQUIRED if not os.environ.get(name, "").strip()]
    if missing:
        return _refuse(f"set {', '.join(missing)}")
    if not Path(MODEL).is_file():
        return _refuse(f"there is no {MODEL}: run `python -m bot.train`")
    return _serve(os.environ["CHECKBACK_ASSISTANT_PORT"])


def _serve(port: str) -> int:
    # Imported late: it takes seconds, and a missing setting should be told at once.
    from bot.stores import BadSetting, SealedTrackerStore  # noqa: PLC0415

    try:
        SealedTrackerStore().engine.dispose()
    except BadSetting as error:
        return _refuse(str(error))
    from rasa.__main__ import main as rasa  # noqa: PLC0415

    sys.argv = ["rasa", "run", "--interface", "127.0.0.1", "--port", port, "-m", MODEL]
    sys.argv += ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
    rasa()
    return 0


def _refuse(why: str) -> int:
    sys.stderr.write(f"assistant: {why}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
