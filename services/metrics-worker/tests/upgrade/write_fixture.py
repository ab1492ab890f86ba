"""Write `rules_1.json.gz`: what a metrics database held before generations had a version of their rules.

It was written once, from commit 35e115f, with its events beside it, and is not to be written again: run it there with
``python services/metrics-worker/tests/upgrade/write_fixture.py TARGET`` from the root of the checkout.
"""

import asyncio
import gzip
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).parents[1]))

from fold.histories import POOL

from metrics_worker.consumer.dead_letter_limit import DeadLetterLimit
from metrics_worker.consumer.partition_reader import read_slice
from metrics_worker.consumer.sql import open_fold_store
from metrics_worker.consumer.write_batch import apply_batch
from soundings.db import Database, migrate_database, open_database
from soundings.events.envelope import encode_event
from soundings.events.topics import ALL, MEASURED
from soundings.testing.memory_log import MemoryLog

EVENTS: Final = 300
TABLES: Final = ("fact", "voice", "cell_row", "generation", "position")


async def write_fixture(target: Path) -> None:
    """Fold the first events of the pool and keep all rows, bytes as hexadecimal digits."""
    log = MemoryLog()
    await log.ensure_topics(ALL)
    events = POOL[:EVENTS]
    for event in events:
        await log.append_records(event.TOPIC.name, [encode_event(event)])
    with TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/metrics.db")
        await migrate_database(database, "metrics_worker")
        await fold_all(database, log)
        tables = {name: await rows_of(database, name) for name in TABLES}
        await database.close_engine()
    told = [{"type": event.TYPE, "data": event.model_dump(mode="json", exclude_none=True)} for event in events]
    packed = json.dumps({"events": told, "tables": tables}, separators=(",", ":")).encode()
    target.write_bytes(gzip.compress(packed, 9, mtime=0))


async def fold_all(database: Database, log: MemoryLog) -> None:
    """One batch of each partition."""
    store = open_fold_store(database)
    homes = [(topic.name, number) for topic in MEASURED for number in range(topic.partitions)]
    held = await store.take_partitions(homes, "one", 0)
    read = [await read_slice(log, home, held[home], EVENTS, DeadLetterLimit()) for home in homes]
    async with store.begin_transaction(0) as transaction:
        await apply_batch(transaction, [part for part in read if part is not None], 0, log.read_batch)


async def rows_of(database: Database, name: str) -> list[dict[str, object]]:
    async with database.read_snapshot() as connection:
        rows = (await connection.execute(text(f"SELECT * FROM {name}"))).mappings().all()  # noqa: S608 - our tables
    return [{key: value.hex() if isinstance(value, bytes) else value for key, value in row.items()} for row in rows]


if __name__ == "__main__":
    asyncio.run(write_fixture(Path(sys.argv[1])))
