"""How long a certificate holds is read from whoever answers with it."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from checkback.adapters.certificate import days_left


def now() -> datetime:
    return datetime.now(UTC)


def write_certificate(folder: Path, ends: datetime) -> Path:
    """A certificate of its own for localhost, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=90))
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "both.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


class Answering:
    """Whoever answers with that certificate on this machine."""

    def __init__(self, pem: Path) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(pem)
        self.trust = ssl.create_default_context(cafile=str(pem))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://localhost:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._answer)
        self._thread.start()

    def _answer(self) -> None:
        connection, _ = self._listener.accept()
        with connection:
            try:
                with self._context.wrap_socket(connection, server_side=True) as guarded:
                    guarded.recv(1)
            except OSError:
                return

    def close(self) -> None:
        self._thread.join(5)
        self._listener.close()


@pytest.fixture
def answering(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Answering]:
    made = Answering(write_certificate(tmp_path, now() + request.param))
    yield made
    made.close()


@pytest.mark.parametrize("answering", [timedelta(days=10, hours=1)], indirect=True)
def test_the_days_that_are_left_are_counted(answering):
    left = days_left(answering.url, now(), answering.trust)
    assert left is not None
    assert 10 < left < 10.1


@pytest.mark.parametrize("answering", [timedelta(days=-1)], indirect=True)
def test_one_that_has_ended_has_no_day_left(answering):
    assert days_left(answering.url, now(), answering.trust) == 0


@pytest.mark.parametrize("answering", [timedelta(days=50)], indirect=True)
def test_one_that_nobody_trusts_has_no_day_left(answering):
    assert days_left(answering.url, now()) == 0


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "https://127.0.0.1:1"])
def test_where_there_is_none_nothing_is_said(url):
    assert days_left(url, now()) is None
