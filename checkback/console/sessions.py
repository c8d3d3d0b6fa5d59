"""The cookies: one that says which session this is, and one for the way to the sign-in provider and back."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from checkback.assembly.settings import Settings
from checkback.care.flows.signing_in import Limits, Opened
from checkback.care.ports import Journey

IDLE = timedelta(hours=12)
#: However often it is used, a session ends.
LONGEST = timedelta(days=7)
#: In a demonstration the clock is moved by days; nobody should have to sign in after each move.
IN_DEMO = timedelta(days=365)
#: So long somebody may take at the provider.
_AWAY = timedelta(minutes=10)


class Sessions:
    """Writes and reads the cookies; no script can read them, and no other site's form sends them."""

    def __init__(self, settings: Settings) -> None:
        self._is_secure = settings.console_url.startswith("https:")
        self.limits = Limits(IN_DEMO, IN_DEMO) if settings.is_demo else Limits(IDLE, LONGEST)
        # With this prefix a browser takes the cookie from this very host over https only.
        prefix = "__Host-" if self._is_secure else ""
        self.cookie, self.journey_cookie = f"{prefix}checkback", f"{prefix}checkback-journey"
        self._journeys = URLSafeTimedSerializer(
            settings.session_key.get_secret_value(),
            salt="console.journey",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def begin(self, response: Response, opened: Opened) -> None:
        """From now on this browser has this session and no other."""
        self._set(response, self.cookie, opened.token)

    def end(self, response: Response) -> None:
        """Take the cookie away."""
        response.delete_cookie(self.cookie, httponly=True, samesite="lax", secure=self._is_secure)

    def token(self, request: Request) -> str | None:
        """What this browser shows."""
        return request.cookies.get(self.cookie)

    def depart(self, response: Response, journey: Journey, back: str) -> None:
        """Remember what must come back from the provider, and where they wanted to go."""
        said = [journey.address, journey.state, journey.nonce, journey.verifier, back]
        self._set(response, self.journey_cookie, str(self._journeys.dumps(said)))

    def arrive(self, request: Request) -> tuple[Journey, str] | None:
        """What was remembered when they left; None when it is forged, or too long ago."""
        try:
            said = self._journeys.loads(
                request.cookies.get(self.journey_cookie, ""), max_age=int(_AWAY.total_seconds())
            )
            address, state, nonce, verifier, back = (str(each) for each in said)
        except (BadSignature, ValueError, TypeError):
            return None
        return Journey(address, state, nonce, verifier), back

    def forget_journey(self, response: Response) -> None:
        """It leads in once."""
        response.delete_cookie(self.journey_cookie, httponly=True, samesite="lax", secure=self._is_secure)

    def _set(self, response: Response, name: str, value: str) -> None:
        response.set_cookie(name, value, httponly=True, samesite="lax", secure=self._is_secure)
