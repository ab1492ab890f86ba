"""The worker itself, on a log in memory and a real database."""

# ruff: noqa: ASYNC110 - what others bring about is looked for, with a deadline

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from random import Random

import pytest
from sqlalchemy import func, select, update

from metrics_worker.consumer.dead_letter_limit import DeadLetterLimit
from metrics_worker.consumer.errors import LeaseLost
from metrics_worker.consumer.partition_reader import read_slice
from metrics_worker.consumer.ports import FoldStore, PartitionLease
from metrics_worker.consumer.sql import SqlFoldStore, open_fold_store
from metrics_worker.consumer.worker import FoldWorker, WorkerOptions
from metrics_worker.consumer.write_batch import Terms, apply_batch
from metrics_worker.db.tables import catalogue_entity, dead_letter, fact, position, worker
from soundings.db import Database
from soundings.events.base import EventData
from soundings.events.catalogue import ServiceBody, ServiceChanged
from soundings.events.envelope import encode_event
from soundings.events.topics import ALL, CATALOGUE, MEASURED, RESPONSES
from soundings.kernel.clock import system_clock
from soundings.log.port import EventLog, LogRecord, LogUnavailable, TopicPartition
from soundings.testing.memory_log import MemoryLog

from .conftest import cells_of
from .failing_stores import Dying
from .histories import AT, POOL, response
from .oracle import expected

PATIENCE = 20.0
Moved = Callable[[Mapping[TopicPartition, int]], object]


