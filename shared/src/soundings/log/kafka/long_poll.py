"""Waiting for records: one long question to each broker, whose answer is kept for the reader that comes next."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from itertools import count

from soundings.log.kafka.aiokafka_internals import (
    EARLIEST,
    FetchAnswer,
    KafkaClient,
    OffsetOutOfRangeError,
    fetch_answers,
    fetch_request,
)
from soundings.log.kafka.cluster_client import RETRY_SECONDS, BrokerClient, by_leader
from soundings.log.kafka.fetch_buffer import FetchBuffer
from soundings.log.kafka.fetcher import PartitionFetcher
from soundings.log.port import TopicPartition

_FETCH_BYTES = 256 << 10
_QUESTION_SECONDS = 0.5
"""A question that nobody waits for any more holds up the next one on its connection for no longer than this."""


class LongPoller:
    """Each wait has connections of its own, for a broker answers the questions of one connection in turn."""

    def __init__(self, brokers: BrokerClient, reading: PartitionFetcher) -> None:
        self._brokers = brokers
        self._reading = reading
        self._busy: set[int] = set()

    async def wait_for_records(
        self, positions: Mapping[TopicPartition, int], seconds: float
    ) -> Collection[TopicPartition]:
        """See `Log.wait`; the partitions exist."""
        ready = [home for home, position in positions.items() if self._reading.has_buffered(home, position)]
        if ready:
            return ready
        # Each concurrent wait uses its own connection group, else its long poll would delay the
        # requests of the others.
        lane = next(number for number in count() if number not in self._busy)
        self._busy.add(lane)
        try:
            return await self._poll_nodes(dict(positions), seconds, f"wait {lane}")
        finally:
            self._busy.discard(lane)

    async def _poll_nodes(
        self, heads: dict[TopicPartition, int], seconds: float, lane: str
    ) -> Collection[TopicPartition]:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while True:
            left = max(0.0, deadline - loop.time())
            question = partial(self._ask_once, heads=heads, seconds=min(left, _QUESTION_SECONDS), lane=lane)
            asked = dict(heads)
            ready = await self._brokers.with_retries(question)
            # Whoever does not wait learns all the same of what stands behind records that were removed.
            if ready or (left == 0 and heads == asked):
                return ready

    async def _ask_once(
        self, client: KafkaClient, *, heads: dict[TopicPartition, int], seconds: float, lane: str
    ) -> Collection[TopicPartition]:
        answers = await _first_answers(client, heads, seconds, lane)
        ready = [
            answer.topic_partition for answer in answers if answer.error is None and self._store_reply(answer, heads)
        ]
        lost = [answer.topic_partition for answer in answers if isinstance(answer.error, OffsetOutOfRangeError)]
        for answer in answers:
            if answer.error is not None and answer.topic_partition not in lost:
                raise answer.error
        if lost and not ready:
            for home, earliest in (await self._brokers.list_offsets(lost, EARLIEST)).items():
                heads[home] = max(heads[home], earliest)
            # One that lies beyond the end is answered at once, every time.
            await asyncio.sleep(min(seconds, RETRY_SECONDS))
        return ready

    def _store_reply(self, answer: FetchAnswer, heads: dict[TopicPartition, int]) -> bool:
        fetched = FetchBuffer(
            answer.topic_partition,
            heads[answer.topic_partition],
            answer.batches,
            end=answer.end,
            given_up=answer.given_up,
        )
        ready = fetched.has_records()
        heads[answer.topic_partition] = fetched.position
        if ready:
            self._reading.store_fetched(answer.topic_partition, fetched)
        return ready


async def _first_answers(
    client: KafkaClient, heads: Mapping[TopicPartition, int], seconds: float, lane: str
) -> Sequence[FetchAnswer]:
    """What the first broker to answer has to say; the others are not listened to any longer."""
    wait_ms = round(seconds * 1000)
    questions = [
        asyncio.create_task(_poll_node(client, node, {home: heads[home] for home in led}, wait_ms, lane))
        for node, led in by_leader(client, heads).items()
    ]
    try:
        done, _ = await asyncio.wait(questions, return_when=asyncio.FIRST_COMPLETED)
    finally:
        # Cancelling leaves the poll running at the broker for at most _QUESTION_SECONDS.
        for question in questions:
            question.cancel()
        await asyncio.gather(*questions, return_exceptions=True)
    return [answer for question in done for answer in question.result()]


async def _poll_node(
    client: KafkaClient, node: int, heads: Mapping[TopicPartition, int], wait_ms: int, lane: str
) -> Sequence[FetchAnswer]:
    request = fetch_request(heads, wait_ms=wait_ms, most_bytes=_FETCH_BYTES)
    return list(fetch_answers(await client.send(node, request, group=lane)))
