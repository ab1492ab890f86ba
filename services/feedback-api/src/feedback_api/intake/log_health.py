"""Log adapter that reports the result of each append to the readiness check."""

from collections.abc import Collection, Mapping, Sequence

from soundings.events.topics import TopicSpec
from soundings.http.write_health import WriteHealth
from soundings.log.port import (
    AppendFailed,
    EventLog,
    LogRecord,
    LogUnavailable,
    RecordBatch,
    RecordPosition,
    TopicPartition,
)


class CheckedLog:
    """See `soundings.log.port.Log`."""

    def __init__(self, log: EventLog, health: WriteHealth) -> None:
        self._log = log
        self._health = health

    async def append_records(self, topic: str, records: Sequence[LogRecord]) -> Sequence[RecordPosition | AppendFailed]:
        try:
            outcomes = await self._log.append_records(topic, records)
        except LogUnavailable as error:
            self._health.failed(error)
            raise
        lost = next((one for one in outcomes if isinstance(one, AppendFailed) and one.retryable), None)
        if lost is None:
            self._health.succeeded()
        else:
            self._health.failed(lost)
        return outcomes

    async def ensure_topics(self, topics: Sequence[TopicSpec]) -> None:
        await self._log.ensure_topics(topics)

    async def read_batch(self, topic: str, partition: int, from_position: int, limit: int) -> RecordBatch:
        return await self._log.read_batch(topic, partition, from_position, limit)

    async def wait_for_records(
        self, positions: Mapping[TopicPartition, int], seconds: float
    ) -> Collection[TopicPartition]:
        return await self._log.wait_for_records(positions, seconds)

    async def partition_count(self, topic: str) -> int:
        return await self._log.partition_count(topic)

    async def end_position(self, topic: str, partition: int) -> int:
        return await self._log.end_position(topic, partition)

    async def end_positions(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        return await self._log.end_positions(topics)

    async def start_positions(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        return await self._log.start_positions(topics)

    async def close_log(self) -> None:
        await self._log.close_log()
