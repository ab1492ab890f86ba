"""A source of which too much is refused goes aside, the others flow on, and it comes back in the order of the log."""

# ruff: noqa: ASYNC110 - what others bring about is looked for, with a deadline

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import func, select

from metrics_worker.aggregation.record_sender import CATALOGUE_SENDER, UNKNOWN_SENDER, sender_of
from metrics_worker.catalogue_view.agency_reach import AgencyReach
from metrics_worker.consumer.parking_state import Backlog, ParkingState, parkable, unparkable
from metrics_worker.consumer.sql import open_fold_store
from metrics_worker.db.tables import dead_letter, fact, parked, parked_source
from metrics_worker.parked.sql import SqlParkedSourceStore
from metrics_worker.rebuild.sql import SqlRebuildStore
from metrics_worker.rebuild.use_cases import rebuild_generation, verify_generation
from soundings.db import Database
from soundings.events.base import EventData
from soundings.events.envelope import encode_event
from soundings.events.response import ResponseRetracted, ResponseSubmitted
from soundings.events.topics import CATALOGUE, RESPONSES
from soundings.log.port import EventLog, LogRecord
from soundings.testing.memory_log import MemoryLog

from .conftest import cells_of
from .failing_stores import Dying
from .histories import AT, POOL
from .oracle import expected
from .test_worker import log, poison, running, scalar, tell

__all__ = ["log"]
BAD = 106
EVERY = AgencyReach(None)


async def count(database: Database, table) -> int:
    return await scalar(database, select(func.count()).select_from(table))


async def until_parked(database: Database, records: int) -> None:
    async with asyncio.timeout(20):
        while await count(database, parked) != records:
            await asyncio.sleep(0.01)


async def until_resumed(database: Database) -> None:
    async with asyncio.timeout(20):
        while await count(database, parked_source):
            await asyncio.sleep(0.01)


async def spread_poison(log: EventLog, count: int, source: bytes = b"web") -> None:
    """Records that are no events, in turn over all partitions."""
    bad = LogRecord(source + b"/poison", b"{broken", (("ce_type", b"gov.soundings.response.submitted.v1"),))
    for number in range(count):
        await log.append_records(RESPONSES.name, [LogRecord(bad.key, bad.value, bad.headers, number % 8)])


def of(events: Sequence[EventData], source: str) -> list[EventData]:
    return [event for event in events if event.source_id == source]


async def test_a_source_goes_aside_the_others_flow_on_and_it_comes_back(database, log):
    await tell(log, POOL[:40])
    store = open_fold_store(database)
    async with running(log, store) as at_work:
        await at_work.idle()
        await spread_poison(log, BAD)
        await at_work.until(lambda: at_work.worker.status.parked)
        await tell(log, POOL[40:120])
        await at_work.until(lambda: not at_work.worker.status.idle)
        await at_work.idle()
        assert (at_work.worker.status.unready, at_work.worker.status.stopped) == (None, None)
        (there,) = await SqlParkedSourceStore(database).every(EVERY)
        assert (there.source, there.resuming, there.records) == ("web", False, await count(database, parked))
        assert "in a row" in there.reason
        assert there.records > 0
        assert (await verify_generation(SqlRebuildStore(database))).parked == there.records
        assert (await rebuild_generation(SqlRebuildStore(database))).comparison.differences == 0
        assert at_work.worker.status.parked == {"web": there.records}
        assert await SqlParkedSourceStore(database).resume("desk", EVERY) is None
        assert (await SqlParkedSourceStore(database).resume("web", EVERY)).resuming
        await tell(log, POOL[120:160])
        await until_resumed(database)
        await at_work.until(lambda: at_work.worker.status.parked == {})
        await at_work.idle()
    assert await count(database, parked) == 0
    assert await count(database, dead_letter) == BAD
    assert await cells_of(database) == expected(POOL[:160])
    assert (await verify_generation(SqlRebuildStore(database))).comparison.differences == 0


