"""The projection of the catalogue: what it knows after any history, and how the service keeps it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from feedback_api.bootstrap import build_app
from feedback_api.catalogue_projection.consumer import CatalogueConsumer
from feedback_api.catalogue_projection.projection import CatalogueProjection
from feedback_api.settings import FeedbackSettings
from soundings.access.keys import hash_key, make_key
from soundings.events.envelope import encode_event
from soundings.events.topics import ALL, CATALOGUE
from soundings.kernel.errors import ServiceUnavailable
from soundings.log.port import LogRecord, LogUnavailable, RecordBatch
from soundings.log.sqlite import SqliteLog
from soundings.testing.memory_log import MemoryLog

from .conftest import SECRET, SURVEY, FakeClock, Listening, Scribe, publish


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://listening.example") as http,
    ):
        yield http


ITEM = {"id": "r-1", "form_id": "visit", "service_id": "airport", "answers": {"overall": 4}}
KEY = make_key()


def known(projection: CatalogueProjection) -> object:
    """All that the tests below can ask of it."""
    return (
        [projection.find_agency(name) for name in ("sf", "boston")],
        [projection.find_service(name) for name in ("airport", "library", "cart", "vehicle")],
        [projection.find_source(name) for name in ("survey", "web", "centre", "desk", "new")],
        [projection.registered_source(name) for name in ("survey", "web", "centre", "desk", "new")],
        [projection.registered_agency(name) for name in ("sf", "boston")],
        [projection.source_of_key(hash_key(key.secret)) for key in (SURVEY, KEY)],
        [projection.find_form("visit", version) for version in (None, 1, 2)],
        projection.find_measure("cleanliness"),
        projection.find_touchpoint("security-line"),
    )


def history(scribe: Scribe):
    town = scribe.town()
    form = next(event.body.form for event in town if event.id == "visit@1")
    return [
        *town,
        scribe.service("airport", "sf", state="retired"),
        scribe.source("new", "sf", service_ids=["airport"]),
        scribe.key(KEY, "new"),
        *scribe.form("visit", form, 2),
        scribe.key(KEY, "new", state="retired"),
        scribe.source("desk", "sf", state="retired", service_ids=["airport"]),
    ]


def test_retired_entities_are_not_found():
    projection = CatalogueProjection()
    for event in history(Scribe()):
        projection.apply_event(event)
    assert projection.find_service("airport") is None
    assert projection.find_source("desk") is None
    assert projection.source_of_key(KEY.key_hash) is None
    assert projection.source_of_key(SURVEY.key_hash) == "survey"
    assert projection.find_form("visit").version == 2
    assert projection.find_form("visit", 3) is None


@given(order=st.randoms(use_true_random=False), again=st.lists(st.integers(0, 30), max_size=20))
def test_only_the_newest_event_of_each_entity_counts(order, again):
    events = history(Scribe())
    first, second = CatalogueProjection(), CatalogueProjection()
    for event in events:
        first.apply_event(event)
    mixed = [*events, *(events[index % len(events)] for index in again)]
    order.shuffle(mixed)
    for event in mixed:
        second.apply_event(event)
    assert known(first) == known(second)


def test_a_tombstone_takes_an_entity_away_and_it_may_come_back():
    projection, events = CatalogueProjection(), Scribe().town()
    for event in events:
        projection.apply_event(event)
    for event in events:
        projection.remove_key(event.partition_key())
    assert known(projection) == known(CatalogueProjection())
    projection.remove_key("nothing/at-all")
    projection.remove_key("form_version/odd")
    for event in events:
        projection.apply_event(event)
    assert projection.source_of_key(SURVEY.key_hash) == "survey"


async def test_what_the_catalogue_says_is_known_without_a_restart(ear: Listening):
    assert (await ear.send("responses", ITEM, KEY)).status_code == 401
    await ear.publish(
        ear.scribe.source("new", "sf", service_ids=["airport"], accepts=["responses"]), ear.scribe.key(KEY, "new")
    )
    assert (await ear.send("responses", ITEM, KEY)).status_code == 202


async def test_what_is_no_event_is_passed_over(ear: Listening):
    await ear.log.append_records(
        CATALOGUE.name,
        [
            LogRecord(b"agency/x", b"{", (("ce_type", b"gov.soundings.catalogue.agency.v1"),)),
            LogRecord(b"planet/x", b"{}", (("ce_type", b"gov.soundings.catalogue.planet.v1"),)),
            LogRecord(b"x", b""),
            encode_event(ear.scribe.agency("nowhere", "Moon/Crater")),
            LogRecord(b"source/web", None),
        ],
    )
    await ear.publish(ear.scribe.key(KEY, "survey"))
    assert (await ear.send("responses", ITEM, KEY)).status_code == 202
    assert (await ear.http.get("/livez")).status_code == 200
    assert (await ear.send("forms/visit/responses", {"answers": {}}, None)).status_code == 403


async def test_the_projection_survives_a_restart(tmp_path, clock: FakeClock):
    url = f"sqlite:///{tmp_path}/log.db"
    log = await SqliteLog.open_log(tmp_path / "log.db")
    await log.ensure_topics(ALL)
    await publish(log, *Scribe().town())
    await log.close_log()
    for revision in range(2):
        app = build_app(FeedbackSettings(url, SECRET, (tmp_path / "jwks.json").as_uri()), clock=clock)
        async with serving(app) as http:
            sent = {**ITEM, "revision": revision}
            answer = await http.post("/v1/responses", json=sent, headers={"authorization": f"Bearer {SURVEY.secret}"})
            assert answer.status_code == 202, answer.text
            assert (await http.get("/readyz")).status_code == 200
    log = await SqliteLog.open_log(tmp_path / "log.db")
    ends = await log.end_positions(["soundings.responses.v1"])
    assert sum(ends.values()) == 2
    await log.close_log()


class SlowLog(MemoryLog):
    """A log whose catalogue can only be read once it is told so."""

    def __init__(self, store):
        super().__init__(store)
        self.go = asyncio.Event()

    async def read_batch(self, topic, partition, from_position, limit) -> RecordBatch:
        await self.go.wait()
        return await super().read_batch(topic, partition, from_position, limit)


async def test_before_the_catalogue_is_read_requests_wait_and_the_service_is_not_ready(tmp_path, store, clock, scribe):
    slow = SlowLog(store)

    async def open_slow(_url):
        return slow

    app = build_app(FeedbackSettings("memory://", SECRET, tmp_path.as_uri()), open_log=open_slow, clock=clock)
    async with serving(app) as http:
        assert (await http.get("/readyz")).status_code == 503
        assert (await http.get("/livez")).status_code == 200
        headers = {"authorization": f"Bearer {SURVEY.secret}"}
        waiting = asyncio.create_task(http.post("/v1/responses", json=ITEM, headers=headers))
        await asyncio.sleep(0)
        slow.go.set()
        assert (await waiting).status_code == 202
        assert (await http.get("/readyz")).status_code == 200


async def test_who_has_waited_long_enough_is_told_to_come_back(store):
    follower = CatalogueConsumer(SlowLog(store), CatalogueProjection())
    async with follower.run_in_background():
        with pytest.raises(ServiceUnavailable) as caught:
            await follower.wait_until_ready(0.01)
        assert caught.value.retry_after >= 1


class FaultyLog(MemoryLog):
    """A log that is away the first time it is read."""

    away = True

    async def read_batch(self, topic, partition, from_position, limit) -> RecordBatch:
        if self.away:
            self.away = False
            raise LogUnavailable("not yet")
        return await super().read_batch(topic, partition, from_position, limit)


async def test_a_log_that_was_away_is_followed_again(store):
    follower = CatalogueConsumer(FaultyLog(store), CatalogueProjection(), retry_seconds=0)
    async with follower.run_in_background():
        await follower.wait_until_ready(10)
        assert await follower.unready_reason() is None
    assert await follower.dead_reason() is not None
