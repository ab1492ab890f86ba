"""What the tools of the log are told about the worker."""

import asyncio
from collections.abc import Mapping
from contextlib import asynccontextmanager

from metrics_worker.consumer.offset_publisher import GROUP, OffsetPublisher
from soundings.log.port import LogUnavailable, TopicPartition

PATIENCE = 20.0
A, B = ("a", 0), ("b", 3)


class Tools:
    """A log that remembers what it was told, after refusing a number of times."""

    def __init__(self, refusals: int = 0) -> None:
        self.told: list[Mapping[TopicPartition, int]] = []
        self._refusals = refusals
        self._heard = asyncio.Event()

    async def publish_offsets(self, group: str, positions: Mapping[TopicPartition, int]) -> None:
        assert group == GROUP
        if self._refusals:
            self._refusals -= 1
            raise LogUnavailable("away")
        self.told.append(dict(positions))
        self._heard.set()

    async def heard(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self._heard.wait()
        self._heard.clear()


@asynccontextmanager
async def publishing(hints: OffsetPublisher, tools: Tools):
    task = asyncio.create_task(hints.run_publisher(tools))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_only_what_moved_is_told_and_in_one_go():
    hints, tools = OffsetPublisher(every_s=0.001), Tools()
    hints.note_positions({A: 1, B: 1})
    hints.note_positions({A: 7})
    async with publishing(hints, tools):
        await tools.heard()
        hints.note_positions({A: 7, B: 2})
        await tools.heard()
    assert tools.told == [{A: 7, B: 1}, {B: 2}]


async def test_a_log_that_is_away_is_told_later_and_then_the_newest():
    hints, tools = OffsetPublisher(every_s=0.001), Tools(refusals=3)
    hints.note_positions({A: 1})
    async with publishing(hints, tools):
        await tools.heard()
    assert tools.told == [{A: 1}]


async def test_everything_is_told_again_after_a_while_in_case_another_told_something_older():
    hints, tools = OffsetPublisher(every_s=0.0001), Tools()
    async with publishing(hints, tools), asyncio.timeout(PATIENCE):
        while len(tools.told) < 3:
            hints.note_positions({A: 5})
            await asyncio.sleep(0)
    assert tools.told == [{A: 5}] * 3
