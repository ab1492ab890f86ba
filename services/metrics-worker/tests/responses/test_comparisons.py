"""Records that a source is about to send are compared with what is stored, exactly and for that source only."""

from collections.abc import Sequence
from datetime import UTC, datetime

import orjson
import pytest
from sqlalchemy import delete, insert

from metrics_worker.comparisons.domain import AskedRecord, ComparedRecords
from metrics_worker.comparisons.sql import SqlComparisonStore
from metrics_worker.comparisons.use_cases import CompareRecords, UnknownKey
from metrics_worker.db.tables import catalogue_entity, voice
from metrics_worker.retention.sql import SqlRetentionStore
from soundings.access.keys import make_key
from soundings.events.base import EventData
from soundings.events.envelope import encode_event
from soundings.kernel.errors import InvalidInput
from soundings.log.port import LogUnavailable, TopicPartition

KEY, REVOKED = make_key(), make_key()


class FarEnd:
    """A log whose end is known, or that does not answer."""

    def __init__(self, end: int | None) -> None:
        self.end = end

    async def end_positions(self, topics: Sequence[str]) -> dict[TopicPartition, int]:
        if self.end is None:
            raise LogUnavailable("away")
        return {(topic, 0): self.end for topic in topics}


def comparer(ear, end: int | None = 0) -> CompareRecords:
    store = SqlComparisonStore(ear.database, SqlRetentionStore(ear.database))
    return CompareRecords(store, FarEnd(end), lambda: datetime(2024, 6, 2, tzinfo=UTC))


def asked(index: int, record_id: str, event: EventData | None = None) -> AskedRecord:
    return AskedRecord(index, record_id, None, None if event is None else encode_event(event).value)


async def compared(ear, *records: AskedRecord, source: str = "survey") -> list[tuple[int, str, int]]:
    found: ComparedRecords = await comparer(ear).compare(source, "responses", records)
    return [(one.index, one.state, one.revision) for one in found.records]


async def test_only_what_is_stored_of_this_source_is_known(ear, response):
    await ear.hear(response("one"), response("two", source_id="kiosk"))
    assert await compared(ear, asked(0, "none"), asked(1, "one"), asked(2, "two")) == [(1, "known", 0)]


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({}, "equal"), ({"score": 5}, "different"), ({"said": "It was bad."}, "different"),
        ({"said": None}, "different"),
        ({"at": "2024-05-10T12:00:01Z"}, "different"), ({"service": "lounge"}, "different"),
        ({"language": "es"}, "different"), ({"test": True}, "different"), ({"form_version": 2}, "equal"),
        ({"received_at": "2024-06-01T00:00:00Z"}, "equal"), ({"spam_score": 0.5}, "equal"), ({"revision": 7}, "equal"),
    ],
)  # fmt: skip
async def test_contents_are_compared_and_circumstances_are_not(ear, response, change, state):
    await ear.hear(response("one", score=4))
    at = change.pop("at", "2024-05-10T12:00:00Z")
    sent = response("one", at, **{"score": 4, **change})
    assert await compared(ear, asked(0, "one", sent)) == [(0, state, 0)]


async def test_the_stored_revision_is_told_and_what_was_taken_back_stays_so(ear, response, retracted):
    await ear.hear(response("one", revision=3), response("two"))
    await ear.hear(retracted("two"))
    assert [one[1:] for one in await compared(ear, asked(0, "one"), asked(1, "two"))] == [
        ("known", 3),
        ("retracted", 0),
    ]


async def test_pseudonyms_under_another_version_of_the_key_are_no_difference(ear, response):
    await ear.hear(response("one", subject="v1:" + "a" * 43), response("two", subject="v1:" + "a" * 43))
    found = await compared(
        ear,
        asked(0, "one", response("one", subject="v2:" + "b" * 43)),
        asked(1, "two", response("two", subject="v1:" + "b" * 43)),
    )
    assert [state for _, state, _ in found] == ["equal", "different"]


async def test_text_that_retention_has_removed_is_no_difference(ear, response):
    await ear.hear(response("one", "2024-01-01T12:00:00Z"))
    sent = response("one", "2024-01-01T12:00:00Z")
    async with ear.database.write_transaction() as connection:
        await connection.execute(delete(voice))
    assert (await compared(ear, asked(0, "one", sent)))[0][1] == "different"
    async with ear.database.write_transaction() as connection:
        kept = {"agency_id": "sf", "name": "Survey", "kind": "x", "service_ids": ["guest"], "accepts": ["responses"],
                "default_channel": "website", "text_days": 30}  # fmt: skip
        await connection.execute(
            catalogue_entity.update()
            .where(catalogue_entity.c.entity == "source", catalogue_entity.c.id == "survey")
            .values(body=kept)
        )
    assert (await compared(ear, asked(0, "one", sent)))[0][1] == "equal"


async def test_events_of_another_source_or_kind_are_refused(ear, response):
    for event in (encode_event(response("one", source_id="kiosk")).value, b"{}", orjson.dumps({"record_id": "one"})):
        with pytest.raises(InvalidInput):
            await compared(ear, AskedRecord(0, "one", None, event))


async def test_how_far_counting_lags_is_told(ear, response):
    await ear.hear(response("one"))
    for end, lag in ((1, 0), (4, 3), (None, None)):
        assert (await comparer(ear, end).compare("survey", "responses", [])).lag_events == lag


async def test_a_key_in_force_tells_its_source(ear):
    rows = [
        {"entity": "source_key", "id": key.key_id, "state": state, "revision": 1, "agency_id": None,
         "body": {"source_id": source, "key_hash": key.key_hash}, "more": {}}
        for key, state, source in ((KEY, "active", "survey"), (REVOKED, "retired", "survey"))
    ]  # fmt: skip
    async with ear.database.write_transaction() as connection:
        await connection.execute(insert(catalogue_entity), rows)
    assert await comparer(ear).source_of(KEY.secret) == "survey"
    for secret in (REVOKED.secret, "snd_unknown", ""):
        with pytest.raises(UnknownKey):
            await comparer(ear).source_of(secret)


async def test_responses_of_one_agency(ear, response):
    await ear.hear(response("one"), response("two", service="carts", agency="boston", source_id="crm"))
    assert await ear.ids(agency="sf") == ["one"]
    assert await ear.ids(agency="boston", service="guest") == []
    assert (await ear.get(own="sf", agency="boston")).status_code == 403
    assert (await ear.get(agency="nowhere")).status_code == 422
