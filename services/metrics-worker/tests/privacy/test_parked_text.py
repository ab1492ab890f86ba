"""What is parked is no place where text outlives its time, or where an erased record stays."""

import json
from datetime import timedelta

from sqlalchemy import select

from metrics_worker.consumer.ports import ParkedRecord
from metrics_worker.consumer.sql import open_fold_store
from metrics_worker.db.tables import parked, parked_partition
from metrics_worker.retention.sql import SqlRetentionStore
from metrics_worker.retention.use_cases import remove_parked_texts, remove_retracted
from metrics_worker.subjects.sql import SqlSubjectStore
from soundings.events.envelope import encode_event
from soundings.events.response import ResponseRetracted
from soundings.events.topics import RESPONSES
from soundings.kernel.clock import epoch_ms
from soundings.log.header_codec import pack_headers

from .conftest import NOW, Kept

NOW_MS = epoch_ms(NOW)


async def no_pause() -> None: ...


async def park(kept: Kept, *events, broken: bytes | None = None, at: int = NOW_MS) -> None:
    records = []
    for position, event in enumerate(events):
        record = encode_event(event)
        value = record.value if broken is None else broken
        headers = pack_headers(record.headers)
        records.append(ParkedRecord("survey", RESPONSES.name, 0, position, record.key, headers, value, at))
    async with open_fold_store(kept.database).begin_transaction(0) as transaction:
        await transaction.parking.park({"survey": "too much"}, NOW_MS)
        await transaction.parking.add(records)


async def values(kept: Kept) -> list[bytes]:
    async with kept.database.read_snapshot() as connection:
        return list((await connection.execute(select(parked.c.value).order_by(parked.c.id))).scalars())


async def number(kept: Kept) -> int:
    async with kept.database.read_snapshot() as connection:
        return (await connection.execute(select(parked_partition.c.records))).scalar() or 0


async def test_text_that_is_due_leaves_what_is_parked_and_nothing_else_of_it_changes(kept: Kept, response):
    await park(kept, response("old", "Said long ago", "2025-12-01T12:00:00Z", page="/zebrawood"))
    await park(kept, response("new", "Said today", "2026-03-01T12:00:00Z"))
    before = [json.loads(value) for value in await values(kept)]
    store = SqlRetentionStore(kept.database)
    for rule, left in (({}, 2), ({"text_days": 30, "legal_hold": True}, 2), ({"text_days": 30}, 1)):
        await kept.sources(survey=rule)
        await remove_parked_texts(store, await store.retention_rules(), NOW_MS, no_pause)
        assert sum(b"comments" in value for value in await values(kept)) == left
    after = [json.loads(value) for value in await values(kept)]
    assert {**after[0], "comments": before[0]["comments"], "page": "/zebrawood"} == before[0]
    assert after[1] == before[1]
    assert (await remove_parked_texts(store, await store.retention_rules(), NOW_MS, no_pause)).words == 0


async def test_what_cannot_be_read_goes_when_its_dead_letter_would(kept: Kept, response):
    late = NOW_MS - int(timedelta(days=31).total_seconds() * 1000)
    await park(kept, response("a", "A"), broken=b'{"comments":', at=late)
    await park(kept, response("b", "B"), broken=b"[1]", at=NOW_MS)
    await kept.sources(survey={"text_days": 30})
    store = SqlRetentionStore(kept.database)
    await remove_parked_texts(store, await store.retention_rules(), NOW_MS, no_pause)
    assert await values(kept) == [b"[1]"]
    assert await number(kept) == 1


async def test_what_was_taken_back_does_not_stay_parked(kept: Kept, response):
    await park(kept, response("one", "First"), response("two", "Second"))
    await kept.hear(ResponseRetracted(record_id="one", source_id="survey", reason="erasure", retracted_at=NOW))
    store = SqlRetentionStore(kept.database)
    assert (await remove_retracted(store, no_pause)).letters == 1
    (left,) = await values(kept)
    assert b"Second" in left
    assert await number(kept) == 1
    await kept.hear(ResponseRetracted(record_id="two", source_id="survey", reason="erasure", retracted_at=NOW))
    await remove_retracted(store, no_pause)
    assert (await values(kept), await number(kept)) == ([], 0)


async def test_a_person_has_what_is_parked_too(kept: Kept, response, call):
    subject, other = f"v1:{'a' * 43}", f"v1:{'b' * 43}"
    await kept.hear(response("heard", "A", subject=subject))
    store = SqlSubjectStore(kept.database)
    assert (await store.subject_records(subject, 0, 10)).next is None
    leg = call("leg", "2026-03-01T12:00:00Z", source_id="survey", root_id="root", subject=subject)
    await park(kept, response("one", "First", subject=subject), response("two", "Second", subject=other), leg)
    await park(kept, response("x", "X", subject=subject), broken=b'{"subject": "' + subject.encode())
    first = await store.subject_records(subject, 0, 10)
    assert [one.id for one in first.records] == ["heard"]
    second = await store.subject_records(subject, first.next or 0, 10)
    assert [(one.kind, one.id, one.root_id) for one in second.records] == [
        ("response", "one", None),
        ("interaction", "leg", "root"),
    ]
    assert {one.agency_id for one in second.records} == {"sf"}
    assert second.next is None
