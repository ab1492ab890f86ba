"""The CloudEvents door: three ways to send, the type that picks the kind, and ids."""

import base64
import json

from soundings.events.topics import INTERACTIONS, RESPONSES, TALLIES

from .conftest import CENTRE, DESK, SURVEY, Listening

RESPONSE = "gov.soundings.response.submitted.v1"
INTERACTION = "gov.soundings.interaction.recorded.v1"
TALLY = "gov.soundings.tally.recorded.v1"
DATA = {"form_id": "visit", "answers": {"overall": 4}}
CALL = {"kind": "call", "outcome": "open", "started_at": "2026-03-01T10:00:00Z"}
COUNT = {
    "channel": "phone",
    "measure": "transactions",
    "grain": "month",
    "start": "2026-02-01",
    "bins": {"completed": 1},
}


def event(data=None, **attributes):
    return {
        "specversion": "1.0",
        "id": "e-1",
        "source": "/anything",
        "type": RESPONSE,
        "data": DATA if data is None else data,
        **attributes,
    }


async def structured(ear, value, key=SURVEY):
    body = json.dumps(value).encode()
    return await ear.raw("events", body, key, content_type="application/cloudevents+json; charset=utf-8")


async def batch(ear, values, key=SURVEY):
    return await ear.raw("events", json.dumps(values).encode(), key, content_type="application/cloudevents-batch+json")


async def binary(ear, data, key=SURVEY, **attributes):
    headers = {"ce_specversion": "1.0", "ce_id": "e-1", "ce_source": "/anything", "ce_type": RESPONSE, **attributes}
    headers = {name: value for name, value in headers.items() if value is not None}
    return await ear.raw("events", json.dumps(data).encode(), key, content_type="application/json", **headers)


async def test_all_three_ways_make_the_same_record(ear: Listening):
    for answer in (await structured(ear, event()), await binary(ear, DATA)):
        assert answer.status_code == 202, answer.text
        assert answer.json()["id"] == "e-1"
    assert (await batch(ear, [event()])).json() == {"accepted": 1, "rejected": []}
    seen = [found.model_dump() for found in ear.events()]
    assert seen[0] == seen[1] == seen[2]
    assert (seen[0]["record_id"], seen[0]["source_id"]) == ("e-1", "survey")


async def test_the_id_of_the_data_outranks_that_of_the_envelope(ear: Listening):
    assert (await structured(ear, event({**DATA, "id": "own"}))).json()["id"] == "own"


async def test_the_attributes_of_binary_mode_are_percent_decoded(ear: Listening):
    assert (await binary(ear, DATA, ce_id="caf%C3%A9%20%221%22")).json()["id"] == 'café "1"'
    assert (await binary(ear, DATA, ce_id='"quoted \\"x\\""')).json()["id"] == 'quoted "x"'
    answer = await binary(ear, DATA, ce_id="%FF")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "id")


async def test_the_data_may_come_in_base64(ear: Listening):
    value = event(data_base64=base64.b64encode(json.dumps(DATA).encode()).decode())
    del value["data"]
    assert (await structured(ear, value)).status_code == 202
    for wrong in ("%%%", base64.b64encode(b"{").decode(), 5):
        answer = await structured(ear, {**value, "data_base64": wrong})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "data_base64")


async def test_each_type_finds_its_kind_and_each_kind_is_one_append(ear: Listening):
    values = [
        event(id="a"),
        event(CALL, id="b", type=INTERACTION),
        event(COUNT, id="c", type=TALLY),
        event({"form_id": "visit", "stage": "shown", "n": 12}, id="d", type="gov.soundings.form.shown.v1"),
        event({"id": "a"}, id="e", type="gov.soundings.response.retracted.v1"),
        event({"id": "x", "root_id": "b"}, id="f", type="gov.soundings.interaction.retracted.v1"),
        event({"id": "t"}, id="g", type="gov.soundings.tally.retracted.v1"),
    ]
    answer = await batch(ear, values, DESK)
    assert answer.json() == {"accepted": 7, "rejected": []}
    assert sorted(ear.log.store.appends) == [(INTERACTIONS.name, 2), (RESPONSES.name, 3), (TALLIES.name, 2)]
    made = {(found.KIND, found.partition_key()) for found in ear.events()}
    tally = next(key for kind, key in made if kind == "tally" and key != "desk/t")
    assert made == {
        ("response", "desk/a"), ("interaction", "desk/b"), ("interaction", "desk/b"), ("funnel", "desk/d"),
        ("tally", "desk/t"), ("tally", tally),
    }  # fmt: skip


