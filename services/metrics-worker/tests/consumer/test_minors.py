"""A worker beside services of other minor versions: it counts what they write, and puts nothing aside."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import select

from metrics_worker.consumer.event_decoder import decode_log_event
from metrics_worker.consumer.sql import open_fold_store
from metrics_worker.db.tables import catalogue_entity, dead_letter, fact, voice
from soundings.db import Database
from soundings.events.envelope import BY_TYPE, encode_event, type_of
from soundings.events.topics import ALL, CATALOGUE, INTERACTIONS, MEASURED
from soundings.log.port import LogRecord, StoredRecord
from soundings.testing.memory_log import MemoryLog
from soundings.testing.schema_evolution import as_a_later_minor, as_an_earlier_minor

from .conftest import cells_of, empty
from .histories import POOL
from .test_worker import running


def topic_of(record: LogRecord) -> str:
    return BY_TYPE[type_of(record)].TOPIC.name


EXAMPLES = [
    encode_event(event.model_validate_json(file.read_bytes()))
    for event in BY_TYPE.values()
    for file in sorted((Path(__file__).parents[4] / "shared" / "contracts" / "examples" / event.TYPE).glob("*.json"))
]
ENTITIES = [record for record in EXAMPLES if topic_of(record) == CATALOGUE.name]
EVENTS = [record for record in EXAMPLES if topic_of(record) in {topic.name for topic in MEASURED}]


async def told(database: Database, records: Sequence[LogRecord]) -> dict[str, object]:
    """What a worker makes of records: how many it puts aside, and what it keeps of the others."""
    await empty(database)
    log = MemoryLog()
    await log.ensure_topics(ALL)
    for record in records:
        await log.append_records(topic_of(record), [record])
    async with running(log, open_fold_store(database)) as worker:
        await worker.idle()
    async with database.read_snapshot() as connection:
        kept = {
            name: (await connection.execute(select(*columns).order_by(*columns[:2]))).all()
            for name, columns in {
                "facts": [fact.c.key, fact.c.state],
                "voices": [voice.c.key, voice.c.text, voice.c.comments, voice.c.language],
                "entities": list(catalogue_entity.c),
            }.items()
        }
        aside = (await connection.execute(select(dead_letter.c.reason, dead_letter.c.detail))).all()
    return {"aside": aside, "cells": await cells_of(database), **kept}


async def test_events_of_a_later_minor_are_counted_and_kept_as_ours(database):
    records = [*map(encode_event, POOL), *EVENTS]
    ours = await told(database, records)
    assert ours["aside"] == []
    assert ours["cells"]
    assert ours["voices"]
    assert await told(database, list(map(as_a_later_minor, records))) == ours


async def test_the_catalogue_of_a_later_minor_is_known_as_ours(database):
    ours = await told(database, ENTITIES)
    assert (len(ours["entities"]), ours["aside"]) == (len(ENTITIES), [])
    assert await told(database, list(map(as_a_later_minor, ENTITIES))) == ours


@pytest.mark.parametrize("record", EVENTS, ids=[f"{type_of(record)}-{number}" for number, record in enumerate(EVENTS)])
def test_events_of_an_earlier_minor_are_taken_for_what_they_say(record):
    home = "i0" if topic_of(record) == INTERACTIONS.name else "r0"
    identity = decoded(record, home).fact.key
    for older in as_an_earlier_minor(record):
        assert decoded(older, home).fact.key == identity


def decoded(record: LogRecord, home: str):
    return decode_log_event(StoredRecord(topic_of(record), 0, 0, record.key, record.value, record.headers, 0), home)
