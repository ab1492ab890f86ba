"""Settings of metrics-worker. This is the only module that reads the environment."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from soundings.http.access_settings import AccessSettings
from soundings.http.limits import ServerLimits
from soundings.http.metrics_listener import MetricsAddress


@dataclass(frozen=True, slots=True)
class MetricsSettings:
    """Addresses of the log, the database and the keys that sign staff tokens; and where to listen."""

    log_url: str
    database_url: str
    jwks_url: str
    token_audience: str | None = None
    token_issuer: str | None = None
    worker_id: str = "worker"
    """Names this worker among those that share the database; the same after a restart, different on every replica."""
    batch_events: int = 20_000
    """The most events that one transaction folds."""
    access: AccessSettings = field(default_factory=AccessSettings)
    host: str = "127.0.0.1"
    port: int = 8003
    limits: ServerLimits = field(default_factory=ServerLimits)
    """Time-outs, and how much may be going on at once."""
    metrics: MetricsAddress | None = None
    """Where Prometheus finds the service; None: nowhere."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Settings from ``SOUNDINGS_…`` variables; KeyError names one that is missing."""
        given = os.environ if environment is None else environment
        port = int(given.get("SOUNDINGS_PORT", "8003"))
        return cls(
            log_url=given["SOUNDINGS_LOG_URL"],
            database_url=given["SOUNDINGS_DATABASE_URL"],
            jwks_url=given["SOUNDINGS_JWKS_URL"],
            token_audience=given.get("SOUNDINGS_TOKEN_AUDIENCE") or None,
            token_issuer=given.get("SOUNDINGS_TOKEN_ISSUER") or None,
            worker_id=given.get("SOUNDINGS_WORKER_ID") or f"{socket.gethostname()}:{port}",
            batch_events=int(given.get("SOUNDINGS_BATCH_EVENTS") or 20_000),
            access=AccessSettings.from_environment(given),
            host=given.get("SOUNDINGS_HOST", "127.0.0.1"),
            port=port,
            limits=ServerLimits.from_environment(given),
            metrics=MetricsAddress.from_environment(given, 9003),
        )
