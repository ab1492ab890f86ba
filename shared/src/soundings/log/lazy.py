"""A log that is opened when it is first used, so that all can be put together before, also while the log is away."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Final

from soundings.events.topics import CATALOGUE, Topic
from soundings.log.port import (
    AppendFailed,
    Batch,
    Log,
    LogClosed,
    LogUnavailable,
    Place,
    ProbesWrites,
    Record,
    TopicPartition,
)

OpenLog = Callable[[str], Awaitable[Log]]

_OPEN_SECONDS: Final = 5.0


class LazyLog:
    """See `soundings.log.port.Log`. Belongs to the event loop that it is first used in; once closed it stays so."""

    def __init__(self, url: str, open_log: OpenLog) -> None:
        self._url = url
        self._open_log = open_log
        self._opened: Log | None = None
        self._opening = asyncio.Lock()
        self._closed = False

    async def open(self) -> Log:
        """The log itself; raises `LogUnavailable` when it cannot be opened now, and `BadLogUrl` when it never can."""
        if self._opened is None:
            async with self._opening:
                if self._closed:
                    raise LogClosed("the log is closed")
                if self._opened is None:
                    self._opened = await self._open()
        return self._opened

    async def _open(self) -> Log:
        try:
            async with asyncio.timeout(_OPEN_SECONDS):
                return await self._open_log(self._url)
        except OSError as error:  # a timeout is one too
            raise LogUnavailable(f"the log cannot be opened: {error}") from error

    async def ensure(self, topics: Sequence[Topic]) -> None:
        await (await self.open()).ensure(topics)

    async def append(self, topic: str, records: Sequence[Record]) -> Sequence[Place | AppendFailed]:
        return await (await self.open()).append(topic, records)

    async def probe(self) -> None:
        """See `soundings.log.port.ProbesWrites`; a log that cannot probe is asked for an end instead."""
        log = await self.open()
        if isinstance(log, ProbesWrites):
            await log.probe()
        else:
            await log.end(CATALOGUE.name, 0)

    async def read(self, topic: str, partition: int, from_position: int, limit: int) -> Batch:
        return await (await self.open()).read(topic, partition, from_position, limit)

    async def wait(self, positions: Mapping[TopicPartition, int], seconds: float) -> Collection[TopicPartition]:
        return await (await self.open()).wait(positions, seconds)

    async def partitions(self, topic: str) -> int:
        return await (await self.open()).partitions(topic)

    async def end(self, topic: str, partition: int) -> int:
        return await (await self.open()).end(topic, partition)

    async def ends(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        return await (await self.open()).ends(topics)

    async def beginnings(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        return await (await self.open()).beginnings(topics)

    async def close(self) -> None:
        async with self._opening:
            self._closed = True
            log, self._opened = self._opened, None
        if log is not None:
            await log.close()
