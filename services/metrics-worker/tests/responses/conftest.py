"""Responses that were really folded into a database file, and a door to the voices."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from joserfc.jwk import ECKey
from sqlalchemy import insert

from metrics_worker.consumer.event_decoder import decode_log_event
from metrics_worker.consumer.ports import OffsetAdvance
from metrics_worker.consumer.sql import open_fold_store
from metrics_worker.consumer.write_batch import PartitionBatch, Terms, apply_batch
from metrics_worker.db.tables import catalogue_entity
from metrics_worker.responses.http import responses_router
from metrics_worker.responses.sql import SqlVoiceStore
from metrics_worker.responses.use_cases import SearchResponses
from soundings.access.roles import StaffRole
from soundings.access.tokens import TokenVerifier, issue_token
from soundings.db import Database
from soundings.events.base import EventData
from soundings.events.envelope import encode_event
from soundings.events.response import ResponseRetracted, ResponseReviewed, ResponseSubmitted, ScoredAnswer
from soundings.events.topics import RESPONSES
from soundings.http.app import ServiceSpec, service_app
from soundings.kernel.scales import MeasureScale
from soundings.kernel.vocabulary import ServiceChannel
from soundings.log.port import StoredRecord

AT = datetime(2024, 6, 1, tzinfo=UTC)
ENTITIES = [
    ("agency", "sf", {"name": {"en": "SF"}, "time_zone": "America/Los_Angeles"}),
    ("agency", "boston", {"name": {"en": "Boston"}, "time_zone": "America/New_York"}),
    ("service", "guest", {"agency_id": "sf", "department_id": "air", "name": {"en": "Guest"}}),
    ("service", "lounge", {"agency_id": "sf", "department_id": "air", "name": {"en": "Lounge"}}),
    ("service", "carts", {"agency_id": "boston", "department_id": "works", "name": {"en": "Carts"}}),
    ("source", "survey", {"agency_id": "sf"}),
    ("source", "kiosk", {"agency_id": "sf"}),
    ("source", "crm", {"agency_id": "boston"}),
]


async def read_again(topic: str, partition: int, position: int) -> StoredRecord:
    raise AssertionError(f"nothing here is refused: {topic} {partition} {position}")


class Ear:
    """Hears responses as the fold does, and asks for voices over HTTP."""

    def __init__(self, database: Database, client: httpx.AsyncClient, key: ECKey) -> None:
        self.database = database
        self.client = client
        self._key = key
        self._next = 0

    async def hear(self, *events: EventData) -> None:
        store = open_fold_store(self.database)
        home = (RESPONSES.name, 0)
        held = (await store.take_partitions([home], "w", 0))[home]
        records = [
            StoredRecord(RESPONSES.name, 0, self._next + number, one.key, one.value, one.headers, 0)
            for number, one in enumerate(map(encode_event, events))
        ]
        move = OffsetAdvance(*home, held.epoch, held.next, held.next + len(records))
        self._next = held.next + len(records)
        async with store.begin_transaction(0) as transaction:
            decoded = [decode_log_event(record, "r0") for record in records]
            positions = [record.position for record in records]
            await apply_batch(transaction, [PartitionBatch(move, decoded, positions)], Terms(0), read_again)

    async def get(
        self, path: str = "/v1/responses", role: str | None = "advocate", own: str | None = "*", **query: object
    ) -> httpx.Response:
        """`own` is the agency of the caller's token."""
        headers = {}
        if role is not None:
            token = issue_token(self._key, name="ada", roles=[StaffRole(role)], agency=own, seconds=60)
            headers["Authorization"] = f"Bearer {token}"
        named = {name.rstrip("_"): str(value) for name, value in query.items()}
        return await self.client.get(path, params=named, headers=headers)

    async def ids(self, **query: object) -> list[str]:
        answer = await self.get(**query)
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"]]


@pytest.fixture
async def ear(small_database: Database, tmp_path: Path) -> AsyncIterator[Ear]:
    database = small_database
    async with database.write_transaction() as connection:
        rows = [
            {
                "entity": entity,
                "id": id_,
                "state": "active",
                "revision": 1,
                "agency_id": body.get("agency_id"),
                "body": body,
                "more": {},
            }
            for entity, id_, body in ENTITIES
        ]
        await connection.execute(insert(catalogue_entity), rows)
    key = ECKey.generate_key("P-256", {"kid": "one"})
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": [key.as_dict(private=False)]}))

    @asynccontextmanager
    async def lifespan(_app: object) -> AsyncIterator[None]:
        yield

    app = service_app(
        ServiceSpec(
            name="metrics",
            title="Metrics",
            description="Metrics",
            routers=[responses_router(SearchResponses(SqlVoiceStore(database)))],
            verifier=TokenVerifier((tmp_path / "jwks.json").as_uri()),
            lifespan=lifespan,
        )
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://metrics") as client:
        yield Ear(database, client, key)


@pytest.fixture
def response():
    """Makes a response; `score` is the answer to satisfaction, `said` the comment."""

    def make(
        id_: str,
        at: str = "2024-05-10T12:00:00Z",
        said: str | None = "It was fine.",
        *,
        service: str = "guest",
        agency: str = "sf",
        score: int | None = None,
        **more: object,
    ) -> ResponseSubmitted:
        scores = () if score is None else (_score(score),)
        given: dict[str, object] = {
            "record_id": id_,
            "source_id": "survey",
            "agency_id": agency,
            "time_zone": "UTC",
            "service_id": service,
            "channel": ServiceChannel.WEBSITE,
            "form_id": "visit",
            "form_version": 1,
            "answers": {} if score is None else {"overall": score},
            "scores": scores,
            "comments": {} if said is None else {"comment": said},
            "language": "en",
            "occurred_at": datetime.fromisoformat(at),
            "received_at": AT,
        }
        return ResponseSubmitted(**(given | more))  # type: ignore[arg-type]

    return make


def _score(value: int) -> ScoredAnswer:
    return ScoredAnswer(
        question_id="overall", measure="satisfaction", measure_version=1, scale=MeasureScale.FIVE, value=value
    )


@pytest.fixture
def retracted():
    def make(id_: str) -> ResponseRetracted:
        return ResponseRetracted(record_id=id_, source_id="survey", reason="erasure", retracted_at=AT)

    return make


@pytest.fixture
def quarantined():
    def make(id_: str) -> ResponseReviewed:
        return ResponseReviewed(
            record_id=id_, source_id="survey", revision=1, verdict="quarantined", reason="spam", reviewed_at=AT
        )

    return make
