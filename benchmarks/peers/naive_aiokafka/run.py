"""aiokafka as it is often used: read a batch, count it, and let the consumer commit by itself every five seconds."""

import asyncio

import asyncpg
from aiokafka import AIOKafkaConsumer
from counting import ASYNCPG, TOPIC, Arguments, arguments, columns, counted, decoded


async def main(given: Arguments) -> None:
    database = await asyncpg.connect(given.dsn)
    consumer = AIOKafkaConsumer(
        TOPIC, bootstrap_servers=given.brokers, group_id=given.group, auto_offset_reset="earliest"
    )
    async with consumer:
        while True:
            batches = await consumer.getmany(timeout_ms=200, max_records=given.batch)
            values = [record.value for records in batches.values() for record in records]
            counts = counted(decoded(values))
            if counts:
                await database.execute(ASYNCPG, *columns(counts))


asyncio.run(main(arguments()))
