"""The way in: what the table does not name is denied, and nobody can hold a door up."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Lock

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from checkback.assembly.doors import SECURITY_HEADERS, Entry, Limits, RouteTable, Threads
from tests.assembly.serving import all_of, served, up_to


async def echo(request: Request) -> Response:
    return Response(await request.body(), media_type="application/octet-stream")


async def greet(request: Request) -> Response:
    return PlainTextResponse(f"hello {request.path_params['who']}")


async def fall(request: Request) -> Response:
    raise RuntimeError("marked words in an error")


async def refuse(request: Request) -> Response:
    raise HTTPException(409, "marked words", {"X-Why": "because"})


ENTRIES = [
    Entry("POST", "/echo", echo),
    Entry("GET", "/people/{who}", greet),
    Entry("DELETE", "/people/{who}", greet),
    Entry("GET", "/fall", fall),
    Entry("GET", "/refuse", refuse),
]


@pytest.fixture(scope="module")
def door():
    with served(RouteTable(ENTRIES, name="test", limits=Limits(body=1000, headers=20, seconds=0.5))) as door:
        yield door


def test_an_entry_leads_to_its_endpoint(door):
    assert door.ask("POST", "/echo", content=b"x" * 1000).content == b"x" * 1000
    assert door.ask("GET", "/people/ana").text == "hello ana"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", "/people"), ("GET", "/people/"), ("POST", "/echo/"), ("POST", "/ECHO")],
)
def test_whatever_the_table_does_not_name_is_not_there(door, method, path):
    answer = door.ask(method, path)
    assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "TRACE", "MADE-UP"])
def test_a_method_the_table_does_not_name_is_not_allowed(door, method):
    answer = door.ask(method, "/echo")
    assert (answer.status_code, answer.content, answer.headers["allow"]) == (405, b"", "POST")


def test_the_methods_of_one_path_are_told_together(door):
    assert door.ask("PUT", "/people/ana").headers["allow"] == "DELETE, GET"


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/echo"), ("GET", "/nowhere"), ("GET", "/fall"), ("GET", "/echo")]
)
def test_every_answer_wears_the_security_headers_and_names_no_server(door, method, path):
    answer = door.ask(method, path)
    assert {name: answer.headers[name] for name in SECURITY_HEADERS} == dict(SECURITY_HEADERS)
    assert "server" not in answer.headers
    assert "set-cookie" not in answer.headers


def test_an_endpoint_that_falls_says_nothing_of_why(door):
    answer = door.ask("GET", "/fall")
    assert (answer.status_code, answer.content) == (500, b"")


def test_an_endpoint_may_refuse_by_raising(door):
    answer = door.ask("GET", "/refuse")
    assert (answer.status_code, answer.content, answer.headers["x-why"]) == (409, b"", "because")


def test_a_body_over_the_limit_is_refused_with_or_without_its_length(door):
    assert door.ask("POST", "/echo", content=b"x" * 1001).status_code == 413
    assert door.ask("POST", "/echo", content=iter([b"x" * 600, b"x" * 600])).status_code == 413


def test_too_many_header_fields_are_refused(door):
    assert door.ask("POST", "/echo", headers={f"X-{n}": "1" for n in range(30)}).status_code == 431


def test_headers_too_large_to_be_read_are_refused(door):
    assert door.ask("POST", "/echo", headers={"X-Long": "x" * 40_000}).status_code == 431
    with door.line() as line:
        line.sendall(b"POST /echo HTTP/1.1\r\n")
        for _ in range(3):
            line.sendall(b"X-Long: " + b"x" * 8000 + b"\r\n")
            time.sleep(0.05)
        assert all_of(line).startswith(b"HTTP/1.1 400 ")


def test_a_body_that_does_not_come_to_its_end_is_given_up(door):
    began = time.monotonic()
    with door.line() as line:
        line.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
        assert all_of(line).startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - began < 3


def test_a_body_that_trickles_is_given_up_too(door):
    began = time.monotonic()
    with door.line() as line:
        line.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
        line.settimeout(0.1)
        said = b""
        while not said and time.monotonic() - began < 5:
            line.sendall(b"x")
            with suppress(TimeoutError):
                said = line.recv(1000)
        assert said.startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - began < 3


def test_a_refused_request_cannot_hold_the_connection_with_a_body_that_never_ends(door):
    with door.line() as line:
        line.sendall(b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nx")
        assert all_of(line).startswith(b"HTTP/1.1 404 ")


@pytest.mark.slow
def test_a_head_that_trickles_is_closed_after_ten_seconds(door):
    began = time.monotonic()
    with door.line() as line:
        line.sendall(b"POST /echo HTTP/1.1\r\n")
        line.settimeout(0.5)
        said = None
        while said is None and time.monotonic() - began < 15:
            try:
                line.sendall(b"X-More: x\r\n")
                said = line.recv(1000)
            except TimeoutError:
                continue
            except OSError:
                break
    assert 9 < time.monotonic() - began < 13


@pytest.mark.slow
def test_a_connection_that_has_served_once_is_not_held_by_a_head_that_trickles(door):
    request = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"
    with door.line() as line:
        line.sendall(request)
        assert up_to(line, b"hi").startswith(b"HTTP/1.1 200 ")
        line.sendall(b"POST /echo HTTP/1.1\r\nX-")
        began = time.monotonic()
        assert all_of(line) == b""
    assert 4 < time.monotonic() - began < 13


def test_one_connection_serves_many_requests(door):
    request = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"
    with door.line() as line:
        for _ in range(3):
            line.sendall(request)
            assert up_to(line, b"hi").startswith(b"HTTP/1.1 200 ")


def test_what_is_not_http_is_refused(door):
    with door.line() as line:
        line.sendall(b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n")
        assert all_of(line).startswith(b"HTTP/1.1 400 ")


def test_no_web_socket_opens(door):
    wish = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "x"}
    assert door.ask("GET", "/people/ana", headers=wish).status_code == 200
    assert door.ask("GET", "/echo", headers=wish).status_code == 405


def test_no_more_flows_run_at_once_than_there_are_connections_to_the_database():
    threads, lock, running, most = Threads(3), Lock(), 0, 0

    def flow() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.05)
        with lock:
            running -= 1

    async def work(request: Request) -> Response:
        await threads.run(flow)
        return Response()

    with served(RouteTable([Entry("GET", "/work", work)], name="test")) as busy, ThreadPoolExecutor(20) as many:
        answers = list(many.map(lambda _: busy.ask("GET", "/work").status_code, range(20)))
    assert answers == [200] * 20
    assert most == 3
