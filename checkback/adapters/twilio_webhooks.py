"""Twilio's webhooks: the form as it was sent, and the signature by which it is known."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from twilio.request_validator import RequestValidator

_MOST_FIELDS = 200
#: Of an HMAC-SHA1 in Base64.
_LENGTH = 28


def read_form(raw_body: bytes) -> list[tuple[str, str]]:
    """Every field of a form in its order, blank and repeated ones too. Raises ValueError when it is not UTF-8."""
    return parse_qsl(raw_body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)


class Signatures:
    """Knows whether a webhook was signed by Twilio with one of `tokens`, for the address that Twilio was given.

    The header that names another key or algorithm is not believed: only the auth token and HMAC-SHA1 are taken
    (https://www.twilio.com/docs/usage/webhooks/webhooks-security).
    """

    def __init__(self, tokens: Sequence[str], public_url: str) -> None:
        if not tokens or not all(tokens):
            raise ValueError("tokens: at least one, and none of them empty")
        self._validators = [RequestValidator(token) for token in tokens]
        self._public_url = public_url.rstrip("/")

    def is_signed(self, path: str, raw_query: bytes, raw_body: bytes, header: str | None) -> bool:
        """Whether `header` is the signature of a POST of this body to this path. Whatever goes wrong is a no."""
        if header is None or len(header) != _LENGTH:
            return False  # noise costs nothing
        try:
            return self._is_signed(path, raw_query.decode("ascii"), raw_body, header)
        except Exception:
            return False

    def _is_signed(self, path: str, query: str, raw_body: bytes, header: str) -> bool:
        fields = _Fields(read_form(raw_body))
        url = self._public_url + path + (f"?{query}" if query else "")
        # All are computed and all compared, so that the time says nothing of which one came close.
        given = header.encode()
        right = [
            hmac.compare_digest(validator.compute_signature(form, fields).encode(), given)
            for validator in self._validators
            for form in _with_and_without_port(url)
        ]
        return any(right)


class _Fields(dict[str, list[str]]):
    """A form in the shape in which Twilio's validator sees every value of a repeated field."""

    def __init__(self, fields: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        for name, value in fields:
            self.setdefault(name, []).append(value)

    def getall(self, name: str) -> list[str]:
        return self[name]


def _with_and_without_port(url: str) -> Sequence[str]:
    """The address as configured, without its port, and with the default one: Twilio signs now this, now that.

    The validator's own way cuts an address with a user name in it.
    """
    parts = urlsplit(url)
    host = parts.netloc.removesuffix(f":{parts.port}") if parts.port else parts.netloc
    hosts = [parts.netloc, host]
    if parts.port is None:
        hosts.append(f"{host}:{443 if parts.scheme == 'https' else 80}")
    return [urlunsplit(parts._replace(netloc=each)) for each in dict.fromkeys(hosts)]
