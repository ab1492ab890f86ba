"""The quick way of decoding takes nothing that the contract refuses, and reads nothing differently."""

import json
from datetime import datetime
from random import Random

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import PydanticUndefined, to_jsonable_python

from metrics_worker.aggregation.errors import InconsistentEvent
from metrics_worker.consumer import event_decoder
from metrics_worker.consumer.event_decoder import decode_log_event
from soundings.events.envelope import (
    MalformedEvent,
    UndecodableRecord,
    UnknownEventType,
    UnknownMajor,
    encode_event,
    model_of,
)
from soundings.events.interaction import InteractionRecorded
from soundings.events.response import FormFunnelStep, ResponseSubmitted
from soundings.log.port import StoredRecord
from soundings.testing.hypothesis_profile import example_count

from .histories import POOL, funnel, interaction, response

_COLUMNS = {"revision", "comments"}


def stored(record) -> StoredRecord:
    return StoredRecord("soundings.responses.v1", 0, 7, record.key, record.value, record.headers, 0)


@given(event=st.sampled_from(POOL))
@settings(deadline=None)
def test_both_ways_read_every_event_alike(event):
    record = stored(encode_event(event))
    quick = event_decoder._decode_fast(record, "r0")
    thorough = event_decoder._decode_with_model(record, "r0")
    if quick is not None:
        assert quick[1:] == thorough[1:]
        assert quick.fact._replace(data=None) == thorough.fact._replace(data=None)
        assert orjson.loads(quick.fact.data) == orjson.loads(thorough.fact.data)


@pytest.mark.parametrize("make", [response, funnel, interaction])
def test_what_our_own_doors_write_goes_the_quick_way(make):
    for seed in range(50):
        assert event_decoder._decode_fast(stored(encode_event(make(Random(seed)))), "r0") is not None


PLAIN = (ResponseSubmitted, FormFunnelStep, InteractionRecorded)
ODD = st.sampled_from(
    [
        None, True, False, 0, 1, -1, 4, 4.0, 4.5, 2**63, 2**64, "",
        "4", "x", "website", "1-5", [], {}, ["a"], [1], [None],
        {"a": 1}, {"a": "b"}, {"a": None}, {"a": ["b"]}, {"a": 4.0}, "2018-05-01", "2018-05-01T12:00:00",
        "2018-05-01T12:00:00Z", "2018-05-01 12:00:00Z", "2018-W18-2T12:00:00Z", "2018-05-01T12:00:00+02:00",
        "2018-05-01T24:00:00Z", "2018-13-01T12:00:00Z", "2018-05-01T12:00:00.123Z", "2018-05-01T12:00:00,123Z",
        "2018-05-01T12:00:60Z", "20180501T120000.000000Z", "0000-05-01T12:00:00Z", 1525176000, "UTC", "Nowhere/At_All",
        "nul\x00", {"a": "nul\x00"}, ["nul\x00"], [{"question_id": "q"}],
        [{"question_id": "q", "measure": "m", "measure_version": 1, "scale": "1-5", "value": True}],
        [{"question_id": "q", "measure": "m", "measure_version": 1.0, "scale": "1-5", "value": 4}],
        [{"question_id": "q", "measure": "m", "measure_version": 1, "scale": "1-6", "value": 4}],
        [{"question_id": "q", "measure": "m", "measure_version": 1, "scale": "1-5", "value": "4"}],
        [{"question_id": "q", "measure": "m", "measure_version": 1, "scale": "1-5", "value": 4, "more": 1}],
        [{"question_id": "q", "measure": "m", "measure_version": 1, "scale": "category", "value": "a"}],
        [{"question_id": "q", "measure": "m", "measure_version": 1, "scale": "category", "value": 4}],
        [{"question_id": "q", "measure": "m", "measure_version": True, "scale": "1-5", "value": 4}],
        [{"measure": "m", "question_id": "q", "measure_version": 1, "scale": "1-5", "value": 4}],
        [{"question_id": "q", "measure": "m", "measure_version": 1, "scale": "1-5", "value": []}],
        [{"question_id": "q", "measure": "m@1", "measure_version": 1, "scale": "1-5", "value": 4}],
        [{"question_id": 1, "measure": "m", "measure_version": 1, "scale": "1-5", "value": 4}],
    ]
)  # fmt: skip


