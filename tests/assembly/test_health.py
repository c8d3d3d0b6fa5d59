"""Each process says whether it can do its work, without saying anything else."""

from __future__ import annotations

import socket
import time

import httpx2
import pytest
from prometheus_client import Counter

from checkback.assembly.doors import PortTaken
from checkback.assembly.health import HealthServer
from checkback.care.errors import StoreUnavailable

COUNTED = Counter("checkback_test_texts", "Texts a test has counted.")


def nothing_wrong() -> None:
    pass


def database_gone() -> None:
    raise StoreUnavailable("postgresql://user:word@somewhere/checkback")


def test_a_process_that_can_work_says_so():
    server = HealthServer("worker", 0, {"store": nothing_wrong})
    server.start()
    try:
        answer = httpx2.get(f"{server.address}/health", trust_env=False)
    finally:
        server.stop()
    assert answer.status_code == 200
    assert answer.json() == {"process": "worker", "status": "ok", "failing": {}}


def test_a_failing_check_is_named_by_its_class_and_never_by_its_words():
    server = HealthServer("worker", 0, {"store": database_gone, "lane": nothing_wrong})
    server.start()
    try:
        answer = httpx2.get(f"{server.address}/health", trust_env=False)
    finally:
        server.stop()
    assert answer.status_code == 503
    assert answer.json() == {"process": "worker", "status": "failing", "failing": {"store": "StoreUnavailable"}}


def test_a_check_that_hangs_is_a_failure_and_holds_nothing_up():
    server = HealthServer("worker", 0, {"store": lambda: time.sleep(8)})
    server.start()
    began = time.monotonic()
    try:
        answer = httpx2.get(f"{server.address}/health", trust_env=False, timeout=8)
    finally:
        server.stop()
    assert answer.json()["failing"] == {"store": "TimeoutError"}
    assert time.monotonic() - began < 7


def test_what_was_counted_can_be_scraped_and_nothing_else_is_there():
    COUNTED.inc()
    server = HealthServer("worker", 0, {})
    server.start()
    try:
        told = httpx2.get(f"{server.address}/metrics", trust_env=False)
        denied = [
            httpx2.request(m, server.address + p, trust_env=False) for m, p in [("GET", "/"), ("POST", "/health")]
        ]
    finally:
        server.stop()
    assert "checkback_test_texts_total 1.0" in told.text
    assert [(d.status_code, d.content) for d in denied] == [(404, b""), (405, b"")]


def test_a_port_that_is_taken_is_said_at_once():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = HealthServer("worker", taken.getsockname()[1], {})
        with pytest.raises(PortTaken, match="Address already in use"):
            server.start()
