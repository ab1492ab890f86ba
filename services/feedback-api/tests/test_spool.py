"""The service while the log is away: it starts with what it last knew, answers from its spool, and catches up."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from prometheus_client import generate_latest

from feedback_api.bootstrap import build_app
from feedback_api.catalogue_projection.consumer import CatalogueConsumer
from feedback_api.catalogue_projection.projection import CatalogueProjection
from feedback_api.catalogue_projection.snapshot_file import CatalogueSnapshotFile, KnownCatalogue
from feedback_api.settings import FeedbackSettings
from soundings.access.keys import NewKey
from soundings.events.envelope import encode_event
from soundings.events.topics import CATALOGUE, RESPONSES
from soundings.log.port import EventLog, LogRecord, StoredRecord
from soundings.log.read_marks import ReadMark, mark_after
from soundings.testing.memory_log import MemoryLog, MemoryStore

from .conftest import DESK, SECRET, SURVEY, Scribe, publish

ITEM = {"form_id": "visit", "service_id": "airport", "answers": {"overall": 4, "comment": "Fine."}}
PATIENCE = 20.0


@dataclass
class Place:
    """A machine with a spool's folder, and a log that may be away."""

    folder: Path
    store: MemoryStore
    away: bool = False
    max_bytes: int = 1 << 24
    http: httpx.AsyncClient = field(init=False)

    async def open_log(self, _url: str) -> EventLog:
        if self.away:
            raise ConnectionError("nobody listens")
        return MemoryLog(self.store)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """A process of the service, from start to stop."""
        jwks = self.folder / "jwks.json"
        jwks.write_text('{"keys": []}')
        settings = FeedbackSettings(
            "memory://", SECRET, jwks.as_uri(), spool_dir=self.folder / "spool", spool_max_bytes=self.max_bytes
        )
        app = build_app(settings, open_log=self.open_log)
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://listening.example") as self.http,
        ):
            yield

    async def send(self, number: int, key: NewKey = SURVEY, **fields: object) -> httpx.Response:
        item = {**ITEM, "id": f"r-{number}", **fields}
        headers = {"authorization": f"Bearer {key.secret}"}
        return await self.http.post("/v1/responses", json=item, headers=headers)

    async def readiness(self) -> tuple[int, dict[str, list[str]]]:
        answer = await self.http.get("/readyz")
        return answer.status_code, answer.json()

    async def until(self, notes: bool) -> None:
        """Until readiness has notes, or has none any more."""
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        while ("notes" in (await self.readiness())[1]) is not notes:
            assert loop.time() < end
            await asyncio.sleep(0.01)

    def received(self) -> list[str]:
        records = MemoryLog(self.store).all_records(RESPONSES.name)
        return sorted(json.loads(record.value or b"")["record_id"] for record in records)


@pytest.fixture
def place(tmp_path: Path, store: MemoryStore) -> Place:
    return Place(tmp_path, store)


async def known_once(place: Place) -> None:
    """Let a process see the catalogue and end; then the log goes away."""
    async with place.serving():
        assert (await place.send(0)).status_code == 202
    place.away = True


@pytest.mark.slow
async def test_without_a_log_a_service_that_never_saw_the_catalogue_answers_503(place: Place):
    place.away = True
    async with place.serving():
        answer = await place.send(1)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) >= 1
        assert (await place.readiness())[0] == 503


async def test_a_service_starts_with_what_it_last_knew_and_catches_up(place: Place):
    await known_once(place)
    async with place.serving():
        assert [(await place.send(number)).status_code for number in range(1, 6)] == [202] * 5
        status, verdict = await place.readiness()
        assert (status, verdict["ok"], verdict["reasons"], len(verdict["notes"])) == (200, True, [], 2)
        shown = generate_latest().decode()
        assert "soundings_spool_depth" in shown
        assert (await place.http.get("/v1/forms/visit")).status_code == 200
        place.away = False
        await place.until(notes=False)
        assert place.received() == [f"r-{number}" for number in range(6)]


async def test_what_waits_survives_a_process_that_never_reached_the_log(place: Place):
    await known_once(place)
    async with place.serving():
        assert (await place.send(1)).status_code == 202
    place.away = False
    async with place.serving():
        await place.until(notes=False)
        assert (await place.send(2)).status_code == 202
        assert place.received() == ["r-0", "r-1", "r-2"]


async def test_refusals_are_the_same_while_the_log_is_away(place: Place):
    await known_once(place)
    async with place.serving():
        assert (await place.send(1, answers={"overall": 9})).status_code == 422
        unknown = NewKey("key_x", "snd_" + "x" * 43, "")
        assert (await place.send(1, unknown)).status_code == 401


async def test_what_the_catalogue_forgot_meanwhile_is_forgotten_when_the_log_is_back(place: Place, scribe: Scribe):
    await known_once(place)
    log, gone = MemoryLog(place.store), f"source_key/{DESK.key_id}".encode()
    await publish(log, scribe.service("new", "sf"))
    place.store.records[CATALOGUE.name, 0] = [
        record for record in log.all_records(CATALOGUE.name) if record.key != gone
    ]  # as after compaction, with the tombstone gone too
    async with place.serving():
        assert (await place.send(1, DESK)).status_code == 202
        place.away = False
        await place.until(notes=False)
        assert (await place.send(2, DESK)).status_code == 401
        assert (await place.send(2, SURVEY)).status_code == 202


