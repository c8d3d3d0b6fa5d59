"""The log: event names, ids and counts as JSON lines, and a second lock that lets no word of a family through.

The first lock is that nobody logs a body, a name or a number. This one holds when somebody did: it drops the fields
they would stand in, shortens what looks like a phone number, and tells an error by its class and place, never by its
message, in which a database or an HTTP client quotes what it was given.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import IO, Any, TextIO
from uuid import UUID

import structlog

#: Fields that are not written, whatever they hold; also as the last part of a name (`contact_name`, `to_number`).
DENIED = frozenset(
    {
        *("address", "addresses", "answer", "args", "bodies", "body", "city", "content", "email", "evidence", "form"),
        *("first_name", "last_name", "name", "names", "from", "from_", "to", "to_", "headers", "locals", "message"),
        *(
            "note",
            "notes",
            "number",
            "numbers",
            "params",
            "password",
            "phone",
            "phones",
            "query",
            "reason",
            "recipient",
        ),
        *(
            "secret",
            "sql",
            "statement",
            "street",
            "subject",
            "text",
            "texts",
            "token",
            "url",
            "words",
            "zip",
            "zipcode",
        ),
    }
)

_SHORTEST_NUMBER = 10
_LONGEST_VALUE = 200
_MOST_FRAMES = 20

_EVENT = re.compile(r"[A-Za-z][A-Za-z0-9_:-]*(\.[A-Za-z0-9_:-]+)*")
# What has as many digits as a phone number and is none: UUIDs, the carrier's ids, hashes, dates and times.
_HARMLESS = "|".join(
    (
        r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        r"(?<![0-9A-Za-z])(?:[A-Z]{2})?[0-9a-fA-F]{32,64}(?![0-9A-Za-z])",
        r"(?<!\d)20\d\d-[01]\d-[0-3]\d(?:[T ][0-2]\d:[0-5]\d(?::[0-5]\d(?:\.\d+)?)?)?(?!\d)",
    )
)
_NUMBER = r"\+?\(?\d(?:[\s().\u2010-\u2015-]{0,3}\d){9,}|(?:\+|%2[Bb])\d{7,}"
_EITHER = re.compile(f"(?P<harmless>{_HARMLESS})|(?P<number>{_NUMBER})")

# Loggers of others that tell what they send or are sent.
_TALKATIVE = (
    "sqlalchemy",
    "twilio",
    "httpx2",
    "httpcore2",
    "urllib3",
    "requests",
    "uvicorn",
    "asyncio",
    "apscheduler",
    "alembic",
)

Event = MutableMapping[str, Any]


def configure(process: str, *, readable: bool = False, stream: TextIO | None = None) -> None:
    """Send everything this process logs to `stream` (standard error), through the second lock.

    Args:
        process: the name each line carries.
        readable: for a person at a terminal; JSON lines otherwise.
    """
    out = stream or sys.stderr
    renderer = (
        structlog.dev.ConsoleRenderer(colors=_is_terminal(out)) if readable else structlog.processors.JSONRenderer()
    )
    chain = [_severity, structlog.stdlib.add_logger_name]
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*chain, _template_only],
            pass_foreign_args=True,
            use_get_message=False,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                errors_by_class,
                redact,
                _signed_by(process),
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                renderer,
            ],
        )
    )
    _route_everything_to(handler)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            *chain,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    _quiet_the_last_words()


def redact(_logger: object, _method: str, event: Event) -> Event:
    """The second lock. Only plain values pass; anything else is told by its class."""
    name = event.pop("event", "")
    kept: Event = {"event": _event_name(name)}
    kept.update({key: _plain(value) for key, value in event.items() if not _is_denied(key)})
    return kept


def errors_by_class(_logger: object, _method: str, event: Event) -> Event:
    """Put an exception's classes and its frames, file and line, in the place of the exception."""
    error = _error_of(event.pop("exc_info", None))
    event.pop("exception", None)
    event.pop("stack_info", None)
    if error is not None:
        event["error"] = " < ".join(type(each).__name__ for each in _chain(error))
        event["frames"] = [_place(frame) for frame in traceback.extract_tb(error.__traceback__)[-_MOST_FRAMES:]]
    return event


def shortened(number: str) -> str:
    """A phone number as it may be shown: `…06`."""
    return "…" + re.sub(r"\D", "", number)[-2:]


def _is_denied(key: str) -> bool:
    low = key.lower()
    return low in DENIED or low.rsplit("_", 1)[-1] in DENIED


def _event_name(event: object) -> str:
    # A sentence may quote anything; an event has a name.
    return event if isinstance(event, str) and _EVENT.fullmatch(event) and len(event) < _LONGEST_VALUE else "unnamed"


def _plain(value: object) -> Any:
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int) and not isinstance(value, Enum):
        return value if len(str(abs(value))) < _SHORTEST_NUMBER else _without_numbers(str(value))
    if isinstance(value, str | UUID | datetime | date | Path | Enum):
        return _without_numbers(str(value.value if isinstance(value, Enum) else value))[:_LONGEST_VALUE]
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items() if not _is_denied(str(key))}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    return type(value).__name__


def _without_numbers(text: str) -> str:
    return _EITHER.sub(lambda found: found["harmless"] or shortened(found["number"]), text)


def _severity(_logger: object, method: str, event: Event) -> Event:
    # Not `level`: that is how much distress a text shows.
    event["severity"] = {"exception": "error", "warn": "warning"}.get(method, method)
    return event


def _template_only(_logger: object, _method: str, event: Event) -> Event:
    """Of another library's line keep where it was said, and the template without what was filled in."""
    record = event["_record"]
    # A message without arguments may be one that was filled in already.
    event["template"] = event["event"] if event.pop("positional_args", None) else ""
    event["event"] = f"{record.name}.said"
    event["at"] = f"{Path(record.pathname).name}:{record.lineno}"
    return event


def _signed_by(process: str) -> Callable[[object, str, Event], Event]:
    def sign(_logger: object, _method: str, event: Event) -> Event:
        event["process"] = process
        return event

    return sign


def _error_of(exc_info: object) -> BaseException | None:
    match exc_info:
        case BaseException():
            return exc_info
        case (_, BaseException() as error, _):
            return error
        case True:
            return sys.exc_info()[1]
    return None


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in found:
        found.append(following)
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)
    return found


def _place(frame: traceback.FrameSummary) -> str:
    return f"{'/'.join(Path(frame.filename).parts[-3:])}:{frame.lineno} {frame.name}"


def _route_everything_to(handler: logging.Handler) -> None:
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in list(logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("uvicorn.access").disabled = True
    logging.captureWarnings(True)


def _quiet_the_last_words() -> None:
    """What nobody caught is logged too, instead of being printed with its message."""
    log = structlog.get_logger("checkback")

    def uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            log.critical("process.failed", exc_info=error)

    def uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            log.critical("thread.failed", exc_info=args.exc_value)

    def unraisable(args: Any) -> None:
        log.error("process.unraisable", exc_info=args.exc_value)

    sys.excepthook, threading.excepthook, sys.unraisablehook = uncaught, uncaught_in_thread, unraisable


def _is_terminal(stream: IO[str]) -> bool:
    return stream.isatty()
