"""Reading from Kafka by position, without a group: fetches on demand, and one ahead while there is more."""

import asyncio
from collections import OrderedDict

from soundings.log.kafka.aiokafka_internals import (
    EARLIEST,
    FetchAnswer,
    KafkaClient,
    OffsetOutOfRangeError,
    fetch_answers,
    fetch_request,
)
from soundings.log.kafka.cluster_client import BrokerClient, by_leader
from soundings.log.kafka.fetch_buffer import FetchBuffer
from soundings.log.port import RecordBatch, StoredRecord, TopicPartition

# One megabyte keeps a rebuild at full speed while a half-read fetch stays small in memory.
_FETCH_BYTES = 1 << 20
_KEPT = 64
"""How many fetches may lie half read; each is a megabyte or one packet, before decompression."""


class PartitionFetcher:
    """The way out. Nothing in here knows of readers: what is kept is found by its position, and may be lost."""

    def __init__(self, brokers: BrokerClient) -> None:
        self._brokers = brokers
        self._kept: OrderedDict[tuple[TopicPartition, int], FetchBuffer] = OrderedDict()
        self._ahead: dict[TopicPartition, tuple[int, asyncio.Task[FetchBuffer]]] = {}

    async def read_records(self, home: TopicPartition, from_position: int, limit: int) -> RecordBatch:
        """See `Log.read`; the partition exists."""
        topic, partition = home
        if limit < 1:
            return RecordBatch(topic, partition, (), from_position)
        fetched = await self._buffered_batch(home, max(from_position, 0))
        while not fetched.has_records() and fetched.following < fetched.end:
            fetched = await self._buffered_batch(home, fetched.following)
        records: list[StoredRecord] = []
        while len(records) < limit and (taken := fetched.take_records(limit - len(records))):
            records += taken
            # Decoding holds the event loop; give other tasks a turn between two batches.
            await asyncio.sleep(0)
        if fetched.has_records():
            self.store_fetched(home, fetched)
        return RecordBatch(topic, partition, records, max(fetched.position, from_position))

    def has_buffered(self, home: TopicPartition, position: int) -> bool:
        """Whether records at a position need not be fetched any more."""
        return (home, position) in self._kept

    def store_fetched(self, home: TopicPartition, fetched: FetchBuffer) -> None:
        """Buffer fetched records for the reader at their position."""
        self._kept[home, fetched.position] = fetched
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    async def _buffered_batch(self, home: TopicPartition, position: int) -> FetchBuffer:
        """What lies at a position: kept from before, on its way already, or fetched now."""
        fetched = self._kept.pop((home, position), None)
        if fetched is None:
            ahead, task = self._ahead.get(home, (-1, None))
            if task is not None and ahead == position:
                del self._ahead[home]
                fetched = await task
            else:
                fetched = await self._fetch_batch(home, position)
        # There is more: fetch it while the caller processes this batch, which hides the round trip.
        if fetched.following < fetched.end:
            self._fetch_ahead(home, fetched.following)
        return fetched

    def _fetch_ahead(self, home: TopicPartition, position: int) -> None:
        ahead, task = self._ahead.get(home, (-1, None))
        if ahead == position or (home, position) in self._kept:
            return
        if task is not None:
            # A reader that moved elsewhere does not need the old fetch.
            task.cancel()
        task = asyncio.create_task(self._fetch_batch(home, position))
        task.add_done_callback(_forget_failure)
        self._ahead[home] = (position, task)

    async def _fetch_batch(self, home: TopicPartition, position: int) -> FetchBuffer:
        async def attempt(client: KafkaClient) -> FetchAnswer:
            (node,) = by_leader(client, [home])
            request = fetch_request({home: position}, wait_ms=0, most_bytes=_FETCH_BYTES)
            (answer,) = fetch_answers(await client.send(node, request))
            if answer.error is not None and not isinstance(answer.error, OffsetOutOfRangeError):
                raise answer.error
            return answer

        answer = await self._brokers.with_retries(attempt)
        if answer.error is None:
            return FetchBuffer(home, position, answer.batches, end=answer.end, given_up=answer.given_up)
        # Out of range is either before retention, where reading goes on at the earliest offset, or
        # beyond the end, where there is nothing.
        earliest = (await self._brokers.list_offsets([home], EARLIEST))[home]
        return (
            FetchBuffer(home, position, end=position)
            if position >= earliest
            else await self._fetch_batch(home, earliest)
        )

    async def close_connections(self) -> None:
        tasks = [task for _, task in self._ahead.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _forget_failure(task: asyncio.Task[FetchBuffer]) -> None:
    """Retrieve the exception, or asyncio would log it; the reader gets the failure from its next fetch."""
    if not task.cancelled():
        task.exception()
