"""Who reads which partition when several workers share a database; correctness never depends on it."""

from collections.abc import Sequence
from typing import Final

from soundings.log.port import TopicPartition

BEAT_MS: Final = 2_000
"""How often a worker says that it lives."""
LEASE_MS: Final = 7_000
"""How long it counts as alive after that."""


def share_of(worker: str, alive: Sequence[str], homes: Sequence[TopicPartition]) -> frozenset[TopicPartition]:
    """The partitions of one worker: every n-th of them in order, so that n workers have equally many of each topic."""
    members = sorted({*alive, worker})
    mine = members.index(worker)
    return frozenset(home for index, home in enumerate(sorted(homes)) if index % len(members) == mine)
