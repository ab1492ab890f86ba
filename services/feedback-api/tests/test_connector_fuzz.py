"""Whatever is sent to any connector, the answer is never 5xx and every refusal says what is wrong."""

import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soundings.testing.effort import examples

from .conftest import DESK, Listening

FUZZ = settings(max_examples=examples(80), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


async def knock(ear: Listening, vendor: str, body: bytes, kind: str = "application/json") -> None:
    for path in (f"connectors/desk/{vendor}", f"connectors/desk/{vendor}/preview"):
        answer = await ear.raw(path, body, DESK, content_type=kind)
        assert answer.status_code < 500, answer.text
        if answer.status_code == 422:
            assert all(entry["detail"] and entry["code"] for entry in answer.json()["rejected"])
        elif answer.status_code >= 400:
            assert answer.json()["detail"]


@FUZZ
@given(sent=spoiled())
async def test_a_spoiled_record_is_answered_politely(ear: Listening, sent):
    vendor, record = sent
    await knock(ear, vendor, json.dumps(record).encode())


@FUZZ
@given(vendor=st.sampled_from(sorted(RECORDS)), body=JSON)
async def test_any_json_is_answered_politely(ear: Listening, vendor, body):
    await knock(ear, vendor, json.dumps(body).encode())


@FUZZ
@given(body=st.binary(max_size=200) | st.text(alphabet='id,;\t\n"\r1:\x00é', max_size=60).map(str.encode))
async def test_any_csv_is_answered_politely(ear: Listening, body):
    await knock(ear, "generic-csv", body, "text/csv")
