import asyncio
import random
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from soundings.events.topics import CATALOGUE, TopicSpec
from soundings.log.port import LogFull, LogRecord, LogUnavailable, RecordPosition
from soundings.log.read_marks import ReadMark, check_marks, mark_after
from soundings.log.sqlite import SqliteLog
from soundings.testing.log_access import DEADLINE, append_all, read_all
from soundings.testing.log_contract import LogContract

APPENDER = Path(__file__).parent / "appender.py"
DAY_MS = 86_400_000
TOPIC = TopicSpec("t", 2, "delete", timedelta(days=10))
COMPACT = TopicSpec("c", 1, "compact", None)


class TestSqliteLog(LogContract):
    @pytest.fixture
    def reopen(self, tmp_path):
        return lambda: SqliteLog.open_log(tmp_path / "new" / "log.db")


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self):
        self.now = datetime(2026, 3, 1, tzinfo=UTC)

    def __call__(self):
        return self.now

    @property
    def ms(self):
        return round(self.now.timestamp() * 1000)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def log(tmp_path, clock):
    log = await SqliteLog.open_log(tmp_path / "log.db", clock=clock)
    await log.ensure_topics([TOPIC, COMPACT])
    yield log
    await log.close_log()


def appender(path, run, stdout=subprocess.PIPE):
    return subprocess.Popen([sys.executable, APPENDER, path, run], stdout=stdout, text=True)  # noqa: S603


async def values(log, topic, partitions):
    return [stored.value for partition in range(partitions) for stored in await read_all(log, topic, partition)]


async def test_records_older_than_the_retention_go_and_leave_their_positions_unused(log, clock, tmp_path):
    await append_all(log, "t", *[LogRecord(b"k", b"old", partition=0)] * 5000)
    clock.now += timedelta(days=9)
    (young,) = await append_all(log, "t", LogRecord(b"k", b"young", partition=0))
    clock.now += timedelta(days=1, seconds=1)
    assert await log.apply_retention(clock.ms) == 5000
    assert [stored.position for stored in await read_all(log, "t", 0)] == [young.position]
    clock.now += timedelta(days=10)
    assert await log.apply_retention(clock.ms) == 1
    assert await log.end_position("t", 0) == young.position + 1
    await log.close_log()
    again = await SqliteLog.open_log(tmp_path / "log.db")
    (after,) = await append_all(again, "t", LogRecord(b"k", b"v", partition=0))
    await again.close_log()
    assert after.position > young.position


async def test_reading_goes_on_behind_what_has_gone(log, clock):
    places = await append_all(log, "t", *[LogRecord(b"k", b"old", partition=0)] * 3)
    clock.now += timedelta(days=11)
    await log.apply_retention(clock.ms)
    batch = await log.read_batch("t", 0, 1, 10)
    assert (list(batch.records), batch.next) == ([], places[-1].position + 1)


async def test_waiting_is_not_ended_by_what_has_gone(log, clock):
    await append_all(log, "t", LogRecord(b"k", b"old", partition=0))
    clock.now += timedelta(days=11)
    await log.apply_retention(clock.ms)
    assert list(await log.wait_for_records({("t", 0): 0}, 0.01)) == []


async def test_compaction_keeps_the_newest_record_of_each_key(log, clock):
    await append_all(log, "c", *(LogRecord(f"k{number % 3}".encode(), str(number).encode()) for number in range(5000)))
    assert await log.apply_retention(clock.ms) == 4997
    assert [stored.value for stored in await read_all(log, "c", 0)] == [b"4997", b"4998", b"4999"]
    assert await log.apply_retention(clock.ms) == 0


async def test_a_tombstone_stays_for_a_day_and_then_goes_with_what_it_buried(log, clock):
    await append_all(log, "c", LogRecord(b"a", b"1"), LogRecord(b"b", b"2"), LogRecord(b"a", None))
    await log.apply_retention(clock.ms)
    assert [(stored.key, stored.value) for stored in await read_all(log, "c", 0)] == [(b"b", b"2"), (b"a", None)]
    clock.now += timedelta(days=1, milliseconds=1)
    await log.apply_retention(clock.ms)
    assert [stored.key for stored in await read_all(log, "c", 0)] == [b"b"]
    assert await log.end_position("c", 0) == 3


async def test_retention_leaves_compacted_topics_alone(log, clock):
    await append_all(log, "c", LogRecord(b"a", b"1"))
    assert await log.apply_retention(clock.ms + 4000 * DAY_MS) == 0


