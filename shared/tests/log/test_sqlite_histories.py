"""Whatever is appended, cleaned, closed and opened again: readers find just what is left, where it was put."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from soundings.events.topics import TopicSpec
from soundings.log.port import LogRecord
from soundings.log.sqlite import SqliteLog
from soundings.testing.hypothesis_profile import example_count
from soundings.testing.log_access import append_all, read_all

TOPIC = TopicSpec("t", 1, "delete", timedelta(days=10))
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)

steps = st.one_of(
    st.tuples(st.just("append"), st.integers(1, 5)),
    st.tuples(st.just("days"), st.integers(0, 12)),
    st.tuples(st.just("maintain"), st.just(0)),
    st.tuples(st.just("trim"), st.integers(0, 30)),
    st.tuples(st.just("reopen"), st.just(0)),
)


class History:
    """A log and, beside it, what it must hold: position, day and value of each record that is left."""

    def __init__(self, path):
        self.path = path
        self.day = 0
        self.next = 0
        self.left = []

    def clock(self):
        return BEGIN + timedelta(days=self.day)

    async def open(self):
        self.log = await SqliteLog.open_log(self.path, clock=self.clock)
        await self.log.ensure_topics([TOPIC])

    async def append(self, many):
        values = [str(self.next + number).encode() for number in range(many)]
        places = await append_all(self.log, "t", *(LogRecord(b"k", value) for value in values))
        assert [place.position for place in places] == list(range(self.next, self.next + many))
        self.left += [(place.position, self.day, value) for place, value in zip(places, values, strict=True)]
        self.next += many

    async def days(self, many):
        self.day += many

    async def maintain(self, _):
        await self.log.apply_retention(round(self.clock().timestamp() * 1000))
        self.left = [record for record in self.left if record[1] >= self.day - 10]

    async def trim(self, before):
        await self.log.trim_before("t", 0, before)
        self.left = [record for record in self.left if record[0] >= before]

    async def reopen(self, _):
        await self.log.close_log()
        await self.open()

    async def check(self):
        found = [(stored.position, stored.value) for stored in await read_all(self.log, "t", 0, limit=3)]
        assert found == [(position, value) for position, _, value in self.left]
        assert await self.log.end_position("t", 0) == self.next


async def play(path, history):
    played = History(path)
    await played.open()
    for step, argument in history:
        await getattr(played, step)(argument)
        await played.check()
    await played.log.close_log()


@settings(max_examples=example_count(25), deadline=None)
@given(st.lists(steps, max_size=15))
def test_readers_find_what_is_left_and_no_position_is_used_twice(history):
    with TemporaryDirectory() as directory:
        asyncio.run(play(Path(directory) / "log.db", history))