async def test_a_full_spool_is_a_polite_503(place: Place):
    await known_once(place)
    place.max_bytes = 500_000
    async with place.serving():
        answers = [await place.send(number, id=f"{number}-" + "x" * 180) for number in range(1, 3)]
        assert [answer.status_code for answer in answers] == [202, 202]
        body = [{**ITEM, "id": f"l-{number}"} for number in range(2000)]
        headers = {"authorization": f"Bearer {SURVEY.secret}"}
        refused = await place.http.post("/v1/responses", json=body, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (503, "log_full")
        assert int(refused.headers["retry-after"]) >= 1
        status, verdict = await place.readiness()
        assert (status, "neither" in str(verdict["reasons"])) == (503, True)
        place.away = False
        await place.until(notes=False)
        assert (await place.send(3)).status_code == 202


def stored(key: bytes, value: bytes | None = b"{}") -> StoredRecord:
    return StoredRecord(CATALOGUE.name, 0, 7, key, value, (("ce_type", b"t\xc3\xa9"),), 12)


def test_what_was_known_is_read_as_it_was_written(tmp_path: Path):
    last_known = CatalogueSnapshotFile(tmp_path / "new" / "catalogue.jsonl")
    assert last_known.read_records() is None
    records = [stored(b"a/\xff", b'{"name":"\xc3\xa9"}'), stored(b"b\n", b"\x00\x80\n")]
    known = KnownCatalogue(records, mark_after(records[-1], 9))
    last_known.write_records(known)
    assert last_known.read_records() == known
    last_known.write_records(KnownCatalogue([]))
    assert last_known.read_records() == KnownCatalogue([])


def test_a_file_of_a_version_without_marks_is_read(tmp_path: Path):
    path = tmp_path / "catalogue.jsonl"
    path.write_bytes(b'{"format":1,"records":0}\n')
    assert CatalogueSnapshotFile(path).read_records() == KnownCatalogue([], ReadMark())


@pytest.mark.parametrize(
    "damage", [b"", b"\n", b"{}", b'{"format":2,"records":0}', b'{"format":1,"records":2}\n[]\n[]', b"\xff"]
)
def test_a_damaged_file_counts_as_none(tmp_path: Path, damage: bytes):
    path = tmp_path / "catalogue.jsonl"
    path.write_bytes(damage)
    assert CatalogueSnapshotFile(path).read_records() is None


async def test_the_newest_state_of_each_entity_is_kept_and_buried_ones_are_not(place: Place, scribe: Scribe):
    async with place.serving():
        assert (await place.send(1)).status_code == 202
        log = MemoryLog(place.store)
        await publish(log, scribe.service("airport", "sf", state="retired"))
        await log.append_records(
            CATALOGUE.name, [LogRecord(b"service/cart", None), encode_event(scribe.service("airport", "sf"))]
        )
        for _ in range(50):
            await asyncio.sleep(0)
    kept = CatalogueSnapshotFile(place.folder / "spool" / "catalogue.jsonl").read_records()
    assert kept is not None
    keys = [record.key for record in kept.records]
    assert len(keys) == len(set(keys))
    assert (b"service/cart" in keys, keys[-1]) == (False, b"service/airport")


def lose_catalogue(place: Place) -> None:
    """The topic was made again: nothing is on it."""
    place.store.records[CATALOGUE.name, 0].clear()


async def reasons(place: Place) -> list[str]:
    status, verdict = await place.readiness()
    assert (status == 200) == (not verdict["reasons"])
    return verdict["reasons"]


async def until_reasons(place: Place, some: bool) -> list[str]:
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE
    while bool(found := await reasons(place)) is not some or "still being read" in str(found):
        assert loop.time() < end
        await asyncio.sleep(0.01)
    return found


async def test_a_lost_topic_is_noticed_and_nothing_is_forgotten_until_it_is_announced_again(
    place: Place, scribe: Scribe
):
    async with place.serving():
        assert (await place.send(0)).status_code == 202
    lose_catalogue(place)
    for _ in range(2):  # another start does not make it good
        async with place.serving():
            (reason,) = await until_reasons(place, some=True)
            assert "ends at 0, but was read up to" in reason
            assert (await place.send(1)).status_code == 202
    async with place.serving():
        await publish(MemoryLog(place.store), *scribe.town()[:-1])
        assert await until_reasons(place, some=True)
        await publish(MemoryLog(place.store), *scribe.town())
        assert await until_reasons(place, some=False) == []
        assert (await place.send(2)).status_code == 202
    async with place.serving():
        assert (await place.send(3)).status_code == 202
        assert await reasons(place) == []


async def test_an_older_topic_that_has_grown_since_is_noticed(place: Place, scribe: Scribe):
    async with place.serving():
        assert (await place.send(0)).status_code == 202
    records = place.store.records[CATALOGUE.name, 0]
    end = len(records)
    del records[end // 2 :]
    await publish(MemoryLog(place.store), *(scribe.service(f"new-{number}", "sf") for number in range(end)))
    async with place.serving():
        (reason,) = await until_reasons(place, some=True)
        assert f"does not hold the record at {end - 1}" in reason
        assert (await place.send(1)).status_code == 202
        await publish(MemoryLog(place.store), *scribe.town())
        assert await until_reasons(place, some=False) == []


async def test_a_topic_that_is_made_again_while_it_is_followed_is_noticed(store: MemoryStore, scribe: Scribe):
    log, projection = MemoryLog(store), CatalogueProjection()
    follower = CatalogueConsumer(log, projection, look_seconds=0.01)

    async def until(ready: bool) -> None:
        async with asyncio.timeout(PATIENCE):
            while (await follower.unready_reason() is None) is not ready:  # noqa: ASYNC110 - it has no event for others
                await asyncio.sleep(0.01)

    async with follower.run_in_background():
        await until(ready=True)
        store.records[CATALOGUE.name, 0].clear()
        await until(ready=False)
        assert projection.find_service("airport") is not None
        await publish(log, *scribe.town())
        await until(ready=True)
