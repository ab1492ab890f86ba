"""A parked source, as people see it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParkedSource:
    """`records` wait since the source was parked at `since` (epoch milliseconds); `resuming` while they are folded."""

    source: str
    since: int
    reason: str
    records: int
    resuming: bool
