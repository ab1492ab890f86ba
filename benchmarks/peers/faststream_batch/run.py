"""FastStream with a batch subscriber and its default acknowledgement. A decoder of its own skips what is no JSON."""

import asyncio
from typing import Any

import asyncpg
from counting import ASYNCPG, TOPIC, arguments, columns, counted, decoded
from faststream import FastStream
from faststream.kafka import KafkaBroker, KafkaMessage

given = arguments()
broker = KafkaBroker(given.brokers)
app = FastStream(broker)
databases: list[asyncpg.Connection] = []


@app.on_startup
async def connect() -> None:
    databases.append(await asyncpg.connect(given.dsn))


async def decode(message: KafkaMessage) -> list[dict[str, Any]]:
    """The built-in decoder would give up a whole batch for one event that is no JSON."""
    return list(decoded(message.body))


@broker.subscriber(
    TOPIC,
    group_id=given.group,
    auto_offset_reset="earliest",
    batch=True,
    max_records=given.batch,
    decoder=decode,
)
async def count(events: list[dict[str, Any]]) -> None:
    counts = counted(events)
    if counts:
        await databases[0].execute(ASYNCPG, *columns(counts))


asyncio.run(app.run())
