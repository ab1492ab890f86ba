"""The fold's database in memory: the same port as the SQL ones, fast enough for thousands of histories."""

# ruff: noqa: ARG002 - the port names more than a memory needs

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass, field, fields

from metrics_worker.aggregation.deltas import RowKey
from metrics_worker.aggregation.facts import StoredFact
from metrics_worker.aggregation.revisions import Comments
from metrics_worker.aggregation.rules_version import RULES_VERSION
from metrics_worker.cells.wide_rows import RowChanges, RowText
from metrics_worker.consumer.errors import LeaseLost
from metrics_worker.consumer.parking_state import Backlog, ParkingState
from metrics_worker.consumer.ports import (
    BatchChanges,
    CatalogueRow,
    DeadLetter,
    Generation,
    OffsetAdvance,
    ParkedRecord,
    PartitionLease,
)
from soundings.log.header_codec import unpack_headers
from soundings.log.port import StoredRecord, TopicPartition
from soundings.log.read_marks import ReadMark

from .oracle import Cells


@dataclass
class State:
    """Everything that is committed together."""

    positions: dict[TopicPartition, PartitionLease] = field(default_factory=dict)
    facts: dict[bytes, StoredFact] = field(default_factory=dict)
    wide: dict[RowKey, RowText] = field(default_factory=dict)
    voices: dict[bytes, Comments] = field(default_factory=dict)
    letters: list[DeadLetter] = field(default_factory=list)
    catalogue: dict[tuple[str, str], CatalogueRow] = field(default_factory=dict)
    problems: dict[TopicPartition, str] = field(default_factory=dict)
    stopped: dict[str, str] = field(default_factory=dict)
    parked: dict[str, bool] = field(default_factory=dict)
    """Parked sources, and whether each resumes."""
    aside: dict[int, ParkedRecord] = field(default_factory=dict)

    def parking(self) -> ParkingState:
        backlogs: Counter[Backlog] = Counter(Backlog(*record[:3]) for record in self.aside.values())
        resuming = frozenset(source for source, resumes in self.parked.items() if resumes)
        return ParkingState(frozenset(self.parked) - resuming, resuming, backlogs)

    def copy(self) -> "State":
        return State(**{one.name: copy(getattr(self, one.name)) for one in fields(self)})


@dataclass
class MemoryRows:
    """The wide rows of a state."""

    state: State

    async def read_rows(self, generation: int, keys: Collection[RowKey]) -> Mapping[RowKey, RowText]:
        return {key: self.state.wide[key] for key in keys if key in self.state.wide}

    async def write_rows(self, generation: int, changes: RowChanges) -> None:
        assert not changes.added.keys() & self.state.wide.keys()
        assert changes.changed.keys() <= self.state.wide.keys()
        self.state.wide |= changes.added
        self.state.wide |= changes.changed
        for key in changes.removed:
            del self.state.wide[key]


@dataclass
class MemoryParking:
    """What a state has parked."""

    state_: State

    async def state(self) -> ParkingState:
        return self.state_.parking()

    async def lock(self) -> None:
        """Transactions take turns anyway."""

    async def park(self, sources: Mapping[str, str], at: int) -> None:
        self.state_.parked = {**dict.fromkeys(sources, False), **self.state_.parked}

    async def add(self, records: Sequence[ParkedRecord]) -> None:
        first = max(self.state_.aside, default=0) + 1
        self.state_.aside |= dict(enumerate(records, first))

    async def oldest(self, backlog: Backlog, most: int) -> Sequence[tuple[int, StoredRecord]]:
        mine = [(id_, record) for id_, record in sorted(self.state_.aside.items()) if record[:3] == backlog]
        return [
            (id_, StoredRecord(*backlog[1:], one.position, one.key, one.value, unpack_headers(one.headers), one.at))
            for id_, one in mine[:most]
        ]

    async def remove(self, backlog: Backlog, through: int) -> None:
        self.state_.aside = {
            id_: record for id_, record in self.state_.aside.items() if record[:3] != backlog or id_ > through
        }


