"""E-mails to staff reach a mail server, and every answer of it is one of ours."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from checkback.adapters.email import SmtpMailer
from checkback.care.errors import SendFailed, SendUnclear
from checkback.care.ports import OutgoingMail


class Server:
    """A mail server that takes what comes, or answers what it was told to."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.recipient_answer = "250 OK"
        self.data_answer = "250 OK"

    async def handle_RCPT(self, _server: object, _session: object, envelope: Envelope, address: str, _o: object) -> str:
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:
        if self.data_answer.startswith("250"):
            self.taken.append(envelope)
        return self.data_answer


@pytest.fixture
def server() -> Iterator[tuple[Server, SmtpMailer]]:
    handler = Server()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, SmtpMailer(f"smtp://127.0.0.1:{port}", "checkback@example.org")
    controller.stop()


MAIL = OutgoingMail(uuid4(), "lee@example.org", "Checkback E-12 emergent", "E-12 emergent. Open the page. Ñ")


def test_an_e_mail_arrives_as_it_was_written(server):
    handler, mailer = server
    mailer.send(MAIL)
    (envelope,) = handler.taken
    assert envelope.rcpt_tos == ["lee@example.org"]
    words = envelope.content.decode()
    assert "Subject: Checkback E-12 emergent" in words
    assert f"<{MAIL.id}@example.org>" in words
    assert "Auto-Submitted: auto-generated" in words


@pytest.mark.parametrize(("answer", "is_permanent"), [("550 no such user", True), ("450 later", False)])
def test_a_recipient_that_is_refused(server, answer, is_permanent):
    handler, mailer = server
    handler.recipient_answer = answer
    with pytest.raises(SendFailed) as refused:
        mailer.send(MAIL)
    assert (refused.value.permanent, refused.value.code) == (is_permanent, int(answer[:3]))
    assert "no such" not in str(refused.value)


def test_words_that_are_refused(server):
    handler, mailer = server
    handler.data_answer = "554 not this"
    with pytest.raises(SendFailed) as refused:
        mailer.send(MAIL)
    assert refused.value.permanent


def test_a_server_that_is_gone_has_sent_nothing():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(SendFailed) as refused:
        SmtpMailer(f"smtp://127.0.0.1:{port}", "checkback@example.org").send(MAIL)
    assert not refused.value.permanent


def test_a_connection_that_breaks_while_it_is_handed_over_leaves_it_unclear(server):
    handler, mailer = server

    async def breaks(_server: object, session: object, _envelope: object) -> str:
        raise ConnectionResetError

    handler.handle_DATA = breaks
    with pytest.raises((SendUnclear, SendFailed)):
        mailer.send(MAIL)


@contextmanager
def a_server_that_takes_its_time(*, greets: bool) -> Iterator[int]:
    """It sends a line of its greeting now and then, without an end; or takes the connection, and no more. Its port."""
    listener, ended = socket.create_server(("127.0.0.1", 0)), Event()

    def dribble() -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            while not ended.wait(0.1):
                if greets:
                    connection.sendall(b"220-welcome\r\n")

    thread = Thread(target=dribble, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        ended.set()
        thread.join(10)
        listener.close()


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("greets", "limits"),
    [
        pytest.param(True, {"seconds": 30.0, "together": 1.0}, id="a-line-now-and-then"),
        pytest.param(False, {"seconds": 1.0, "together": 600.0}, id="nothing-at-all"),
    ],
)
def test_a_server_that_never_ends_its_answer_is_cut_off_and_has_sent_nothing(greets, limits):
    with a_server_that_takes_its_time(greets=greets) as port:
        mailer = SmtpMailer(f"smtp://127.0.0.1:{port}", "checkback@example.org", **limits)
        with pytest.raises(SendFailed) as refused:
            mailer.send(MAIL)
    assert not refused.value.permanent
