"""A catalogue in a folder of its own, put together by its bootstrap, with tokens for whoever calls."""

import json
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from catalogue_api.bootstrap import build
from catalogue_api.settings import Settings
from fastapi import FastAPI
from joserfc.jwk import ECKey
from soundings.access.roles import Role
from soundings.access.tokens import issue_token
from soundings.events.base import EventData
from soundings.events.envelope import decode
from soundings.events.topics import CATALOGUE
from soundings.log.open import open_log
from soundings.log.port import Log

Json = dict[str, object]


@dataclass
class FakeClock:
    """A clock that stands still until it is told to go on."""

    at: datetime = field(default_factory=lambda: datetime(2026, 3, 2, 9, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.at

    def go_on(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Town:
    """A running catalogue and how a test talks to it; an admin of every agency calls unless said otherwise."""

    def __init__(self, app: FastAPI, http: httpx.AsyncClient, log: Log, clock: FakeClock, issuer: ECKey) -> None:
        self.app = app
        self.http = http
        self.log = log
        self.clock = clock
        self._issuer = issuer
        self.admin = self.token(Role.ADMIN)

    def token(self, *roles: Role, agency: str | None = None, name: str = "ann") -> str:
        return issue_token(self._issuer, name=name, roles=list(roles), agency=agency, seconds=3600)

    async def call(
        self, method: str, path: str, body: object = None, token: str | None = "", **headers: str
    ) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        token = self.admin if token == "" else token
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        return await self.http.request(method, f"/v1/{path}", json=body, headers=sent)

    async def put(self, path: str, body: Json, status: int = 201, **options: str) -> Json:
        answer = await self.call("PUT", path, body, **options)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def get(self, path: str, **options: str) -> Json:
        answer = await self.call("GET", path, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def faults(self, path: str, body: object, method: str = "PUT") -> dict[str, str]:
        """The fields that are refused, with their codes."""
        answer = await self.call(method, path, body)
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        return {fault["field"]: fault["code"] for fault in answer.json()["errors"]}

    async def events(self, count: int) -> Sequence[EventData]:
        """The first events on the topic, waited for until there are ``count``."""
        await self.log.ensure([CATALOGUE])
        place = (CATALOGUE.name, 0)
        assert await self.log.wait({place: count - 1}, seconds=20), f"fewer than {count} events"
        return [decode(record) for record in (await self.log.read(*place, 0, 10_000)).records]

    async def found(self) -> None:
        """Two agencies with a department and two services each, and a measure and a source of the first."""
        for agency in ("sf", "boston"):
            await self.put(f"agencies/{agency}", {"name": {"en": agency}, "time_zone": "America/New_York"})
            await self.put(f"departments/{agency}-dep", {"agency_id": agency, "name": {"en": "Works"}})
            for service in ("one", "two"):
                await self.put(
                    f"services/{agency}-{service}",
                    {"agency_id": agency, "department_id": f"{agency}-dep", "name": {"en": f"{agency} {service}"}},
                )
        await self.put("measures/clean", measure())
        await self.put("sources/tool", source())


def measure(**changed: object) -> Json:
    body: Json = {"agency_id": "sf", "name": {"en": "Clean"}, "category": "quality", "scale": "1-5", "direction": "up"}
    return {**body, **changed}


def source(**changed: object) -> Json:
    return {
        "agency_id": "sf",
        "name": "Tool",
        "kind": "survey",
        "service_ids": ["sf-one"],
        "accepts": ["responses"],
        "default_channel": "website",
        **changed,
    }


def form(*questions: Json, **changed: object) -> Json:
    asked = list(questions) or [question()]
    return {"agency_id": "sf", "service_ids": ["sf-one"], "title": {"en": "Visit"}, "questions": asked, **changed}


def question(id_: str = "overall", type_: str = "likert", **more: object) -> Json:
    return {"id": id_, "type": type_, "text": {"en": "How was it?"}, **more}


@dataclass(frozen=True)
class Bodies:
    """Bodies that are right as they are, for tests that change one thing."""

    measure: Callable[..., Json] = measure
    source: Callable[..., Json] = source
    form: Callable[..., Json] = form
    question: Callable[..., Json] = question


@pytest.fixture
def bodies() -> Bodies:
    return Bodies()


@pytest.fixture(scope="session")
def issuer() -> ECKey:
    return ECKey.generate_key("P-256", {"kid": "test", "use": "sig", "alg": "ES256"})


@pytest.fixture
def settings(tmp_path: Path, issuer: ECKey) -> Settings:
    keys = tmp_path / "jwks.json"
    keys.write_text(json.dumps({"keys": [issuer.as_dict(private=False)]}))
    return Settings(
        log_url=f"sqlite:///{tmp_path}/log.db",
        database_url=f"sqlite:///{tmp_path}/catalogue.db",
        jwks_url=keys.as_uri(),
    )


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()



@pytest.fixture
def open_town(issuer: ECKey, clock: FakeClock):
    @asynccontextmanager
    async def open_(settings: Settings, **options: object) -> AsyncGenerator[Town, None]:
        app = build(settings, clock=clock, **options)  # type: ignore[arg-type]
        log = await open_log(settings.log_url)
        transport = httpx.ASGITransport(app)
        async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://c") as http:
            yield Town(app, http, log, clock, issuer)
        await log.close()

    return open_


@pytest.fixture
async def town(open_town, settings: Settings) -> AsyncGenerator[Town, None]:
    """A catalogue with nothing in it."""
    async with open_town(settings) as town:
        yield town


@pytest.fixture
async def city(town: Town) -> Town:
    """A catalogue with two agencies."""
    await town.found()
    return town
