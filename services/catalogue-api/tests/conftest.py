"""A catalogue in a folder of its own, put together by its bootstrap, with tokens for whoever calls."""

import asyncio
import json
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from joserfc.jwk import ECKey

from catalogue_api.bootstrap import build
from catalogue_api.settings import Settings
from soundings.access.roles import StaffRole
from soundings.access.tokens import issue_token
from soundings.events.base import EventData
from soundings.events.envelope import decode_event
from soundings.events.topics import CATALOGUE
from soundings.log.factory import open_log
from soundings.log.port import EventLog

Json = dict[str, object]
OpenLog = Callable[[str], Awaitable[EventLog]]
OpenTown = Callable[..., AbstractAsyncContextManager["Town"]]

EVENTS_OF_FOUNDING = 10


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

    def __init__(self, app: FastAPI, http: httpx.AsyncClient, log: EventLog, clock: FakeClock, issuer: ECKey) -> None:
        self.app = app
        self.http = http
        self.log = log
        self.clock = clock
        self._issuer = issuer
        self.admin = self.token(StaffRole.ADMIN)

    def token(self, *roles: StaffRole, agency: str | None = "*", name: str = "ann") -> str:
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
        """The events on the topic, waited for until there are ``count``; each once, as a consumer sees them."""
        await self.log.ensure_topics([CATALOGUE])
        place, position = (CATALOGUE.name, 0), 0
        seen: dict[str, EventData] = {}
        while len(seen) < count:
            assert await self.log.wait_for_records({place: position}, seconds=20), (
                f"{len(seen)} events instead of {count}"
            )
            batch = await self.log.read_batch(*place, position, 10_000)
            position = batch.next
            seen |= {
                event.event_id(): event for event in map(decode_event, batch.records) if event.event_id() not in seen
            }
        return list(seen.values())

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


def settings_in(folder: Path, issuer: ECKey) -> Settings:
    keys = folder / "jwks.json"
    keys.write_text(json.dumps({"keys": [issuer.as_dict(private=False)]}))
    return Settings(
        log_url=f"sqlite:///{folder}/log.db",
        database_url=f"sqlite:///{folder}/catalogue.db",
        jwks_url=keys.as_uri(),
    )


@asynccontextmanager
async def serving(app: FastAPI, settings: Settings, issuer: ECKey, clock: FakeClock) -> AsyncGenerator[Town, None]:
    log = await open_log(settings.log_url)
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://c") as http:
        yield Town(app, http, log, clock, issuer)
    await log.close_log()


def running(
    settings: Settings, issuer: ECKey, clock: FakeClock, **options: OpenLog
) -> AbstractAsyncContextManager[Town]:
    return serving(build(settings, clock=clock, **options), settings, issuer, clock)


@pytest.fixture
def settings(tmp_path: Path, issuer: ECKey) -> Settings:
    return settings_in(tmp_path, issuer)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def open_town(issuer: ECKey, clock: FakeClock) -> OpenTown:
    """Opens a catalogue with some settings, and with another log than they name where one is given."""
    return partial(running, issuer=issuer, clock=clock)


@dataclass(frozen=True)
class Hall:
    """One app for many tests, because building it is dear: for each it stops, gets other files, and starts again."""

    folder: Path
    issuer: ECKey
    clock: FakeClock
    settings: Settings
    app: FastAPI

    @classmethod
    def build(cls, folder: Path, issuer: ECKey) -> "Hall":
        clock, settings = FakeClock(), settings_in(folder, issuer)
        return cls(folder, issuer, clock, settings, build(settings, clock=clock))

    @asynccontextmanager
    async def with_files_of(self, template: Path | None) -> AsyncGenerator[Town, None]:
        for left in self.folder.glob("*.db*"):
            left.unlink()
        if template is not None:
            shutil.copytree(template, self.folder, dirs_exist_ok=True)
        self.clock.at = FakeClock().at
        async with serving(self.app, self.settings, self.issuer, self.clock) as town:
            yield town

    async def found(self, template: Path, fill: Callable[[Town], Awaitable[object]]) -> Path:
        """Keep the files of a catalogue that was started and filled."""
        async with self.with_files_of(None) as town:
            await fill(town)
        for file in self.folder.glob("*.db*"):
            shutil.copy(file, template)
        return template


@pytest.fixture(scope="session")
def hall(tmp_path_factory: pytest.TempPathFactory, issuer: ECKey) -> Hall:
    return Hall.build(tmp_path_factory.mktemp("hall"), issuer)


@pytest.fixture(scope="session")
def opened(hall: Hall, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a catalogue with nothing in it, made once and copied for every test."""

    async def leave_empty(town: Town) -> None:
        await town.log.ensure_topics([CATALOGUE])

    return asyncio.run(hall.found(tmp_path_factory.mktemp("opened"), leave_empty))


@pytest.fixture(scope="session")
def founded(hall: Hall, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with two agencies."""

    async def found(town: Town) -> None:
        await town.found()
        await town.events(EVENTS_OF_FOUNDING)

    return asyncio.run(hall.found(tmp_path_factory.mktemp("founded"), found))


@pytest.fixture
async def town(hall: Hall, opened: Path) -> AsyncGenerator[Town, None]:
    """A catalogue with nothing in it."""
    async with hall.with_files_of(opened) as town:
        yield town


@pytest.fixture
async def city(hall: Hall, founded: Path) -> AsyncGenerator[Town, None]:
    """A catalogue with two agencies."""
    async with hall.with_files_of(founded) as town:
        yield town