@given(data=st.data(), event=st.sampled_from([one for one in POOL if isinstance(one, PLAIN)]))
@settings(max_examples=example_count(1500), deadline=None)
def test_whatever_is_changed_in_an_event_both_ways_agree_or_the_models_decide(data, event):
    record = stored(encode_event(event))
    body = orjson.loads(record.value)
    for _ in range(data.draw(st.integers(1, 2))):
        name = data.draw(st.sampled_from([*type(event).model_fields, "unheard_of"]))
        if data.draw(st.booleans()):
            body.pop(name, None)
        else:
            body[name] = data.draw(ODD)
    changed = StoredRecord(record.topic, 0, 7, record.key, json.dumps(body).encode(), record.headers, 0)
    ways = [_outcome(way, changed) for way in (event_decoder._decode_fast, event_decoder._decode_with_model)]
    if ways[0] is not None:
        assert ways[0] == ways[1]


def _outcome(way, record):
    """What a way makes of a record: None when it passes, a word when it refuses, or the event with its data whole."""
    try:
        event = way(record, "r0")
    except (ValueError, UndecodableRecord) as error:
        return "contradiction" if isinstance(error, ValueError) else "undecodable"
    if event is None:
        return None
    model = model_of(dict(record.headers)["ce_type"].decode())
    defaults = {name: field.default for name, field in model.model_fields.items() if field.default is not None}
    whole = to_jsonable_python({name: value for name, value in defaults.items() if value is not PydanticUndefined})
    whole = {name: value for name, value in whole.items() if name not in _COLUMNS}
    whole |= orjson.loads(event.fact.data)
    instants = {name: datetime.fromisoformat(value) for name, value in whole.items() if name.endswith("_at")}
    return event.fact._replace(data=None), whole | instants, event[1:]


@pytest.mark.parametrize(
    ("type_name", "value", "error"),
    [
        (b"gov.soundings.response.submitted.v1", b"{broken", MalformedEvent),
        (b"gov.soundings.response.submitted.v1", b"[]", MalformedEvent),
        (b"gov.soundings.response.submitted.v1", b"\xff\xfe", MalformedEvent),
        (b"gov.soundings.response.submitted.v1", b'"\\ud800"', MalformedEvent),
        (b"gov.soundings.response.submitted.v1", b"9" * 5000, MalformedEvent),
        (b"gov.soundings.response.submitted.v1", b"[" * 100_000, MalformedEvent),
        (b"gov.soundings.response.submitted.v2", b"{}", UnknownMajor),
        (b"gov.soundings.weather.v1", b"{}", UnknownEventType),
        (b"\xff", b"{}", UnknownEventType),
        (b"gov.soundings.signal.cleared.v1", b"{}", MalformedEvent),
    ],
)
def test_poison_is_refused_for_its_reason(type_name, value, error):
    record = StoredRecord("soundings.responses.v1", 0, 1, b"k", value, (("ce_type", type_name),), 0)
    with pytest.raises(error):
        decode_log_event(record, "r0")


def test_an_event_of_another_topic_is_refused():
    from soundings.events.signal import SignalCleared

    event = SignalCleared(signal_id="s", agency_id="a", service_id="b", kind="shift", at="2026-01-01T00:00:00Z")
    with pytest.raises(UnknownEventType, match="does not belong"):
        decode_log_event(stored(encode_event(event)), "r0")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", "Nowhere/At_All"),
        ("ended_at", "2001-01-01T00:00:00Z"),
        ("cost", 10**16),
        ("started_at", "0001-01-01T00:00:00Z"),
        ("service_id", "s" * 300),
        ("team", "nul\x00"),
    ],
)
def test_an_interaction_that_cannot_be_is_a_contradiction(field, value):
    record = stored(encode_event(interaction(Random(1))))
    body = orjson.loads(record.value) | {field: value}
    changed = StoredRecord(record.topic, 0, 7, record.key, orjson.dumps(body), record.headers, 0)
    with pytest.raises(InconsistentEvent):
        decode_log_event(changed, "i0")


def test_comments_lose_the_character_that_no_database_keeps():
    event = response(Random(3)).model_copy(update={"comments": {"why": "so\x00 slow"}})
    assert decode_log_event(stored(encode_event(event)), "r0").voice.comments == {"why": "so slow"}
