"""Dead letters through the door of the service: listed, forwarded, and sent again."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from joserfc.jwk import ECKey
from prometheus_client import generate_latest

from metrics_worker.bootstrap import build_app
from metrics_worker.settings import MetricsSettings
from soundings.access.roles import StaffRole
from soundings.access.tokens import issue_token
from soundings.events.catalogue import SourceBody, SourceChanged
from soundings.events.envelope import encode_event
from soundings.events.topics import ALL, CATALOGUE, DEAD_LETTERS, RESPONSES
from soundings.kernel.vocabulary import ServiceChannel
from soundings.log.port import LogRecord
from soundings.testing.memory_log import MemoryLog, MemoryStore

AT = datetime(2026, 1, 1, tzinfo=UTC)
BAD = LogRecord(
    b"web/1", b'{"broken', (("ce_type", b"gov.soundings.response.submitted.v1"), ("ce_id", b"response:1:0"))
)


@dataclass
class House:
    """A running service, its log, and tokens for it."""

    http: httpx.AsyncClient
    log: MemoryLog
    fold: object
    key: ECKey

    def token(self, *roles: StaffRole, agency: str | None = "*") -> dict[str, str]:
        token = issue_token(self.key, name="ann", roles=list(roles), agency=agency, seconds=600)
        return {"Authorization": f"Bearer {token}"}

    async def forwarded(self, count: int) -> None:
        """Wait until `count` dead letters stand in their topic; they may come in several batches."""
        async with asyncio.timeout(20):
            while (end := await self.log.end_position(DEAD_LETTERS.name, 0)) < count:
                await self.log.wait_for_records({(DEAD_LETTERS.name, 0): end}, 20)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    key = ECKey.generate_key("P-256", {"kid": "k"})
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    store = MemoryStore()

    async def open_log(_url: str) -> MemoryLog:
        return MemoryLog(store)

    settings = MetricsSettings("memory:", f"sqlite:///{tmp_path}/metrics.db", f"file://{tmp_path}/jwks.json")
    app = build_app(settings, open_log=open_log)
    log = MemoryLog(store)
    await log.ensure_topics(ALL)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://metrics") as http:
            yield House(http, log, app.state.fold, key)


async def test_a_dead_letter_is_listed_forwarded_and_sent_again(house):
    await house.log.append_records(RESPONSES.name, [BAD])
    await house.forwarded(1)
    admin = house.token(StaffRole.ADMIN)
    (item,) = (await house.http.get("/v1/dead-letters", headers=admin)).json()["items"]
    assert (item["topic"], item["key"], item["value"]) == (RESPONSES.name, "web/1", '{"broken')
    assert (item["type"], item["reason"]) == ("gov.soundings.response.submitted.v1", "malformed")
    assert item["replayed_at"] is None

    (copy,) = (await house.log.read_batch(DEAD_LETTERS.name, 0, 0, 10)).records
    told = dict(copy.headers)
    assert (copy.key, copy.value, told["ce_id"]) == (BAD.key, BAD.value, b"response:1:0")
    assert (told["dl_reason"], told["dl_topic"]) == (b"malformed", RESPONSES.name.encode())
    assert told["dl_offset"] == str(item["position"]).encode()

    again = await house.http.post(f"/v1/dead-letters/{item['id']}/replay", headers=admin)
    assert again.status_code == 202
    place = again.json()
    assert (place["topic"], place["partition"]) == (RESPONSES.name, item["partition"])
    (copy,) = (await house.log.read_batch(RESPONSES.name, place["partition"], place["position"], 1)).records
    assert (copy.key, copy.value, copy.headers) == (BAD.key, BAD.value, BAD.headers)


async def test_dead_letters_come_newest_first_page_by_page(house):
    await house.log.append_records(
        RESPONSES.name, [LogRecord(f"web/{n}".encode(), b"{", BAD.headers) for n in range(5)]
    )
    await house.forwarded(5)
    admin, seen, cursor = house.token(StaffRole.ADMIN), [], ""
    while cursor is not None:
        page = (await house.http.get(f"/v1/dead-letters?limit=2{cursor}", headers=admin)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"] and f"&cursor={page['next']}"
    assert seen == [5, 4, 3, 2, 1]


async def test_nobody_but_an_admin_sees_or_sends_dead_letters(house):
    for role, status in ((None, 401), (StaffRole.ANALYST, 403)):
        headers = {} if role is None else house.token(role)
        assert (await house.http.get("/v1/dead-letters", headers=headers)).status_code == status
        assert (await house.http.post("/v1/dead-letters/1/replay", headers=headers)).status_code == status


def source(id_: str, agency: str) -> LogRecord:
    body = SourceBody(
        agency_id=agency,
        name=id_,
        kind="form",
        service_ids=("parking",),
        accepts=("responses",),
        default_channel=ServiceChannel.WEBSITE,
    )
    return encode_event(SourceChanged(id=id_, revision=1, changed_at=AT, body=body))


def bad_of(source_id: str) -> LogRecord:
    return LogRecord(b"x/1", b"{", (*BAD.headers, ("ce_source", f"/sources/{source_id}".encode())))


async def with_two_agencies(house: House) -> None:
    """A dead letter of a source of each agency, of one that is not known, and of nobody in particular."""
    await house.log.append_records(CATALOGUE.name, [source("web", "a"), source("desk", "b")])
    nobody = LogRecord(b"nobody", b"{", BAD.headers)
    await house.log.append_records(RESPONSES.name, [bad_of("web"), bad_of("desk"), bad_of("lost"), nobody])
    await house.forwarded(4)
    assert house.fold.caught_up(20)


async def test_an_admin_of_an_agency_sees_and_sends_only_what_its_own_sources_sent(house):
    await with_two_agencies(house)
    every = (await house.http.get("/v1/dead-letters", headers=house.token(StaffRole.ADMIN))).json()["items"]
    assert len(every) == 4
    mine = house.token(StaffRole.ADMIN, agency="b")
    (item,) = (await house.http.get("/v1/dead-letters", headers=mine)).json()["items"]
    assert item["id"] in {one["id"] for one in every}
    for one in every:
        answer = await house.http.post(f"/v1/dead-letters/{one['id']}/replay", headers=mine)
        assert answer.status_code == (202 if one["id"] == item["id"] else 404)
    for nobody in ("c", "~nobody", "~unknown"):
        headers = house.token(StaffRole.ADMIN, agency=nobody)
        assert (await house.http.get("/v1/dead-letters", headers=headers)).json()["items"] == []


async def test_parked_sources_are_told_and_resumed_within_an_agency(house):
    await with_two_agencies(house)
    await house.log.append_records(RESPONSES.name, [bad_of("web")] * 120)
    admin = house.token(StaffRole.ADMIN)
    async with asyncio.timeout(20):
        while not (found := (await house.http.get("/v1/parked-sources", headers=admin)).json()["items"]):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        while found[0]["records"] < 21:
            found = (await house.http.get("/v1/parked-sources", headers=admin)).json()["items"]
    assert (found[0]["source"], found[0]["records"], found[0]["resuming"]) == ("web", 21, False)
    assert "in a row" in found[0]["reason"]
    ready = await house.http.get("/readyz")
    assert ready.status_code == 200
    assert "web (21 records)" in ready.json()["notes"][0]
    assert 'soundings_parked_records{source="web"} 21.0' in generate_latest().decode()
    answer = (await house.http.get("/v1/metrics/volume?agency=a", headers=admin)).json()
    assert "as_of" not in answer or answer["as_of"]["parked_events"] == 21
    foreign, own = house.token(StaffRole.ADMIN, agency="b"), house.token(StaffRole.ADMIN, agency="a")
    assert (await house.http.get("/v1/parked-sources", headers=foreign)).json()["items"] == []
    assert (await house.http.post("/v1/parked-sources/web/resume", headers=foreign)).status_code == 404
    assert (
        await house.http.post("/v1/parked-sources/web/resume", headers=house.token(StaffRole.MANAGER))
    ).status_code == 403
    assert (await house.http.post("/v1/parked-sources/desk/resume", headers=admin)).status_code == 404
    assert (await house.http.post("/v1/parked-sources/a%00/resume", headers=admin)).status_code == 422
    assert (await house.http.post("/v1/parked-sources/web/resume", headers=own)).json()["resuming"] is True
    async with asyncio.timeout(20):
        while (await house.http.get("/v1/parked-sources", headers=own)).json()["items"]:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert await house.log.end_position(DEAD_LETTERS.name, 0) >= 4


async def test_an_unknown_dead_letter_is_not_found(house):
    answer = await house.http.post("/v1/dead-letters/77/replay", headers=house.token(StaffRole.ADMIN))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    answer = await house.http.get("/v1/dead-letters?cursor=nonsense", headers=house.token(StaffRole.ADMIN))
    assert answer.status_code == 422


@pytest.mark.parametrize("position", [[2**63], [2**64 - 1], [-(2**63)], [True], [1.5], [[1]], [1, 2, 3], {}, None])
async def test_a_cursor_that_no_column_holds_is_refused(house, position):
    cursor = base64.urlsafe_b64encode(json.dumps(position).encode()).rstrip(b"=").decode()
    lists = {
        "dead-letters": StaffRole.ADMIN,
        "responses": StaffRole.ADVOCATE,
        f"subjects/v1:{'a' * 43}/records": StaffRole.ADMIN,
    }
    for path, role in lists.items():
        answer = await house.http.get(f"/v1/{path}?cursor={cursor}", headers=house.token(role))
        assert answer.status_code == 422, (path, answer.text)


@pytest.mark.parametrize("letter", ["9223372036854775808", "9" * 5_000, "-1", "nan", "%00", "1e3"])
async def test_an_id_that_no_column_holds_is_refused(house, letter):
    answer = await house.http.post(f"/v1/dead-letters/{letter}/replay", headers=house.token(StaffRole.ADMIN))
    assert answer.status_code == 422


async def test_a_parameter_given_twice_is_refused(house):
    answer = await house.http.get("/v1/dead-letters?limit=1&limit=2", headers=house.token(StaffRole.ADMIN))
    assert (answer.status_code, answer.json()["errors"][0]) == (
        422,
        {"field": "limit", "code": "repeated", "detail": "is given twice"},
    )


async def test_the_service_is_ready_once_the_worker_works(house):
    await house.log.append_records(RESPONSES.name, [BAD])
    await house.forwarded(1)
    assert house.fold.caught_up(20)
    assert (await house.http.get("/readyz")).json() == {"ok": True, "reasons": []}
