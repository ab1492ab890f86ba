"""A log that is opened when it is first used, so that all can be put together before, also while the log is away."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Final

from soundings.events.topics import CATALOGUE, TopicSpec
from soundings.log.port import (
    AppendFailed,
    EventLog,
    LogClosed,
    LogRecord,
    LogUnavailable,
    ProbesWrites,
    RecordBatch,
    RecordPosition,
    TopicPartition,
)

OpenLog = Callable[[str], Awaitable[EventLog]]

_OPEN_SECONDS: Final = 5.0


class LazyLog:
    """See `soundings.log.port.Log`. Belongs to the event loop that it is first used in; once closed it stays so."""

    def __init__(self, url: str, open_log: OpenLog) -> None:
        self._url = url
        self._open_log = open_log
        self._opened: EventLog | None = None
        self._opening = asyncio.Lock()
        self._closed = False

    async def open_now(self) -> EventLog:
        """The log itself; raises `LogUnavailable` when it cannot be opened now, and `BadLogUrl` when it never can."""
        if self._opened is None:
            # Double-checked: the lock is taken only until the log is open.
            async with self._opening:
                if self._closed:
                    raise LogClosed("the log is closed")
                if self._opened is None:
                    self._opened = await self._open_in_time()
        return self._opened

    async def _open_in_time(self) -> EventLog:
        try:
            async with asyncio.timeout(_OPEN_SECONDS):
                return await self._open_log(self._url)
        except OSError as error:  # a timeout is one too
            raise LogUnavailable(f"the log cannot be opened: {error}") from error

    async def ensure_topics(self, topics: Sequence[TopicSpec]) -> None:
        await (await self.open_now()).ensure_topics(topics)

    async def append_records(self, topic: str, records: Sequence[LogRecord]) -> Sequence[RecordPosition | AppendFailed]:
        return await (await self.open_now()).append_records(topic, records)

    async def probe(self) -> None:
        """See `soundings.log.port.ProbesWrites`; a log that cannot probe is asked for an end instead."""
        log = await self.open_now()
        if isinstance(log, ProbesWrites):
            await log.probe()
        else:
            await log.end_position(CATALOGUE.name, 0)

    async def read_batch(self, topic: str, partition: int, from_position: int, limit: int) -> RecordBatch:
        return await (await self.open_now()).read_batch(topic, partition, from_position, limit)

    async def wait_for_records(
        self, positions: Mapping[TopicPartition, int], seconds: float
    ) -> Collection[TopicPartition]:
        return await (await self.open_now()).wait_for_records(positions, seconds)

    async def partition_count(self, topic: str) -> int:
        return await (await self.open_now()).partition_count(topic)

    async def end_position(self, topic: str, partition: int) -> int:
        return await (await self.open_now()).end_position(topic, partition)

    async def end_positions(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        return await (await self.open_now()).end_positions(topics)

    async def start_positions(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        return await (await self.open_now()).start_positions(topics)

    async def close_log(self) -> None:
        async with self._opening:
            # Set under the lock, so that an open in progress is finished first and then closed.
            self._closed = True
            log, self._opened = self._opened, None
        if log is not None:
            await log.close_log()
