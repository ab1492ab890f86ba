"""What comparing records needs from outside."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from metrics_worker.comparisons.domain import Statement
from soundings.log.port import TopicPartition


class ComparisonSnapshot(Protocol):
    """One consistent state of the facts."""

    async def source_of_key(self, key_hash: str) -> str | None:
        """The source in force that a key in force belongs to."""
        ...

    async def statements(self, keys: Sequence[bytes]) -> Mapping[bytes, Statement]:
        """The records that are stored under these keys of facts."""
        ...

    async def text_cutoff(self, source_id: str, now_ms: int) -> int | None:
        """The instant (epoch ms) before which retention takes free text of a source out; None where it never does."""
        ...

    async def positions(self) -> Mapping[TopicPartition, int]:
        """Up to where each partition is folded."""
        ...


class ComparisonStore(Protocol):
    """The facts."""

    def snapshot(self) -> AbstractAsyncContextManager[ComparisonSnapshot]: ...


class LogEnds(Protocol):
    """The end offsets of the log; raises a SoundingsError when they cannot be read."""

    async def end_positions(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]: ...
