"""What a batch shows to Prometheus, the log and traces."""

from collections.abc import Mapping, Sequence

import structlog

from metrics_worker.consumer.ports import DeadLetter
from metrics_worker.consumer.write_batch import PartitionBatch
from soundings.log.header_codec import unpack_headers
from soundings.telemetry.metrics import (
    BATCH_EVENTS,
    BATCH_SECONDS,
    DEAD_LETTERS,
    FOLD_DELAY_SECONDS,
    NEWEST_FOLD,
    PARKED_RECORDS,
)
from soundings.telemetry.tracing import record_batch_spans

_log = structlog.get_logger("metrics_worker.consumer")


def show_batch(slices: Sequence[PartitionBatch], letters: Sequence[DeadLetter], seconds: float, at: int) -> None:
    """Show a batch that was written, with its dead letters."""
    count, newest = sum(part.count for part in slices), max(part.newest_at for part in slices)
    BATCH_EVENTS.observe(count)
    BATCH_SECONDS.observe(seconds)
    if newest:
        FOLD_DELAY_SECONDS.observe(max(0, at - newest) / 1000)
        NEWEST_FOLD.set(newest / 1000)
    record_batch_spans("fold", (parent for part in slices for parent in part.traces), seconds, events=count)
    for letter in letters:
        _log_dead_letter(letter)


def show_parked(records: Mapping[str, int]) -> None:
    """Show how many records of each parked source wait."""
    PARKED_RECORDS.clear()
    for source, number in records.items():
        PARKED_RECORDS.labels(source).set(number)


def _log_dead_letter(letter: DeadLetter) -> None:
    """Count a dead letter and log which event it is; what is in it stays where it is."""
    DEAD_LETTERS.labels(letter.reason).inc()
    event = dict(unpack_headers(letter.headers)).get("ce_id", b"").decode("utf-8", "replace")
    _log.warning(
        "dead_letter",
        reason=letter.reason,
        event_id=event,
        topic=letter.topic,
        partition=letter.partition,
        position=letter.position,
    )
