"""A listening service on a log in memory, a small catalogue on its topic, and the ways to talk to it."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from joserfc.jwk import ECKey

from feedback_api.bootstrap import build_app
from feedback_api.settings import FeedbackSettings
from soundings.access.keys import NewKey, make_key
from soundings.access.roles import StaffRole
from soundings.access.tokens import issue_token
from soundings.events import catalogue, forms
from soundings.events.base import EventData
from soundings.events.catalogue import CatalogueChanged
from soundings.events.envelope import BY_TYPE, encode_event, type_of
from soundings.events.topics import CATALOGUE, INTERACTIONS, MEASURED, RESPONSES, TALLIES
from soundings.kernel.scales import MeasureScale
from soundings.log.port import EventLog, StoredRecord
from soundings.testing.memory_log import MemoryLog, MemoryStore

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRET = "a root secret of the tests, long enough"
SURVEY = make_key()
CENTRE = make_key()
DESK = make_key()
"""Keys: of the survey tool, the contact centre (two services) and the one-service desk."""


@dataclass
class FakeClock:
    """A clock that stands still until it is told to go on."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def go_on(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


QUESTIONS = (
    {"id": "overall", "type": "likert", "measure": "satisfaction", "text": {"en": "Overall?"}},
    {"id": "recommend", "type": "nps", "measure": "nps", "text": {"en": "Recommend?"}},
    {"id": "effort", "type": "ces", "text": {"en": "Easy?"}},
    {"id": "done", "type": "yes_no", "text": {"en": "Done?"}},
    {"id": "purpose", "type": "single_choice", "text": {"en": "Why?"},
     "options": [{"code": code, "text": {"en": code}} for code in ("business", "leisure")]},
    {"id": "missed", "type": "multi_choice", "measure": "missed-things", "text": {"en": "What was missing?"},
     "options": [{"code": code, "text": {"en": code}} for code in ("signs", "seats", "staff")]},
    {"id": "when", "type": "date", "text": {"en": "When?"}},
    {"id": "comment", "type": "long_text", "text": {"en": "More?"}, "max_length": 2000},
    {"id": "campaign", "type": "hidden", "text": {"en": "Campaign"}},
    {"id": "thanks", "type": "statement", "text": {"en": "Thanks."}},
)  # fmt: skip
BRANCHED = (
    {"id": "met", "type": "yes_no", "text": {"en": "Was your need met?"}, "required": True},
    {"id": "why", "type": "short_text", "text": {"en": "Why not?"}, "required": True,
     "show_when": {"question": "met", "in": [0]}},
    {"id": "liked", "type": "multi_choice", "text": {"en": "What was good?"},
     "options": [{"code": code, "text": {"en": code}} for code in ("speed", "people")],
     "show_when": {"question": "met", "in": [1]}},
    {"id": "who", "type": "short_text", "text": {"en": "Who was it?"},
     "show_when": {"question": "liked", "in": ["people"]}},
)  # fmt: skip


def form(questions: Sequence[object], services: Sequence[str], source: str | None = None) -> forms.FormBody:
    return forms.FormBody.model_validate(
        {
            "agency_id": "sf",
            "service_ids": services,
            "source_id": source,
            "title": {"en": "Your visit", "es": "Su visita"},
            "questions": questions,
            "thank_you": {"en": "Thanks a lot!"},
        }
    )


