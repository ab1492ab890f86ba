"""What listening needs to be told; the environment is read here and nowhere else."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Settings:
    """Addresses of the log and of the keys that sign staff tokens, the root secret, limits; and where to listen."""

    log_url: str
    secret: str
    jwks_url: str
    token_audience: str | None = None
    token_issuer: str | None = None
    form_limit: str = "600/minute"
    """Requests that one client may send to one form, in the words of the `limits` library."""
    host: str = "127.0.0.1"
    port: int = 8001

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Settings from ``SOUNDINGS_…`` variables; KeyError names one that is missing."""
        given = os.environ if environment is None else environment
        return cls(
            log_url=given["SOUNDINGS_LOG_URL"],
            secret=given["SOUNDINGS_SECRET"],
            jwks_url=given["SOUNDINGS_JWKS_URL"],
            token_audience=given.get("SOUNDINGS_TOKEN_AUDIENCE") or None,
            token_issuer=given.get("SOUNDINGS_TOKEN_ISSUER") or None,
            form_limit=given.get("SOUNDINGS_FORM_LIMIT") or "600/minute",
            host=given.get("SOUNDINGS_HOST", "127.0.0.1"),
            port=int(given.get("SOUNDINGS_PORT", "8001")),
        )
