"""What the metrics API needs from outside: a snapshot of the cells, and the ends of the log."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from metrics_worker.catalogue_view.domain import CatalogueView
from metrics_worker.query.domain.grain_plan import GrainSpan
from metrics_worker.query.domain.summation import CellReading
from soundings.log.port import TopicPartition


@dataclass(frozen=True, slots=True)
class CellFilter:
    """The cells to read: of some services, in some spans, of some measures in some versions.

    ``measures`` are (measure, version). ``shards`` are first letters of shards (which topics can have fed
    them); None means all.
    """

    generation: int
    spans: tuple[GrainSpan, ...]
    services: tuple[str, ...]
    measures: frozenset[tuple[str, int]]
    shards: frozenset[str] | None = None
    channel: str | None = None
    touchpoint: str | None = None


@dataclass(frozen=True, slots=True)
class FoldProgress:
    """The progress of the fold: its generation, read positions, and last commit (epoch milliseconds).

    ``log_fits`` is False while folding is stopped because the log is not the one that was read before.
    ``parked`` is the number of records before these positions that are not counted, because their source is parked.
    """

    generation: int
    next: Mapping[TopicPartition, int]
    through: int | None
    log_fits: bool = True
    parked: int = 0


class CellSnapshot(Protocol):
    """One consistent state of the metrics store."""

    async def fold_progress(self) -> FoldProgress: ...

    async def catalogue_view(self) -> CatalogueView:
        """Today's structure: the same object until it changes."""
        ...

    async def read_lines(self, wanted: CellFilter) -> Sequence[CellReading]:
        """What the wanted cells hold, in no order; an answer may hold several lines of one place."""
        ...


class CellStore(Protocol):
    """The metrics store."""

    def open_snapshot(self) -> AbstractAsyncContextManager[CellSnapshot]: ...


class LogEnds(Protocol):
    """The end offsets of the log; raises a SoundingsError when they cannot be read."""

    async def end_positions(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]: ...
