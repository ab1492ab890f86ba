"""How much is measured: everything, or just enough to see that the benchmarks work."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Extent:
    """Numbers of rounds and events, seconds, and the folder for logs and databases, which should lie on a real disk."""

    folder: Path
    rounds: int = 5
    seconds: float = 3.0
    backlog_rounds: int = 3
    backlog_events: int = 200_000
    steady_seconds: float = 20.0
    questions: int = 200
    starts: int = 5
    rest_seconds: float = 5.0
    recovery_events: int = 1_000_000
    peer_rounds: int = 3
    peer_events: int = 60_000


def quick(folder: Path) -> Extent:
    """Too little to trust the figures."""
    return Extent(
        folder,
        rounds=2,
        seconds=1.0,
        backlog_rounds=1,
        backlog_events=20_000,
        steady_seconds=4.0,
        questions=20,
        starts=1,
        rest_seconds=1.0,
        recovery_events=20_000,
        peer_rounds=1,
        peer_events=20_000,
    )
