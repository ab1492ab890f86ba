"""Staff tokens: JWTs, each checked against the keys of its own issuer and no others."""

import asyncio
import base64
import re
import secrets
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol, cast

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

from soundings.access.key_set_cache import STALE_SECONDS, KeySetCache, LoadKeySet, Ticks
from soundings.access.key_set_loader import ALGORITHMS, MAX_KID, VerificationKey, is_local, load_key_set
from soundings.access.roles import EVERY_AGENCY, Principal, StaffRole
from soundings.access.token_issuer import TokenIssuer, check_distinct
from soundings.kernel.clock import Clock, system_clock
from soundings.kernel.errors import SoundingsError

HOME_ISSUER: Final = "soundings"
"""The ``iss`` of tokens that a home signs."""
LEEWAY_SECONDS: Final = 60
"""By how much clocks may differ: for ``exp``, ``nbf`` and ``iat``."""
MAX_TOKEN: Final = 8192
"""Characters of a token; a longer one is refused before anything of it is read."""
_TOKEN: Final = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_NAME_MAX: Final = 500
# Signature checks cost about 0.1 ms; the cache saves them for repeated tokens. Bounded, because
# tokens come from outside.
_CACHE: Final = 2048
_MOST_DEPARTMENTS: Final = 1000
_LATEST: Final = 2**53

Claims = Mapping[str, object]


class TokenRefused(SoundingsError):
    """The token is not one that we can trust; the message says why without repeating it."""

    code: ClassVar[str] = "unauthorized"


