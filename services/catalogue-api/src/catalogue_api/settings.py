"""Settings of catalogue-api; the only place that reads its environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from soundings.http.access_settings import AccessSettings
from soundings.http.limits import ServerLimits
from soundings.http.metrics_listener import MetricsAddress


@dataclass(frozen=True, slots=True)
class Settings:
    """Addresses of the log, the database and the keys that sign staff tokens; and where to listen."""

    log_url: str
    database_url: str
    jwks_url: str
    token_audience: str | None = None
    token_issuer: str | None = None
    feedback_url: str | None = None
    """Where pages find listening: an address, or a path on the catalogue's own one. None: snippets are refused."""
    access: AccessSettings = field(default_factory=AccessSettings)
    host: str = "127.0.0.1"
    port: int = 8002
    limits: ServerLimits = field(default_factory=ServerLimits)
    """Time-outs, and how much may be going on at once."""
    metrics: MetricsAddress | None = None
    """Where Prometheus finds the service; None: nowhere."""
    stuck_after_seconds: float = 30.0
    """How long a change may wait for the log before the service calls itself not ready."""

    @classmethod
    # Read once at start: a changed variable takes effect after a restart only.
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Settings from ``SOUNDINGS_…`` variables; KeyError names one that is missing."""
        given = os.environ if environment is None else environment
        return cls(
            log_url=given["SOUNDINGS_LOG_URL"],
            database_url=given["SOUNDINGS_DATABASE_URL"],
            jwks_url=given["SOUNDINGS_JWKS_URL"],
            token_audience=given.get("SOUNDINGS_TOKEN_AUDIENCE") or None,
            token_issuer=given.get("SOUNDINGS_TOKEN_ISSUER") or None,
            feedback_url=given.get("SOUNDINGS_PUBLIC_FEEDBACK_URL") or None,
            access=AccessSettings.from_environment(given),
            host=given.get("SOUNDINGS_HOST", "127.0.0.1"),
            port=int(given.get("SOUNDINGS_PORT", "8002")),
            limits=ServerLimits.from_environment(given),
            metrics=MetricsAddress.from_environment(given, 9002),
        )
