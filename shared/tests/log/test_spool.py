"""The spool: what is answered while the log behind is away is kept, in order per key, and arrives when it is back."""

import asyncio
import tempfile
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundings.events.topics import TopicSpec
from soundings.log.port import AppendFailed, LogFull, LogRecord, LogUnavailable, RecordPosition, UnknownTopic
from soundings.log.spool import SpoolDepth, SpooledLog, SpoolInUse, SpoolStore
from soundings.testing.hypothesis_profile import example_count
from soundings.testing.memory_log import MemoryLog, MemoryStore
from soundings.testing.small_disk import small_disk

TOPIC = TopicSpec("t", 4, "delete", timedelta(days=1))
OTHER = TopicSpec("other", 1, "compact", None)
PATIENCE = 10.0
WELL, AWAY, SILENT, LATE, PARTLY = "well", "away", "silent", "late", "partly"


class Behind(MemoryLog):
    """The log behind, in one of several moods; `asked` counts the appends that reached it past the spool."""

    def __init__(self, store=None):
        super().__init__(store)
        self.mood = WELL
        self.too_large = frozenset()
        self.asked = 0
        self.silence = asyncio.Event()

    async def append_records(self, topic, records):
        self.asked += records[0].partition is None
        mood = self.mood
        if mood == AWAY:
            raise LogUnavailable("the broker is away")
        if mood == SILENT:
            self.silence.set()
            await asyncio.Event().wait()
        if mood == PARTLY:
            first = await super().append_records(topic, records[: len(records) // 2])
            return [*first, *[AppendFailed("unreachable", retryable=True)] * (len(records) - len(first))]
        if any(record.value in self.too_large for record in records):
            return [AppendFailed("refused_by_broker", "too large")] * len(records)
        places = await super().append_records(topic, records)
        if mood == LATE:  # stored, and nobody is told
            await asyncio.Event().wait()
        return places

    async def end_positions(self, topics):
        if self.mood not in {WELL, PARTLY}:
            raise LogUnavailable("the broker is away")
        return await super().end_positions(topics)

    def values(self, key=None):
        return [record.value for record in self.all_records("t") if key in (None, record.key)]


class Watcher:
    """Lets tests wait for what the spool tells of itself."""

    def __init__(self):
        self.depth = SpoolDepth()
        self._told = asyncio.Event()

    def __call__(self, depth):
        self.depth = depth
        self._told.set()

    async def until(self, holds):
        async with asyncio.timeout(PATIENCE):
            while not holds():
                self._told.clear()
                await self._told.wait()

    async def until_drained(self, log):
        await self.until(lambda: not log.is_unavailable and self.depth.records == 0)


@asynccontextmanager
async def spooled(folder, behind, *, max_bytes=1 << 24, patience=0.02):
    watcher = Watcher()
    spool = SpoolStore(folder, [TOPIC], max_bytes=max_bytes)
    log = SpooledLog(behind, spool, patience=patience, retry_seconds=0.005, answer_seconds=0.05, watch=watcher)
    await log.start_draining()
    try:
        yield log, watcher
    finally:
        await log.close_log()


@pytest.fixture
async def behind():
    log = Behind()
    await log.ensure_topics([TOPIC, OTHER])
    return log


async def put(log, *values, key=b"k"):
    return await log.append_records("t", [LogRecord(key, value) for value in values])


async def fill(log, size):
    """Append until there is no more room; what was kept, and the refusal."""
    kept = []
    while True:
        value = b"%d" % len(kept) + bytes(size)
        try:
            await put(log, value)
        except LogFull as refusal:
            return kept, refusal
        kept.append(value)


def first_of_each(values):
    return list(dict.fromkeys(values))


async def test_nothing_waits_while_the_log_behind_is_well(tmp_path, behind):
    async with spooled(tmp_path, behind) as (log, watcher):
        (place,) = await put(log, b"1")
        assert isinstance(place, RecordPosition)
        assert behind.values() == [b"1"]
        assert watcher.depth == SpoolDepth()
        assert await log.degraded_reason() is None


@pytest.mark.parametrize("mood", [AWAY, SILENT, LATE])
async def test_what_is_answered_while_the_log_is_away_arrives_in_order_when_it_is_back(tmp_path, behind, mood):
    async with spooled(tmp_path, behind) as (log, watcher):
        await put(log, b"0")
        behind.mood = mood
        for number in range(1, 20):
            assert not isinstance((await put(log, b"%d" % number))[0], AppendFailed)
        await watcher.until(lambda: watcher.depth.records == 19)
        assert watcher.depth.oldest_at is not None
        assert watcher.depth.bytes > 0
        assert "19 records wait" in (await log.degraded_reason() or "")
        assert await log.unready_reason() is None
        behind.mood = WELL
        await watcher.until_drained(log)
        await put(log, b"20")
        assert first_of_each(behind.values()) == [b"%d" % number for number in range(21)]


async def test_after_the_first_failure_nobody_waits_for_the_log_behind(tmp_path, behind):
    behind.mood = SILENT
    async with spooled(tmp_path, behind, patience=0.05) as (log, _):
        await asyncio.gather(*(put(log, b"%d" % number) for number in range(10)))
        await put(log, b"10", key=b"another")
        assert behind.asked == 10


async def test_one_who_finds_the_log_away_tells_all_who_wait(tmp_path, behind):
    behind.mood = SILENT
    async with spooled(tmp_path, behind, patience=3600) as (log, _):
        waiting = [asyncio.create_task(put(log, b"%d" % number)) for number in range(5)]
        async with asyncio.timeout(PATIENCE):
            await behind.silence.wait()
            behind.mood = AWAY
            await put(log, b"5")
            await asyncio.gather(*waiting)


async def test_what_waits_survives_the_process(tmp_path, behind):
    behind.mood = AWAY
    async with spooled(tmp_path, behind) as (log, _):
        await put(log, b"1", b"2")
    again = Behind(behind.store)
    again.mood = AWAY
    async with spooled(tmp_path, again) as (log, watcher):
        assert watcher.depth.records == 2
        await put(log, b"3")
        assert again.asked == 0  # it goes behind what waits, without asking first
        again.mood = WELL
        await watcher.until_drained(log)
        assert again.values() == [b"1", b"2", b"3"]


async def test_a_log_that_lacks_its_topics_yet_is_away(tmp_path):
    behind = Behind()
    async with spooled(tmp_path, behind) as (log, watcher):
        await put(log, b"1")
        await behind.ensure_topics([TOPIC])
        await watcher.until_drained(log)
        assert behind.values() == [b"1"]
        with pytest.raises(UnknownTopic):
            await log.append_records("unknown", [LogRecord(b"k", b"1")])


async def test_of_a_batch_only_what_was_not_stored_waits(tmp_path, behind):
    async with spooled(tmp_path, behind) as (log, watcher):
        behind.mood = PARTLY
        outcomes = await put(log, b"1", b"2", b"3", b"4")
        assert [type(outcome) for outcome in outcomes] == [RecordPosition] * 4
        behind.mood = WELL
        await watcher.until_drained(log)
        assert behind.values() == [b"1", b"2", b"3", b"4"]


async def test_topics_that_are_not_spooled_are_up_to_the_log_behind(tmp_path, behind):
    async with spooled(tmp_path, behind) as (log, _):
        behind.mood = AWAY
        with pytest.raises(LogUnavailable):
            await log.append_records("other", [LogRecord(b"k", b"1")])


async def test_a_record_that_is_refused_for_good_holds_up_no_other_and_is_kept(tmp_path, behind):
    behind.mood = AWAY
    behind.too_large = frozenset({b"2"})
    async with spooled(tmp_path, behind) as (log, watcher):
        await put(log, b"1", b"2", b"3")
        behind.mood = WELL
        await watcher.until_drained(log)
        assert (behind.values(), watcher.depth.parked) == ([b"1", b"3"], 1)
        assert await log.dead_reason() is None
        assert "1 records that the log refuses" in (await log.degraded_reason() or "")
        assert await log.unready_reason() is None
    async with spooled(tmp_path, behind) as (_, watcher):
        assert watcher.depth.parked == 1


async def test_parked_records_are_tried_again_by_the_next_process(tmp_path, behind):
    behind.mood = AWAY
    behind.too_large = frozenset({b"2"})
    async with spooled(tmp_path, behind) as (log, watcher):
        await put(log, b"1", b"2")
        behind.mood = WELL
        await watcher.until(lambda: watcher.depth.parked == 1)
    behind = Behind(behind.store)
    async with spooled(tmp_path, behind) as (_, watcher):
        await watcher.until(lambda: watcher.depth.parked == 0)
        assert behind.values() == [b"1", b"2"]


async def test_a_full_spool_refuses_politely_and_takes_records_again_when_it_has_drained(tmp_path, behind):
    behind.mood = AWAY
    async with spooled(tmp_path, behind, max_bytes=400_000) as (log, watcher):
        kept, refusal = await fill(log, 20_000)
        assert refusal.retry_after >= 1
        assert kept
        behind.mood = WELL
        await watcher.until_drained(log)
        assert first_of_each(behind.values()) == kept
        behind.mood = AWAY
        await put(log, bytes(20_000))


async def test_with_neither_log_nor_spool_the_service_is_not_ready_until_one_of_them_is_back(tmp_path, behind):
    behind.mood = AWAY
    async with spooled(tmp_path, behind, max_bytes=300_000) as (log, watcher):
        await fill(log, 100_000)
        assert await log.unready_reason() is not None
        behind.mood = WELL
        await watcher.until_drained(log)
        assert await log.unready_reason() is None
        assert await log.dead_reason() is None


@pytest.fixture
def disk():
    with small_disk(2) as folder:
        yield folder


@pytest.mark.needs_machine
async def test_a_disk_that_the_spool_has_filled_is_free_again_when_the_spool_has_drained(disk, behind):
    behind.mood = AWAY
    async with spooled(disk / "spool", behind) as (log, _):
        kept, _ = await fill(log, 20_000)
    again = Behind(behind.store)
    again.mood = AWAY
    async with spooled(disk / "spool", again) as (log, watcher):
        more, refusal = await fill(log, 20_000)
        assert refusal.retry_after >= 1
        assert await log.unready_reason() is not None
        again.mood = WELL
        await watcher.until_drained(log)
        assert await log.unready_reason() is None
        assert first_of_each(again.values()) == [*kept, *more]
        again.mood = AWAY
        await put(log, bytes(20_000))


@pytest.mark.needs_machine
async def test_a_spool_takes_records_again_when_others_make_room_on_the_disk(disk, behind):
    behind.mood = AWAY
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(1_500_000))
    async with spooled(disk / "spool", behind) as (log, watcher):
        await fill(log, 20_000)
        assert await log.unready_reason() is not None
        ballast.unlink()
        await watcher.until(lambda: not log.failing_reason)
        assert await log.unready_reason() is None
        await put(log, bytes(20_000))


async def test_a_spool_belongs_to_one_process(tmp_path, behind):
    async with spooled(tmp_path, behind):
        with pytest.raises(SpoolInUse):
            await SpooledLog(behind, SpoolStore(tmp_path, [TOPIC])).start_draining()


steps = st.one_of(
    st.tuples(st.just("put"), st.sampled_from([b"a", b"b", b"c", b"d"])),
    st.tuples(st.just("crowd"), st.integers(2, 6)),
    st.tuples(st.just("mood"), st.sampled_from([WELL, WELL, AWAY, SILENT, LATE, PARTLY])),
    st.tuples(st.just("restart"), st.just(None)),
    st.tuples(st.just("breathe"), st.integers(1, 20)),
)


class Life:
    """A spooled log through any outages and restarts; `sent` is what was acknowledged, by key, in order."""

    def __init__(self, folder):
        self.folder = folder
        self.store = MemoryStore()
        self.sent = {}
        self.mood = WELL
        self.number = 0

    async def start(self):
        self.behind = Behind(self.store)
        await self.behind.ensure_topics([TOPIC])
        self.behind.mood = self.mood
        self.watcher = Watcher()
        spool = SpoolStore(self.folder, [TOPIC])
        self.log = SpooledLog(
            self.behind, spool, patience=0.005, retry_seconds=0.002, answer_seconds=0.01, watch=self.watcher
        )
        await self.log.start_draining()

    async def put(self, key):
        self.number += 1
        value = b"%d" % self.number
        (outcome,) = await put(self.log, value, key=key)
        assert isinstance(outcome, RecordPosition)
        self.sent.setdefault(key, []).append(value)

    async def crowd(self, many):
        await asyncio.gather(*(self.put(b"crowd %d" % number) for number in range(many)))

    async def mood_(self, mood):
        self.mood = self.behind.mood = mood

    async def restart(self, _):
        await self.log.close_log()
        await self.start()

    async def breathe(self, turns):
        for _ in range(turns):
            await asyncio.sleep(0)

    async def recover(self):
        self.mood = self.behind.mood = WELL
        await self.restart(None)
        await self.watcher.until_drained(self.log)
        await self.log.close_log()


async def live(folder, history):
    life = Life(folder)
    await life.start()
    for step, argument in history:
        await getattr(life, "mood_" if step == "mood" else step)(argument)
    await life.recover()
    for key, values in life.sent.items():
        assert first_of_each(life.behind.values(key)) == values


@settings(max_examples=example_count(60), deadline=None)
@given(history=st.lists(steps, max_size=25))
def test_whatever_fails_all_that_was_acknowledged_arrives_in_order_per_key(history):
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(live(Path(folder), history))
