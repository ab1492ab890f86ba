"""Whatever is sent to any door, the answer is never 5xx and every refusal says what is wrong."""

import asyncio
import gzip
import json
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soundings.access.roles import StaffRole
from soundings.testing.hypothesis_profile import example_count

from .conftest import DESK, Listening

HOSTILE_BODIES = (
    b"[" * 3_000 + b"]" * 3_000,
    b'{"a":' * 900 + b"1" + b"}" * 900,
    b"1e400",
    b"9" * 5_000,
    b'{"revision": ' + b"9" * 5_000 + b"}",
    b'{"revision": 18446744073709551616}',
    b'{"revision": NaN}',
    b'{"id": "\\ud800"}',
    b'{"id": 1, "id": 2}',
    b"\n" * 1_000_000,
    b"{}\n" * 12_000,
    b"[" + b"[]," * 300_000 + b"[]]",
    b"[" + b"1," * 1_500_000 + b"1]",
    b"\xff\xfe",
    b"",
)
FUZZ = settings(
    max_examples=example_count(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NAMES = st.sampled_from(
    [
        "id", "form_id", "form_version", "service_id", "channel", "touchpoint", "occurred_at", "language", "person",
        "page", "device", "revision", "test", "answers", "overall", "missed", "comment", "when", "done", "kind",
        "outcome", "started_at", "ended_at", "enqueued_at", "topic", "attributes", "wait_s", "cost", "measure", "grain",
        "start", "bins", "total", "version", "stage", "n", "specversion", "source", "type", "data", "data_base64",
        "source_id", "verdict", "reason", "root_id", "query", "team",
    ]
)  # fmt: skip
WORDS = st.sampled_from(
    [
        "visit", "need", "airport", "phone", "2026-03-01T00:00:00Z", "2026-03-01", "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59", "0002-01-01", "9998-12-31", "call", "open", "day", "year", "talk", "transactions",
        "completed", "cost", "shown", "1.0", "gov.soundings.tally.recorded.v1", "gov.soundings.form.shown.v1",
        "gov.soundings.interaction.retracted.v1", "web", "released", "\x00", "\ud7ff", "tel:", "repeat_gap", "seats",
    ]
)  # fmt: skip
NUMBERS = (
    st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([2**53 + 1, 2**63, -(2**63)])
)
LEAVES = st.none() | st.booleans() | NUMBERS | st.text(max_size=30) | WORDS
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=10), inner, max_size=8),
    max_leaves=25,
)
STARTS = st.sampled_from(
    [
        {"form_id": "visit", "answers": {}},
        {"form_id": "visit", "answers": {"overall": 4, "comment": "x"}},
        {"kind": "call", "outcome": "open", "started_at": "2026-03-01T00:00:00Z"},
        {"channel": "phone", "measure": "talk", "grain": "day", "start": "2026-03-01", "bins": {"20": 1}, "total": 9},
        {"stage": "shown"},
        {"specversion": "1.0", "id": "e", "source": "/s", "type": "gov.soundings.tally.recorded.v1", "data": {}},
        {"source_id": "web", "id": "r", "verdict": "released", "reason": "x"},
    ]
)
ITEMS = st.builds(lambda start, change: {**start, **change}, STARTS, st.dictionaries(NAMES, JSON, max_size=3)) | JSON
BODIES = ITEMS | st.lists(ITEMS, max_size=4)
DOORS = st.sampled_from(
    [
        ("responses", "application/json"), ("interactions", "application/json"), ("tallies", "application/json"),
        ("responses", "application/x-ndjson"), ("events", "application/cloudevents+json"),
        ("events", "application/cloudevents-batch+json"), ("events", "application/json"),
        ("reviews", "application/json"),
        ("forms/visit/responses", "application/json"), ("forms/need/events", "application/json"),
        ("forms/visit/responses", "application/x-www-form-urlencoded"),
    ]
)  # fmt: skip


