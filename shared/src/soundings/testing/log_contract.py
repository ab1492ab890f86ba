"""The contract of the log port: one suite that every adapter passes; what one cannot do is a strict xfail."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from threading import Thread
from uuid import uuid4

import pytest
import pytest_asyncio

from soundings.events.topics import TopicSpec
from soundings.log.port import (
    MAX_RECORD_BYTES,
    AppendFailed,
    EventLog,
    LogClosed,
    LogRecord,
    RecordPosition,
    TopicConflict,
    UnknownTopic,
    partition_of,
)
from soundings.log.read_marks import ReadMark, check_marks, mark_after
from soundings.testing.log_access import DEADLINE, append_all, read_all

OpenLog = Callable[[], Awaitable[EventLog]]
"""Opens the log once more: another handle on what is stored already."""

PARTITIONS = 4


class LogContract:
    """Subclasses give the fixture `reopen`. Each test has a topic of its own, so that they may share one log."""

    @pytest.fixture
    def reopen(self) -> OpenLog:
        raise NotImplementedError

    @pytest_asyncio.fixture
    async def log(self, reopen: OpenLog) -> AsyncIterator[EventLog]:
        log = await reopen()
        yield log
        await log.close_log()

    @pytest_asyncio.fixture
    async def topic(self, log: EventLog) -> str:
        """A topic of `PARTITIONS` partitions."""
        topic = TopicSpec(f"contract-{uuid4().hex}", PARTITIONS, "delete", timedelta(days=90))
        await log.ensure_topics([topic])
        return topic.name

    async def test_a_record_is_read_back_as_it_was_appended(self, log: EventLog, topic: str) -> None:
        headers = (("ce_id", b"response:r-1:0"), ("ce_type", "Größe".encode()))
        record = LogRecord(b"web/r-1", b'{"a":1}', headers)
        (place,) = await append_all(log, topic, record)
        (stored,) = await read_all(log, topic, place.partition)
        assert (stored.topic, stored.partition, stored.position) == (topic, place.partition, place.position)
        assert (stored.key, stored.value, stored.headers) == (record.key, record.value, headers)
        assert stored.at > 1_700_000_000_000

    async def test_any_bytes_survive_in_keys_values_and_headers(self, log: EventLog, topic: str) -> None:
        every = bytes(range(256))
        headers = (("x", every), ("x", b""), ("y", b"\x00"), ("", b"nameless"))
        (place,) = await append_all(log, topic, LogRecord(every, every * 3, headers))
        (stored,) = await read_all(log, topic, place.partition)
        assert (stored.key, stored.value, stored.headers) == (every, every * 3, headers)

    async def test_a_tombstone_is_not_an_empty_value(self, log: EventLog, topic: str) -> None:
        await append_all(log, topic, LogRecord(b"k", None, partition=0), LogRecord(b"k", b"", partition=0))
        assert [stored.value for stored in await read_all(log, topic, 0)] == [None, b""]

    async def test_the_key_chooses_the_partition(self, log: EventLog, topic: str) -> None:
        keys = [f"key-{number}".encode() for number in range(100)]
        places = await append_all(log, topic, *(LogRecord(key, b"") for key in keys))
        assert [place.partition for place in places] == [partition_of(key, PARTITIONS) for key in keys]
        assert {place.partition for place in places} == set(range(PARTITIONS))

    async def test_a_named_partition_outranks_the_key(self, log: EventLog, topic: str) -> None:
        other = (partition_of(b"k", PARTITIONS) + 1) % PARTITIONS
        (place,) = await append_all(log, topic, LogRecord(b"k", b"v", partition=other))
        assert place.partition == other
        assert [stored.key for stored in await read_all(log, topic, other)] == [b"k"]

    async def test_records_of_a_batch_stand_in_its_order(self, log: EventLog, topic: str) -> None:
        places = await append_all(log, topic, *(LogRecord(b"same", str(number).encode()) for number in range(500)))
        positions = [place.position for place in places]
        assert positions == sorted(set(positions))
        stored = await read_all(log, topic, places[0].partition)
        assert [int(record.value or b"") for record in stored] == list(range(500))

    async def test_appends_that_follow_each_other_keep_their_order(self, log: EventLog, topic: str) -> None:
        places = [(await append_all(log, topic, LogRecord(b"same", str(number).encode())))[0] for number in range(20)]
        assert all(earlier.position < later.position for earlier, later in pairwise(places))
        stored = await read_all(log, topic, places[0].partition)
        assert [int(record.value or b"") for record in stored] == list(range(20))

    async def test_appends_that_overlap_keep_the_order_of_their_calls(self, log: EventLog, topic: str) -> None:
        tasks = [asyncio.create_task(append_all(log, topic, LogRecord(b"same", str(n).encode()))) for n in range(300)]
        places = [(await task)[0] for task in tasks]
        assert [place.position for place in places] == sorted(place.position for place in places)
        stored = await read_all(log, topic, places[0].partition)
        assert [int(record.value or b"") for record in stored] == list(range(300))

    async def test_every_place_leads_to_its_record(self, log: EventLog, topic: str) -> None:
        async def one_writer(writer: int) -> list[tuple[RecordPosition, bytes]]:
            values = [f"{writer}-{number}".encode() for number in range(50)]
            return [((await append_all(log, topic, LogRecord(value, value)))[0], value) for value in values]

        expected = [pair for pairs in await asyncio.gather(*map(one_writer, range(32))) for pair in pairs]
        found = {
            RecordPosition(stored.partition, stored.position): stored.value
            for partition in range(PARTITIONS)
            for stored in await read_all(log, topic, partition)
        }
        assert found == dict(expected)

    async def test_ten_thousand_records_fit_into_one_append(self, log: EventLog, topic: str) -> None:
        records = [
            LogRecord(f"key-{n}".encode(), str(n).encode() * 20, (("n", str(n).encode()),)) for n in range(10_000)
        ]
        await append_all(log, topic, *records)
        by_partition: dict[int, list[bytes]] = defaultdict(list)
        for record in records:
            by_partition[partition_of(record.key, PARTITIONS)].append(record.key)
        for partition in range(PARTITIONS):
            stored = await read_all(log, topic, partition, limit=700)
            assert [record.key for record in stored] == by_partition[partition]

    async def test_nothing_appended_changes_nothing(self, log: EventLog, topic: str) -> None:
        assert list(await log.append_records(topic, [])) == []
        assert await log.end_positions([topic]) == {(topic, partition): 0 for partition in range(PARTITIONS)}

    async def test_a_record_that_is_too_large_fails_alone(self, log: EventLog, topic: str) -> None:
        records = [LogRecord(b"k", b"1"), LogRecord(b"k", b"x" * (MAX_RECORD_BYTES + 1)), LogRecord(b"k", b"2")]
        first, failed, last = await log.append_records(topic, records)
        assert isinstance(first, RecordPosition)
        assert isinstance(last, RecordPosition)
        assert isinstance(failed, AppendFailed)
        assert (failed.reason, failed.retryable) == ("record_too_large", False)
        assert [stored.value for stored in await read_all(log, topic, first.partition)] == [b"1", b"2"]

    async def test_a_record_of_the_greatest_size_is_stored(self, log: EventLog, topic: str) -> None:
        value = b"x" * (MAX_RECORD_BYTES - 1)
        (place,) = await append_all(log, topic, LogRecord(b"k", value))
        (stored,) = await read_all(log, topic, place.partition)
        assert stored.value == value

    async def test_it_can_be_passed_on_with_headers_that_say_where_it_has_been(self, log: EventLog, topic: str) -> None:
        value = b"x" * (MAX_RECORD_BYTES - 1)
        headers = (("dl_detail", b"y" * 1000), ("moved_from", b"z" * 40))
        (place,) = await append_all(log, topic, LogRecord(b"k", value, headers))
        (stored,) = await read_all(log, topic, place.partition)
        assert stored.headers == headers

    async def test_reading_in_small_steps_finds_everything_once(self, log: EventLog, topic: str) -> None:
        await append_all(log, topic, *(LogRecord(b"k", str(number).encode(), partition=1) for number in range(50)))
        stored = await read_all(log, topic, 1, limit=7)
        assert [int(record.value or b"") for record in stored] == list(range(50))
        positions = [record.position for record in stored]
        assert positions == sorted(set(positions))

    async def test_reading_starts_at_any_position(self, log: EventLog, topic: str) -> None:
        places = await append_all(
            log, topic, *(LogRecord(b"k", str(number).encode(), partition=1) for number in range(10))
        )
        backwards = [await read_all(log, topic, 1, start=place.position) for place in reversed(places)]
        assert [[int(record.value or b"") for record in stored] for stored in backwards] == [
            list(range(number, 10)) for number in reversed(range(10))
        ]

    async def test_reading_at_the_end_gives_nothing_and_stays(self, log: EventLog, topic: str) -> None:
        await append_all(log, topic, LogRecord(b"k", b"v", partition=1))
        end = await log.end_position(topic, 1)
        batch = await log.read_batch(topic, 1, end, 10)
        assert (list(batch.records), batch.next) == ([], end)

    async def test_reading_beyond_the_end_gives_nothing_and_stays(self, log: EventLog, topic: str) -> None:
        batch = await log.read_batch(topic, 1, 1_000, 10)
        assert (batch.topic, batch.partition, list(batch.records), batch.next) == (topic, 1, [], 1_000)
        await append_all(log, topic, LogRecord(b"k", b"v", partition=1))
        assert [stored.value for stored in await read_all(log, topic, 1)] == [b"v"]

    async def test_what_was_acknowledged_can_be_read_at_once(self, log: EventLog, topic: str) -> None:
        for number in range(20):
            (place,) = await append_all(log, topic, LogRecord(b"k", str(number).encode()))
            assert await log.end_position(topic, place.partition) == place.position + 1
            (stored,) = await read_all(log, topic, place.partition, start=place.position)
            assert stored.value == str(number).encode()

    async def test_two_readers_do_not_disturb_each_other(self, log: EventLog, topic: str, reopen: OpenLog) -> None:
        await append_all(log, topic, *(LogRecord(b"k", str(number).encode(), partition=2) for number in range(300)))
        second = await reopen()
        try:
            ours, theirs, mine = await asyncio.gather(
                read_all(log, topic, 2, limit=10),
                read_all(second, topic, 2, limit=7),
                read_all(log, topic, 2, limit=3),
            )
        finally:
            await second.close_log()
        assert ours == theirs == mine
        assert len(ours) == 300

    async def test_end_positions_cover_every_partition(self, log: EventLog, topic: str) -> None:
        assert await log.partition_count(topic) == PARTITIONS
        await append_all(log, topic, LogRecord(b"k", b"", partition=0), LogRecord(b"k", b"", partition=0))
        (place,) = await append_all(log, topic, LogRecord(b"k", b"", partition=3))
        ends = await log.end_positions([topic])
        assert ends[topic, 3] == place.position + 1
        assert {home: end > 0 for home, end in ends.items()} == {(topic, n): n in {0, 3} for n in range(PARTITIONS)}
        assert [await log.end_position(topic, partition) for partition in range(PARTITIONS)] == list(ends.values())

    async def test_first_positions_are_stable_while_nothing_is_removed(self, log: EventLog, topic: str) -> None:
        assert await log.start_positions([topic]) == {(topic, partition): 0 for partition in range(PARTITIONS)}
        await append_all(log, topic, *[LogRecord(b"k", b"", partition=1)] * 3)
        assert await log.start_positions([topic]) == {(topic, partition): 0 for partition in range(PARTITIONS)}

    async def test_a_mark_fits_as_long_as_its_record_stands_there(self, log: EventLog, topic: str) -> None:
        await append_all(log, topic, *(LogRecord(b"k", str(n).encode(), (("h", b"1"),), partition=1) for n in range(5)))
        stored = await read_all(log, topic, 1)
        home, mark = (topic, 1), mark_after(stored[2], stored[3].position)
        for fitting in (mark, ReadMark(), ReadMark(mark.next)):
            (checked,) = (await check_marks(log, {home: fitting})).values()
            assert checked.problem is None
        assert checked.adopted == mark
        for other in (replace(mark, digest=b"?" * 16), ReadMark(99), mark_after(stored[2], 99)):
            (checked,) = (await check_marks(log, {home: other})).values()
            assert checked.problem is not None

    async def test_positions_are_never_used_twice(self, topic: str, reopen: OpenLog) -> None:
        seen: list[int] = []
        for _ in range(3):
            again = await reopen()
            seen += [
                place.position for place in await append_all(again, topic, *[LogRecord(b"k", b"", partition=0)] * 5)
            ]
            await again.close_log()
        assert seen == sorted(set(seen))

    async def test_waiting_ends_at_once_when_there_is_something(self, log: EventLog, topic: str) -> None:
        (place,) = await append_all(log, topic, LogRecord(b"k", b"", partition=2))
        ready = await log.wait_for_records({(topic, 1): 0, (topic, 2): place.position}, DEADLINE)
        assert list(ready) == [(topic, 2)]

    async def test_waiting_ends_when_something_comes(self, log: EventLog, topic: str) -> None:
        waiting = asyncio.create_task(log.wait_for_records({(topic, n): 0 for n in range(PARTITIONS)}, DEADLINE))
        (place,) = await append_all(log, topic, LogRecord(b"k", b"", partition=3))
        assert list(await asyncio.wait_for(waiting, DEADLINE)) == [(topic, 3)]
        (stored,) = (await log.read_batch(topic, 3, place.position, 10)).records
        assert stored.position == place.position

    async def test_waiting_ends_when_another_handle_appends(self, log: EventLog, topic: str, reopen: OpenLog) -> None:
        other = await reopen()
        try:
            waiting = asyncio.create_task(log.wait_for_records({(topic, 0): 0}, DEADLINE))
            await append_all(other, topic, LogRecord(b"k", b"", partition=0))
            assert list(await asyncio.wait_for(waiting, DEADLINE)) == [(topic, 0)]
        finally:
            await other.close_log()

    async def test_waiting_gives_nothing_when_its_time_is_over(self, log: EventLog, topic: str) -> None:
        (place,) = await append_all(log, topic, LogRecord(b"k", b"", partition=0))
        assert list(await log.wait_for_records({(topic, 0): place.position + 1, (topic, 1): 0}, 0.05)) == []
        assert list(await log.wait_for_records({(topic, 1): 0}, 0)) == []

    async def test_a_cancelled_wait_leaves_the_log_as_it_was(self, log: EventLog, topic: str) -> None:
        waiting = asyncio.create_task(log.wait_for_records({(topic, 0): 0}, DEADLINE))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await append_all(log, topic, LogRecord(b"k", b"v", partition=0))
        assert [stored.value for stored in await read_all(log, topic, 0)] == [b"v"]

    async def test_everything_is_there_after_a_restart(self, reopen: OpenLog) -> None:
        topic = TopicSpec(f"contract-{uuid4().hex}", 2, "delete", timedelta(days=1))
        log = await reopen()
        await log.ensure_topics([topic])
        await append_all(log, topic.name, *(LogRecord(b"k", str(number).encode(), partition=1) for number in range(10)))
        before = await read_all(log, topic.name, 1)
        await log.close_log()
        log = await reopen()
        assert await read_all(log, topic.name, 1) == before
        assert await log.partition_count(topic.name) == 2
        await log.close_log()

    async def test_ensuring_again_changes_nothing(self, log: EventLog, topic: str) -> None:
        await append_all(log, topic, LogRecord(b"k", b"v", partition=0))
        await log.ensure_topics([TopicSpec(topic, PARTITIONS, "delete", timedelta(days=90))])
        assert [stored.value for stored in await read_all(log, topic, 0)] == [b"v"]

    async def test_a_topic_keeps_its_partitions_for_life(self, log: EventLog, topic: str) -> None:
        other = TopicSpec(f"contract-{uuid4().hex}", 1, "delete", timedelta(days=1))
        with pytest.raises(TopicConflict):
            await log.ensure_topics([other, TopicSpec(topic, PARTITIONS + 1, "delete", timedelta(days=90))])
        assert await log.partition_count(topic) == PARTITIONS
        with pytest.raises(UnknownTopic):
            await log.partition_count(other.name)

    async def test_an_unknown_topic_is_an_error_everywhere(self, log: EventLog, topic: str) -> None:
        unknown = f"{topic}-not"
        for asking in (
            log.append_records(unknown, [LogRecord(b"k", b"v")]),
            log.append_records(unknown, []),
            log.read_batch(unknown, 0, 0, 1),
            log.wait_for_records({(unknown, 0): 0}, 0),
            log.partition_count(unknown),
            log.end_position(unknown, 0),
            log.end_positions([topic, unknown]),
            log.start_positions([topic, unknown]),
        ):
            with pytest.raises(UnknownTopic):
                await asking

    async def test_an_unknown_partition_is_an_error(self, log: EventLog, topic: str) -> None:
        for asking in (
            log.append_records(
                topic, [LogRecord(b"k", b"v", partition=0), LogRecord(b"k", b"v", partition=PARTITIONS)]
            ),
            log.append_records(topic, [LogRecord(b"k", b"v", partition=-1)]),
            log.read_batch(topic, PARTITIONS, 0, 1),
            log.wait_for_records({(topic, PARTITIONS): 0}, 0),
            log.end_position(topic, PARTITIONS),
        ):
            with pytest.raises(UnknownTopic):
                await asking
        assert await log.end_positions([topic]) == {(topic, partition): 0 for partition in range(PARTITIONS)}

    async def test_a_closed_log_says_so(self, log: EventLog, topic: str, reopen: OpenLog) -> None:
        other = await reopen()
        await append_all(other, topic, LogRecord(b"k", b"v"))
        await other.close_log()
        await other.close_log()
        for asking in (
            other.append_records(topic, [LogRecord(b"k", b"v")]),
            other.read_batch(topic, 0, 0, 1),
            other.wait_for_records({(topic, 0): 0}, DEADLINE),
            other.end_positions([topic]),
            other.start_positions([topic]),
        ):
            with pytest.raises(LogClosed):
                await asking
        await append_all(log, topic, LogRecord(b"k", b"v"))

    async def test_two_event_loops_share_what_they_append(self, log: EventLog, topic: str, reopen: OpenLog) -> None:
        async def elsewhere() -> None:
            other = await reopen()
            try:
                assert list(await other.wait_for_records({(topic, 0): 0}, DEADLINE)) == [(topic, 0)]
                await asyncio.gather(
                    *(append_all(other, topic, LogRecord(b"k", b"t", partition=1)) for _ in range(100))
                )
            finally:
                await other.close_log()

        thread = Thread(target=asyncio.run, args=(elsewhere(),))
        thread.start()
        await append_all(log, topic, LogRecord(b"k", b"h", partition=0))
        await asyncio.gather(*(append_all(log, topic, LogRecord(b"k", b"h", partition=1)) for _ in range(100)))
        await asyncio.to_thread(thread.join, DEADLINE)
        values = [stored.value for stored in await read_all(log, topic, 1)]
        assert (values.count(b"h"), values.count(b"t")) == (100, 100)
