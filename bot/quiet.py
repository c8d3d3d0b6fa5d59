"""No words of a family in a log: from the first turn on, a line of a library says where it was written, not what.

Rasa logs texts, entities and slots at DEBUG, and error messages and tracebacks may quote anything at any level. What
is left of such a line is level, logger, file and line, and the names of the exceptions. Our own loggers (`bot.…`,
`actions.…`) write event names, ids and counts, and are passed on.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

_OURS = ("bot.", "actions.")


def install() -> None:
    """From now on every log record of a library loses its words, whichever handler writes it."""
    logging.setLogRecordFactory(_wordless)
    sys.unraisablehook = _wordless_hook


def _wordless(*args: Any, **kwargs: Any) -> logging.LogRecord:
    record = logging.LogRecord(*args, **kwargs)
    names = _error_names(record.exc_info[1] if record.exc_info else None)
    if not record.name.startswith(_OURS):
        record.msg, record.args = f"{record.name} at {record.filename}:{record.lineno}", None
    if names:
        record.msg, record.args = f"{record.getMessage()} error={names}", None
    record.exc_info = record.exc_text = record.stack_info = None
    return record


def _wordless_hook(unraisable: Any) -> None:
    logging.getLogger("bot.quiet").error("unraisable error=%s", unraisable.exc_type.__name__)


def _error_names(error: BaseException | None) -> str:
    """The classes of an error and of what caused it; their messages may quote a text."""
    names: list[str] = []
    while error is not None and type(error).__name__ not in names:
        names.append(type(error).__name__)
        error = error.__cause__ or error.__context__
    return " from ".join(names)