async def test_a_spool_is_trimmed_up_to_a_position(log):
    places = await append_all(log, "t", *[LogRecord(b"k", b"v", partition=0)] * 10)
    assert await log.trim_before("t", 0, places[4].position) == 4
    assert [stored.position for stored in await read_all(log, "t", 0)] == [place.position for place in places[4:]]


async def test_the_time_of_appending_never_goes_back(log, clock):
    await append_all(log, "t", LogRecord(b"k", b"1", partition=0))
    clock.now -= timedelta(hours=1)
    await append_all(log, "t", LogRecord(b"k", b"2", partition=0))
    first, second = await read_all(log, "t", 0)
    assert first.at == second.at == clock.ms + 3_600_000


async def test_a_full_log_refuses_and_takes_more_once_there_is_room(tmp_path, clock):
    log = await SqliteLog.open_log(tmp_path / "log.db", clock=clock, max_bytes=1 << 20)
    await log.ensure_topics([TOPIC])
    stored = 0
    refusal = None
    while refusal is None:
        try:
            stored += len(await append_all(log, "t", *[LogRecord(b"k", b"x" * 1000, partition=0)] * 50))
        except LogFull as full:
            refusal = full
    assert refusal.retry_after > 0
    assert len(await read_all(log, "t", 0)) == stored
    clock.now += timedelta(days=11)
    await log.apply_retention(clock.ms)
    (place,) = await append_all(log, "t", LogRecord(b"k", b"fits", partition=0))
    assert place.position == stored
    await log.close_log()


async def test_a_log_that_does_not_keep_up_refuses_and_then_stores_what_it_took(log, tmp_path):
    other = sqlite3.connect(tmp_path / "log.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    record = LogRecord(b"k", b"x" * 800_000, partition=0)
    tasks = [asyncio.create_task(log.append_records("t", [record])) for _ in range(200)]
    done, _ = await asyncio.wait(tasks, timeout=DEADLINE, return_when=asyncio.FIRST_EXCEPTION)
    assert done
    other.execute("ROLLBACK")
    other.close()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, LogUnavailable)]
    assert 0 < len(refused) < 200
    assert await log.end_position("t", 0) == 200 - len(refused)


