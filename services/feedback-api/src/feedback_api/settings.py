"""What listening needs to be told; the environment is read here and nowhere else."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from soundings.http.access_settings import AccessSettings
from soundings.http.limits import ServerLimits
from soundings.http.metrics_listener import MetricsAddress
from soundings.log.spool import MAX_BYTES


@dataclass(frozen=True, slots=True)
class FeedbackSettings:
    """Addresses of the log and of the keys that sign staff tokens, the root secret, limits; and where to listen."""

    log_url: str
    secret: str
    jwks_url: str
    former_secrets: tuple[str, ...] = ()
    """Root secrets that were replaced; what they made is still recognised."""
    place_names: frozenset[str] = frozenset()
    """Streets, towns and institutions that redaction must not take for people."""
    token_audience: str | None = None
    token_issuer: str | None = None
    form_limit: str = "600/minute"
    """Requests that one client may send to one form: a number per second, minute, hour or day."""
    spool_dir: Path | None = None
    """Where records wait while the log is away; on a disk that outlives the process. None: they are refused then."""
    spool_max_bytes: int = MAX_BYTES
    access: AccessSettings = field(default_factory=AccessSettings)
    host: str = "127.0.0.1"
    port: int = 8001
    limits: ServerLimits = field(default_factory=ServerLimits)
    """Time-outs, and how much may be going on at once."""
    metrics: MetricsAddress | None = None
    """Where Prometheus finds the service; None: nowhere."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Settings from ``SOUNDINGS_…`` variables; KeyError names one that is missing."""
        given = os.environ if environment is None else environment
        return cls(
            log_url=given["SOUNDINGS_LOG_URL"],
            secret=given["SOUNDINGS_SECRET"],
            jwks_url=given["SOUNDINGS_JWKS_URL"],
            former_secrets=tuple(given.get("SOUNDINGS_FORMER_SECRETS", "").split()),
            place_names=_file_lines(given.get("SOUNDINGS_PLACE_NAMES")),
            token_audience=given.get("SOUNDINGS_TOKEN_AUDIENCE") or None,
            token_issuer=given.get("SOUNDINGS_TOKEN_ISSUER") or None,
            form_limit=given.get("SOUNDINGS_FORM_LIMIT") or "600/minute",
            spool_dir=Path(folder) if (folder := given.get("SOUNDINGS_SPOOL_DIR")) else None,
            spool_max_bytes=int(given.get("SOUNDINGS_SPOOL_MAX_BYTES") or MAX_BYTES),
            access=AccessSettings.from_environment(given),
            host=given.get("SOUNDINGS_HOST", "127.0.0.1"),
            port=int(given.get("SOUNDINGS_PORT", "8001")),
            limits=ServerLimits.from_environment(given),
            metrics=MetricsAddress.from_environment(given, 9001),
        )


def _file_lines(path: str | None) -> frozenset[str]:
    """The lines of a UTF-8 file, without blank ones; none without a file."""
    if not path:
        return frozenset()
    return frozenset(line.strip() for line in Path(path).read_text("utf-8").splitlines() if line.strip())
