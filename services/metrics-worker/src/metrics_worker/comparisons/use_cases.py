"""The use case: which of a source's records are stored already, and whether they say the same."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from metrics_worker.aggregation.facts import RETRACTED, Kind
from metrics_worker.aggregation.revisions import RecordReceived
from metrics_worker.comparisons.domain import (
    KINDS,
    AskedRecord,
    ComparedRecords,
    FoundRecord,
    State,
    Statement,
    equal_statements,
    has_arrived,
)
from metrics_worker.comparisons.ports import ComparisonSnapshot, ComparisonStore, LogEnds
from metrics_worker.consumer.event_decoder import decode_log_event
from soundings.access.keys import hash_key
from soundings.events.base import EventData
from soundings.events.envelope import UndecodableRecord
from soundings.events.interaction import InteractionRecorded
from soundings.events.response import ResponseSubmitted
from soundings.events.tally import TallyRecorded
from soundings.kernel.clock import Clock, epoch_ms
from soundings.kernel.errors import FieldError, InvalidInput, SoundingsError
from soundings.kernel.ids import hash_key128
from soundings.log.port import StoredRecord, TopicPartition

_EVENTS: Final[Mapping[str, type[EventData]]] = {
    "responses": ResponseSubmitted,
    "interactions": InteractionRecorded,
    "tallies": TallyRecorded,
}
Asked = Mapping[bytes, tuple[AskedRecord, Statement | None]]
"""What was asked, by the key of the fact."""


class UnknownKey(SoundingsError):
    """No source in force has this key."""

    code = "unauthorized"


class CompareRecords:
    """Compares the records of the source whose key is given. ``log_ends`` is asked before the facts are read."""

    def __init__(self, store: ComparisonStore, log_ends: LogEnds, clock: Clock, *, log_seconds: float = 2.0) -> None:
        self._store = store
        self._log_ends = log_ends
        self._clock = clock
        self._log_seconds = log_seconds

    async def source_of(self, secret: str) -> str:
        """The source that a key belongs to; UnknownKey."""
        async with self._store.snapshot() as snapshot:
            source = await snapshot.source_of_key(hash_key(secret))
        if source is None:
            raise UnknownKey("This key is not known, or it was revoked.")
        return source

    async def compare(self, source_id: str, plural: str, records: Sequence[AskedRecord]) -> ComparedRecords:
        """Those records that are stored. Refused where an event is none of this source and kind.

        With ``lag_events`` above 0 a record that is not found may still be on its way.
        """
        asked = _asked(source_id, plural, records)
        ends = await self._ends(_EVENTS[plural].TOPIC.name)
        async with self._store.snapshot() as snapshot:
            positions = await snapshot.positions()
            stored = await snapshot.statements(sorted(asked))
            found = await self._found(snapshot, source_id, asked, stored)
        lag = None if ends is None else sum(max(0, end - positions.get(place, 0)) for place, end in ends.items())
        return ComparedRecords(sorted(found, key=lambda one: one.index), lag)

    async def _found(
        self, snapshot: ComparisonSnapshot, source_id: str, asked: Asked, stored: Mapping[bytes, Statement]
    ) -> list[FoundRecord]:
        cutoff = await snapshot.text_cutoff(source_id, epoch_ms(self._clock())) if stored else None
        found: list[FoundRecord] = []
        for key, before in stored.items():
            if not has_arrived(before.fact):
                continue
            record, sent = asked[key]
            trimmed = cutoff is not None and before.fact.occurred_at < cutoff
            state = _state(replace(before, without_words=trimmed), sent)
            found.append(FoundRecord(record.index, state, before.fact.revision))
        return found

    async def _ends(self, topic: str) -> Mapping[TopicPartition, int] | None:
        try:
            async with asyncio.timeout(self._log_seconds):
                return await self._log_ends.end_positions((topic,))
        except (SoundingsError, TimeoutError):
            return None


def _state(before: Statement, sent: Statement | None) -> State:
    if before.fact.state & RETRACTED:
        return "retracted"
    if sent is None:
        return "known"
    return "equal" if equal_statements(before, sent) else "different"


def _asked(
    source_id: str, plural: str, records: Sequence[AskedRecord]
) -> dict[bytes, tuple[AskedRecord, Statement | None]]:
    kind = KINDS[plural]
    asked: dict[bytes, tuple[AskedRecord, Statement | None]] = {}
    for record in records:
        if record.event is None:
            asked.setdefault(_key(kind, source_id, record), (record, None))
            continue
        sent = _decoded(_EVENTS[plural], record.event, record.index)
        if sent.fact.source_id != source_id:
            raise _refused(record.index, "is not of this source")
        asked.setdefault(sent.record_key, (record, Statement(sent.fact, sent.voice.comments if sent.voice else {})))
    return asked


def _key(kind: Kind, source_id: str, record: AskedRecord) -> bytes:
    if kind == "interaction":
        return hash_key128(kind, source_id, record.root_id or record.record_id, record.record_id)
    return hash_key128(kind, source_id, record.record_id)


def _decoded(event: type[EventData], value: bytes, index: int) -> RecordReceived:
    headers = (("ce_type", event.TYPE.encode()),)
    try:
        decoded = decode_log_event(StoredRecord(event.TOPIC.name, 0, 0, b"", value, headers, 0), "")
    except UndecodableRecord as error:
        raise _refused(index, str(error)) from error
    if not isinstance(decoded, RecordReceived):
        raise _refused(index, "is no record")
    return decoded


def _refused(index: int, detail: str) -> InvalidInput:
    return InvalidInput([FieldError(f"records.{index}.event", "not_an_event", detail)])
