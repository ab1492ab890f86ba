"""The outbox and its relay: in order, nothing lost, whatever breaks in between."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import MetaData, insert, select

from soundings.db import Database, open_database
from soundings.db.outbox import EventOutbox, OutboxRelay, RecordTooLarge, run_relay
from soundings.events.topics import CATALOGUE, SIGNALS, TopicSpec
from soundings.log.port import AppendFailed, LogRecord, LogUnavailable, RecordPosition
from soundings.testing.hypothesis_profile import example_count

NOW = datetime(2026, 3, 2, tzinfo=UTC)


class ScriptedLog:
    """A log in memory that fails as its script says, one entry for each append, and works when that is at its end.

    ``down`` stores nothing and raises, ``lost`` stores all and raises, a number refuses the record at that place.
    """

    def __init__(self, *script: str | int) -> None:
        self.script = list(script)
        self.kept: list[tuple[str, LogRecord]] = []
        self.ensured: list[str] = []
        self.grown = asyncio.Event()
        self.is_closed = False

    async def ensure_topics(self, topics: Sequence[TopicSpec]) -> None:
        self.ensured += [topic.name for topic in topics]

    async def append_records(self, topic: str, records: Sequence[LogRecord]) -> Sequence[RecordPosition | AppendFailed]:
        fault = self.script.pop(0) if self.script else "works"
        if fault == "down":
            raise LogUnavailable("down")
        answers: list[RecordPosition | AppendFailed] = []
        for index, record in enumerate(records):
            if index == fault:
                answers.append(AppendFailed("refused", retryable=True))
                continue
            answers.append(RecordPosition(0, len(self.kept)))
            self.kept.append((topic, record))
        self.grown.set()
        if fault == "lost":
            raise LogUnavailable("the answer was lost")
        return answers

    async def close_log(self) -> None:
        self.is_closed = True

    def values(self) -> list[bytes]:
        return [record.value or b"" for _, record in self.kept]


class Office:
    """A database with an outbox, and a relay to a scripted log."""

    def __init__(self, database: Database, outbox: EventOutbox, log: ScriptedLog) -> None:
        self.database = database
        self.outbox = outbox
        self.log = log
        self.now = NOW
        self.depths: list[int] = []
        self.relay = OutboxRelay(
            database, outbox, self._open, topics=[CATALOGUE], clock=lambda: self.now, show_depth=self.depths.append
        )

    async def _open(self) -> ScriptedLog:
        return self.log

    async def create(self) -> None:
        async with self.database.write_transaction() as connection:
            await connection.run_sync(self.outbox.records.metadata.create_all)
            await connection.execute(insert(self.outbox.counter).values(id=1, next=1))

    async def write(self, *values: str, topic: TopicSpec = CATALOGUE) -> None:
        async with self.database.write_transaction() as connection:
            await self.outbox.lock_counter(connection)
            records = [LogRecord(value[:1].encode(), value.encode()) for value in values]
            await self.outbox.put_records(connection, topic, records, self.now)

    async def waiting(self) -> int:
        async with self.database.read_snapshot() as connection:
            return len((await connection.execute(select(self.outbox.records))).all())

    async def carry_all(self) -> None:
        while await self.waiting():
            with suppress(LogUnavailable):
                await self.relay.relay_once()


async def office_in(folder: Path, *script: str | int) -> Office:
    office = Office(open_database(f"sqlite:///{folder}/rows.db"), EventOutbox(MetaData()), ScriptedLog(*script))
    await office.create()
    return office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncGenerator[Office, None]:
    office = await office_in(tmp_path)
    yield office
    await office.database.close_engine()


async def test_records_are_carried_in_order_and_then_forgotten(office):
    await office.write("a1", "b1")
    await office.write("a2")
    assert await office.relay.relay_once() == 3
    assert office.log.values() == [b"a1", b"b1", b"a2"]
    assert await office.waiting() == 0
    assert office.log.ensured == [CATALOGUE.name]
    assert await office.relay.relay_once() == 0


async def test_order_holds_over_topics(office):
    await office.write("a1")
    await office.write("b1", topic=SIGNALS)
    await office.write("a2")
    await office.relay.relay_once()
    assert [(topic, record.value) for topic, record in office.log.kept] == [
        (CATALOGUE.name, b"a1"),
        (SIGNALS.name, b"b1"),
        (CATALOGUE.name, b"a2"),
    ]


async def test_what_was_rolled_back_is_not_carried(office):
    async with office.database.write_transaction() as connection:
        await office.outbox.put_records(connection, CATALOGUE, [LogRecord(b"a", b"a1")], NOW)
        await connection.rollback()
    await office.write("b1")
    await office.carry_all()
    assert office.log.values() == [b"b1"]


async def test_a_crash_between_appending_and_forgetting_repeats_but_does_not_reorder(office):
    office.log.script = ["lost"]
    await office.write("a1", "b1", "a2")
    with pytest.raises(LogUnavailable):
        await office.relay.relay_once()
    assert await office.waiting() == 3
    await office.carry_all()
    assert office.log.values() == [b"a1", b"b1", b"a2"] * 2


async def test_what_stands_behind_a_refused_record_is_sent_again_with_it(office):
    office.log.script = [1]
    await office.write("a1", "b1", "b2")
    with pytest.raises(LogUnavailable):
        await office.relay.relay_once()
    assert await office.waiting() == 2
    await office.carry_all()
    assert office.log.values() == [b"a1", b"b2", b"b1", b"b2"]


async def test_a_record_that_the_log_would_never_take_is_refused_at_once(office):
    with pytest.raises(RecordTooLarge):
        await office.write("x" * 1_000_000)
    assert await office.waiting() == 0


async def test_the_relay_waits_for_the_log_and_goes_on_by_itself(office):
    office.log.script = ["down", "down"]
    async with run_relay(office.relay):
        await office.write("a1", "a2")
        office.relay.wake_relay()
        async with asyncio.timeout(20):
            await office.log.grown.wait()
    assert office.log.values() == [b"a1", b"a2"]
    assert await office.waiting() == 0
    assert office.log.is_closed


async def test_a_stop_lets_the_round_come_to_its_end(office):
    await office.write("a1")
    async with run_relay(office.relay), asyncio.timeout(20):
        await office.log.grown.wait()
    assert await office.waiting() == 0


async def test_the_relay_says_how_long_the_oldest_record_waits(office):
    assert await office.relay.oldest_pending_seconds() == 0
    await office.write("a1")
    office.now += timedelta(seconds=40)
    await office.write("a2")
    assert await office.relay.oldest_pending_seconds() == 40
    await office.carry_all()
    assert await office.relay.oldest_pending_seconds() == 0
    assert office.depths[-1] == 0
    assert max(office.depths) == 2


async def test_writers_at_once_are_told_apart(office):
    await asyncio.gather(*(office.write(f"{number % 10}:{number}") for number in range(30)))
    await office.carry_all()
    assert len(set(office.log.values())) == 30


@given(
    record=st.builds(
        LogRecord,
        key=st.binary(max_size=20),
        value=st.none() | st.binary(max_size=50),
        headers=st.lists(st.tuples(st.text("abc_-", min_size=1, max_size=5), st.binary(max_size=9)), max_size=3).map(
            tuple
        ),
    )
)
@settings(max_examples=example_count(10), deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_every_byte_of_a_record_is_carried(record):
    with TemporaryDirectory() as folder:
        office = await office_in(Path(folder))
        async with office.database.write_transaction() as connection:
            await office.outbox.put_records(connection, CATALOGUE, [record], NOW)
        await office.carry_all()
        await office.database.close_engine()
    assert office.log.kept == [(CATALOGUE.name, record)]


@given(
    script=st.lists(st.sampled_from(["down", "lost", 0, 1, 2, "works"]), max_size=8),
    writes=st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=3), min_size=1, max_size=5),
)
@settings(max_examples=example_count(15), deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_whatever_breaks_nothing_is_lost_and_the_newest_of_each_key_comes_last(script, writes):
    with TemporaryDirectory() as folder:
        office = await office_in(Path(folder), *script)
        written: list[str] = []
        for keys in writes:
            values = [f"{key}{len(written) + offset:03}" for offset, key in enumerate(keys)]
            await office.write(*values)
            written += values
            with suppress(LogUnavailable):
                await office.relay.relay_once()
        await office.carry_all()
        await office.database.close_engine()
    carried = [value.decode() for value in office.log.values()]
    assert set(carried) == set(written)
    for key in {value[0] for value in written}:
        newest = max(value for value in written if value[0] == key)
        assert [value for value in carried if value[0] == key][-1] == newest
    if not any(isinstance(fault, int) for fault in script):
        assert list(dict.fromkeys(carried)) == written
