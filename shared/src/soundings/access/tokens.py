"""Staff tokens: JWTs checked against a JWKS URL (a file in the home directory, or an identity provider)."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, cast
from urllib.parse import urlsplit
from urllib.request import url2pathname

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, KeySetSerialization

from soundings.access.roles import Principal, Role
from soundings.kernel.errors import SoundingsError, Unavailable

ALGORITHMS = ["ES256", "ES384", "RS256", "PS256", "EdDSA"]
_REFRESH_SECONDS = 300
_RETRY_SECONDS = 10
_LEEWAY_SECONDS = 60
_CACHE = 2048


class TokenRefused(SoundingsError):
    """The token is not one that we can trust; the message says why without repeating it."""

    code: ClassVar[str] = "unauthorized"


class TokenVerifier:
    """Checks tokens against the keys behind ``jwks_url`` (``file://`` or ``https://``), fetched again when they turn.

    ``audience`` and ``issuer`` are checked where they are set. Checked tokens are remembered until they expire.
    """

    def __init__(self, jwks_url: str, *, audience: str | None = None, issuer: str | None = None) -> None:
        self._url = jwks_url
        self._claims = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_SECONDS,
            exp={"essential": True},
            sub={"essential": True},
            aud={"essential": True, "value": audience} if audience else {},
            iss={"essential": True, "value": issuer} if issuer else {},
        )
        self._keys: KeySet | None = None
        self._fetched = 0.0
        self._known: dict[str, tuple[float, Principal]] = {}

    async def verify(self, token: str) -> Principal:
        """Who the token speaks for. Raises :class:`TokenRefused`, or Unavailable when the keys cannot be had."""
        known = self._known.get(token)
        if known is not None and known[0] > time.time():
            return known[1]
        claims = self._decode(token, await self._key_set())
        if claims is None:  # an unknown key: the issuer may have turned its keys
            claims = self._decode(token, await self._key_set(stale_after=_RETRY_SECONDS))
        if claims is None:
            raise TokenRefused("the token's signature is not from a key we trust")
        return self._remember(token, claims)

    def _decode(self, token: str, keys: KeySet) -> Mapping[str, object] | None:
        try:
            return jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError):
            return None

    def _remember(self, token: str, claims: Mapping[str, object]) -> Principal:
        try:
            self._claims.validate(dict(claims))
        except JoseError as error:
            raise TokenRefused(f"the token does not hold: {error.error}") from error
        principal = principal_of(claims)
        if len(self._known) >= _CACHE:
            self._known.clear()
        self._known[token] = (float(str(claims["exp"])), principal)
        return principal

    async def _key_set(self, stale_after: float = _REFRESH_SECONDS) -> KeySet:
        if self._keys is None or time.monotonic() - self._fetched > stale_after:
            self._keys = KeySet.import_key_set(await _load(self._url))
            self._fetched = time.monotonic()
        return self._keys


async def _load(url: str) -> KeySetSerialization:
    parts = urlsplit(url)
    if parts.scheme == "file":
        return cast("KeySetSerialization", json.loads(Path(url2pathname(parts.path)).read_text(encoding="utf-8")))
    try:
        async with httpx.AsyncClient(timeout=5) as client:
            return cast("KeySetSerialization", (await client.get(url)).raise_for_status().json())
    except (httpx.HTTPError, ValueError) as error:
        raise Unavailable(f"the keys of the identity provider cannot be had: {error}", retry_after=5) from error


def principal_of(claims: Mapping[str, object]) -> Principal:
    """The caller that the claims ``sub``, ``roles`` and ``agency`` describe; unknown roles are left out."""
    roles = claims.get("roles")
    names = [str(name) for name in cast("list[object]", roles)] if isinstance(roles, list) else []
    agency = claims.get("agency")
    known = frozenset(Role(name) for name in names if name in set(Role))
    return Principal(str(claims["sub"]), known, str(agency) if agency is not None else None)


def issue_token(key: ECKey, *, name: str, roles: list[Role], agency: str | None, seconds: int) -> str:
    """Sign a token that is good for ``seconds`` from now."""
    now = int(time.time())
    claims: dict[str, object] = {"sub": name, "roles": [role.value for role in roles], "iat": now, "exp": now + seconds}
    if agency is not None:
        claims["agency"] = agency
    return jwt.encode({"alg": "ES256", "kid": key.kid or ""}, claims, key, algorithms=["ES256"])
