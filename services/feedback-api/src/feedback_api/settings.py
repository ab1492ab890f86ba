"""Settings of feedback-api. The process environment is read in this module only."""

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
    """Log and JWKS addresses, the root secret, limits, and the listening address."""

    log_url: str
    secret: str
    jwks_url: str
    # Root secrets that were replaced; what they made is still recognised.
    former_secrets: tuple[str, ...] = ()
    # Streets, towns and institutions that redaction must not take for people.
    place_names: frozenset[str] = frozenset()
    token_audience: str | None = None
    token_issuer: str | None = None
    # Requests that one client may send to one form: a number per second, minute, hour or day.
    form_limit: str = "600/minute"
    # Folder of the spool for records while the log is unavailable (persistent disk). None: they are refused.
    spool_dir: Path | None = None
    spool_max_bytes: int = MAX_BYTES
    access: AccessSettings = field(default_factory=AccessSettings)
    host: str = "127.0.0.1"
    port: int = 8001
    # Time-outs and concurrency limits of the server.
    limits: ServerLimits = field(default_factory=ServerLimits)
    # Address of the Prometheus endpoint; None disables it.
    metrics: MetricsAddress | None = None

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
