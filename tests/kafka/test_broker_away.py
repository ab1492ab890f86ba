"""What happens to appends and reads while the broker is stopped, killed or frozen. One broker of its own."""

import asyncio
import signal
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import pytest

from soundings.events.topics import TopicSpec
from soundings.log.factory import open_log
from soundings.log.port import LogRecord, LogUnavailable
from soundings.testing.kafka_broker import KafkaBroker, free_port
from soundings.testing.log_access import append_all, read_all

pytestmark = [pytest.mark.needs_machine, pytest.mark.slow]

DEADLINE = 1.0
PATIENCE = 60.0


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    broker = KafkaBroker(tmp_path_factory.mktemp("restless"), free_port())
    broker.start_broker()
    yield broker
    broker.stop_broker()


@pytest.fixture
async def log(broker):
    await asyncio.to_thread(broker.start_broker)
    log = await open_log(f"{broker.broker_url}?deadline={DEADLINE}")
    yield log
    await log.close_log()


@pytest.fixture
async def topic(log):
    topic = TopicSpec(f"test-{uuid4().hex}", 2, "delete", timedelta(days=1))
    await log.ensure_topics([topic])
    return topic.name


async def until_it_works(asking):
    """Ask again while the log is unavailable."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                return await asking()
            except LogUnavailable as error:
                await asyncio.sleep(min(error.retry_after, 0.2))


async def until_it_fails(asking):
    """Ask again while the log is still available."""
    async with asyncio.timeout(PATIENCE):
        with suppress(LogUnavailable):
            while True:
                await asking()


async def test_a_log_is_opened_while_the_broker_is_away_and_works_when_it_is_back(broker, log, topic):
    await asyncio.to_thread(broker.stop_broker)
    late = await open_log(f"{broker.broker_url}?deadline={DEADLINE}")
    for asking in (
        late.append_records(topic, [LogRecord(b"k", b"v")]),
        late.read_batch(topic, 0, 0, 1),
        late.ensure_topics([]),
    ):
        with pytest.raises(LogUnavailable):
            await asking
    await asyncio.to_thread(broker.start_broker)
    await until_it_works(lambda: append_all(late, topic, LogRecord(b"k", b"late", partition=0)))
    values = [stored.value for stored in await read_all(late, topic, 0)]
    # What failed for want of a reply may still have been written, also the first tries of the last record.
    assert values.count(b"v") <= 1
    assert values[-1] == b"late"
    assert set(values) <= {b"v", b"late"}
    await late.close_log()


@pytest.mark.parametrize("how", ["stop", "kill"])
async def test_appends_fail_while_the_broker_is_away_and_then_keep_their_order(broker, log, topic, how):
    await append_all(log, topic, LogRecord(b"k", b"0", partition=0))
    await asyncio.to_thread(getattr(broker, f"{how}_broker"))
    with pytest.raises(LogUnavailable):
        await log.append_records(topic, [LogRecord(b"k", b"1", partition=0)])
    with pytest.raises(LogUnavailable):
        await log.append_records(topic, [LogRecord(b"k", b"2", partition=0)])
    await asyncio.to_thread(broker.start_broker)
    for value in (b"3", b"4"):
        await until_it_works(lambda value=value: append_all(log, topic, LogRecord(b"k", value, partition=0)))
    values = [stored.value for stored in await until_it_works(lambda: read_all(log, topic, 0))]
    assert values in ([b"0", b"3", b"4"], [b"0", b"1", b"3", b"4"])


async def test_a_frozen_broker_is_unavailable_until_it_thaws(broker, log, topic):
    await append_all(log, topic, LogRecord(b"k", b"0", partition=0))
    broker.signal_broker(signal.SIGSTOP)
    try:
        await until_it_fails(lambda: append_all(log, topic, LogRecord(b"k", b"1", partition=0)))
        await until_it_fails(lambda: log.end_positions([topic]))
    finally:
        broker.signal_broker(signal.SIGCONT)
    await until_it_works(lambda: append_all(log, topic, LogRecord(b"k", b"2", partition=0)))
    values = [stored.value for stored in await until_it_works(lambda: read_all(log, topic, 0))]
    assert (values[0], values[-1]) == (b"0", b"2")
    assert set(values[1:-1]) <= {b"1"}


class Writers:
    """Sixteen writers that append numbers, each under its own key, until they are told to stop."""

    NAMES = [f"writer-{number}".encode() for number in range(16)]

    def __init__(self, log, topic):
        self.acknowledged = []
        self._log, self._topic = log, topic
        self._stopped = False
        self._goal = 0
        self._reached = asyncio.Event()

    async def write(self, name):
        number = 0
        while not self._stopped:
            number += 1
            value = name + b" %d" % number
            try:
                await append_all(self._log, self._topic, LogRecord(name, value))
            except LogUnavailable:
                await asyncio.sleep(0.1)
                continue
            self.acknowledged.append(value)
            if len(self.acknowledged) >= self._goal:
                self._reached.set()

    async def until_acknowledged(self, more):
        self._goal = len(self.acknowledged) + more
        self._reached.clear()
        await asyncio.wait_for(self._reached.wait(), PATIENCE)

    def stop(self):
        self._stopped = True


async def test_what_was_acknowledged_is_there_once_and_in_order_after_kills_under_load(broker, log, topic):
    writers = Writers(log, topic)
    async with asyncio.TaskGroup() as group:
        for name in writers.NAMES:
            group.create_task(writers.write(name))
        for _ in range(3):
            await writers.until_acknowledged(500)
            await asyncio.to_thread(broker.kill_broker)
            await asyncio.to_thread(broker.start_broker)
        await writers.until_acknowledged(500)
        writers.stop()
    found = [stored.value for partition in range(2) for stored in await read_all(log, topic, partition)]
    assert len(found) == len(set(found))
    assert set(writers.acknowledged) <= set(found)
    for name in writers.NAMES:
        numbers = [int(value.split()[1]) for value in found if value.split()[0] == name]
        assert numbers == sorted(numbers)


async def test_a_reader_goes_on_where_it_was_after_a_kill(broker, log, topic):
    await append_all(log, topic, *(LogRecord(b"k", str(number).encode(), partition=0) for number in range(100)))
    first = await log.read_batch(topic, 0, 0, 50)
    await asyncio.to_thread(broker.kill_broker)
    await asyncio.to_thread(broker.start_broker)
    rest = await until_it_works(lambda: read_all(log, topic, 0, start=first.next))
    assert [int(stored.value) for stored in [*first.records, *rest]] == list(range(100))
    await until_it_works(lambda: append_all(log, topic, LogRecord(b"k", b"100", partition=0)))
    assert await until_it_works(lambda: log.wait_for_records({(topic, 0): rest[-1].position + 1}, PATIENCE))


async def test_closing_does_not_wait_for_a_broker_that_is_away(broker, topic):
    log = await open_log(f"{broker.broker_url}?deadline={DEADLINE}")
    await append_all(log, topic, LogRecord(b"k", b"0"))
    await asyncio.to_thread(broker.kill_broker)
    appending = asyncio.create_task(log.append_records(topic, [LogRecord(b"k", b"1")]))
    await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE):
        await log.close_log()
        with pytest.raises(LogUnavailable):
            await appending