class Scribe:
    """Writes catalogue events with rising revisions."""

    def __init__(self) -> None:
        self._revision = 0

    def _facts(self, entity_id: str, state: str) -> dict[str, object]:
        self._revision += 1
        return {"id": entity_id, "revision": self._revision, "state": state, "changed_at": NOW}

    def agency(self, agency_id: str, zone: str, fiscal: str = "07-01", state: str = "active") -> CatalogueChanged:
        body = {"name": {"en": agency_id}, "time_zone": zone, "fiscal_year_start": fiscal}
        return catalogue.AgencyChanged.model_validate({**self._facts(agency_id, state), "body": body})

    def service(self, service_id: str, agency_id: str, state: str = "active") -> CatalogueChanged:
        body = {"agency_id": agency_id, "department_id": "any", "name": {"en": service_id}}
        return catalogue.ServiceChanged.model_validate({**self._facts(service_id, state), "body": body})

    def source(self, source_id: str, agency_id: str, state: str = "active", **body: object) -> CatalogueChanged:
        whole = {
            "agency_id": agency_id, "name": source_id, "kind": "any", "default_channel": "phone",
            "accepts": ["responses", "interactions", "tallies"], **body,
        }  # fmt: skip
        return catalogue.SourceChanged.model_validate({**self._facts(source_id, state), "body": whole})

    def key(self, key: NewKey, source_id: str, state: str = "active") -> CatalogueChanged:
        body = {"source_id": source_id, "key_hash": key.key_hash}
        return catalogue.SourceKeyChanged.model_validate({**self._facts(key.key_id, state), "body": body})

    def form(self, form_id: str, body: forms.FormBody, version: int, state: str = "active") -> list[CatalogueChanged]:
        scales = {"overall": MeasureScale.FIVE, "recommend": MeasureScale.ELEVEN, "missed": MeasureScale.CATEGORY}
        scored = {question.id for question in body.questions if question.measure is not None}
        frozen = forms.FormVersion(
            form_id=form_id,
            version=version,
            form=body,
            scales={question: scale for question, scale in scales.items() if question in scored},
            measure_versions=dict.fromkeys(scored, 1),
        )
        published = self._facts(f"{form_id}@{version}", "active")
        return [
            forms.FormVersionChanged.model_validate({**published, "body": frozen}),
            forms.FormChanged.model_validate(
                {**self._facts(form_id, state), "body": body, "published": version},
            ),
        ]

    def measure(self, measure_id: str, agency_id: str, scale: str, **versions: datetime) -> CatalogueChanged:
        listed = [
            {"version": int(number.removeprefix("v")), "scale": scale, "since": since}
            for number, since in versions.items()
        ]
        body = {
            "agency_id": agency_id, "name": {"en": measure_id}, "category": "quality", "scale": scale,
            "direction": "up", "version": max((int(entry["version"]) for entry in listed), default=1),
        }  # fmt: skip
        facts = self._facts(measure_id, "active")
        return catalogue.MeasureChanged.model_validate({**facts, "body": body, "versions": listed})

    def touchpoint(self, touchpoint_id: str, service_id: str, stage: str) -> CatalogueChanged:
        body = {"service_id": service_id, "name": {"en": touchpoint_id}, "stage": stage}
        return catalogue.TouchpointChanged.model_validate({**self._facts(touchpoint_id, "active"), "body": body})

    def town(self) -> list[CatalogueChanged]:
        """Two agencies, four services, three sources with keys, and forms: what most tests need."""
        visit = form(QUESTIONS, ["airport"], "web")
        return [
            self.agency("sf", "America/Los_Angeles"),
            self.agency("boston", "America/New_York"),
            self.service("airport", "sf"),
            self.service("library", "sf"),
            self.service("cart", "boston"),
            self.service("vehicle", "boston"),
            self.source("survey", "sf", service_ids=["airport", "library"], accepts=["responses", "tallies"]),
            self.source("web", "sf", service_ids=["airport"], accepts=["responses"], default_channel="website",
                        origins=["https://www.sf.example"]),
            self.source("centre", "boston", service_ids=["cart", "vehicle"], accepts=["interactions", "tallies"]),
            self.source("desk", "sf", service_ids=["airport"], default_channel="in_person"),
            self.key(SURVEY, "survey"),
            self.key(CENTRE, "centre"),
            self.key(DESK, "desk"),
            self.measure("missed-things", "sf", "category", v1=datetime(1970, 1, 1, tzinfo=UTC)),
            self.measure("cleanliness", "sf", "1-5", v1=datetime(1970, 1, 1, tzinfo=UTC),
                         v2=datetime(2026, 1, 1, 8, tzinfo=UTC)),
            self.touchpoint("security-line", "airport", "departure"),
            *self.form("visit", visit, 1),
            *self.form("need", form(BRANCHED, ["airport"], "web"), 1),
            *self.form("both", form(QUESTIONS[:1], ["airport", "library"]), 1),
        ]  # fmt: skip


