"""The console as an ASGI application: every way in stands in `ways`, and every way leads through the guard."""

from __future__ import annotations

from collections.abc import Mapping

from checkback.adapters.oidc import OpenIdProvider
from checkback.adapters.passwords import Argon2Passwords
from checkback.assembly.doors import Entry, RouteTable
from checkback.assembly.settings import Settings
from checkback.care.ports import Passwords
from checkback.care.runtime import Runtime
from checkback.console.desk import Desk
from checkback.console.guard import Guard
from checkback.console.view import HEADERS
from checkback.console.ways import PROVIDER_RETURNS, WAYS


def make_app(rt: Runtime, settings: Settings, passwords: Passwords | None = None) -> RouteTable:
    """To be served with `assembly.doors.serve` on the console's port."""
    guard = Guard(Desk(rt, settings, passwords or Argon2Passwords(), _provider(settings)))
    entries = [Entry(way.method, way.path, guard.door(way), way.body, guard.admits(way)) for way in WAYS]
    return RouteTable(entries, name="console", headers={**HEADERS, **_by_https(settings)})


def _by_https(settings: Settings) -> Mapping[str, str]:
    """A browser that was here once asks by https ever after (RFC 6797); a year, and this host alone."""
    return {"Strict-Transport-Security": "max-age=31536000"} if settings.console_url.startswith("https:") else {}


def _provider(settings: Settings) -> OpenIdProvider | None:
    """Who signs staff in for us, if this house has somebody."""
    issuer, client, secret = settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret
    if issuer is None or client is None or secret is None:
        return None
    return OpenIdProvider(issuer, client, secret.get_secret_value(), f"{settings.console_url}{PROVIDER_RETURNS}")
