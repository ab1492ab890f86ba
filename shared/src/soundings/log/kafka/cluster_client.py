"""The brokers as a reader knows them: which leads what, how far partitions go, and how long to insist on an answer."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TypeVar

from soundings.log.kafka.aiokafka_internals import (
    KafkaClient,
    KafkaError,
    check_commit,
    commit_request,
    coordinator_of,
    leader_of,
    make_client,
    position_answers,
    position_request,
)
from soundings.log.kafka.lazy_resource import LazyResource
from soundings.log.kafka.settings import KafkaSettings
from soundings.log.port import LogUnavailable, TopicPartition, UnknownTopic

T = TypeVar("T")

RETRY_SECONDS = 0.1


class BrokerClient:
    """One client for all questions but appends."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._client = LazyResource(self._start_client, _stop_client, deadline=settings.deadline)
        self._partitions: dict[str, int] = {}

    async def with_retries(self, attempt: Callable[[KafkaClient], Awaitable[T]]) -> T:
        """Ask again while a leader moves or a connection fails; raises `LogUnavailable` after the deadline."""
        client = await self._client.get_or_open()
        try:
            async with asyncio.timeout(self._settings.deadline):
                return await self._until_answered(client, attempt)
        except TimeoutError as error:
            # Should all brokers have moved, then only a new client finds them again.
            self._client.discard_broken(client)
            raise LogUnavailable("the Kafka cluster does not answer") from error
        except KafkaError as error:
            raise LogUnavailable(f"the Kafka cluster refuses to answer: {error}") from error

    async def _until_answered(self, client: KafkaClient, attempt: Callable[[KafkaClient], Awaitable[T]]) -> T:
        while True:
            try:
                return await attempt(client)
            except KafkaError as error:
                if not error.retriable:
                    raise
                # Most retriable errors mean that a leader has moved, so the metadata is refreshed
                # before the next attempt.
                await client.force_metadata_update()
                await asyncio.sleep(RETRY_SECONDS)

    async def partition_counts(self, topic: str) -> int:
        """The number of partitions of a topic; raises `UnknownTopic`."""
        known = self._partitions.get(topic)
        if known is None:
            known = await self.with_retries(lambda client: _look_up(client, topic))
            if known == 0:
                raise UnknownTopic(f"there is no topic {topic!r} on this Kafka cluster")
            # Cached for good: the number of partitions of a topic is fixed (see ensure_topics).
            self._partitions[topic] = known
        return known

    async def check_partitions(self, homes: Iterable[TopicPartition]) -> None:
        """Raise `UnknownTopic` for a partition that does not exist."""
        for topic, partition in homes:
            count = await self.partition_counts(topic)
            if not 0 <= partition < count:
                raise UnknownTopic(f"{topic} has no partition {partition}, only {count}")

    async def list_offsets(self, homes: Iterable[TopicPartition], which: int) -> Mapping[TopicPartition, int]:
        """The earliest or latest positions of partitions that exist, with one question to each broker."""
        asked = list(homes)
        if not asked:
            return {}

        async def attempt(client: KafkaClient) -> Mapping[TopicPartition, int]:
            answers = await asyncio.gather(
                *(client.send(node, position_request(led, which)) for node, led in by_leader(client, asked).items())
            )
            return {home: position for answer in answers for home, position in position_answers(answer)}

        found = await self.with_retries(attempt)
        return {home: found[home] for home in asked}

    async def commit_offsets(self, group: str, positions: Mapping[TopicPartition, int]) -> None:
        """Publish positions under the name of a group, for tools that show how far it lags."""

        async def attempt(client: KafkaClient) -> None:
            node = await coordinator_of(client, group)
            check_commit(await client.send(node, commit_request(group, positions)))

        await self.with_retries(attempt)

    async def await_leaders(self, homes: Iterable[TopicPartition]) -> None:
        """Until every partition has a leader, as new ones do after a moment."""
        client, waiting = await self._client.get_or_open(), list(homes)
        await self._until_answered(client, lambda known: _check_leaders(known, waiting))

    async def close_client(self) -> None:
        await self._client.close_resource()

    async def _start_client(self) -> KafkaClient:
        client = make_client(self._settings)
        try:
            await client.bootstrap()
            await client.force_metadata_update()
        # BaseException, because a cancelled start must close its sockets too.
        except BaseException:
            await client.close()
            raise
        return client


def by_leader(client: KafkaClient, homes: Iterable[TopicPartition]) -> Mapping[int, list[TopicPartition]]:
    """Partitions by the broker that leads them; raises `KafkaError` if one has none."""
    led: dict[int, list[TopicPartition]] = {}
    for home in homes:
        led.setdefault(leader_of(client, home), []).append(home)
    return led


async def _check_leaders(client: KafkaClient, homes: Iterable[TopicPartition]) -> None:
    by_leader(client, homes)


async def _look_up(client: KafkaClient, topic: str) -> int:
    """The number of partitions, or 0. All topics are looked up, for asking for one by its name could create it."""
    if client.cluster.partitions_for_topic(topic) is None:
        await client.force_metadata_update()
    return len(client.cluster.partitions_for_topic(topic) or ())


async def _stop_client(client: KafkaClient) -> None:
    await client.close()
