"""A log that is opened when the service starts, so that everything can be put together before."""

from collections.abc import Collection, Mapping, Sequence

from soundings.events.topics import Topic
from soundings.log.port import AppendFailed, Batch, Log, LogClosed, Place, Record, TopicPartition


class LateLog:
    """Passes every call on to the log it was given; before that it is closed."""

    def __init__(self) -> None:
        self._log: Log | None = None

    def opened(self, log: Log) -> None:
        """Use this log from now on."""
        self._log = log

    def _open(self) -> Log:
        if self._log is None:
            raise LogClosed("the service has not opened its log yet")
        return self._log

    async def ensure(self, topics: Sequence[Topic]) -> None:
        await self._open().ensure(topics)

    async def append(self, topic: str, records: Sequence[Record]) -> Sequence[Place | AppendFailed]:
        return await self._open().append(topic, records)

    async def read(self, topic: str, partition: int, from_position: int, limit: int) -> Batch:
        return await self._open().read(topic, partition, from_position, limit)

    async def wait(self, positions: Mapping[TopicPartition, int], seconds: float) -> Collection[TopicPartition]:
        return await self._open().wait(positions, seconds)

    async def partitions(self, topic: str) -> int:
        return await self._open().partitions(topic)

    async def end(self, topic: str, partition: int) -> int:
        return await self._open().end(topic, partition)

    async def ends(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        return await self._open().ends(topics)

    async def close(self) -> None:
        log, self._log = self._log, None
        if log is not None:
            await log.close()