@dataclass
class MemoryTransaction:
    """Works on a copy that becomes the state when the block ends."""

    state: State
    slot: int = 0

    async def claim_slot(self, families: Collection[str]) -> int:
        return self.slot

    async def advance_positions(self, moves: Sequence[OffsetAdvance], at: int) -> None:
        for topic, partition, epoch, start, following, last, digest in moves:
            if self.state.positions.get((topic, partition), PartitionLease(0, 0))[:2] != (epoch, start):
                raise LeaseLost(topic, partition)
            known = self.state.positions[topic, partition]
            mark = (known.last, known.digest) if last is None else (last, digest)
            self.state.positions[topic, partition] = PartitionLease(epoch, following, *mark)

    async def current_generation(self) -> Generation:
        return Generation(1, RULES_VERSION)

    async def facts_by_key(self, keys: Collection[bytes]) -> Mapping[bytes, StoredFact]:
        return {key: self.state.facts[key] for key in keys if key in self.state.facts}

    async def facts_by_root(self, units: Collection[bytes]) -> Mapping[bytes, Sequence[StoredFact]]:
        found = {unit: [fact for fact in self.state.facts.values() if fact.unit == unit] for unit in units}
        return {unit: facts for unit, facts in found.items() if facts}

    @property
    def row_store(self) -> "MemoryRows":
        return MemoryRows(self.state)

    @property
    def parking(self) -> "MemoryParking":
        return MemoryParking(self.state)

    async def write_changes(self, changes: BatchChanges, at: int) -> None:
        state = self.state
        assert not any(fact.key in state.facts for fact in changes.added)
        assert all(fact.key in state.facts for fact in changes.changed)
        state.facts |= {fact.key: fact for fact in (*changes.added, *changes.changed)}
        state.voices |= {key: voice for key, voice in changes.voices.items() if voice is not None}
        for key, voice in changes.voices.items():
            if voice is None:
                state.voices.pop(key, None)
        state.letters += changes.dead_letters
        for entity in changes.catalogue:
            state.catalogue[entity.entity, entity.id] = entity


class MemoryFoldStore:
    """See `metrics_worker.consumer.ports.FoldStore`."""

    def __init__(self) -> None:
        self.state = State()
        self.alive: dict[str, int] = {}
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def begin_transaction(self, slot: int) -> AsyncIterator[MemoryTransaction]:
        async with self._turn:
            transaction = MemoryTransaction(self.state.copy(), slot)
            yield transaction
            self.state = transaction.state

    async def take_partitions(
        self, homes: Sequence[TopicPartition], owner: str, at: int
    ) -> Mapping[TopicPartition, PartitionLease]:
        for home in homes:
            known = self.state.positions.get(home, PartitionLease(0, 0))
            self.state.positions[home] = known._replace(epoch=known.epoch + 1)
        return {home: self.state.positions[home] for home in homes}

    async def adopt(self, marks: Mapping[TopicPartition, tuple[int, ReadMark]], at: int) -> None:
        for home, (epoch, mark) in marks.items():
            if self.state.positions[home].epoch == epoch:
                self.state.positions[home] = PartitionLease(epoch, mark.next, mark.last, mark.digest)

    async def accuse(self, problems: Mapping[TopicPartition, str]) -> None:
        self.state.problems |= problems

    async def parking(self) -> ParkingState:
        return self.state.parking()

    async def end_resuming(self) -> Sequence[str]:
        backlogs = {one.source for one in self.state.parking().backlogs}
        done = [source for source, resumes in self.state.parked.items() if resumes and source not in backlogs]
        self.state.parked = {source: resumes for source, resumes in self.state.parked.items() if source not in done}
        return done

    async def heartbeat(self, worker: str, at: int, until: int, rules: int = RULES_VERSION) -> Sequence[str]:
        self.alive[worker] = until
        self.state.stopped.pop(worker, None)
        return sorted(name for name, end in self.alive.items() if end > at and name not in self.state.stopped)

    async def mark_stopped(self, worker: str, reason: str) -> None:
        self.state.stopped[worker] = reason

    async def is_stopped(self, worker: str) -> bool:
        return worker in self.state.stopped

    async def remove_worker(self, worker: str) -> None:
        self.alive.pop(worker, None)

    async def current_generation(self) -> int:
        return 1

    def cells(self) -> Cells:
        """Every cell, summed over the shards."""
        return cells_of_rows({key: row[0] for key, row in self.state.wide.items()})


def cells_of_rows(rows: Mapping[RowKey, str]) -> Cells:
    """The cells in wide rows, read by hand."""
    cells: Cells = {}
    reported = set()
    for key, counters in rows.items():
        for name, bins in json.loads(counters).items():
            measure, _, version = name.partition("@")
            place = (key.grain, key.bucket, key.service, key.channel, key.touchpoint, measure, int(version))
            if not bins:
                reported.add(place)
            for bin_, amount in bins.items():
                n, total = amount if isinstance(amount, list) else (amount, 0)
                old = cells.get((*place, bin_), (0, 0))
                cells[*place, bin_] = (old[0] + n, old[1] + total)
    cells = {cell: amount for cell, amount in cells.items() if amount != (0, 0)}
    counted = {cell[:7] for cell in cells}
    return cells | {(*place, ""): (0, 0) for place in reported - counted}
