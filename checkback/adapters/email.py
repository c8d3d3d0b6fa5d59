"""E-mail to staff, through the agency's own mail server."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from contextlib import suppress
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

from checkback.adapters.outside import LOOPBACK
from checkback.care.errors import SendFailed, SendUnclear
from checkback.care.ports import Mailer, OutgoingMail

#: Together less than the lease of a claimed e-mail.
_SECONDS = 4.0
_TOGETHER = 20.0
_PERMANENT = 500


class SmtpMailer(Mailer):
    """One connection an e-mail, encrypted: `smtps://` from the first byte, `smtp://` by STARTTLS, except on loopback.

    Args:
        url: `smtps://user:password@mail.example.org:465`.
        sender: the address that stands in From.
        seconds: for each answer of the server.
        together: for all of them: a server that sends a letter every three seconds is cut off.
    """

    def __init__(self, url: str, sender: str, *, seconds: float = _SECONDS, together: float = _TOGETHER) -> None:
        parts = urlsplit(url)
        self._is_encrypted = parts.scheme == "smtps"
        self._host = parts.hostname or ""
        self._port = parts.port or (465 if self._is_encrypted else 587)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._sender = sender
        self._seconds, self._together = seconds, together

    def send(self, mail: OutgoingMail) -> None:
        message = _message(mail, self._sender)
        was_handed_over = False
        try:
            with self._connected() as server:
                was_handed_over = True
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code = min((code for code, _ in error.recipients.values()), default=_PERMANENT)
            raise SendFailed(code, permanent=code >= _PERMANENT) from None
        except smtplib.SMTPResponseException as error:
            # The server's own words may hold the address: only its number goes on from here.
            raise SendFailed(error.smtp_code, permanent=error.smtp_code >= _PERMANENT) from None
        except (smtplib.SMTPException, OSError):
            if was_handed_over:
                raise SendUnclear from None
            raise SendFailed(None, permanent=False) from None

    def _connected(self) -> smtplib.SMTP:
        if self._is_encrypted:
            server: smtplib.SMTP = _TimedOverTls(
                self._host,
                self._port,
                timeout=self._seconds,
                together=self._together,
                context=ssl.create_default_context(),
            )
        else:
            server = _Timed(self._host, self._port, timeout=self._seconds, together=self._together)
            if self._host not in LOOPBACK:
                server.starttls(context=ssl.create_default_context())
        if self._user:
            server.login(self._user, self._password)
        return server


class _CutOff(smtplib.SMTP):
    """A connection that ends after its time, whatever the server does."""

    _ends: threading.Timer

    def __init__(self, *args: Any, together: float, **kwargs: Any) -> None:
        self._together = together
        super().__init__(*args, **kwargs)

    def connect(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        self._ends = threading.Timer(self._together, self._cut)
        self._ends.daemon = True
        self._ends.start()
        try:
            return super().connect(*args, **kwargs)
        except OSError:
            self._ends.cancel()
            raise

    def close(self) -> None:
        self._ends.cancel()
        super().close()

    def _cut(self) -> None:
        sock = self.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


class _Timed(_CutOff):
    """In the clear at first."""


class _TimedOverTls(_CutOff, smtplib.SMTP_SSL):
    """Encrypted from the first byte."""


def _message(mail: OutgoingMail, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, mail.to, mail.subject
    # The same at every try, so that a reader's mail program shows one.
    message["Message-ID"] = f"<{mail.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
    return message