async def test_what_other_sources_send_is_counted_while_one_is_parked(database, log):
    await spread_poison(log, BAD)
    async with running(log, open_fold_store(database)) as at_work:
        await at_work.until(lambda: at_work.worker.status.parked)
        await tell(log, POOL[:200])
        await at_work.until(lambda: not at_work.worker.status.idle)
        await at_work.idle()
        taken_back = [event for event in of(POOL[:200], "web") if event.TYPE.endswith(".retracted.v1")]
        assert await cells_of(database) == expected([*of(POOL[:200], "desk"), *taken_back])


async def test_poison_that_was_parked_becomes_dead_letters_and_parks_nothing_again(database, log):
    await poison(log, 450)
    async with running(log, open_fold_store(database)) as at_work:
        await until_parked(database, 350)
        await SqlParkedSourceStore(database).resume("web", EVERY)
        await until_resumed(database)
        assert await count(database, dead_letter) == 450
        await tell(log, POOL[:60])
        await at_work.until(lambda: not at_work.worker.status.idle)
        await at_work.idle()
        assert at_work.worker.status.parked == {}
    assert await cells_of(database) == expected(POOL[:60])


async def test_a_source_that_goes_on_as_before_is_parked_anew(database, log):
    await poison(log, BAD)
    async with running(log, open_fold_store(database)):
        await until_parked(database, BAD - 100)
        await SqlParkedSourceStore(database).resume("web", EVERY)
        await until_resumed(database)
        await poison(log, BAD)
        await until_parked(database, BAD - 100)
    assert await count(database, dead_letter) == BAD + 100


async def test_a_retraction_does_not_wait_and_takes_back_what_is_parked(database, log):
    said = next(event for event in POOL if isinstance(event, ResponseSubmitted) and event.source_id == "web")
    said = said.model_copy(update={"record_id": "gone", "revision": 0, "quarantined": False, "test": False})
    await poison(log, BAD)
    async with running(log, open_fold_store(database)) as at_work:
        await until_parked(database, BAD - 100)
        await tell(log, [said])
        await until_parked(database, BAD - 99)
        await tell(log, [ResponseRetracted(record_id="gone", source_id="web", reason="erasure", retracted_at=AT)])
        async with asyncio.timeout(20):
            while not await count(database, fact):
                await asyncio.sleep(0.01)
        await SqlParkedSourceStore(database).resume("web", EVERY)
        await until_resumed(database)
        await at_work.idle()
    assert await cells_of(database) == {}


async def test_two_workers_park_and_resume_together_and_count_once(database, log):
    store = open_fold_store(database)
    async with running(log, store, "one", beat_ms=250) as one, running(log, store, "two", beat_ms=250) as two:
        await tell(log, POOL[:60])
        await spread_poison(log, 8 * BAD)
        await tell(log, POOL[60:160])
        await one.until(lambda: one.worker.status.parked or two.worker.status.parked)
        for start in range(160, 240, 20):
            await SqlParkedSourceStore(database).resume("web", EVERY)
            await tell(log, POOL[start : start + 20])
        async with asyncio.timeout(20):
            while await count(database, dead_letter) < 8 * BAD or await count(database, parked):
                await SqlParkedSourceStore(database).resume("web", EVERY)
                await asyncio.sleep(0.05)
        await until_resumed(database)
        await one.until(lambda: not (one.worker.status.stopped or two.worker.status.stopped))
        async with asyncio.timeout(20):
            while await cells_of(database) != expected(POOL[:240]):
                await asyncio.sleep(0.05)
    assert await count(database, dead_letter) == 8 * BAD


