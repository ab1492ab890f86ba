"""Folding what was parked, step by step, each exactly once."""

from collections.abc import Sequence
from typing import Final

from metrics_worker.consumer.parking_state import Backlog
from metrics_worker.consumer.partition_reader import decode_parked
from metrics_worker.consumer.ports import DeadLetter, FoldTransaction, OffsetAdvance
from metrics_worker.consumer.write_batch import Terms, write_batch
from soundings.log.port import StoredRecord

AT_ONCE: Final = 200
"""Parked records that one transaction folds; each may be as large as the log takes."""


async def fold_parked(
    transaction: FoldTransaction, backlog: Backlog, move: OffsetAdvance, terms: Terms, most: int = AT_ONCE
) -> Sequence[DeadLetter]:
    """Fold the oldest records of a backlog and remove them; the dead letters among them.

    `move` leaves the partition where it is: it proves that the partition is mine, and keeps others from writing to it.
    Nothing happens when the source was parked anew. Raises `FenceLost` or `RulesDiffer`.
    """
    await transaction.advance_positions([move], terms.at)
    state = await transaction.parking.state()
    if backlog.source not in state.resuming:
        return ()
    rows = await transaction.parking.oldest(backlog, most)
    if not rows:
        return ()
    records = {record.position: record for _, record in rows}

    async def original(_topic: str, _partition: int, position: int) -> StoredRecord:
        return records[position]  # the log may have let go of it long ago

    part = decode_parked([record for _, record in rows], move)
    refused = await write_batch(transaction, [part], terms, original)
    await transaction.parking.remove(backlog, rows[-1][0])
    return (*part.dead_letters, *refused)
