"""An OpenID Connect provider: discovered, asked with PKCE, and believed only as far as its signature reaches."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from checkback.care.errors import ProviderRefused
from checkback.care.ports import Journey, Vouched

_SECONDS = 10.0
#: Asymmetric only: with these nobody but the provider can have signed (RFC 8725, 3.1).
_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
_CLOCKS_DIFFER = 60


class OpenIdProvider:
    """Keeps the promise of `ports.IdentityProvider`.

    Args:
        issuer: as the provider writes it in its tokens, without what follows in the address of its configuration.
        returns_to: our own address, registered with the provider.
    """

    def __init__(self, issuer: str, client_id: str, client_secret: str, returns_to: str) -> None:
        self._issuer, self._client_id, self._client_secret = issuer, client_id, client_secret
        self._returns_to = returns_to

    def begin(self) -> Journey:
        with self._client() as client:
            known = self._configuration()
            nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
            address, state = client.create_authorization_url(
                known["authorization_endpoint"], code_verifier=verifier, nonce=nonce
            )
            return Journey(address, state, nonce, verifier)

    def finish(self, journey: Journey, answer: Mapping[str, str]) -> Vouched:
        # The provider's answer comes through a browser: the state ties it to the one that was sent there.
        if not secrets.compare_digest(answer.get("state", "").encode(), journey.state.encode()):
            raise ProviderRefused("the answer belongs to another sign-in")
        if answer.get("error") or not answer.get("code"):
            raise ProviderRefused(f"it answered {answer.get('error', 'nothing')[:40]}")
        with self._client() as client:
            known = self._configuration()
            try:
                token = client.fetch_token(known["token_endpoint"], code=answer["code"], code_verifier=journey.verifier)
                claims = self._claims(known, token, journey)
                return self._vouched(client, known, claims)
            except (AuthlibBaseError, JoseError, httpx2.HTTPError, ValueError, KeyError) as error:
                raise ProviderRefused(f"its token cannot be believed ({type(error).__name__})") from error

    def _client(self) -> OAuth2Client:
        return OAuth2Client(
            client_id=self._client_id,
            client_secret=self._client_secret,
            scope="openid email profile",
            redirect_uri=self._returns_to,
            code_challenge_method="S256",
            timeout=_SECONDS,
            trust_env=False,
        )

    def _configuration(self) -> Mapping[str, Any]:
        """OpenID Connect Discovery 1.0, 4: the issuer it names must be the one we were told."""
        try:
            known: Mapping[str, Any] = self._read(f"{self._issuer}/.well-known/openid-configuration")
        except (httpx2.HTTPError, ValueError) as error:
            raise ProviderRefused(f"it cannot be reached ({type(error).__name__})") from error
        if str(known.get("issuer", "")).rstrip("/") != self._issuer:
            raise ProviderRefused("it calls itself by another name than CHECKBACK_OIDC_ISSUER")
        return known

    def _claims(self, known: Mapping[str, Any], token: Mapping[str, Any], journey: Journey) -> CodeIDToken:
        keys = KeySet.import_key_set(self._read(known["jwks_uri"]))
        decoded = jwt.decode(token["id_token"], keys, algorithms=_ALGORITHMS)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            options={
                "iss": {"essential": True, "value": known["issuer"]},
                "aud": {"essential": True, "value": self._client_id},
                "nonce": {"essential": True, "value": journey.nonce},
            },
            params={"client_id": self._client_id, "nonce": journey.nonce, "access_token": token.get("access_token")},
        )
        claims.validate(leeway=_CLOCKS_DIFFER)
        return claims

    def _vouched(self, client: OAuth2Client, known: Mapping[str, Any], claims: CodeIDToken) -> Vouched:
        subject, said = str(claims["sub"]), dict(claims)
        if "email" not in said and known.get("userinfo_endpoint"):
            more = client.get(known["userinfo_endpoint"]).raise_for_status().json()
            if more.get("sub") != subject:  # OpenID Connect Core 1.0, 5.3.2
                raise ProviderRefused("it told of somebody else than it had signed for")
            said |= more
        is_verified = said.get("email_verified") is True
        return Vouched(self._issuer, subject, str(said["email"]) if is_verified and said.get("email") else None)

    def _read(self, address: str) -> Any:
        """What anybody may read, so without the token."""
        return httpx2.get(address, timeout=_SECONDS, trust_env=False).raise_for_status().json()
