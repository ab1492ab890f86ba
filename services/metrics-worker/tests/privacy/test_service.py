"""The running service carries retention out by itself, and tells administrators which records a subject has."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from joserfc.jwk import ECKey
from prometheus_client import generate_latest
from sqlalchemy import delete

from metrics_worker.bootstrap import build_app
from metrics_worker.catalogue_view.revocations_sql import SqlRevocations
from metrics_worker.db.tables import position
from metrics_worker.settings import MetricsSettings
from soundings.access.policy import POLICY, StaffRoles
from soundings.access.roles import StaffRole
from soundings.access.tokens import issue_token
from soundings.db import Database
from soundings.events.catalogue import TokenRevocation, TokenRevocationChanged
from soundings.events.envelope import encode_event
from soundings.events.topics import CATALOGUE
from soundings.kernel.clock import system_clock
from soundings.testing.memory_log import MemoryLog, MemoryStore

from .conftest import Kept

JO = "v1:" + "a" * 43
SECONDS = 30
STAFF_PATHS = {
    "metrics.responses.list": "/v1/responses",
    "metrics.responses.get": "/v1/responses/x",
    "metrics.subjects.records": f"/v1/subjects/v1:{'a' * 43}/records",
    "metrics.dead_letters.list": "/v1/dead-letters",
}
POSTED = {"metrics.dead_letters.replay"}


@dataclass
class House:
    http: httpx.AsyncClient
    key: ECKey
    log: MemoryLog

    async def get(self, path: str, *roles: StaffRole, agency: str | None = "*") -> httpx.Response:
        token = issue_token(self.key, name="ann", roles=list(roles), agency=agency, seconds=600)
        return await self.http.get(path, headers={"Authorization": f"Bearer {token}"} if roles else {})


@pytest.fixture
async def house(small_database: Database, response, tmp_path: Path) -> AsyncIterator[House]:
    """A service on a database that held texts before it began."""
    kept = Kept(small_database)
    await kept.hear(
        response("old", "Long ago", "2020-01-01T12:00:00Z", subject=JO),
        response("new", "Not yet", "2199-01-01T12:00:00Z"),
    )
    await kept.sources(survey={"text_days": 30})
    async with small_database.write_transaction() as connection:
        await connection.execute(delete(position))  # the service reads another log than the one that was folded
    key = ECKey.generate_key("P-256", {"kid": "k"})
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    store = MemoryStore()

    async def open_log(_url: str) -> MemoryLog:
        return MemoryLog(store)

    settings = MetricsSettings("memory:", f"sqlite:///{small_database.url.database}", f"file://{tmp_path}/jwks.json")
    app = build_app(settings, open_log=open_log)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://metrics") as http:
            yield House(http, key, MemoryLog(store))


async def test_texts_go_soon_after_a_start(house: House, small_database: Database):
    async with asyncio.timeout(SECONDS):
        while await Kept(small_database).texts() != {"Not yet"}:
            pass
        # The counter follows the removal, after the pauses of the round.
        while 'soundings_retention_removed_total{what="text"}' not in generate_latest().decode():
            await Kept(small_database).texts()


async def test_only_administrators_of_the_agency_learn_of_a_subjects_records(house: House):
    path = f"/v1/subjects/{JO}/records"
    assert (await house.get(path)).status_code == 401
    for role in (StaffRole.VIEWER, StaffRole.ANALYST, StaffRole.ADVOCATE, StaffRole.MANAGER):
        assert (await house.get(path, role)).status_code == 403
    record = {"source_id": "survey", "kind": "response", "id": "old", "root_id": None}
    assert (await house.get(path, StaffRole.ADMIN)).json() == {"items": [record], "next": None}
    assert (await house.get(path, StaffRole.ADMIN, agency="sf")).json()["items"] == [record]
    assert (await house.get(path, StaffRole.ADMIN, agency="boston")).json()["items"] == []


async def test_what_is_no_subject_and_no_cursor_is_refused(house: House):
    for path, field in (
        ("/v1/subjects/jo@example.org/records", "subject"),
        (f"/v1/subjects/{JO}/records?cursor=x", "cursor"),
        (f"/v1/subjects/{JO}/records?cursor=Wy0xXQ", "cursor"),
    ):
        answer = await house.get(path, StaffRole.ADMIN)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), path


def test_every_staff_operation_is_tried():
    named = {name for name, access in POLICY.items() if name.startswith("metrics.") and isinstance(access, StaffRoles)}
    assert STAFF_PATHS.keys() | POSTED <= named


@pytest.mark.parametrize("role", [*StaffRole])
@pytest.mark.parametrize("path", STAFF_PATHS.values())
async def test_a_token_without_an_agency_may_nothing_that_belongs_to_one(house, role, path):
    assert (await house.get(path, role, agency=None)).status_code == 403


async def test_a_revoked_token_is_refused_from_the_log(house: House):
    token = issue_token(house.key, name="ann", roles=[StaffRole.ADMIN], seconds=600)
    bearer = {"Authorization": f"Bearer {token}"}
    assert (await house.http.get("/v1/dead-letters", headers=bearer)).status_code == 200
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    body = TokenRevocation(jti=claims["jti"], expires_at=system_clock() + timedelta(days=1))
    event = TokenRevocationChanged(id="x", revision=1, changed_at=system_clock(), body=body)
    await house.log.ensure_topics([CATALOGUE])
    await house.log.append_records(CATALOGUE.name, [encode_event(event)])
    end = time.monotonic() + SECONDS
    while (await house.http.get("/v1/dead-letters", headers=bearer)).status_code != 401:
        assert time.monotonic() < end
        await asyncio.sleep(0.05)


async def test_revocations_are_in_the_database_too_for_when_the_log_is_away(house: House, small_database: Database):
    body = TokenRevocation(jti="gone", expires_at=system_clock() + timedelta(days=1))
    event = TokenRevocationChanged(id="y", revision=1, changed_at=system_clock(), body=body)
    await house.log.ensure_topics([CATALOGUE])
    await house.log.append_records(CATALOGUE.name, [encode_event(event)])
    source = SqlRevocations(small_database)
    end = time.monotonic() + SECONDS
    while "gone" not in await source.revoked():
        assert time.monotonic() < end
        await asyncio.sleep(0.05)
