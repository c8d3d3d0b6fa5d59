"""How long the certificate of one of our own addresses still holds."""

from __future__ import annotations

import socket
import ssl
from datetime import datetime
from urllib.parse import urlsplit

_SECONDS = 5.0
_A_DAY = 86_400


def days_left(url: str, now: datetime, trust: ssl.SSLContext | None = None) -> float | None:
    """Days until the certificate behind this https address ends; 0 or less when it is not to be trusted any more.

    None where there is none to look at: a plain http address, or nobody who answers within five seconds.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.hostname is None:
        return None
    context = trust or ssl.create_default_context()
    try:
        with (
            socket.create_connection((parts.hostname, parts.port or 443), timeout=_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=parts.hostname) as guarded,
        ):
            certificate = guarded.getpeercert() or {}
    except ssl.SSLCertVerificationError:
        return 0.0
    except OSError:
        return None
    ends = certificate.get("notAfter")
    return (ssl.cert_time_to_seconds(ends) - now.timestamp()) / _A_DAY if isinstance(ends, str) else None
