"""Draining: what waits goes where it belongs, each partition in its order, and no refused record stops the others."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import structlog

from soundings.log.port import (
    AppendFailed,
    EventLog,
    LogRecord,
    LogUnavailable,
    RecordPosition,
    StoredRecord,
    TopicPartition,
)
from soundings.log.spool.store import SpoolStore, as_record

_log = structlog.get_logger("soundings.log.spool")


class SpoolDrain:
    """Passes records on to the log behind. What it cannot be sure of it sends again: readers know their duplicates."""

    def __init__(self, behind: EventLog, spool: SpoolStore, *, answer_seconds: float) -> None:
        self._behind = behind
        self._answer_seconds = answer_seconds
        self._spool = spool

    async def drain_once(self) -> bool:
        """Pass on a batch of every partition that has any; whether there was one. Raises `LogUnavailable`."""
        waiting = await self._spool.waiting_partitions()
        # All come to an end before an error is told, so that nothing is still under way when it is tried again.
        # Partitions are drained in parallel, but each strictly in order: one batch at a time.
        ended = await asyncio.gather(*(self._pass_on(home) for home in waiting), return_exceptions=True)
        await self.trim_drained()
        for error in ended:
            if error is not None:
                raise error
        return bool(waiting)

    async def trim_drained(self) -> None:
        """Free the space of drained records; retried later while the disk is full, without blocking the drain."""
        with suppress(LogUnavailable):
            await self._spool.trim_drained()

    async def try_parked_again(self) -> None:
        """Pass on what was refused once and no longer is, as after a change of the log's limits."""
        for stored in await self._spool.parked_records():
            if await self._refusal_reason(stored) is None:
                await self._spool.unpark_record(stored)

    async def _pass_on(self, home: TopicPartition) -> None:
        batch = await self._spool.read_batch(home)
        outcomes = await self._append_batch(home[0], [as_record(stored) for stored in batch.records])
        for stored, outcome in zip(batch.records, outcomes, strict=True):
            if isinstance(outcome, AppendFailed):
                _must_be_final(outcome)
                break
            # Advanced record by record, so that a failure in the middle repeats only what was not
            # stored.
            self._spool.mark_drained(home, stored.position + 1)
        else:
            return
        await self._pass_on_singly([stored for stored in batch.records if stored.position >= self._spool.next_of(home)])

    async def _pass_on_singly(self, records: Sequence[StoredRecord]) -> None:
        """One after the other: a packet is refused as a whole, whichever of its records is to blame."""
        for stored in records:
            refusal = await self._refusal_reason(stored)
            if refusal is None:
                self._spool.mark_drained((stored.topic, stored.partition), stored.position + 1)
            else:
                # A record that the log refuses for good would block its partition for ever; it is
                # parked and reported.
                await self._spool.park_record(stored)
                _log.error(
                    "record_parked",
                    topic=stored.topic,
                    event_id=dict(stored.headers).get("ce_id", b"").decode("utf-8", "replace"),
                    reason=refusal.reason,
                    detail=str(refusal),
                )

    async def _refusal_reason(self, stored: StoredRecord) -> AppendFailed | None:
        """Why the log behind will never take a record; None when it has it now."""
        (outcome,) = await self._append_batch(stored.topic, [as_record(stored)])
        if isinstance(outcome, AppendFailed):
            _must_be_final(outcome)
            return outcome
        return None

    async def _append_batch(self, topic: str, records: Sequence[LogRecord]) -> Sequence[RecordPosition | AppendFailed]:
        try:
            async with asyncio.timeout(self._answer_seconds):
                return await self._behind.append_records(topic, records)
        except TimeoutError as error:
            raise LogUnavailable("the log does not answer") from error


def _must_be_final(failure: AppendFailed) -> None:
    if failure.retryable:
        raise LogUnavailable(str(failure)) from failure
