"""A component of the cluster: its command, environment, user, stop signal and readiness check."""

import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

UpCheck = Callable[[], Awaitable[str | None]]
"""None when the part does its work, else the reason in words."""


@dataclass(frozen=True, slots=True)
class ClusterComponent:
    """One process of the cluster. ``user`` is whom it runs as, when not as ourselves."""

    name: str
    command: Sequence[str]
    log: Path
    port: int
    check: UpCheck
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    metrics_url: str | None = None
    """Where it shows its Prometheus metrics, if it does."""
