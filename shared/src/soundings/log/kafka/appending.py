"""Appending to Kafka: what comes for a partition while a packet is under way goes into the next one."""

import asyncio
from collections import deque
from collections.abc import Sequence
from time import time

from soundings.log.kafka.connecting import Lazily
from soundings.log.kafka.library import KafkaError, Packet, Producer, ProducerClosed, give_up, make_producer
from soundings.log.kafka.settings import KafkaSettings
from soundings.log.port import AppendFailed, LogUnavailable, Place, Record, TopicPartition

MOST_WAITING_BYTES = 64 << 20
UNREACHABLE = "unreachable"
_FLUSH_SECONDS = 3.0


class Ticket:
    """One call of append: what has become of its records, and who waits for that."""

    __slots__ = ("given_up", "left", "outcomes", "settled")

    def __init__(self, records: int) -> None:
        self.outcomes: list[Place | AppendFailed | None] = [None] * records
        self.left = records
        self.settled: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.given_up = False

    def settle(self, index: int, outcome: Place | AppendFailed) -> None:
        self.outcomes[index] = outcome
        self.left -= 1
        if self.left == 0 and not self.settled.done():
            self.settled.set_result(None)


Item = tuple[Record, int, Ticket, int]
"""A record, its size, and the place of its outcome."""


class Lane:
    """The records on their way to one partition, one packet at a time, so that nothing overtakes."""

    def __init__(self, home: TopicPartition, producer: Lazily[Producer]) -> None:
        self._topic, self._partition = home
        self._producer = producer
        self._queue: deque[Item] = deque()
        self._under_way: asyncio.Task[None] | None = None

    def put(self, item: Item) -> None:
        self._queue.append(item)

    def go(self) -> None:
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while self._queue:
            try:
                producer = await self._producer.get()
            except LogUnavailable as error:
                self._fail(self._drain(), AppendFailed(UNREACHABLE, str(error), retryable=True))
            else:
                await self._send_next(producer)

    async def _send_next(self, producer: Producer) -> None:
        packet = producer.create_batch()
        items = self._fill(packet)
        if not items:
            return
        try:
            acknowledged = await (await producer.send_batch(packet, self._topic, partition=self._partition))
        ...
