"""Whatever is sent to any connector: never 5xx, every refusal names its field, and what is accepted is on the log."""

import csv
import io
import json
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soundings.events.topics import INTERACTIONS
from soundings.testing.hypothesis_profile import example_count

from .conftest import CENTRE, Listening
from .test_connectors import CONNECTORS

FUZZ = settings(
    max_examples=example_count(50), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
EXAMPLES = Path(__file__).parent / "vendor_examples"


def _known(name: str) -> list[object]:
    value = json.loads((EXAMPLES / name).read_bytes())
    return value if isinstance(value, list) else [value]


RECORDS: dict[str, list[object]] = {
    "amazon-connect": [*_known("amazon-connect.json"), *_known("amazon-connect-event.json")],
    "genesys-cloud": [one for page in _known("genesys-cloud.json") for one in page["conversations"]],
    "twilio": _known("twilio.json"),
    "zendesk": _known("zendesk.json"),
    "generic-csv": [{"id": "1", "started_at": "2026-03-01 10:00:00", "talk_s": "00:01:00", "outcome": "answered"}],
}
WORDS = st.sampled_from(
    ["", "2026-03-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "tel:", "99:99:99", "\x00",
     "voice", "VOICE", "agent", "interact", "transfer", "callback", "solved", "{", "[]", '{"conversations": 3}', "-0"]
)  # fmt: skip
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS | st.text()
)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


def spoil(value: object, draw: st.DrawFn, chance: int) -> object:
    """The value with some of its parts replaced by anything."""
    if draw(st.integers(0, chance)) == 0:
        return draw(JSON)
    if isinstance(value, dict):
        return {name: spoil(part, draw, chance) for name, part in value.items() if draw(st.integers(0, chance)) != 1}
    if isinstance(value, list):
        return [spoil(part, draw, chance) for part in value]
    return value


@st.composite
def spoiled(draw: st.DrawFn) -> tuple[str, object]:
    vendor = draw(st.sampled_from(sorted(RECORDS)))
    record = draw(st.sampled_from(RECORDS[vendor]))
    return vendor, spoil(record, draw, draw(st.sampled_from([3, 10, 40])))


@pytest.fixture
async def centre(ear: Listening) -> Listening:
    """A listening service whose contact centre has a connector with rules of every vendor, and one without any."""
    rules = {"service_ids": ["cart", "vehicle"], "accepts": ["interactions"], "connectors": CONNECTORS}
    await ear.publish(ear.scribe.source("centre", "boston", **rules))
    return ear


async def knock(ear: Listening, vendor: str, body: bytes, kind: str = "application/json") -> None:
    """Try it, which writes nothing, and send it."""
    before = len(ear.log.all_records(INTERACTIONS.name))
    tried = await ear.raw(f"connectors/centre/{vendor}/preview", body, CENTRE, content_type=kind)
    assert tried.status_code in {200, 400, 413, 422}, tried.text
    assert len(ear.log.all_records(INTERACTIONS.name)) == before
    answer = await ear.raw(f"connectors/centre/{vendor}", body, CENTRE, content_type=kind)
    assert answer.status_code in {202, 400, 413, 422}, answer.text
    said = answer.json()
    written = len(ear.log.all_records(INTERACTIONS.name)) - before
    assert (written > 0) == (said.get("accepted", 0) > 0)
    assert written >= said.get("accepted", 0)
    if answer.status_code in {202, 422}:
        assert all(entry["detail"] and entry["code"] for entry in said["rejected"])
        unnamed = [entry for entry in said["rejected"] if not entry["field"]]
        assert all(entry["detail"] == "a record must be an object" for entry in unnamed)
    else:
        assert said["detail"]


@FUZZ
@given(sent=spoiled())
async def test_a_spoiled_record_is_answered_politely(centre: Listening, sent):
    vendor, record = sent
    await knock(centre, vendor, json.dumps(record).encode())


@FUZZ
@given(several=st.lists(spoiled(), min_size=1, max_size=4), lines=st.booleans())
async def test_sound_records_are_taken_beside_spoiled_ones(centre: Listening, several, lines):
    vendor = several[0][0]
    records = [record for other, record in several if other == vendor]
    body = "\n".join(map(json.dumps, records)) if lines else json.dumps(records)
    await knock(centre, vendor, body.encode(), "application/x-ndjson" if lines else "application/json")


@FUZZ
@given(sent=spoiled(), broken=st.booleans())
async def test_a_delivery_of_firehose_is_answered_politely(centre: Listening, sent, broken):
    _, record = sent
    data = json.dumps(record).encode() + b"{" * broken
    wrapped = {"requestId": "q", "timestamp": 1, "records": [{"data": b64encode(data).decode()}]}
    await knock(centre, "amazon-connect", json.dumps(wrapped).encode())


@FUZZ
@given(vendor=st.sampled_from(sorted(RECORDS)), body=JSON)
async def test_any_json_is_answered_politely(centre: Listening, vendor, body):
    await knock(centre, vendor, json.dumps(body).encode())


@FUZZ
@given(body=st.binary(max_size=200) | st.text(alphabet='id,;\t\n"\r1:\x00é', max_size=60).map(str.encode))
async def test_any_csv_is_answered_politely(centre: Listening, body):
    await knock(centre, "generic-csv", body, "text/csv")


CALLS = list(csv.reader(io.StringIO((EXAMPLES / "generic-csv.csv").read_text("utf-8"))))
CELLS = WORDS | st.sampled_from(["12/31/2026 23:59:59", "0:0:0", "1e9", "٣:٣٣:٣٣", "-", "N/A", '"', "=cmd()", "9" * 30])


@FUZZ
@given(changes=st.lists(st.tuples(st.integers(0, 200), CELLS | st.text(max_size=12)), max_size=6))
async def test_a_csv_with_spoiled_cells_is_answered_politely(centre: Listening, changes):
    rows = [list(row) for row in CALLS]
    for place, cell in changes:
        row = rows[place % len(rows)]
        row[place % len(row)] = cell
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    await knock(centre, "generic-csv", file.getvalue().encode("utf-8", "replace"), "text/csv")