async def test_concurrent_appends_share_a_commit(log, tmp_path):
    other = sqlite3.connect(tmp_path / "log.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    tasks = [asyncio.create_task(append_all(log, "t", LogRecord(b"k", b"v", partition=0))) for _ in range(100)]
    await asyncio.sleep(0)
    other.execute("ROLLBACK")
    before = other.execute("PRAGMA data_version").fetchone()[0]
    await asyncio.gather(*tasks)
    commits = other.execute("PRAGMA data_version").fetchone()[0] - before
    other.close()
    assert commits <= 2


async def test_a_cancelled_append_disturbs_nobody(log):
    tasks = [
        asyncio.create_task(append_all(log, "t", LogRecord(b"k", str(n).encode(), partition=0))) for n in range(10)
    ]
    await asyncio.sleep(0)
    tasks[3].cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    places = [outcome[0] for outcome in outcomes if not isinstance(outcome, BaseException)]
    assert len(places) == 9
    stored = {record.position: record.value for record in await read_all(log, "t", 0)}
    assert {number: stored[place.position] for number, place in zip([0, 1, 2, *range(4, 10)], places, strict=True)} == {
        number: str(number).encode() for number in [0, 1, 2, *range(4, 10)]
    }


async def test_closing_stores_what_was_taken(tmp_path):
    log = await SqliteLog.open_log(tmp_path / "log.db")
    await log.ensure_topics([TOPIC])
    tasks = [asyncio.create_task(append_all(log, "t", LogRecord(b"k", b"v"))) for _ in range(50)]
    await asyncio.sleep(0)
    await log.close_log()
    assert [isinstance(places[0], RecordPosition) for places in await asyncio.gather(*tasks)] == [True] * 50


async def test_a_wait_ends_when_its_log_is_closed(log, tmp_path):
    other = await SqliteLog.open_log(tmp_path / "log.db")
    waiting = asyncio.create_task(other.wait_for_records({("t", 0): 0}, DEADLINE))
    await asyncio.sleep(0)
    await other.close_log()
    with pytest.raises(LogUnavailable):
        await asyncio.wait_for(waiting, DEADLINE)


@pytest.mark.slow
async def test_two_processes_append_to_one_file_and_hear_each_other(log, tmp_path):
    told = tmp_path / "acknowledged"
    with told.open("w") as stdout, appender(tmp_path / "log.db", "other", stdout) as process:
        try:
            for _ in range(8):
                assert await log.wait_for_records(await log.end_positions(["t"]), DEADLINE)
                await asyncio.gather(*(append_all(log, "t", LogRecord(str(n).encode(), b"own")) for n in range(10)))
        finally:
            process.kill()
    found = await values(log, "t", 2)
    assert found.count(b"own") == 80
    acknowledged = told.read_text().split("\n")[:-1]
    assert {line.encode() * 20 for line in acknowledged} <= set(found)


@pytest.mark.slow
async def test_nothing_acknowledged_is_lost_by_kills(log, tmp_path):
    chance = random.Random(4)
    acknowledged: list[str] = []
    for run in range(8):
        process = appender(tmp_path / "log.db", str(run))
        assert process.stdout is not None
        acknowledged += [process.stdout.readline().strip() for _ in range(chance.randrange(1, 2000))]
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate()
        acknowledged += [line for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    found = await values(log, "t", 2)
    assert len(found) == len(set(found))
    assert {line.strip().encode() * 20 for line in acknowledged} <= set(found)
    for partition in range(2):
        positions = [stored.position for stored in await read_all(log, "t", partition)]
        assert positions == list(range(len(positions)))
    check = sqlite3.connect(tmp_path / "log.db")
    assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    check.close()


async def test_people_can_look_into_the_file(log, tmp_path):
    await append_all(log, "t", LogRecord(b"k", b'{"a":1}', partition=1))
    connection = sqlite3.connect(tmp_path / "log.db")
    row = connection.execute("SELECT topic, partition, position, key, value FROM log").fetchone()
    connection.close()
    assert row == ("t", 1, 0, b"k", b'{"a":1}')


async def test_a_file_of_a_newer_format_is_refused(tmp_path):
    connection = sqlite3.connect(tmp_path / "log.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(LogUnavailable, match="format 99"):
        await SqliteLog.open_log(tmp_path / "log.db")


async def test_beginnings_move_with_retention_but_not_with_compaction(log, clock):
    await append_all(log, "t", *[LogRecord(b"k", b"old", partition=0)] * 3)
    await append_all(log, "c", LogRecord(b"k", b"1"), LogRecord(b"k", b"2"))
    clock.now += timedelta(days=11)
    await append_all(log, "t", LogRecord(b"k", b"young", partition=1))
    assert await log.apply_retention(clock.ms) == 4
    assert await log.start_positions(["t", "c"]) == {("t", 0): 3, ("t", 1): 0, ("c", 0): 0}


async def test_retention_of_what_was_read_is_no_mismatch_and_of_what_was_not_is_one(log, clock):
    await append_all(log, "t", *[LogRecord(b"k", str(n).encode(), partition=0) for n in range(4)])
    stored = await read_all(log, "t", 0)
    clock.now += timedelta(days=11)
    await log.apply_retention(clock.ms)
    marks = {("t", 0): mark_after(stored[3], 4)}
    assert (await check_marks(log, marks))["t", 0].problem is None
    behind = {("t", 0): mark_after(stored[2], 3)}
    assert "begins at 4, but was read up to 3" in (await check_marks(log, behind))["t", 0].problem
    assert (await check_marks(log, {("t", 0): ReadMark()}))["t", 0].problem is None


async def test_a_compacted_topic_is_read_again_when_its_last_record_was_replaced(log, clock):
    topic = CATALOGUE.name
    await log.ensure_topics([CATALOGUE])
    await append_all(log, topic, LogRecord(b"a", b"1"), LogRecord(b"b", b"1"))
    mark = mark_after((await read_all(log, topic, 0))[1], 2)
    await append_all(log, topic, LogRecord(b"b", b"2"))
    await log.apply_retention(clock.ms)
    checked = (await check_marks(log, {(topic, 0): mark}))[topic, 0]
    assert (checked.problem, checked.adopted) == (None, ReadMark())


async def test_a_file_that_is_replaced_while_it_is_open_takes_no_more(log, tmp_path):
    await append_all(log, "t", LogRecord(b"k", b"1"))
    for suffix in ("", "-wal", "-shm"):
        (tmp_path / f"log.db{suffix}").unlink(missing_ok=True)
    with pytest.raises(LogUnavailable, match="removed or replaced"):
        await log.append_records("t", [LogRecord(b"k", b"2")])
    with pytest.raises(LogUnavailable, match="removed or replaced"):
        await log.end_positions(["t"])