async def knock(ear: Listening, door: str, kind: str, body: bytes) -> None:
    headers = {"content_type": kind, "ce_specversion": "1.0", "ce_id": "e", "ce_source": "/", "ce_type": "x"}
    if door == "reviews":
        answer = await ear.raw(door, body, None, authorization=f"Bearer {ear.token(StaffRole.ADMIN)}", **headers)
    else:
        answer = await ear.raw(door, body, DESK, **headers)
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400 and answer.headers["content-type"] == "application/problem+json":
        assert answer.json()["detail"]
    elif answer.status_code == 422:
        assert all(entry["detail"] and entry["code"] for entry in answer.json()["rejected"])


@FUZZ
@given(door=DOORS, body=BODIES)
async def test_any_json_is_answered_politely(ear: Listening, door, body):
    await knock(ear, *door, json.dumps(body).encode())


@FUZZ
@given(door=DOORS, body=st.binary(max_size=200))
async def test_any_bytes_are_answered_politely(ear: Listening, door, body):
    await knock(ear, *door, body)


@FUZZ
@given(record_id=st.text(max_size=30), kind=st.sampled_from(["responses", "interactions", "tallies", "receipts"]))
async def test_any_id_can_be_asked_to_be_taken_back(ear: Listening, record_id, kind):
    path = f"{kind}/{quote(record_id.encode('utf-8', 'replace'), safe='')}"
    answer = await ear.raw(path, b"", DESK, method="DELETE")
    assert answer.status_code in {202, 307, 404, 405, 422}


@pytest.mark.parametrize("body", HOSTILE_BODIES, ids=range(len(HOSTILE_BODIES)))
async def test_bodies_that_cost_more_than_they_weigh_are_refused_soon(ear: Listening, body: bytes):
    paths = ("responses", "interactions", "tallies", "events", "connectors/desk/generic-csv", "connectors/desk/twilio")
    for path in paths:
        for kind in ("application/json", "application/x-ndjson", "application/cloudevents-batch+json", "text/csv"):
            answer = await ear.raw(path, body, DESK, content_type=kind)
            assert answer.status_code < 500, (path, kind, answer.text[:200])
            assert answer.status_code in {202, 400, 413, 415, 422}, (path, kind, answer.text[:200])
    assert not [record for record in ear.stored() if record.value and len(record.value) > 10_000]


async def test_eight_kilobytes_of_gzip_do_not_become_millions_of_lines(ear: Listening):
    packed = gzip.compress(b"\n" * 8_000_000)
    answer = await ear.raw("responses", packed, DESK, content_type="application/x-ndjson", content_encoding="gzip")
    assert len(packed) < 10_000
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_a_long_list_gives_way_to_others(ear: Listening):
    """Records to erase are gone through in turns: others have theirs between."""
    records = [{"source_id": "desk", "kind": "response", "id": f"r-{number}"} for number in range(10_000)]
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    token = {"authorization": f"Bearer {ear.token(StaffRole.ADMIN)}"}
    before = turns
    answer = await ear.send("erasures", {"records": records}, None, **token)
    counting.cancel()
    assert (answer.status_code, answer.json()["accepted"]) == (202, 10_000)
    assert turns - before > 5


async def test_a_stranger_may_send_little(ear: Listening):
    body = b'{"answers": {"comment": "' + b"x" * 300_000 + b'"}}'
    answer = await ear.raw("forms/visit/responses", body, None, content_type="application/json",
                           origin="https://www.sf.example")  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_nobody_without_a_key_has_a_long_body_read(ear: Listening):
    for path in ("connectors/desk/twilio", "connectors/desk/zendesk", "connectors/desk/twilio/preview", "responses"):
        read = 0

        async def body():
            nonlocal read
            for _ in range(100):
                read += 1
                yield b"[" * 50_000

        headers = {"content-type": "application/json"}
        answer = await ear.http.post(f"/v1/{path}", content=body(), headers=headers)
        assert (answer.status_code, read) == (401, 0), path