class RevokedTokens(Protocol):
    """Which tokens were revoked before their time."""

    async def refresh(self) -> None:
        """Learn what was revoked in the meantime. Raises Unavailable when nothing can be known."""
        ...

    def is_revoked(self, jti: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A token whose parts can be read, and of which nothing is proven yet."""

    algorithm: str
    kid: str | None
    claims: Claims
    signed: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class _Checked:
    """A token that held; good until ``expires_at`` while the keys of its issuer are of this generation."""

    principal: Principal
    jti: str | None
    expires_at: float
    keys: KeySetCache
    generation: int


class TokenVerifier:
    """Checks tokens against the keys behind ``jwks_url``, or those of ``further`` issuers by their ``iss``.

    ``issuer`` and ``audience`` of the first are checked where they are set. Checked tokens are remembered until they
    expire, are revoked, or the keys of their issuer change.
    """

    def __init__(
        self,
        jwks_url: str,
        *,
        audience: str | None = None,
        issuer: str | None = None,
        further: Sequence[TokenIssuer] = (),
        revoked: RevokedTokens | None = None,
        clock: Clock = system_clock,
        load: LoadKeySet = load_key_set,
        ticks: Ticks | None = None,
        stale_seconds: float = STALE_SECONDS,
    ) -> None:
        issuers = (TokenIssuer(jwks_url, issuer, audience), *further)
        check_distinct(issuers)
        more = {} if ticks is None else {"ticks": ticks}
        caches = [KeySetCache(one, load=load, stale_seconds=stale_seconds, **more) for one in issuers]
        self._by_issuer = {cache.issuer.name: cache for cache in caches}
        self._revoked = revoked
        self._clock = clock
        self._known: dict[str, _Checked] = {}

    async def verify_token(self, token: str) -> Principal:
        """Who the token speaks for. Raises :class:`TokenRefused`, or Unavailable when the keys cannot be had."""
        checked = await self._known_or_checked(token)
        if self._revoked is not None:
            # Revocation is checked outside the cache, on every request.
            await self._revoked.refresh()
            if checked.jti is not None and self._revoked.is_revoked(checked.jti):
                raise TokenRefused("the token was revoked")
        return checked.principal

    async def note(self) -> str | None:
        """What is out of the ordinary with the keys of any issuer, for readiness; None when nothing is."""
        notes = [note for cache in self._by_issuer.values() if (note := await cache.note()) is not None]
        return "; ".join(notes) or None

    @asynccontextmanager
    async def refreshing(self) -> AsyncGenerator[None]:
        """Fetch the key sets regularly for as long as the block runs; files are looked at when tokens come."""
        remote = [cache for cache in self._by_issuer.values() if not is_local(cache.issuer.jwks_url)]
        tasks = [asyncio.create_task(cache.keep_fresh(), name="refresh a key set") for cache in remote]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task

    async def _known_or_checked(self, token: str) -> _Checked:
        known = self._known.get(token)
        if known is not None and known.expires_at > self._now():
            await known.keys.current()
            if known.generation == known.keys.generation:
                return known
        checked = await self._check(token)
        # Cleared as a whole, which is simpler than an LRU and rarely happens.
        if len(self._known) >= _CACHE:
            self._known.clear()
        self._known[token] = checked
        return checked

    async def _check(self, token: str) -> _Checked:
        parsed = _parse(token)
        keys = self._keys_of(parsed.claims.get("iss"))
        key = await keys.find(parsed.kid, parsed.algorithm)
        generation = keys.generation
        if key is None or not _is_signed(parsed, key):
            raise TokenRefused("the token's signature is not from a key of its issuer")
        expires_at = _check_claims(parsed.claims, keys.issuer, self._now())
        jti = parsed.claims.get("jti")
        if jti is not None and not _is_name(jti):
            raise TokenRefused("the claim jti is not a text of 1 to 500 characters")
        principal = principal_of(parsed.claims)
        return _Checked(principal, None if jti is None else str(jti), expires_at, keys, generation)

    def _keys_of(self, issuer: object) -> KeySetCache:
        """The keys of a token's issuer; the issuer without a name answers for every ``iss`` that no other has."""
        found = self._by_issuer.get(issuer) if isinstance(issuer, str) else None
        found = found or self._by_issuer.get(None)
        if found is None:
            raise TokenRefused("the token's issuer is not one that is trusted here")
        return found

    def _now(self) -> float:
        return self._clock().timestamp()


def _parse(token: str) -> _Parsed:
    if len(token) > MAX_TOKEN:
        raise TokenRefused(f"the token is longer than {MAX_TOKEN} characters")
    parts = _TOKEN.fullmatch(token)
    if parts is None:
        raise TokenRefused("this is not a JWT")
    header, claims = _decoded_object(parts[1]), _decoded_object(parts[2])
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise TokenRefused(f"the token's algorithm is none of {', '.join(sorted(ALGORITHMS))}")
    # RFC 7515, section 4.1.11: unknown critical header parameters must be rejected.
    if "crit" in header or not (kid is None or (isinstance(kid, str) and len(kid) <= MAX_KID)):
        raise TokenRefused("the token's header asks for what is not supported here")
    signed = f"{parts[1]}.{parts[2]}".encode("ascii")
    return _Parsed(algorithm, None if kid is None else str(kid), claims, signed, _decoded(parts[3]))


def _decoded(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError as error:
        raise TokenRefused("this is not a JWT") from error


def _decoded_object(part: str) -> Claims:
    try:
        found: object = orjson.loads(_decoded(part))
    except orjson.JSONDecodeError as error:
        raise TokenRefused("this is not a JWT") from error
    if not isinstance(found, dict):
        raise TokenRefused("this is not a JWT")
    return cast("dict[str, object]", found)


def _is_signed(parsed: _Parsed, key: VerificationKey) -> bool:
    # The registry's own way in warns of each EdDSA token; what it would check of the header was checked above.
    try:
        return JWSRegistry.algorithms[parsed.algorithm].verify(parsed.signed, parsed.signature, key.key)
    except (JoseError, ValueError):
        return False


def _check_claims(claims: Claims, issuer: TokenIssuer, now: float) -> float:
    """When the token expires, leeway included. Raises TokenRefused for a claim that does not hold."""
    expires_at = _instant(claims, "exp")
    if expires_at is None:
        raise TokenRefused("the token does not hold: exp is missing")
    if expires_at + LEEWAY_SECONDS <= now:
        raise TokenRefused("the token does not hold: it has expired")
    for name in ("nbf", "iat"):
        begins_at = _instant(claims, name)
        if begins_at is not None and begins_at - LEEWAY_SECONDS > now:
            raise TokenRefused(f"the token does not hold: {name} lies in the future")
    if issuer.name is not None and claims.get("iss") != issuer.name:
        raise TokenRefused("the token does not hold: iss is another")
    if issuer.audience is not None and issuer.audience not in _texts(claims.get("aud")):
        raise TokenRefused("the token does not hold: aud is another")
    if not _is_name(claims.get("sub")):
        raise TokenRefused("the token does not hold: sub is not a text of 1 to 500 characters")
    return expires_at + LEEWAY_SECONDS


def _instant(claims: Claims, name: str) -> float | None:
    """Seconds since 1970, or None where the claim is not there."""
    found = claims.get(name)
    if found is None:
        return None
    # bool is a subclass of int; and NaN or huge numbers would pass comparisons.
    if isinstance(found, bool) or not isinstance(found, int | float) or not abs(found) < _LATEST:
        raise TokenRefused(f"the token does not hold: {name} is not a time")
    return float(found)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _NAME_MAX


def _texts(value: object) -> list[str]:
    values = cast("list[object]", value) if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, str)]