@dataclass
class Listening:
    """A running service: what is sent to it, and what it put on the log."""

    app: FastAPI
    http: httpx.AsyncClient
    log: MemoryLog
    clock: FakeClock
    issuer: ECKey
    scribe: Scribe
    marks: dict[str, int] = field(default_factory=dict)

    async def send(self, path: str, body: object, key: NewKey | None = SURVEY, **headers: str) -> httpx.Response:
        """POST JSON with a source's key; header names have underscores."""
        return await self.raw(path, json.dumps(body).encode(), key, **{"content_type": "application/json", **headers})

    async def raw(
        self, path: str, body: bytes, key: NewKey | None = SURVEY, method: str = "POST", **headers: str
    ) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            sent["authorization"] = f"Bearer {key.secret}"
        return await self.http.request(method, f"/v1/{path}", content=body, headers=sent)

    async def fault(self, path: str, item: object, key: NewKey = SURVEY) -> tuple[str, str]:
        """The field and code for which a single item is refused, the same as in a list of it alone."""
        answer = await self.send(path, item, key)
        assert answer.status_code in {403, 422}, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        (error,) = answer.json()["errors"]
        listed = await self.send(path, [item], key)
        assert listed.status_code == 422
        (rejected,) = listed.json()["rejected"]
        assert (rejected["field"], rejected["code"], rejected["detail"]) == tuple(
            error[name] for name in ("field", "code", "detail")
        )
        assert rejected["detail"]
        return error["field"], error["code"]

    async def taken(self, path: str, item: object, key: NewKey = SURVEY) -> EventData:
        """The event that a single accepted item became."""
        before = len(self.stored())
        answer = await self.send(path, item, key)
        assert answer.status_code == 202, answer.text
        stored = self.stored()
        assert len(stored) == before + 1
        return event_of(max(stored, key=self.order))

    def order(self, record: StoredRecord) -> int:
        return self.marks.setdefault(f"{record.topic}/{record.partition}/{record.position}", len(self.marks))

    def stored(self) -> list[StoredRecord]:
        """All that the service appended."""
        records = [record for topic in MEASURED for record in self.log.all_records(topic.name)]
        for record in records:
            self.order(record)
        return records

    def events(self) -> list[EventData]:
        return [event_of(record) for record in self.stored()]

    async def publish(self, *events: CatalogueChanged) -> None:
        """Let the catalogue say something more, and wait until the service can know it."""
        await publish(self.log, *events)
        await self.settled()

    async def settled(self) -> None:
        """Give the follower its turns until it waits for more."""
        for _ in range(50):
            await asyncio.sleep(0)

    def token(self, *roles: StaffRole, agency: str | None = "*") -> str:
        return issue_token(self.issuer, name="ann", roles=list(roles), agency=agency, seconds=3600)


def event_of(record: StoredRecord) -> EventData:
    """The event in a record, read as strictly as its producer must write it."""
    assert record.value is not None
    return BY_TYPE[type_of(record)].model_validate_json(record.value)


async def publish(log: EventLog, *events: CatalogueChanged) -> None:
    await log.append_records(CATALOGUE.name, [encode_event(event) for event in events])


@asynccontextmanager
async def listening(
    folder: Path, store: MemoryStore, clock: FakeClock, scribe: Scribe, **settings: str
) -> AsyncIterator[Listening]:
    """The service on a log in memory; its lifespan runs."""
    issuer = ECKey.generate_key("P-256", {"kid": "k1"})
    jwks = folder / "jwks.json"
    jwks.write_text(json.dumps({"keys": [issuer.as_dict(private=False)]}))

    async def open_memory(_url: str) -> EventLog:
        return MemoryLog(store, clock=clock)

    app = build_app(
        FeedbackSettings("memory://", SECRET, jwks.as_uri(), **settings),
        open_log=open_memory,
        clock=clock,
    )
    transport = httpx.ASGITransport(app, client=("192.0.2.7", 4000))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://listening.example") as http,
    ):
        yield Listening(app, http, MemoryLog(store, clock=clock), clock, issuer, scribe)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def scribe() -> Scribe:
    return Scribe()


@pytest.fixture
async def store(scribe: Scribe) -> MemoryStore:
    """A log that holds a small catalogue."""
    log = MemoryLog()
    await log.ensure_topics([CATALOGUE, RESPONSES, INTERACTIONS, TALLIES])
    await publish(log, *scribe.town())
    log.store.appends.clear()
    return log.store


@pytest.fixture
async def ear(tmp_path: Path, store: MemoryStore, clock: FakeClock, scribe: Scribe) -> AsyncIterator[Listening]:
    async with listening(tmp_path, store, clock, scribe) as service:
        yield service
