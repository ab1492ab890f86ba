"""Settings of access that every service has: further token issuers, how long old keys are used, allowed hosts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from soundings.access.key_set_cache import STALE_SECONDS
from soundings.access.token_issuer import TokenIssuer, further_issuers
from soundings.http.allowed_hosts import HOSTS_VARIABLE, URL_VARIABLE, AllowedHosts

STALE_VARIABLE: Final = "SOUNDINGS_JWKS_STALE_SECONDS"


@dataclass(frozen=True, slots=True)
class AccessSettings:
    """``allowed_hosts`` None leaves the Host check to the mounting application (the embedded mode)."""

    issuers: tuple[TokenIssuer, ...] = ()
    stale_seconds: float = STALE_SECONDS
    """For how long the last good keys of an issuer are used while new ones cannot be had."""
    allowed_hosts: AllowedHosts | None = None

    @classmethod
    def from_environment(cls, given: Mapping[str, str]) -> Self:
        """Settings from ``SOUNDINGS_…`` variables. ValueError says which one cannot be used."""
        stale = given.get(STALE_VARIABLE)
        if stale and not stale.isdecimal():
            raise ValueError(f"{STALE_VARIABLE} must be a whole number of seconds, not {stale!r}")
        return cls(
            issuers=further_issuers(given),
            stale_seconds=float(stale or STALE_SECONDS),
            allowed_hosts=AllowedHosts.of(
                given.get(HOSTS_VARIABLE) or "",
                given.get(URL_VARIABLE),
                listens_on=given.get("SOUNDINGS_HOST", "127.0.0.1"),
            ),
        )
