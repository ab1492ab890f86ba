"""The running service carries retention out by itself, and tells administrators which records a subject has."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from joserfc.jwk import ECKey

from metrics_worker.bootstrap import build
from metrics_worker.settings import Settings
from soundings.access.roles import Role
from soundings.access.tokens import issue_token
from soundings.db import Database
from soundings.testing.memory_log import MemoryLog, MemoryStore

from .conftest import Kept

JO = "v1:" + "a" * 43
SECONDS = 30


@dataclass
class House:
    http: httpx.AsyncClient
    key: ECKey

    async def get(self, path: str, *roles: Role, agency: str | None = "*") -> httpx.Response:
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
    key = ECKey.generate_key("P-256", {"kid": "k"})
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    store = MemoryStore()

    async def open_log(_url: str) -> MemoryLog:
        return MemoryLog(store)

    settings = Settings("memory:", f"sqlite:///{small_database.url.database}", f"file://{tmp_path}/jwks.json")
    app = build(settings, open_log=open_log)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://metrics") as http:
            yield House(http, key)


async def test_texts_go_soon_after_a_start(house: House, small_database: Database):
    async with asyncio.timeout(SECONDS):
        while await Kept(small_database).texts() != {"Not yet"}:
            pass
    shown = (await house.http.get("/metrics")).text
    assert 'soundings_retention_removed_total{what="text"}' in shown


async def test_only_administrators_of_the_agency_learn_of_a_subjects_records(house: House):
    path = f"/v1/subjects/{JO}/records"
    assert (await house.get(path)).status_code == 401
    for role in (Role.VIEWER, Role.ANALYST, Role.ADVOCATE, Role.MANAGER):
        assert (await house.get(path, role)).status_code == 403
    record = {"source_id": "survey", "kind": "response", "id": "old", "root_id": None}
    assert (await house.get(path, Role.ADMIN)).json() == {"items": [record], "next": None}
    assert (await house.get(path, Role.ADMIN, agency="sf")).json()["items"] == [record]
    assert (await house.get(path, Role.ADMIN, agency="boston")).json()["items"] == []


async def test_what_is_no_subject_and_no_cursor_is_refused(house: House):
    for path, field in (
        ("/v1/subjects/jo@example.org/records", "subject"),
        (f"/v1/subjects/{JO}/records?cursor=x", "cursor"),
        (f"/v1/subjects/{JO}/records?cursor=Wy0xXQ", "cursor"),
    ):
        answer = await house.get(path, Role.ADMIN)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), path
