"""The log as the endpoints append to it, which notes for readiness whether it takes what they give."""

from collections.abc import Collection, Mapping, Sequence

from soundings.events.topics import Topic
from soundings.http.write_health import WriteHealth
from soundings.log.port import AppendFailed, Batch, Log, LogUnavailable, Place, Record, TopicPartition


class CheckedLog:
    """See `soundings.log.port.Log`."""

    def __init__(self, log: Log, health: WriteHealth) -> None:
        self._log = log
        self._health = health

    async def append(self, topic: str, records: Sequence[Record]) -> Sequence[Place | AppendFailed]:
        try:
            outcomes = await self._log.append(topic, records)
        except LogUnavailable as error:
            self._health.failed(error)
            raise
        lost = next((one for one in outcomes if isinstance(one, AppendFailed) and one.retryable), None)
        if lost is None:
            self._health.succeeded()
        else:
            self._health.failed(lost)
        return outcomes

    async def ensure(self, topics: Sequence[Topic]) -> None:
        await self._log.ensure(topics)

    async def read(self, topic: str, partition: int, from_position: int, limit: int) -> Batch:
        return await self._log.read(topic, partition, from_position, limit)

    async def wait(self, positions: Mapping[TopicPartition, int], seconds: float) -> Collection[TopicPartition]:
        return await self._log.wait(positions, seconds)

    async def partitions(self, topic: str) -> int:
        return await self._log.partitions(topic)

    async def end(self, topic: str, partition: int) -> int:
        return await self._log.end(topic, partition)

    async def ends(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        return await self._log.ends(topics)

    async def beginnings(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        return await self._log.beginnings(topics)

    async def close(self) -> None:
        await self._log.close()
