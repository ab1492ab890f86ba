"""The commands to a worker, and its status as other threads see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from metrics_worker.aggregation.rules_version import CURRENT_RULES, ContributionRules


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """`id` is the same after a restart, so that a worker takes over from itself at once. It beats every `beat_ms`.

    After a batch of few events it lingers for `linger_s`, so that a trickle does not cost a transaction an event.
    """

    id: str
    most_events: int = 10_000
    beat_ms: int = 2_000
    linger_s: float = 0.0
    rules: ContributionRules = CURRENT_RULES


@dataclass(slots=True)
class WorkerStatus:
    """What others may see of a worker, from any thread; `parked` is the number of parked records by source."""

    unready: str | None = "the worker has not read the log yet"
    stopped: str | None = None
    idle: bool = False
    parked: Mapping[str, int] = field(default_factory=dict[str, int])
