"""The law of the cells: whatever the order, duplication, batching, crashes, restarts and number of workers."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from metrics_worker.catalogue_view.agency_reach import AgencyReach
from metrics_worker.consumer.dead_letter_limit import DeadLetterLimit
from metrics_worker.consumer.errors import LeaseLost
from metrics_worker.consumer.parked_backlog import fold_parked
from metrics_worker.consumer.parking_state import NOTHING_PARKED, ParkingChanged, ParkingState
from metrics_worker.consumer.partition_reader import read_slice
from metrics_worker.consumer.ports import FoldStore, OffsetAdvance, PartitionLease
from metrics_worker.consumer.sql import SqlFoldStore, open_fold_store
from metrics_worker.consumer.write_batch import PartitionBatch, Terms, apply_batch
from metrics_worker.parked.sql import SqlParkedSourceStore
from metrics_worker.rebuild.sql import SqlRebuildStore
from metrics_worker.rebuild.use_cases import rebuild_generation, verify_generation
from soundings.db import Database, migrate_database, open_database
from soundings.events.base import EventData
from soundings.events.envelope import encode_event
from soundings.events.topics import ALL
from soundings.log.port import EventLog, StoredRecord, TopicPartition
from soundings.testing.hypothesis_profile import example_count
from soundings.testing.memory_log import MemoryLog

from ..conftest import KINDS  # noqa: TID252 - the tests are no package
from .conftest import cells_of, empty
from .histories import HISTORIES, POOL
from .memory_store import MemoryFoldStore
from .oracle import expected


class Crash(Exception):
    """The process died here."""


async def never(topic: str, partition: int, position: int) -> StoredRecord:
    raise AssertionError(f"nothing is refused at {topic}/{partition}/{position}")


@dataclass
class Worker:
    """A worker by hand: it takes, reads and writes exactly when a history says so."""

    name: str
    log: EventLog
    store: FoldStore
    held: dict[TopicPartition, PartitionLease] = field(default_factory=dict)
    slot: int = 0
    parking: ParkingState = NOTHING_PARKED

    async def take(self, homes: Sequence[TopicPartition]) -> None:
        self.held.update(await self.store.take_partitions(homes, self.name, 0))
        self.parking = await self.store.parking()

    async def read(self, most: int, exceeded: frozenset[str] = frozenset()) -> list[PartitionBatch]:
        limit = DeadLetterLimit()
        waiting = {one[1:] for one in self.parking.drainable(self.held.keys())}
        parts = [
            await read_slice(self.log, home, held, most, limit, self.parking.routed(home) | exceeded)
            for home, held in sorted(self.held.items())
            if home not in waiting
        ]
        return [part for part in parts if part is not None]

    async def write(
        self, slices: Sequence[PartitionBatch], crash: str | None = None, exceeded: frozenset[str] = frozenset()
    ) -> None:
        """Write a batch, drop what is lost; a crash undoes the batch and forgets everything."""
        left = list(slices)
        while left:
            try:
                async with self.store.begin_transaction(self.slot) as transaction:
                    terms = Terms(0, exceeded=dict.fromkeys(exceeded, "too much"))
                    applied = await apply_batch(transaction, left, terms, never)
                    if crash == "before the commit":
                        raise Crash  # noqa: TRY301 - as sudden as can be
            except LeaseLost as lost:
                self.held.pop(lost.home, None)
                left = [part for part in left if (part.move.topic, part.move.partition) != lost.home]
            except ParkingChanged as changed:
                self.parking = changed.state
                return
            except Crash:
                self.held.clear()
                return
            else:
                self.parking = applied.parking
                for part in left:
                    home = (part.move.topic, part.move.partition)
                    self.held[home] = self.held[home]._replace(next=part.move.next)
                break
        if crash == "after the commit":
            self.held.clear()

    async def fold_parked(self, most: int, crash: str | None = None) -> None:
        """Fold some of each backlog of a source that resumes; a crash undoes the last step."""
        for backlog in self.parking.drainable(self.held.keys()):
            held = self.held[backlog[1:]]
            move = OffsetAdvance(*backlog[1:], held.epoch, held.next, held.next)
            try:
                async with self.store.begin_transaction(self.slot) as transaction:
                    await fold_parked(transaction, backlog, move, Terms(0), most)
                    if crash == "before the commit":
                        raise Crash  # noqa: TRY301 - as sudden as can be
            except LeaseLost as lost:
                self.held.pop(lost.home, None)
            except Crash:
                self.held.clear()
                return
        await self.store.end_resuming()
        self.parking = await self.store.parking()


STEPS = st.lists(
    st.tuples(
        st.sampled_from([0, 1]),
        st.integers(1, 5),
        st.sampled_from(
            [None, None, None, "before the commit", "after the commit", "stale", "park", "park", "resume", "unaware"]
        ),
    ),
    max_size=6,
)


async def resume(store: FoldStore) -> None:
    """Let both sources of the histories resume, as an admin does."""
    if isinstance(store, MemoryFoldStore):
        store.state.parked = dict.fromkeys(store.state.parked, True)
        return
    assert isinstance(store, SqlFoldStore)
    for source in ("web", "desk"):
        await SqlParkedSourceStore(store._database).resume(source, AgencyReach(None))


async def play(store: FoldStore, log: EventLog, homes: Sequence[TopicPartition], steps) -> None:
    """Let two workers take, read, park, resume, crash and write as told, then let one finish what is left."""
    workers = [Worker("one", log, store), Worker("two", log, store, slot=1)]
    for number, most, fate in steps:
        worker, other = workers[number], workers[1 - number]
        exceeded = frozenset({"web"} if most % 2 else {"web", "desk"}) if fate == "park" else frozenset[str]()
        if not worker.held:
            await worker.take(homes)
        if fate == "resume":
            await resume(store)
            worker.parking = await store.parking()
        await worker.fold_parked(most, fate)
        slices = await worker.read(most, exceeded)
        if fate == "stale":  # the other one takes over and goes on while this one sleeps
            await other.take(homes)
            await other.write(await other.read(most))
            await worker.write(slices)
        elif fate == "unaware":  # it has read before another one parked, or resumed, what it has read
            await other.take(homes[:1])
            await other.write(await other.read(most, frozenset({"desk"})), None, frozenset({"desk"}))
            await worker.write(slices)
        else:
            await worker.write(slices, fate, exceeded)
    last = Worker("last", log, store)
    await resume(store)
    await last.take(homes)
    while last.parking.resuming or (slices := await last.read(3)):
        if last.parking.resuming:
            await last.fold_parked(3)
            slices = await last.read(3)
        await last.write(slices)
    state = await store.parking()
    assert (state.parked, state.resuming, dict(state.backlogs)) == (frozenset(), frozenset(), {})


async def append_all(log: EventLog, history: Sequence[EventData]) -> list[TopicPartition]:
    await log.ensure_topics(ALL)
    homes: set[TopicPartition] = set()
    for event in history:
        (place,) = await log.append_records(event.TOPIC.name, [encode_event(event)])
        homes.add((event.TOPIC.name, place.partition))
    return sorted(homes)


@pytest.fixture(scope="module", params=KINDS)
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database for many histories, in memory where the machine lets us."""
    if request.param == "postgresql":
        yield request.getfixturevalue("cluster").new_database()
        return
    memory = Path("/dev/shm")  # noqa: S108 - where there is no such place, another will do
    with TemporaryDirectory(prefix="soundings-", dir=memory if memory.is_dir() else None) as home:
        yield f"sqlite:///{home}/metrics.db"


