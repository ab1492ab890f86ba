"""Who reads which partition when several workers share a database; correctness never depends on it."""

from collections.abc import Sequence
from typing import Final

from soundings.log.port import TopicPartition

LEASE_BEATS: Final = 4
"""A worker that misses so many beats counts as gone."""


def assigned_partitions(
    worker: str, alive: Sequence[str], homes: Sequence[TopicPartition]
) -> frozenset[TopicPartition]:
    """The partitions of one worker: every n-th of them in order, so that n workers have equally many of each topic."""
    many, mine = len({*alive, worker}), worker_rank(worker, alive)
    return frozenset(home for index, home in enumerate(sorted(homes)) if index % many == mine)


def worker_rank(worker: str, alive: Sequence[str]) -> int:
    """The number of a worker among all that are alive, from 0."""
    return sorted({*alive, worker}).index(worker)
