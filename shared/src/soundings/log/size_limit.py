"""Records that are too large for any adapter fail alone, before they reach one."""

from collections.abc import Iterable, Sequence

from soundings.log.port import MAX_RECORD_BYTES, AppendFailed, LogRecord, RecordPosition, fits_limit

Outcome = RecordPosition | AppendFailed


def within_limits(records: Iterable[LogRecord]) -> list[LogRecord]:
    """The records that may be stored."""
    return [record for record in records if fits_limit(record)]


def with_refusals(records: Sequence[LogRecord], outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
    """The outcomes of the records within the limits, and between them a refusal for each of the others."""
    if len(outcomes) == len(records):
        return outcomes
    settled = iter(outcomes)
    return [next(settled) if fits_limit(record) else _too_large() for record in records]


def _too_large() -> AppendFailed:
    return AppendFailed("record_too_large", f"a record must not exceed {MAX_RECORD_BYTES} bytes")
