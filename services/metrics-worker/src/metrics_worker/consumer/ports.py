"""What the fold needs of a database: transactions that move positions and write what a batch changes."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from metrics_worker.aggregation.facts import StoredFact
from metrics_worker.aggregation.revisions import Comments
from metrics_worker.aggregation.rules_version import RULES_VERSION
from metrics_worker.cells.wide_rows import RowStore
from metrics_worker.consumer.parking_state import Backlog, ParkingState
from soundings.log.port import StoredRecord, TopicPartition
from soundings.log.read_marks import ReadMark


class PartitionLease(NamedTuple):
    """A partition that was taken: the epoch under which it is mine, where to read on, and what was read last."""

    epoch: int
    next: int
    last: int | None = None
    digest: bytes | None = None


class OffsetAdvance(NamedTuple):
    """A step of one partition from the position `start` to `next`, with the last record in it if it holds any."""

    topic: str
    partition: int
    epoch: int
    start: int
    next: int
    last: int | None = None
    digest: bytes | None = None


class DeadLetter(NamedTuple):
    """An event that could not be folded, with its bytes as read from the log."""

    topic: str
    partition: int
    position: int
    key: bytes
    headers: bytes
    value: bytes | None
    reason: str
    detail: str
    source: str


class Generation(NamedTuple):
    """The generation of cells in force, and the version of the rules by which it was counted."""

    current: int
    rules: int


class ParkedRecord(NamedTuple):
    """A record of a parked source, with its bytes as read from the log."""

    source: str
    topic: str
    partition: int
    position: int
    key: bytes
    headers: bytes
    value: bytes | None
    at: int


class CatalogueRow(NamedTuple):
    """One entity of the catalogue; `body` and `more` are JSON text. A `state` of None removes it."""

    entity: str
    id: str
    state: str | None
    revision: int
    agency_id: str | None
    body: str
    more: str


@dataclass(frozen=True, slots=True)
class BatchChanges:
    """Everything that one batch writes besides cells. Response texts of `added` facts are new, all others replace."""

    added: Sequence[StoredFact] = ()
    changed: Sequence[StoredFact] = ()
    voices: Mapping[bytes, Comments | None] = field(default_factory=dict[bytes, Comments | None])
    dead_letters: Sequence[DeadLetter] = ()
    catalogue: Sequence[CatalogueRow] = ()


class ParkingStore(Protocol):
    """What is parked, within a transaction of the fold that has moved positions."""

    async def state(self) -> ParkingState:
        """Which sources are parked; no source begins to resume or is resumed until the transaction ends."""
        ...

    async def lock(self) -> None:
        """Block other transactions from parking a source until this one ends. Call it before `state`."""
        ...

    async def park(self, sources: Mapping[str, str], at: int) -> None:
        """Park sources, each for a reason."""
        ...

    async def add(self, records: Sequence[ParkedRecord]) -> None:
        """Put records behind those that are parked of their partition."""
        ...

    async def oldest(self, backlog: Backlog, most: int) -> Sequence[tuple[int, StoredRecord]]:
        """The first records of a backlog in the order of the log, each with its id."""
        ...

    async def remove(self, backlog: Backlog, through: int) -> None:
        """Remove the records of a backlog up to an id."""
        ...


class FoldTransaction(Protocol):
    """One transaction of the fold; it commits when its block ends and is undone when the block raises."""

    @property
    def removed(self) -> bool:
        """Whether a file still holds texts that this transaction has removed or replaced."""
        ...

    @property
    def row_store(self) -> RowStore:
        """The wide rows."""
        ...

    @property
    def parking(self) -> ParkingStore:
        """What is parked."""
        ...

    async def advance_positions(self, moves: Sequence[OffsetAdvance], at: int) -> None:
        """Move positions, each only if it is still mine and where I left it; else raises `FenceLost`."""
        ...

    async def current_generation(self) -> Generation:
        """The generation of cells in force, which stays so until the transaction ends."""
        ...

    async def claim_slot(self, families: Collection[str]) -> int:
        """A slot whose rows of these families no other transaction writes until this one ends."""
        ...

    async def facts_by_key(self, keys: Collection[bytes]) -> Mapping[bytes, StoredFact]:
        """Those facts that are stored, by key."""
        ...

    async def facts_by_root(self, units: Collection[bytes]) -> Mapping[bytes, Sequence[StoredFact]]:
        """All stored facts of each root."""
        ...

    async def write_changes(self, changes: BatchChanges, at: int) -> None:
        """Write everything a batch changes but the rows."""
        ...


class FoldStore(Protocol):
    """The database as the fold uses it."""

    def begin_transaction(self, slot: int) -> AbstractAsyncContextManager[FoldTransaction]:
        """Begin a transaction that writes cells in a slot, best one that no other worker uses."""
        ...

    async def take_partitions(
        self, homes: Sequence[TopicPartition], owner: str, at: int
    ) -> Mapping[TopicPartition, PartitionLease]:
        """Take over partitions: raise their epoch, which fences the previous owner."""
        ...

    async def adopt(self, marks: Mapping[TopicPartition, tuple[int, ReadMark]], at: int) -> None:
        """Note that taken partitions fit the log: each under its epoch, with the mark to go on with."""
        ...

    async def accuse(self, problems: Mapping[TopicPartition, str]) -> None:
        """Note of partitions why they do not fit the log, until they are found to fit, or are recovered."""
        ...

    async def heartbeat(self, worker: str, at: int, until: int, rules: int = RULES_VERSION) -> Sequence[str]:
        """Say that a worker, with a version of the rules, lives until some time; the ids of all that live at `at`."""
        ...

    async def parking(self) -> ParkingState:
        """Which sources are parked."""
        ...

    async def end_resuming(self) -> Sequence[str]:
        """Let sources count as usual of which nothing is parked any more; which these are."""
        ...

    async def mark_stopped(self, worker: str, reason: str) -> None:
        """Note that a worker has stopped, and why."""
        ...

    async def is_stopped(self, worker: str) -> bool:
        """Whether the worker is still marked as stopped, that is, has not been resumed."""
        ...

    async def remove_worker(self, worker: str) -> None:
        """Forget a worker that ends."""
        ...

    async def current_generation(self) -> int:
        """The generation of cells in force."""
        ...
