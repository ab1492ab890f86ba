"""What is written is exactly what the event models would write, and every route is in the policy table."""

import json

from fastapi.routing import iter_route_contexts
from hypothesis import HealthCheck, given, settings, target
from hypothesis import strategies as st

from feedback_api.funnel.parser import FIELDS as FUNNEL_FIELDS
from feedback_api.interactions.parser import FIELDS as INTERACTION_FIELDS
from feedback_api.interactions.schemas import InteractionItem
from feedback_api.responses.parser import FIELDS as RESPONSE_FIELDS
from feedback_api.responses.schemas import ResponseItem
from feedback_api.tallies.parser import FIELDS as TALLY_FIELDS
from feedback_api.tallies.schemas import TallyItem
from soundings.access.policy import POLICY, AuthScheme
from soundings.events.envelope import encode_event
from soundings.events.topics import MEASURED
from soundings.log.port import LogRecord
from soundings.testing.hypothesis_profile import example_count

from .conftest import DESK, Listening, event_of

IDS = st.none() | st.text(min_size=1, max_size=20)
TEXTS = st.none() | st.text(max_size=40)
TIMES = st.none() | st.datetimes(timezones=st.timezones()).map(lambda at: at.isoformat())
MAYBE = st.none() | st.booleans()
RESPONSES = st.fixed_dictionaries(
    {
        "form_id": st.just("visit"),
        "answers": st.fixed_dictionaries(
            {},
            optional={
                "overall": st.integers(1, 5),
                "recommend": st.integers(0, 10) | st.floats(0, 10).map(round),
                "done": st.booleans(),
                "purpose": st.sampled_from(["business", "leisure"]),
                "missed": st.lists(st.sampled_from(["signs", "seats", "staff"]), unique=True),
                "comment": TEXTS,
                "campaign": TEXTS,
            },
        ),
    },
    optional={
        "id": IDS, "touchpoint": TEXTS, "page": TEXTS, "person": TEXTS, "occurred_at": TIMES, "test": MAYBE,
        "language": st.sampled_from(["en", "zh-Hant"]), "revision": st.integers(0, 2**63 - 1),
    },
)  # fmt: skip
INTERACTIONS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["call", "search"]),
        "outcome": st.sampled_from(["open", "answered"]),
        "started_at": TIMES.filter(bool),
    },
    optional={
        "id": IDS, "root_id": IDS, "topic": st.lists(st.text(max_size=20), max_size=4), "team": TEXTS, "query": TEXTS,
        "wait_s": st.none() | st.floats(0, 3e9) | st.integers(0, 10**9), "talk_s": st.floats(0, 1e-3),
        "cost": st.integers(-(10**12), 10**12), "results": st.integers(0, 9), "enqueued_at": TIMES,
        "attributes": st.dictionaries(st.sampled_from(["a", "b-1"]), st.text(max_size=20)), "person": TEXTS,
    },
)  # fmt: skip
TALLIES = st.fixed_dictionaries(
    {
        "channel": st.just("phone"),
        "measure": st.just("talk"),
        "grain": st.just("day"),
        "start": st.dates().map(str),
        "bins": st.dictionaries(st.sampled_from(["0", "20", "120"]), st.integers(0, 10**12), min_size=1),
        "total": st.floats(0, 1e12) | st.integers(0, 10**12),
    },
    optional={"id": IDS, "revision": st.integers(0, 2**63 - 1)},
)
FUNNELS = st.fixed_dictionaries(
    {"stage": st.sampled_from(["invited", "shown"])}, optional={"n": st.integers(1, 9), "id": IDS, "occurred_at": TIMES}
)


def compare_with_models(ear: Listening) -> None:
    """Every record is, byte for byte, the one that its model encodes."""
    records = ear.stored()
    target(len(records))
    for record in records:
        assert LogRecord(record.key, record.value, record.headers) == encode_event(event_of(record))
    for topic in MEASURED:
        for partition in range(topic.partitions):
            ear.log.store.records[topic.name, partition].clear()


FUZZ = settings(
    max_examples=example_count(50), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@FUZZ
@given(items=st.lists(RESPONSES, min_size=1, max_size=5))
async def test_responses_are_written_as_their_model_writes_them(ear: Listening, items):
    await ear.send("responses", items, DESK)
    compare_with_models(ear)


@FUZZ
@given(items=st.lists(INTERACTIONS, min_size=1, max_size=5))
async def test_interactions_are_written_as_their_model_writes_them(ear: Listening, items):
    await ear.send("interactions", items, DESK)
    compare_with_models(ear)


@FUZZ
@given(items=st.lists(TALLIES, min_size=1, max_size=5))
async def test_tallies_are_written_as_their_model_writes_them(ear: Listening, items):
    await ear.send("tallies", items, DESK)
    compare_with_models(ear)


@FUZZ
@given(item=FUNNELS)
async def test_funnel_events_are_written_as_their_model_writes_them(ear: Listening, item):
    await ear.send("forms/visit/events", item, DESK)
    compare_with_models(ear)


def test_the_documented_shapes_have_the_fields_that_are_read():
    assert set(ResponseItem.model_fields) == RESPONSE_FIELDS
    assert set(InteractionItem.model_fields) == INTERACTION_FIELDS
    assert set(TallyItem.model_fields) == TALLY_FIELDS
    assert "form_id" in FUNNEL_FIELDS


async def test_every_route_has_a_policy_and_source_doors_answer_401_without_a_key(ear: Listening):
    routes = [context.original_route for context in iter_route_contexts(ear.app.routes)]
    assert {route.name for route in routes} <= POLICY.keys()
    doors = [route for route in routes if POLICY[route.name] is AuthScheme.SOURCE]
    assert len(doors) == 11
    for route in doors:
        for method in route.methods or ():
            path = route.path.replace("{record_id:path}", "r-1").replace("{vendor}", "twilio")
            answer = await ear.http.request(method, path)
            assert answer.status_code == 401, route.path


async def test_the_api_describes_itself(ear: Listening):
    schema = (await ear.http.get("/openapi.json")).json()
    for path in ("/v1/responses", "/v1/interactions", "/v1/tallies", "/v1/events", "/v1/reviews"):
        operation = schema["paths"][path]["post"]
        assert operation["requestBody"]["content"]
        assert operation["responses"]["202"]
    assert "$ref" not in json.dumps(schema["paths"]["/v1/responses"]["post"]["requestBody"])