PLAYED = st.tuples(HISTORIES, st.lists(st.integers(0, 20), max_size=4), STEPS)
"""A history, which of its events come twice, and what happens to the workers."""
_UNHURRIED = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)


def told_twice(history: Sequence[EventData], again: Sequence[int]) -> list[EventData]:
    return [*history, *(history[index % len(history)] for index in again)]


@given(played=PLAYED)
@example(played=([POOL[314], POOL[52], POOL[310]], [], [(1, 1, None)]))  # two slots cancel out beside a reported zero
@settings(_UNHURRIED, max_examples=example_count(2_500))
def test_the_cells_are_the_fold_over_the_latest_revisions(played) -> None:
    history, again, steps = played
    told, log, store = told_twice(history, again), MemoryLog(), MemoryFoldStore()

    async def check() -> None:
        await play(store, log, await append_all(log, told), steps)

    asyncio.run(check())
    assert store.cells() == expected(told)
    assert {fact.key for fact in store.state.facts.values() if fact.data is None} & store.state.voices.keys() == set()


@pytest.mark.slow
@given(several=st.lists(PLAYED, min_size=5, max_size=5))
@example(several=[([POOL[314], POOL[52], POOL[310]], [], [(1, 1, None)])])
@settings(_UNHURRIED, max_examples=example_count(15))
def test_the_law_holds_in_a_real_database_and_verify_agrees(database_url, several) -> None:
    async def check() -> None:
        database = await fresh(database_url)
        for history, again, steps in several:
            await empty(database)
            told, log = told_twice(history, again), MemoryLog()
            await play(open_fold_store(database), log, await append_all(log, told), steps)
            assert await cells_of(database) == expected(told)
        assert (await verify_generation(SqlRebuildStore(database))).comparison.differences == 0
        await database.close_engine()

    asyncio.run(check())


@given(history=HISTORIES)
@settings(_UNHURRIED, max_examples=example_count(15))
def test_a_rebuild_gives_the_same_cells_in_a_new_generation(database_url, history) -> None:
    async def check() -> None:
        database = await fresh(database_url)
        await empty(database)
        log = MemoryLog()
        await play(open_fold_store(database), log, await append_all(log, history), [])
        before = await cells_of(database)
        rebuilt = await rebuild_generation(SqlRebuildStore(database))
        assert (rebuilt.generation, rebuilt.comparison.differences) == (2, 0)
        assert await cells_of(database) == before == expected(history)
        await database.close_engine()

    asyncio.run(check())


async def fresh(url: str) -> Database:
    database = open_database(url)
    await migrate_database(database, "metrics_worker")
    return database