def principal_of(claims: Claims) -> Principal:
    """The caller that ``sub``, ``roles``, ``agency`` and ``departments`` describe; unknown roles are left out.

    An ``agency`` that is absent or not a text reaches none.
    """
    roles = frozenset(StaffRole(name) for name in _texts(claims.get("roles")) if name in set(StaffRole))
    agency = claims.get("agency")
    # Bounded: the claims of a signed token may still be arbitrarily long.
    departments = frozenset(_texts(claims.get("departments"))[:_MOST_DEPARTMENTS])
    return Principal(str(claims["sub"]), roles, agency if isinstance(agency, str) and agency else None, departments)


@dataclass(frozen=True, slots=True)
class NewToken:
    """What a token says, before it is signed; times in seconds since 1970."""

    jti: str
    name: str
    roles: tuple[StaffRole, ...]
    agency: str | None
    issued_at: int
    expires_at: int

    @property
    def claims(self) -> dict[str, object]:
        said: dict[str, object] = {
            "iss": HOME_ISSUER,
            "sub": self.name,
            "jti": self.jti,
            "roles": [role.value for role in self.roles],
            "iat": self.issued_at,
            "exp": self.expires_at,
        }
        return said if self.agency is None else {**said, "agency": self.agency}


def new_token(
    *, name: str, roles: Sequence[StaffRole], agency: str | None, seconds: int, clock: Clock = system_clock
) -> NewToken:
    """A token with an id of its own, good for ``seconds`` from now; ``agency`` None reaches no agency."""
    now = int(clock().timestamp())
    return NewToken(secrets.token_hex(16), name, tuple(roles), agency, now, now + seconds)


def sign_token(key: ECKey, token: NewToken) -> str:
    """The token as a JWT (ES256)."""
    return jwt.encode({"alg": "ES256", "kid": key.kid or ""}, token.claims, key, algorithms=["ES256"])


def issue_token(
    key: ECKey,
    *,
    name: str,
    roles: Sequence[StaffRole],
    agency: str | None = EVERY_AGENCY,
    seconds: int,
    clock: Clock = system_clock,
) -> str:
    """Sign a token that is good for ``seconds`` from now; ``agency`` is one, ``*`` for all, None for none."""
    return sign_token(key, new_token(name=name, roles=roles, agency=agency, seconds=seconds, clock=clock))
