"""What an endpoint accepts is never refused by the fold: items of every kind, as hostile as they come, to the cells."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey
from tests.contracts.hostile_items import (
    AMOUNT,
    CHANNELS,
    EVENTS,
    FEW_IDS,
    FIELDS,
    FUNNEL,
    INTERACTIONS,
    KEYED_FUNNEL,
    LABEL,
    PUBLIC,
    RESPONSES,
    TALLIES,
    TEXT,
    TIMES,
    UUIDS,
)
from tests.contracts.small_catalogue import KEY, NOW, VENDORS, CatalogueWriter

from feedback_api.bootstrap import build_app
from feedback_api.settings import FeedbackSettings
from metrics_worker.bootstrap import verify_cells
from metrics_worker.consumer.dead_letter_limit import DeadLetterLimit
from metrics_worker.consumer.partition_reader import read_slice
from metrics_worker.consumer.sql import open_fold_store
from metrics_worker.consumer.write_batch import Terms, apply_batch
from soundings.access.roles import StaffRole
from soundings.access.tokens import issue_token
from soundings.db import Database, migrate_database, open_database
from soundings.events.envelope import encode_event
from soundings.events.topics import ALL, CATALOGUE, MEASURED
from soundings.log.port import EventLog, StoredRecord
from soundings.testing.hypothesis_profile import example_count
from soundings.testing.memory_log import MemoryLog, MemoryStore

pytestmark = pytest.mark.slow
VENDOR_EXAMPLES = Path(__file__).resolve().parents[2] / "services" / "feedback-api" / "tests" / "vendor_examples"
SECRET = "a root secret of the tests, long enough"
KEYED = {"authorization": f"Bearer {KEY.secret}"}
FUZZ = settings(max_examples=example_count(150), deadline=None, suppress_health_check=list(HealthCheck))


@dataclass
class Folding:
    """The listening service on a log in memory, and the fold of the worker on a database of SQLite."""

    http: httpx.AsyncClient
    log: EventLog
    database: Database
    staff: Mapping[str, str]
    receipts: list[str] = field(default_factory=list[str])

    async def send(self, path: str, body: object, headers: Mapping[str, str] | None = None) -> int:
        """POST JSON; the status, which is never 5xx."""
        kind = {"content-type": "application/json", **(headers or {})}
        return await self.raw("POST", path, json.dumps(body).encode(), kind)

    async def raw(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> int:
        answer = await self.http.request(method, path, content=body, headers=dict(headers))
        assert answer.status_code < 500, answer.text
        if answer.headers.get("content-type") == "application/json" and answer.status_code == 202:
            said = answer.json()
            self.receipts += [said["receipt"]] if isinstance(said, dict) and "receipt" in said else []
        return answer.status_code

    async def fold(self) -> int:
        """Fold what came since the last time, and see that nothing of it is a dead letter; how many events it was."""
        store = open_fold_store(self.database)
        homes = [(topic.name, partition) for topic in MEASURED for partition in range(topic.partitions)]
        taken = await store.take_partitions(homes, "test", 0)
        limit = DeadLetterLimit()
        slices = [
            part for home in homes if (part := await read_slice(self.log, home, taken[home], 10_000, limit)) is not None
        ]
        assert [letter for part in slices for letter in part.dead_letters] == []

        async def original(topic: str, partition: int, position: int) -> StoredRecord:
            return (await self.log.read_batch(topic, partition, position, 1)).records[0]

        async with store.begin_transaction(0) as transaction:
            assert (await apply_batch(transaction, slices, Terms(0), original)).refused == []
        return sum(part.count for part in slices)


@pytest.fixture
async def folding(tmp_path: Path) -> AsyncIterator[Folding]:
    issuer = ECKey.generate_key("P-256", {"kid": "k1"})
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": [issuer.as_dict(private=False)]}))
    token = issue_token(issuer, name="ann", roles=[StaffRole.ADMIN], agency="sf", seconds=3600)
    store = MemoryStore()
    log = MemoryLog(store)
    await log.ensure_topics(ALL)
    await log.append_records(CATALOGUE.name, [encode_event(one) for one in CatalogueWriter().everything()])

    async def open_memory(_url: str) -> EventLog:
        return MemoryLog(store)

    jwks_url = (tmp_path / "jwks.json").as_uri()
    app = build_app(
        FeedbackSettings("memory://", SECRET, jwks_url, form_limit="1000000/second"),
        open_log=open_memory,
        clock=lambda: NOW,
    )
    url = f"sqlite:///{tmp_path}/metrics.db"
    database = open_database(url)
    await migrate_database(database, "metrics_worker")
    transport = httpx.ASGITransport(app, client=("192.0.2.7", 4000))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://listening.example") as http,
    ):
        yield Folding(http, log, database, {"authorization": f"Bearer {token}"})
    await database.close_engine()
    verified = await verify_cells(url, lambda *_: None)
    assert verified.comparison.differences == 0


async def folded(folding: Folding, *sends: Awaitable[int]) -> None:
    for one in sends:
        await one
    await folding.fold()


@FUZZ
@given(
    responses=st.lists(RESPONSES, max_size=4),
    interactions=st.lists(INTERACTIONS, max_size=4),
    tallies=st.lists(TALLIES, max_size=4),
)
async def test_what_sources_send(folding: Folding, responses, interactions, tallies):
    await folded(
        folding,
        folding.send("/v1/responses", responses, KEYED),
        folding.send("/v1/interactions", interactions, KEYED),
        folding.send("/v1/tallies", tallies, KEYED),
    )


@FUZZ
@given(
    answers=st.lists(PUBLIC, max_size=3), stages=st.lists(FUNNEL, max_size=3), keyed=KEYED_FUNNEL, key=st.none() | UUIDS
)
async def test_what_browsers_send(folding: Folding, answers, stages, keyed, key):
    headers = {"idempotency-key": quote(key)} if key else {}
    await folded(
        folding,
        *(folding.send("/v1/forms/visit/responses", answer, headers) for answer in answers),
        *(folding.send("/v1/forms/visit/events", stage, headers) for stage in stages),
        folding.send("/v1/forms/visit/events", keyed, KEYED),
    )


@FUZZ
@given(
    pairs=st.lists(
        st.tuples(FIELDS, UUIDS | TIMES | CHANNELS | LABEL | st.sampled_from(["1", "5", "next", "a"])), max_size=8
    )
)
async def test_what_plain_html_forms_and_the_hosted_page_send(folding: Folding, pairs):
    form = {"content-type": "application/x-www-form-urlencoded", "user-agent": "Mozilla/5.0"}
    body = urlencode(pairs, errors="replace").encode()
    await folded(
        folding,
        folding.raw("POST", "/v1/forms/visit/responses", body, form),
        folding.raw("POST", "/f/visit", body, form),
        folding.raw("GET", f"/f/visit?{body.decode()}", b"", form),
    )


@FUZZ
@given(sent=st.lists(st.tuples(EVENTS, FEW_IDS), max_size=5), binary=st.booleans())
async def test_what_cloud_events_carry(folding: Folding, sent, binary):
    events = [
        {"specversion": "1.0", "source": "/x", "id": name, "type": f"gov.soundings.{kind}.v1", "data": data}
        for (kind, data), name in sent
    ]
    batch = {**KEYED, "content-type": "application/cloudevents-batch+json"}
    sends = [folding.send("/v1/events", events, batch)]
    if binary and events:
        headers = {
            f"ce-{name}": quote(str(events[0][name]), errors="replace")
            for name in ("specversion", "source", "id", "type")
        }
        sends.append(folding.send("/v1/events", events[0]["data"], {**KEYED, **headers}))
    await folded(folding, *sends)


@FUZZ
@given(
    ids=st.lists(FEW_IDS | UUIDS.map("public:{}".format), max_size=4),
    kind=st.sampled_from(["responses", "interactions", "tallies"]),
    root=st.none() | FEW_IDS,
    reason=TEXT,
)
async def test_what_is_reviewed_taken_back_and_erased(folding: Folding, ids, kind, root, reason):
    shown = await folding.send("/v1/responses", {"form_id": "visit", "answers": {}, "id": "1"}, KEYED)
    assert shown == 202
    sends: list[Awaitable[int]] = []
    for one in ids:
        path = quote(one, safe="", errors="replace")
        query = "" if root is None else "?" + urlencode({"root_id": root}, errors="replace")
        sends.append(folding.raw("DELETE", f"/v1/{kind}/{path}{query}", b"", KEYED))
        for source in ("desk", "web"):
            review = {"source_id": source, "id": one, "verdict": "quarantined", "reason": reason}
            sends.append(folding.send("/v1/reviews", review, folding.staff))
            erased = {"source_id": source, "kind": "response", "id": one}
            sends.append(folding.send("/v1/erasures", {"records": [erased]}, folding.staff))
    sends += [folding.raw("DELETE", f"/v1/receipts/{receipt}", b"", {}) for receipt in folding.receipts[-3:]]
    await folded(folding, *sends)


VENDOR_FILES = {
    "amazon-connect": ("amazon-connect.json", "amazon-connect-event.json"),
    "genesys-cloud": ("genesys-cloud.json",),
    "twilio": ("twilio.json",),
    "zendesk": ("zendesk.json",),
}
CSV_ROW = {
    "id": "1",
    "started_at": "2026-03-01 10:00:00",
    "talk_s": "00:01:00",
    "outcome": "answered",
    "team": "",
    "topic": "",
    "cost": "1",
}


def spoiled(value: object, spoil: Callable[[], object], chance: Callable[[], bool]) -> object:
    """A vendor's record with some of its plain values replaced."""
    if isinstance(value, dict):
        return {name: spoiled(part, spoil, chance) for name, part in value.items()}
    if isinstance(value, list):
        return [spoiled(part, spoil, chance) for part in value]
    return spoil() if chance() else value


@FUZZ
@given(data=st.data(), vendor=st.sampled_from(VENDORS))
async def test_what_vendors_deliver(folding: Folding, data, vendor):
    files = VENDOR_FILES.get(vendor, ())
    records = [json.loads((VENDOR_EXAMPLES / name).read_bytes()) for name in files] or [[CSV_ROW]]
    body = spoiled(
        data.draw(st.sampled_from(records)),
        lambda: data.draw(TIMES | LABEL | AMOUNT),
        lambda: data.draw(st.integers(0, 15)) == 0,
    )
    await folded(folding, folding.send(f"/v1/connectors/desk/{vendor}", body, KEYED))


async def test_long_labels_that_redaction_makes_longer_are_folded(folding: Folding):
    longer = ("a@b.co " * 100)[:195]
    keyed = {"form_id": "visit", "service_id": "airport", "answers": {}, "touchpoint": longer}
    assert await folding.send("/v1/responses", keyed, KEYED) == 202
    assert await folding.send("/v1/forms/visit/responses", {"answers": {"overall": 1}, "touchpoint": longer}) == 202
    assert await folding.fold() == 2
