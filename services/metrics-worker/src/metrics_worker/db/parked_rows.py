"""Taking parked records out of the metrics database, with their number."""

from collections import Counter
from collections.abc import Collection
from typing import Final

from sqlalchemy import delete, text
from sqlalchemy.ext.asyncio import AsyncConnection

from metrics_worker.db.tables import parked

_COUNT_DOWN: Final = text(
    "UPDATE parked_partition SET records = records - :gone"
    " WHERE source = :source AND topic = :topic AND partition = :partition"
)
_FORGET: Final = text(
    "DELETE FROM parked_partition WHERE source = :source AND topic = :topic AND partition = :partition AND records <= 0"
)


async def remove_parked(connection: AsyncConnection, ids: Collection[int]) -> int:
    """Remove parked records, wherever they are; how many there were."""
    gone = delete(parked).where(parked.c.id.in_(ids)).returning(parked.c.source, parked.c.topic, parked.c.partition)
    removed = Counter((source, topic, partition) for source, topic, partition in await connection.execute(gone))
    for (source, topic, partition), number in sorted(removed.items()):
        await count_down(connection, source, topic, partition, number)
    return removed.total()


async def count_down(connection: AsyncConnection, source: str, topic: str, partition: int, gone: int) -> None:
    """Note that so many records of a source are gone from a partition; always in the same order of partitions."""
    if gone:
        place = {"source": source, "topic": topic, "partition": partition}
        await connection.execute(_COUNT_DOWN, {**place, "gone": gone})
        await connection.execute(_FORGET, place)
