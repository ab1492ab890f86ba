from datetime import timedelta
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.structs import TopicPartition

from soundings.events.topics import TopicSpec
from soundings.log.factory import open_log
from soundings.log.port import LogRecord
from soundings.testing.log_access import append_all, read_all
from soundings.testing.log_contract import LogContract

pytestmark = pytest.mark.needs_machine


class TestKafkaLog(LogContract):
    @pytest.fixture
    def reopen(self, kafka_broker):
        return lambda: open_log(kafka_broker.broker_url)


@pytest.fixture
async def log(kafka_broker):
    log = await open_log(kafka_broker.broker_url)
    yield log
    await log.close_log()


@pytest.fixture
async def topic(log):
    topic = TopicSpec(f"test-{uuid4().hex}", 1, "delete", timedelta(days=1))
    await log.ensure_topics([topic])
    return topic.name


@pytest.fixture
async def admin(kafka_broker):
    admin = AIOKafkaAdminClient(bootstrap_servers=f"127.0.0.1:{kafka_broker.port}")
    await admin.start()
    yield admin
    await admin.close()


async def settings_of(admin, topic):
    (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    return {name: value for name, value, *_ in answer.resources[0][4]}


async def test_a_topic_keeps_records_by_the_time_of_appending(log, topic, admin):
    settings = await settings_of(admin, topic)
    assert settings["message.timestamp.type"] == "LogAppendTime"
    assert (settings["cleanup.policy"], settings["retention.ms"]) == ("delete", "86400000")


async def test_ensuring_brings_retention_up_to_date_and_leaves_other_settings(log, topic, admin):
    await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {"segment.ms": "3600000"})])
    await log.ensure_topics([TopicSpec(topic, 1, "compact", None)])
    settings = await settings_of(admin, topic)
    assert (settings["cleanup.policy"], settings["retention.ms"]) == ("compact", "-1")
    assert settings["segment.ms"] == "3600000"


async def test_reading_starts_at_the_oldest_record_left(log, topic, admin):
    places = await append_all(log, topic, *(LogRecord(b"k", str(number).encode()) for number in range(10)))
    await admin.delete_records({TopicPartition(topic, 0): RecordsToDelete(places[6].position)})
    batch = await log.read_batch(topic, 0, 2, 100)
    assert [stored.value for stored in batch.records] == [b"6", b"7", b"8", b"9"]
    assert list(await log.wait_for_records({(topic, 0): 0}, 10)) == [(topic, 0)]
    assert list(await log.wait_for_records({(topic, 0): 0}, 0)) == [(topic, 0)]
    assert await log.start_positions([topic]) == {(topic, 0): places[6].position}


async def test_transactions_of_other_producers_count_only_when_they_were_committed(log, topic, kafka_broker):
    producer = AIOKafkaProducer(bootstrap_servers=f"127.0.0.1:{kafka_broker.port}", transactional_id=topic)
    await producer.start()
    for number, committed in enumerate([True, False, True, False]):
        await producer.begin_transaction()
        await producer.send_and_wait(topic, str(number).encode(), b"k")
        await (producer.commit_transaction() if committed else producer.abort_transaction())
    await producer.stop()
    await append_all(log, topic, LogRecord(b"k", b"ours"))
    assert [stored.value for stored in await read_all(log, topic, 0)] == [b"0", b"2", b"ours"]
    beginning = await log.read_batch(topic, 0, 0, 1)
    assert list(await log.wait_for_records({(topic, 0): beginning.next}, 10)) == [(topic, 0)]


async def test_nothing_but_an_aborted_transaction_is_nothing_to_wait_for(log, topic, kafka_broker):
    producer = AIOKafkaProducer(bootstrap_servers=f"127.0.0.1:{kafka_broker.port}", transactional_id=topic)
    await producer.start()
    await producer.begin_transaction()
    await producer.send_and_wait(topic, b"v", b"k")
    await producer.abort_transaction()
    await producer.stop()
    assert list(await log.wait_for_records({(topic, 0): 0}, 0.2)) == []
    batch = await log.read_batch(topic, 0, 0, 10)
    assert (list(batch.records), batch.next) == ([], await log.end_position(topic, 0))


async def test_records_of_others_without_key_or_header_value_are_read(log, topic, kafka_broker):
    producer = AIOKafkaProducer(bootstrap_servers=f"127.0.0.1:{kafka_broker.port}", compression_type="gzip")
    await producer.start()
    await producer.send_and_wait(topic, b"v", headers=[("x", None)])
    await producer.stop()
    (stored,) = await read_all(log, topic, 0)
    assert (stored.key, stored.value, stored.headers) == (b"", b"v", (("x", b""),))


async def test_a_hint_shows_how_far_a_group_has_read(log, topic, admin):
    await append_all(log, topic, *[LogRecord(b"k", b"v")] * 5)
    await log.publish_offsets("fold", {(topic, 0): 3})
    offsets = await admin.list_consumer_group_offsets("fold", partitions=[TopicPartition(topic, 0)])
    assert offsets[TopicPartition(topic, 0)].offset == 3


@pytest.mark.parametrize("compression", ["none", "lz4", "zstd", "snappy", "gzip"])
async def test_every_compression_is_read_back(compression, kafka_broker, topic):
    log = await open_log(f"{kafka_broker.broker_url}?compression={compression}")
    values = [f"{number}".encode() * 500 for number in range(2000)]
    await append_all(log, topic, *(LogRecord(b"k", value) for value in values))
    assert [stored.value for stored in await read_all(log, topic, 0, limit=777)] == values
    await log.close_log()