class Running:
    """A worker at work, and a way to wait for it."""

    def __init__(
        self, log: EventLog, store: FoldStore, name: str = "one", on_moved: Moved = dict, **options: int
    ) -> None:
        self._idle = asyncio.Event()
        self.worker = FoldWorker(
            log,
            store,
            system_clock,
            WorkerOptions(name, **options),
            on_idle=lambda idle: self._note(idle=idle),
            on_moved=on_moved,
        )
        self.task = asyncio.create_task(self.worker.run_until_stopped())

    def _note(self, *, idle: bool) -> None:
        if idle:
            self._idle.set()
        else:
            self._idle.clear()

    async def idle(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self._idle.wait()

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for something that the worker brings about."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await asyncio.sleep(0.005)

    async def end(self) -> None:
        self.worker.request_stop()
        async with asyncio.timeout(PATIENCE):
            await self.task


@asynccontextmanager
async def running(
    log: EventLog, store: FoldStore, name: str = "one", on_moved: Moved = dict, **options: int
) -> AsyncIterator[Running]:
    at_work = Running(log, store, name, on_moved, **options)
    try:
        yield at_work
    finally:
        await at_work.end()


@pytest.fixture
async def log() -> MemoryLog:
    made = MemoryLog()
    await made.ensure_topics(ALL)
    return made


async def tell(log: EventLog, events: Sequence[EventData]) -> None:
    for event in events:
        await log.append_records(event.TOPIC.name, [encode_event(event)])


async def poison(log: EventLog, count: int, key: bytes = b"web/poison") -> None:
    """Records that are no events, all on one partition."""
    bad = LogRecord(key, b"{broken", (("ce_type", b"gov.soundings.response.submitted.v1"),))
    await log.append_records(RESPONSES.name, [bad] * count)


async def scalar(database: Database, query) -> int:
    async with database.read_snapshot() as connection:
        return (await connection.execute(query)).scalar_one()


async def test_everything_on_the_log_is_folded_and_so_is_what_comes_later(database, log):
    await tell(log, POOL[:200])
    async with running(log, open_fold_store(database), most_events=30) as at_work:
        await at_work.idle()
        assert await cells_of(database) == expected(POOL[:200])
        await tell(log, POOL[200:260])
        await at_work.until(lambda: not at_work.worker.status.idle)
        await at_work.idle()
        assert await cells_of(database) == expected(POOL[:260])
        assert at_work.worker.status.unready is None


async def test_who_asks_is_told_how_far_everything_is_written(database, log):
    moved: dict[TopicPartition, int] = {}
    await tell(log, POOL[:60])
    async with running(log, open_fold_store(database), on_moved=moved.update) as at_work:
        await at_work.idle()
    assert moved == await log.end_positions([topic.name for topic in (*MEASURED, CATALOGUE)])


async def test_the_first_batch_is_small_and_the_next_ones_grow(database, log):
    await log.append_records(RESPONSES.name, [LogRecord(b"web/x", None)] * 5000)
    ends: list[int] = []
    async with running(log, open_fold_store(database), on_moved=lambda moved: ends.append(max(moved.values()))) as one:
        await one.idle()
    assert [end for end in dict.fromkeys(ends) if end] == [500, 2500, 5000]


async def test_a_restart_goes_on_where_the_last_batch_ended(database, log):
    for end in (50, 100, 150):
        await tell(log, POOL[end - 50 : end])
        async with running(log, open_fold_store(database)) as at_work:
            await at_work.idle()
    assert await cells_of(database) == expected(POOL[:150])


async def test_two_workers_share_the_partitions_and_count_once(database, log):
    store = open_fold_store(database)
    async with running(log, store, "one", beat_ms=250) as one, running(log, store, "two", beat_ms=250) as two:
        for start in range(0, 300, 30):
            await tell(log, POOL[start : start + 30])
            await asyncio.gather(one.idle(), two.idle())
        await one.until(lambda: sorted((len(one.worker._held), len(two.worker._held))) == [12, 13])
        await two.until(lambda: _done(log, one, two))
    assert await cells_of(database) == expected(POOL[:300])


def _done(log: MemoryLog, *workers: Running) -> bool:
    held = {home: place.next for one in workers for home, place in one.worker._held.items()}
    return all(held.get(home) == len(records) for home, records in log.store.records.items() if home in held) and all(
        home in held for home, records in log.store.records.items() if records
    )


async def test_a_zombie_writes_nothing_even_from_the_right_position(database, log):
    await tell(log, [response(Random(1))])
    store = open_fold_store(database)
    ((topic, partition),) = [home for home, records in log.store.records.items() if records]
    (mine,) = (await store.take_partitions([(topic, partition)], "zombie", 0)).values()
    part = await read_slice(log, (topic, partition), mine, 10, DeadLetterLimit())
    await store.take_partitions([(topic, partition)], "other", 0)
    with pytest.raises(LeaseLost):
        async with store.begin_transaction(0) as transaction:
            await apply_batch(transaction, [part], Terms(0), log.read_batch)
    assert await scalar(database, select(func.count()).select_from(fact)) == 0
    assert await scalar(database, select(position.c.next)) == 0


async def test_two_workers_that_take_one_slot_for_theirs_lose_nothing(database, log):
    store = open_fold_store(database)
    for start in range(0, 200, 20):
        await tell(log, POOL[start : start + 20])
        homes = [home for home, records in log.store.records.items() if records]
        shares = [(name, homes[number::2]) for number, name in enumerate(("one", "two"))]
        await asyncio.gather(*(fold_once(store, log, name, share) for name, share in shares))
    assert await cells_of(database) == expected(POOL[:200])


async def fold_once(store: SqlFoldStore, log: EventLog, name: str, homes: Sequence[TopicPartition]) -> None:
    """Fold what waits in some partitions, in slot 0."""
    held = await store.take_partitions(homes, name, 0)
    read = [await read_slice(log, home, held[home], 100, DeadLetterLimit()) for home in homes]
    async with store.begin_transaction(0) as transaction:
        await apply_batch(transaction, [part for part in read if part is not None], Terms(0), log.read_batch)


STEPS = [
    *("begin", "advance_positions", "state", "facts_by_key", "facts_by_root", "write_changes"),
    *("current_generation", "claim_slot", "read_rows", "commit"),
]


@pytest.mark.parametrize("step", STEPS)
async def test_a_failure_at_any_step_loses_nothing_and_doubles_nothing(database, log, step):
    await tell(log, POOL[:60])
    store = Dying(open_fold_store(database), [step])
    async with running(log, store, most_events=15) as at_work:
        await at_work.until(lambda: not store.left)
        await at_work.until(lambda: at_work.worker.status.unready is None and at_work.worker.status.idle)
    assert await cells_of(database) == expected(POOL[:60])


class Away:
    """A log that cannot be read so many times."""

    def __init__(self, log: MemoryLog, times: int) -> None:
        self._log = log
        self.times = times

    def __getattr__(self, name: str):
        return getattr(self._log, name)

    async def read_batch(self, *arguments):
        if self.times:
            self.times -= 1
            raise LogUnavailable("the log is away", retry_after=0)
        return await self._log.read_batch(*arguments)


async def test_a_log_that_is_away_is_waited_for(database, log):
    await tell(log, POOL[:30])
    away = Away(log, 2)
    async with running(away, open_fold_store(database)) as at_work:
        await at_work.until(lambda: at_work.worker.status.unready is not None and away.times < 2)
        assert "log" in at_work.worker.status.unready
        await at_work.idle()
        assert at_work.worker.status.unready is None
    assert await cells_of(database) == expected(POOL[:30])


async def test_poison_becomes_a_dead_letter_and_the_rest_flows_on(database, log):
    await tell(log, POOL[:20])
    await poison(log, 3)
    await tell(log, POOL[20:40])
    async with running(log, open_fold_store(database)) as at_work:
        await at_work.idle()
    assert await cells_of(database) == expected(POOL[:40])
    async with database.read_snapshot() as connection:
        letters = (await connection.execute(select(dead_letter))).all()
    assert [(letter.reason, letter.key, letter.value, letter.forwarded) for letter in letters] == [
        ("malformed", b"web/poison", b"{broken", False)
    ] * 3


async def test_a_record_on_a_foreign_partition_becomes_a_dead_letter(database, log):
    record = encode_event(response(Random(1)))
    async with running(log, open_fold_store(database)):
        for partition, table in ((2, fact), (3, dead_letter)):
            await log.append_records(RESPONSES.name, [LogRecord(record.key, record.value, record.headers, partition)])
            await _until(database, select(func.count()).select_from(table), 1)
    async with database.read_snapshot() as connection:
        (letter,) = (await connection.execute(select(dead_letter))).all()
    assert (letter.reason, letter.partition) == ("wrong_partition", 3)
    assert await scalar(database, select(func.count()).select_from(fact)) == 1


async def test_of_two_partitions_that_claim_a_record_at_once_one_is_counted(database, log):
    record = encode_event(response(Random(1)))
    for partition in (2, 3):
        await log.append_records(RESPONSES.name, [LogRecord(record.key, record.value, record.headers, partition)])
    async with running(log, open_fold_store(database)) as at_work:
        await at_work.idle()
    async with database.read_snapshot() as connection:
        (letter,) = (await connection.execute(select(dead_letter))).all()
        (kept,) = (await connection.execute(select(fact))).all()
    assert letter.reason == "wrong_partition"
    assert {f"r{letter.partition}", kept.home} == {"r2", "r3"}


async def test_tombstones_mean_nothing_where_nothing_is_compacted(database, log):
    await log.append_records(RESPONSES.name, [LogRecord(b"web/x", None)])
    async with running(log, open_fold_store(database)) as at_work:
        await at_work.idle()
    assert await scalar(database, select(func.count()).select_from(dead_letter)) == 0


LETTERS_OF_C = select(func.count()).select_from(dead_letter).where(dead_letter.c.source == "c")


async def test_three_sources_over_their_limit_stop_the_worker_until_it_is_resumed(database, log):
    for source in (b"a", b"b", b"c"):
        await poison(log, 150, source + b"/poison")
    async with running(log, open_fold_store(database)) as at_work:
        await at_work.until(lambda: at_work.worker.status.stopped)
        assert "in a row" in at_work.worker.status.stopped
        assert set(at_work.worker.status.parked) < {"a", "b", "c"}
        await at_work.until(lambda: at_work.worker.status.idle)
        await _until(database, select(func.count()).select_from(worker).where(worker.c.stopped.is_not(None)), 1)
        assert await scalar(database, LETTERS_OF_C) == 100
        async with database.write_transaction() as connection:
            await connection.execute(update(worker).values(stopped=None))
        await _until(database, LETTERS_OF_C, 150)
        await at_work.until(lambda: at_work.worker.status.unready is None)
        assert at_work.worker.status.parked.keys() == {"a", "b"}


async def _until(database: Database, query, value: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while await scalar(database, query) != value:
            await asyncio.sleep(0.01)


async def test_a_restart_goes_on_after_a_stop(database, log):
    for source in (b"a", b"b", b"c"):
        await poison(log, 150, source + b"/poison")
    for dead in (100, 150):
        async with running(log, open_fold_store(database)) as at_work:
            await _until(database, LETTERS_OF_C, dead)
            await at_work.until(lambda: at_work.worker.status.idle)


async def test_a_catalogue_that_cannot_be_read_stops_the_worker_and_nothing_is_parked(database, log):
    bad = LogRecord(b"agency/a", b"{broken", (("ce_type", b"gov.soundings.catalogue.agency.v1"),))
    await log.append_records(CATALOGUE.name, [bad] * 150)
    async with running(log, open_fold_store(database)) as at_work:
        await at_work.until(lambda: at_work.worker.status.stopped)
        assert await scalar(database, select(func.count()).select_from(dead_letter)) == 100
        assert at_work.worker.status.parked == {}


async def test_the_newest_snapshot_of_an_entity_is_projected(database, log):
    def service(revision: int, name: str) -> LogRecord:
        body = ServiceBody(agency_id="city", department_id="streets", name={"en": name})
        return encode_event(ServiceChanged(id="permits", revision=revision, changed_at=AT, body=body))

    await log.append_records(CATALOGUE.name, [service(1, "Permits"), service(2, "Licences"), service(1, "Permits")])
    async with running(log, open_fold_store(database)) as at_work:
        await at_work.idle()
        async with database.read_snapshot() as connection:
            (row,) = (await connection.execute(select(catalogue_entity))).all()
        assert (row.entity, row.id, row.state, row.revision, row.agency_id) == (
            "service",
            "permits",
            "active",
            2,
            "city",
        )
        assert (row.body["name"], row.more) == ({"en": "Licences"}, {})
        await log.append_records(CATALOGUE.name, [LogRecord(b"service/permits", None)])
        await _until(database, select(func.count()).select_from(catalogue_entity), 0)


async def test_a_held_partition_is_given_up_when_another_takes_it(database, log):
    store = open_fold_store(database)
    await tell(log, POOL[:10])
    async with running(log, store, beat_ms=60_000) as at_work:
        await at_work.idle()
        homes = list(at_work.worker._held)
        await store.take_partitions(homes, "other", 0)
        await tell(log, POOL[10:20])
        await at_work.until(lambda: len(at_work.worker._held) < len(homes))
    assert await cells_of(database) == expected(POOL[:10])
    (held,) = {type(place) for place in (await store.take_partitions(homes[:1], "x", 0)).values()}
    assert held is PartitionLease