async def test_an_envelope_that_does_not_hold_is_refused_by_its_attribute(ear: Listening):
    for change, field, code in (
        ({"specversion": "0.3"}, "specversion", "unknown_value"),
        ({"specversion": None}, "specversion", "missing"),
        ({"type": "com.example.other"}, "type", "unknown_type"),
        ({"type": "gov.soundings.response.submitted.v2"}, "type", "unknown_type"),
        ({"type": ""}, "type", "wrong_type"),
        ({"id": ""}, "id", "wrong_type"),
        ({"id": None}, "id", "missing"),
        ({"id": "x" * 201}, "id", "wrong_length"),
        ({"source": None}, "source", "missing"),
        ({"datacontenttype": "text/xml"}, "datacontenttype", "unknown_value"),
        ({"data": [1]}, "", "wrong_type"),
        ({"data": {**DATA, "answers": {"overall": 9}}}, "answers.overall", "out_of_scale"),
        ({"data_base64": "e30="}, "data_base64", "not_here"),
    ):
        answer = await structured(ear, event(**change))
        assert answer.status_code == 422, change
        (error,) = answer.json()["errors"]
        assert (error["field"], error["code"]) == (field, code)
        (rejected,) = (await batch(ear, [event(**change)])).json()["rejected"]
        assert (rejected["field"], rejected["code"]) == (field, code)
    without = event()
    del without["data"]
    assert (await structured(ear, without)).json()["errors"][0]["field"] == "data"


async def test_a_batch_tells_its_refusals_by_the_ids_of_the_envelopes(ear: Listening):
    values = [event(id="a"), event(id="b", type="x"), 7, event({**DATA, "id": "own", "answers": 1}, id="c")]
    answer = await batch(ear, values)
    assert [(entry["index"], entry["id"], entry["field"]) for entry in answer.json()["rejected"]] == [
        (1, "b", "type"),
        (2, None, ""),
        (3, "own", "answers"),
    ]


async def test_a_kind_that_the_source_may_not_send_is_403_alone_and_a_rejection_in_a_batch(ear: Listening):
    assert (await structured(ear, event(), CENTRE)).status_code == 403
    assert (await binary(ear, DATA, CENTRE)).status_code == 403
    answer = await batch(ear, [event(), event({**CALL, "service_id": "cart"}, type=INTERACTION)], CENTRE)
    assert answer.status_code == 202
    assert [(entry["field"], entry["code"]) for entry in answer.json()["rejected"]] == [("type", "forbidden")]


async def test_the_id_of_an_envelope_never_names_a_tally_nor_what_is_taken_back(ear: Listening):
    tally = await structured(ear, event({**COUNT, "service_id": "airport"}, type=TALLY))
    assert tally.json()["id"].startswith("tally-")
    answer = await structured(ear, event({}, type="gov.soundings.response.retracted.v1"))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "id")


async def test_other_bodies_are_told_what_is_read_here(ear: Listening):
    plain = await ear.send("events", DATA)
    assert plain.status_code == 415
    assert "cloudevents" in plain.json()["detail"]
    assert (await batch(ear, event())).status_code == 422
    assert (await batch(ear, [])).json() == {"accepted": 0, "rejected": []}
    broken = await ear.raw("events", b"{", content_type="application/cloudevents+json")
    assert broken.status_code == 400
    large = await structured(ear, event({**DATA, "pad": "x" * 1024 * 1024}))
    assert large.status_code == 413
