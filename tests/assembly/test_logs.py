"""The log's second lock: whatever somebody logs by mistake, no word, name or number is written."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from checkback.assembly import logs
from checkback.care.errors import StoreUnavailable
from checkback.care.terms import DistressLevel

WORDS = "Marked words"


@dataclass
class Log:
    """What was written so far."""

    stream: io.StringIO

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def last(self) -> dict[str, object]:
        line: dict[str, object] = json.loads(self.text.splitlines()[-1])
        return line


@pytest.fixture
def log() -> Iterator[Log]:
    root = logging.getLogger()
    before = (list(root.handlers), root.level, sys.excepthook, threading.excepthook, sys.unraisablehook)
    stream = io.StringIO()
    logs.configure("worker", stream=stream)
    yield Log(stream)
    logging.captureWarnings(False)
    root.handlers, root.level, sys.excepthook, threading.excepthook, sys.unraisablehook = before
    structlog.reset_defaults()


def test_a_line_says_what_happened_where_and_when(log):
    structlog.get_logger("checkback.here").info("text.received", sid="SM1", level=DistressLevel.ACUTE, count=3)
    line = log.last
    assert datetime.fromisoformat(str(line.pop("timestamp"))).tzinfo is not None
    assert line == {
        "event": "text.received",
        "sid": "SM1",
        "level": "acute",
        "count": 3,
        "logger": "checkback.here",
        "process": "worker",
        "severity": "info",
    }


@pytest.mark.parametrize(
    "key",
    [
        "body",
        "text",
        "Text",
        "name",
        "contact_name",
        "phone",
        "to",
        "from_",
        "to_number",
        "zip",
        "email",
        "note",
        "words",
    ],
)
def test_a_field_that_would_hold_words_or_a_person_is_dropped(log, key):
    structlog.get_logger().info("text.received", **{key: WORDS}, nested={key: WORDS, "kept": 1}, several=[{key: WORDS}])
    assert WORDS not in log.text
    assert log.last["nested"] == {"kept": 1}


@pytest.mark.parametrize(
    "value",
    [
        "+13145550106",
        "3145550106",
        "(314) 555-0106",
        "314.555.0106",
        "1 314 555 0106",
        "call +1-314-555-0106 now",
        "tel:+13145550106",
        "To=%2B13145550106",
        "to%3A13145550106",
        "whatsapp:+13145550106",
        13145550106,
        ["+13145550106"],
        {"x": {"y": "+13145550106"}},
        "+4930555016",
    ],
)
def test_what_looks_like_a_phone_number_is_shortened(log, value):
    structlog.get_logger().info("text.received", detail=value)
    assert "555" not in log.text.replace("\\u2026", "…")
    assert "06" in log.text or "16" in log.text


@pytest.mark.parametrize(
    "value",
    [
        str(UUID(int=2**127 + 12345678901234567890)),
        "12345678-1234-4234-8234-123456789012",
        "SM12345678901234567890123456789012",
        "2026-11-23T17:00:00.123456+00:00",
        "2026-11-23 17:00:00",
        "E-1042",
        123456789,
    ],
)
def test_ids_references_and_times_stay_readable(log, value):
    structlog.get_logger().info("text.received", detail=value)
    assert log.last["detail"] == value


@given(st.integers(2_000_000_000, 9_999_999_999), st.sampled_from(["{}", "+1{}", "1{}", "x {} y", "({})", "a:{};"]))
def test_no_ten_digits_pass_however_they_are_wrapped(digits, wrapped):
    line = logs.redact(None, "info", {"event": "a.b", "detail": wrapped.format(digits)})
    assert str(digits) not in str(line)


def test_a_sentence_is_no_event_name(log):
    structlog.get_logger().info(f"received {WORDS}")
    assert WORDS not in log.text
    assert log.last["event"] == "unnamed"


def test_an_object_is_told_by_its_class(log):
    structlog.get_logger().info("text.received", contact=StoreUnavailable(WORDS), raw=WORDS.encode())
    assert (log.last["contact"], log.last["raw"]) == ("StoreUnavailable", "bytes")


def test_an_error_is_told_by_its_classes_and_its_place(log):
    secret = WORDS
    try:
        try:
            raise ValueError(secret)
        except ValueError as error:
            raise StoreUnavailable(secret) from error
    except StoreUnavailable:
        structlog.get_logger().exception("door.failed")
    assert WORDS not in log.text
    assert log.last["error"] == "StoreUnavailable < ValueError"
    [frame] = log.last["frames"]
    assert frame.startswith("tests/assembly/test_logs.py:")


def test_a_library_that_quotes_what_it_was_given_is_told_by_its_template(log):
    library = logging.getLogger("some.library")
    library.warning("statement %s failed for %s", WORDS, "+13145550106")
    library.error(f"failed for {WORDS}")
    try:
        raise RuntimeError(WORDS)
    except RuntimeError:
        library.exception("oh no: %s", WORDS)
    assert WORDS not in log.text
    assert "5550106" not in log.text
    assert log.last["event"] == "some.library.said"
    assert log.last["template"] == "oh no: %s"
    assert log.last["error"] == "RuntimeError"


@pytest.mark.parametrize("name", ["httpx2", "httpcore2.http11", "twilio.http_client", "sqlalchemy.engine", "urllib3.x"])
def test_libraries_that_log_addresses_and_statements_are_heard_only_in_trouble(log, name):
    logging.getLogger(name).info("GET https://api.example.org/?To=+13145550106")
    assert log.text == ""


def test_no_request_is_written_down_by_the_web_server(log):
    logging.getLogger("uvicorn.access").info("GET /?To=+13145550106")
    logging.getLogger("uvicorn.access").error("GET /?To=+13145550106")
    assert log.text == ""


def test_what_nobody_caught_is_logged_without_its_words(log):
    def fall() -> None:
        raise ValueError(WORDS)

    thread = threading.Thread(target=fall)
    thread.start()
    thread.join()
    assert log.last["event"] == "thread.failed"
    try:
        fall()
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert log.last["event"] == "process.failed"
    assert WORDS not in log.text


def test_a_warning_is_logged_without_its_words(log):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(WORDS, stacklevel=1)
    assert WORDS not in log.text


def test_a_person_at_a_terminal_reads_lines_and_the_lock_holds_there_too():
    stream = io.StringIO()
    before = logging.getLogger().handlers
    logs.configure("demo", readable=True, stream=stream)
    try:
        structlog.get_logger().info(
            "text.received", body=WORDS, detail="+13145550106", at=datetime(2026, 11, 23, tzinfo=UTC)
        )
    finally:
        logging.getLogger().handlers = before
        logging.captureWarnings(False)
        structlog.reset_defaults()
    assert "text.received" in stream.getvalue()
    assert WORDS not in stream.getvalue()
    assert "…06" in stream.getvalue()
