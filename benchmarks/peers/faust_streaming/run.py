"""faust-streaming: an agent that takes batches. They come raw, for a value that is no JSON would throw the agent."""

import asyncpg
import faust
from counting import ASYNCPG, TOPIC, arguments, columns, counted, decoded

given = arguments()
app = faust.App(
    given.group,
    broker=f"kafka://{given.brokers}",
    value_serializer="raw",
    web_enabled=False,
    datadir=given.folder,
    topic_disable_leader=True,
)
responses = app.topic(TOPIC, value_type=bytes)


@app.agent(responses)
async def count(stream: faust.Stream[bytes]) -> None:
    database = await asyncpg.connect(given.dsn)
    async for values in stream.take(given.batch, within=0.2):
        counts = counted(decoded(values))
        if counts:
            await database.execute(ASYNCPG, *columns(counts))


faust.Worker(app, loglevel="warning").execute_from_commandline()
