"""A metrics database into which events were really folded, and what the catalogue says of their sources."""

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, insert, select, text

from metrics_worker.consumer.event_decoder import decode_log_event
from metrics_worker.consumer.ports import DeadLetter, OffsetAdvance
from metrics_worker.consumer.sql import open_fold_store
from metrics_worker.consumer.write_batch import PartitionBatch, Terms, apply_batch
from metrics_worker.db.tables import HAS_WORDS, catalogue_entity, dead_letter, fact, voice
from soundings.db import Database
from soundings.events.base import EventData
from soundings.events.envelope import encode_event
from soundings.events.interaction import InteractionRecorded
from soundings.events.response import ResponseSubmitted
from soundings.events.topics import INTERACTIONS, RESPONSES
from soundings.kernel.clock import epoch_ms
from soundings.log.header_codec import pack_headers
from soundings.log.port import StoredRecord

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOMES = {RESPONSES.name: "r0", INTERACTIONS.name: "i0"}


async def read_again(topic: str, partition: int, position: int) -> StoredRecord:
    raise AssertionError(f"nothing here is refused: {topic} {partition} {position}")


class Kept:
    """What a metrics database keeps, and ways to add to it as the worker does."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def hear(self, *events: EventData, letters: Iterable[DeadLetter] = ()) -> None:
        """Fold events, of the topic of the first one."""
        topic = events[0].TOPIC.name if events else RESPONSES.name
        store = open_fold_store(self.database)
        held = (await store.take_partitions([(topic, 0)], "w", 0))[topic, 0]
        records = [
            StoredRecord(topic, 0, held.next + number, one.key, one.value, one.headers, 0)
            for number, one in enumerate(map(encode_event, events))
        ]
        move = OffsetAdvance(topic, 0, held.epoch, held.next, held.next + len(records))
        decoded = [decode_log_event(record, HOMES[topic]) for record in records]
        routed = (await store.parking()).routed((topic, 0))  # a worker hears retractions of these alone
        part = PartitionBatch(move, decoded, [record.position for record in records], list(letters), routed=routed)
        async with store.begin_transaction(0) as transaction:
            await apply_batch(transaction, [part], Terms(epoch_ms(NOW)), read_again)

    async def sources(self, state: str = "active", /, **bodies: dict[str, object]) -> None:
        """What the catalogue says of sources from now on."""
        rows = [
            {
                "entity": "source",
                "id": id_,
                "state": state,
                "revision": 1,
                "agency_id": "sf",
                "body": body,
                "more": {},
            }
            for id_, body in bodies.items()
        ]
        async with self.database.write_transaction() as connection:
            await connection.execute(delete(catalogue_entity))
            await connection.execute(insert(catalogue_entity), rows)

    async def texts(self) -> set[str]:
        async with self.database.read_snapshot() as connection:
            return {said for (said,) in await connection.execute(select(voice.c.text))}

    async def found_by(self, word: str) -> int:
        """How many texts the search index finds for a word."""
        index = "SELECT count(*) FROM voice_search WHERE voice_search MATCH :word"
        if self.database.dialect == "postgresql":
            index = "SELECT count(*) FROM voice WHERE search @@ plainto_tsquery('simple', :word)"
        async with self.database.read_snapshot() as connection:
            return (await connection.execute(text(index), {"word": word})).scalar() or 0

    async def facts(self) -> list[tuple[object, ...]]:
        async with self.database.read_snapshot() as connection:
            return [tuple(row) for row in await connection.execute(select(fact).order_by(fact.c.id))]

    async def words(self) -> dict[str, str]:
        """The data of facts that hold free text, by record id."""
        held = select(fact.c.record_id, fact.c.data).where(text(HAS_WORDS))
        async with self.database.read_snapshot() as connection:
            return {id_: data or "" for id_, data in await connection.execute(held)}

    async def cells(self) -> list[tuple[object, ...]]:
        ordered = "SELECT * FROM cell ORDER BY grain, bucket, service, channel, touchpoint, measure, version, bin"
        async with self.database.read_snapshot() as connection:
            return [tuple(row) for row in await connection.execute(text(ordered))]

    async def letters(self) -> list[int]:
        async with self.database.read_snapshot() as connection:
            return [id_ for (id_,) in await connection.execute(select(dead_letter.c.id).order_by(dead_letter.c.id))]


@pytest.fixture
def kept(database: Database) -> Kept:
    return Kept(database)


@pytest.fixture
def response():
    """Makes a response with a comment."""

    def make(id_: str, said: str, at: str = "2026-02-01T12:00:00Z", **more: object) -> ResponseSubmitted:
        given: dict[str, object] = {
            "record_id": id_,
            "source_id": "survey",
            "agency_id": "sf",
            "time_zone": "UTC",
            "service_id": "guest",
            "channel": "website",
            "form_id": "visit",
            "form_version": 1,
            "comments": {"comment": said},
            "occurred_at": at,
            "received_at": NOW,
        }
        return ResponseSubmitted.model_validate(given | more)

    return make


@pytest.fixture
def call():
    """Makes a call with all that a sender can say of it in words."""

    def make(id_: str, at: str = "2026-02-01T12:00:00Z", **more: object) -> InteractionRecorded:
        given: dict[str, object] = {
            "record_id": id_,
            "root_id": id_,
            "source_id": "centre",
            "agency_id": "sf",
            "time_zone": "UTC",
            "service_id": "guest",
            "channel": "phone",
            "kind": "call",
            "outcome": "answered",
            "topic": ["permit"],
            "reason": "chase_progress",
            "started_at": at,
            "answered_at": at,
            "talk_s": 60,
            "query": f"zebrawood of {id_}",
            "team": f"zebrawood desk of {id_}",
            "transferred_to": f"zebrawood line of {id_}",
            "attributes": {"said": f"zebrawood and {id_}"},
            "received_at": NOW,
        }
        return InteractionRecorded.model_validate(given | more)

    return make


@pytest.fixture
def letter():
    """Makes a dead letter of an event that could not be folded."""

    def make(event: EventData | None, position: int) -> DeadLetter:
        record = None if event is None else encode_event(event)
        headers = () if record is None else record.headers
        return DeadLetter(
            RESPONSES.name, 0, position, b"k", pack_headers(headers), b'{"comments"', "malformed", "x", "survey"
        )

    return make