@pytest.mark.parametrize("step", ["state", "park", "add", "write_changes", "oldest", "remove", "commit"])
async def test_a_failure_in_the_middle_loses_nothing_and_doubles_nothing(database, log, step):
    await tell(log, POOL[:40])
    async with running(log, open_fold_store(database)) as at_work:
        await at_work.idle()
    await poison(log, 300)
    store = Dying(open_fold_store(database), [step] if step not in {"oldest", "remove"} else [])
    async with running(log, store, most_events=60) as at_work:
        await at_work.until(lambda: at_work.worker.status.parked)
        await at_work.until(lambda: at_work.worker.status.idle and at_work.worker.status.unready is None)
        await tell(log, POOL[40:80])
        assert store.left == []
        if step not in {"park", "add"}:  # nothing is parked while a source resumes
            store.left.append(step)
        await SqlParkedSourceStore(database).resume("web", EVERY)
        await until_resumed(database)
        await at_work.until(lambda: at_work.worker.status.unready is None and at_work.worker.status.idle)
    assert store.left == []
    assert await count(database, dead_letter) == 300
    assert await cells_of(database) == expected(POOL[:80])


async def test_what_is_read_from_the_log_after_it_let_go_of_it_is_folded_from_what_was_parked(database, log):
    record = encode_event(
        next(event for event in POOL if isinstance(event, ResponseSubmitted) and event.source_id == "web")
    )
    await log.append_records(RESPONSES.name, [LogRecord(record.key, record.value, record.headers, 2)])
    async with running(log, open_fold_store(database)) as at_work:
        await at_work.idle()
        await poison(log, 100)
        await at_work.until(lambda: at_work.worker.status.parked)
        await log.append_records(RESPONSES.name, [LogRecord(record.key, record.value, record.headers, 3)])
        await until_parked(database, 1)
    log.remove_before(RESPONSES.name, 3, await log.end_position(RESPONSES.name, 3))
    await SqlParkedSourceStore(database).resume("web", EVERY)
    async with running(MemoryLog(log.store), open_fold_store(database)):
        await until_resumed(database)
    assert await scalar(database, select(dead_letter.c.reason).order_by(dead_letter.c.id.desc()).limit(1)) == (
        "wrong_partition"
    )


def test_a_third_source_is_not_parked():
    state = ParkingState(frozenset({"a"}), frozenset({"r"}), {Backlog("r", "t", 0): 1})
    exceeded = {"a": "x", "b": "x", "c": "x", "r": "x", CATALOGUE_SENDER: "x"}
    assert set(parkable(state, exceeded)) == {"b"}
    after = ParkingState(frozenset({"a", "b"}), state.resuming, state.backlogs)
    assert set(unparkable(after, exceeded)) == {"c", CATALOGUE_SENDER}


def test_records_wait_behind_what_is_parked_in_their_partition_only():
    state = ParkingState(frozenset({"a"}), frozenset({"r", "s"}), {Backlog("r", "t", 0): 1, Backlog("a", "t", 1): 2})
    assert (state.routed(("t", 0)), state.routed(("t", 1))) == ({"a", "r"}, {"a"})
    assert state.drainable({("t", 0), ("t", 1)}) == [Backlog("r", "t", 0)]
    assert state.records() == {"a": 2, "r": 1, "s": 0}


@pytest.mark.parametrize(
    ("topic", "key", "headers", "sender"),
    [
        ("soundings.responses.v1", b"web/1", (("ce_source", b"/sources/desk"),), "desk"),
        ("soundings.responses.v1", b"web/1", (("ce_source", b"/sources/De sk"),), "web"),
        ("soundings.responses.v1", b"web/1", (("ce_source", b"\xff"),), "web"),
        ("soundings.responses.v1", b"web/1", (), "web"),
        ("soundings.responses.v1", b"web", (), UNKNOWN_SENDER),
        ("soundings.responses.v1", b"\xff/1", (), UNKNOWN_SENDER),
        ("soundings.responses.v1", b"x" * 200 + b"/", (), UNKNOWN_SENDER),
        (CATALOGUE.name, b"agency/a", (("ce_source", b"/sources/desk"),), CATALOGUE_SENDER),
    ],
)
def test_who_sent_a_record_is_told_without_reading_it(topic, key, headers, sender):
    assert sender_of(topic, key, headers) == sender
