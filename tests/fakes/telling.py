"""A caller and a mailer that take what they are given, or do what a story tells them to."""

from __future__ import annotations

from collections import deque

from checkback.care.errors import SendFailed, SendUnclear
from checkback.care.ports import OutgoingCall, OutgoingMail

Refusal = SendFailed | SendUnclear


class FakeCaller:
    """Keeps the promise of `ports.Caller`. `rang` is what rang, in order."""

    def __init__(self) -> None:
        self.rang: list[OutgoingCall] = []
        self.refusals: deque[Refusal] = deque()

    def call(self, call: OutgoingCall) -> str:
        if self.refusals:
            raise self.refusals.popleft()
        self.rang.append(call)
        return f"CA{len(self.rang):032d}"


class FakeMailer:
    """Keeps the promise of `ports.Mailer`. `sent` is what was taken, in order."""

    def __init__(self) -> None:
        self.sent: list[OutgoingMail] = []
        self.refusals: deque[Refusal] = deque()

    def send(self, mail: OutgoingMail) -> None:
        if self.refusals:
            raise self.refusals.popleft()
        self.sent.append(mail)
