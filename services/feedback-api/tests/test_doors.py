"""The record doors: keys, bodies, answers for one and for many, ids, and what happens when the log is away."""

import asyncio
import gzip
import json

from soundings.access.keys import make_key
from soundings.events.topics import RESPONSES
from soundings.log.port import LogFull, LogUnavailable

from .conftest import CENTRE, DESK, QUESTIONS, SURVEY, Listening, form

ITEM = {"form_id": "visit", "answers": {"overall": 4}}
JSON = "application/json"


def good(number):
    return {**ITEM, "id": f"r-{number}"}


async def test_a_single_item_is_answered_with_its_id_and_a_receipt_that_stays_the_same(ear: Listening):
    first, again = [await ear.send("responses", good(1)) for _ in range(2)]
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert first.json()["id"] == "r-1"
    assert len(first.json()["receipt"]) > 20
    assert first.json().keys() == {"id", "receipt"}


async def test_many_items_are_answered_with_what_became_of_them(ear: Listening):
    bad = {**good(2), "answers": {"overall": 9}}
    answer = await ear.send("responses", [good(1), bad, good(1), 7, {**ITEM, "id": 12}])
    assert answer.status_code == 202
    body = answer.json()
    assert body["accepted"] == 2
    assert [(entry["index"], entry["id"], entry["field"], entry["code"]) for entry in body["rejected"]] == [
        (1, "r-2", "answers.overall", "out_of_scale"),
        (3, None, "", "wrong_type"),
        (4, 12, "id", "wrong_type"),
    ]
    assert [event.record_id for event in ear.events()] == ["r-1", "r-1"]


async def test_a_list_of_refusals_only_is_422_with_the_same_body(ear: Listening):
    answer = await ear.send("responses", [{}, {**ITEM, "service_id": "cart"}])
    assert answer.status_code == 422
    assert answer.headers["content-type"] == JSON
    assert answer.json()["accepted"] == 0
    assert [(entry["field"], entry["code"]) for entry in answer.json()["rejected"]] == [
        ("form_id", "missing"),
        ("service_id", "forbidden"),
    ]


async def test_an_empty_list_is_accepted(ear: Listening):
    for kind, key in (("responses", SURVEY), ("interactions", CENTRE), ("tallies", SURVEY)):
        answer = await ear.send(kind, [], key)
        assert (answer.status_code, answer.json()) == (202, {"accepted": 0, "rejected": []})


async def test_lines_are_a_list(ear: Listening):
    body = b"\xef\xbb\xbf" + b"\n".join(json.dumps(good(n)).encode() for n in range(3)) + b"\r\n\n"
    answer = await ear.raw("responses", body, content_type="application/x-ndjson")
    assert (answer.status_code, answer.json()["accepted"]) == (202, 3)
    assert (await ear.raw("responses", b"", content_type="application/x-ndjson")).json()["accepted"] == 0


async def test_a_broken_line_is_told_by_its_number_and_nothing_is_taken(ear: Listening):
    body = json.dumps(good(1)).encode() + b"\n{\n"
    answer = await ear.raw("responses", body, content_type="application/x-ndjson")
    assert answer.status_code == 400
    assert "Line 2" in answer.json()["detail"]
    assert ear.stored() == []


async def test_the_answer_for_one_that_is_not_an_object(ear: Listening):
    for body in (b"null", b"7", b'"text"', b'"\\ud800"', b"true"):
        answer = await ear.raw("responses", body, content_type=JSON)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == "wrong_type"


async def test_what_is_not_json_is_400(ear: Listening):
    for body in (
        b"", b"{", b"{'a': 1}", b'{"answers": {"overall": NaN}}', b"[Infinity]", b"\xff\xfe", b"1e400",
        b"[" * 2000 + b"]" * 2000, b'{"a":' * 2000 + b"1" + b"}" * 2000,
    ):  # fmt: skip
        answer = await ear.raw("responses", body, content_type=JSON)
        assert (answer.status_code, answer.json()["code"]) == (400, "unreadable"), body[:20]
        assert answer.headers["content-type"] == "application/problem+json"


async def test_what_is_nested_deeply_is_refused_like_any_other_wrong_type(ear: Listening):
    deep = "[" * 900 + "]" * 900
    body = f'{{"form_id": "visit", "answers": {{"overall": {deep}}}}}'.encode()
    answer = await ear.raw("responses", body, content_type=JSON)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "answers.overall"


async def test_other_types_are_415(ear: Listening):
    for kind in ("image/png", "text/plain", "application/x-www-form-urlencoded", ""):
        answer = await ear.raw("responses", b"\x89PNG", content_type=kind)
        assert answer.status_code == 415
    answer = await ear.raw("responses", b"{}", content_type=JSON, content_encoding="br")
    assert answer.status_code == 415
    assert (
        await ear.raw("responses", json.dumps(ITEM).encode(), content_type="Application/JSON; charset=utf-8")
    ).is_success


async def test_gzip_is_unpacked(ear: Listening):
    body = gzip.compress(json.dumps([good(1), good(2)]).encode())
    answer = await ear.raw("responses", body, content_type=JSON, content_encoding="gzip")
    assert answer.json() == {"accepted": 2, "rejected": []}
    broken = await ear.raw("responses", b"\x1f\x8bnonsense", content_type=JSON, content_encoding="gzip")
    assert broken.status_code == 400


async def test_a_gzip_bomb_is_413_before_it_is_unpacked(ear: Listening):
    bomb = gzip.compress(b" " * (40 * 1024 * 1024))
    assert len(bomb) < 250_000
    answer = await ear.raw("responses", bomb, content_type=JSON, content_encoding="gzip")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_a_single_item_may_have_a_mebibyte_and_a_list_eight(ear: Listening):
    wide = {**good(1), "pad": "x" * 1024 * 1024}
    assert (await ear.send("responses", wide)).status_code == 413
    assert (await ear.send("responses", [wide, good(2)])).status_code == 202
    assert (await ear.send("responses", [wide] * 8)).status_code == 413


async def test_ten_thousand_items_fit_into_one_list_and_no_more(ear: Listening):
    items = [good(n) for n in range(10_000)]
    answer = await ear.send("responses", items)
    assert answer.json() == {"accepted": 10_000, "rejected": []}
    stored = ear.log.all_records(RESPONSES.name)
    assert {record.key.decode() for record in stored} == {f"survey/r-{n}" for n in range(10_000)}
    assert (await ear.send("responses", [*items, ITEM])).status_code == 413
    lines = b"\n".join(json.dumps(item).encode() for item in [*items, ITEM])
    assert (await ear.raw("responses", lines, content_type="application/x-ndjson")).status_code == 413


async def test_a_long_list_lets_others_have_their_turn(ear: Listening):
    long = asyncio.create_task(ear.send("responses", [good(n) for n in range(10_000)]))
    turns = 0
    while not long.done():
        await asyncio.sleep(0)
        turns += 1
    assert long.result().status_code == 202
    assert turns > 10


async def test_a_list_is_one_append(ear: Listening):
    await ear.send("responses", [good(n) for n in range(300)])
    assert ear.log.store.appends == [(RESPONSES.name, 300)]


async def test_the_same_id_twice_in_a_list_is_taken_twice_in_order(ear: Listening):
    items = [{**good(1), "answers": {"overall": value}} for value in (1, 2, 3)]
    assert (await ear.send("responses", items)).json()["accepted"] == 3
    assert [event.answers["overall"] for event in ear.events()] == [1, 2, 3]


async def test_without_a_known_key_it_is_401(ear: Listening):
    unknown = make_key()
    for kind in ("responses", "interactions", "tallies", "events"):
        for key in (None, unknown):
            answer = await ear.send(kind, ITEM, key)
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
            assert answer.headers["www-authenticate"] == "Bearer"
    staff = await ear.send("responses", ITEM, None, authorization=f"Bearer {ear.token()}")
    assert staff.status_code == 401
    basic = await ear.send("responses", ITEM, None, authorization=f"Basic {SURVEY.secret}")
    assert basic.status_code == 401


async def test_a_kind_that_the_source_may_not_send_is_403(ear: Listening):
    for body in (ITEM, [], b"not even JSON"):
        answer = await ear.send("responses", body if not isinstance(body, bytes) else "x", CENTRE)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_a_service_of_someone_else_is_403_alone_and_a_rejection_in_a_list(ear: Listening):
    item = {**ITEM, "service_id": "cart"}
    answer = await ear.send("responses", item)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert answer.json()["errors"][0]["field"] == "service_id"
    listed = await ear.send("responses", [good(1), item])
    assert listed.status_code == 202
    assert [(entry["field"], entry["code"]) for entry in listed.json()["rejected"]] == [("service_id", "forbidden")]


async def test_what_was_retired_is_refused(ear: Listening):
    scribe = ear.scribe
    item = {**ITEM, "service_id": "airport"}
    await ear.publish(scribe.service("airport", "sf", state="retired"))
    assert (await ear.fault("responses", item)) == ("service_id", "unknown_service")
    await ear.publish(scribe.service("airport", "sf"))
    assert (await ear.send("responses", item)).status_code == 202
    await ear.publish(*scribe.form("visit", form(QUESTIONS, ["airport"], "web"), 1, state="retired"))
    assert (await ear.fault("responses", item)) == ("form_id", "unknown_form")
    await ear.publish(scribe.source("survey", "sf", state="retired", service_ids=["airport"]))
    assert (await ear.send("responses", item)).status_code == 403
    await ear.publish(scribe.key(SURVEY, "survey", state="retired"))
    assert (await ear.send("responses", item)).status_code == 401


async def test_an_idempotency_key_names_the_record(ear: Listening):
    one = await ear.send("responses", ITEM, idempotency_key="try-7")
    assert one.json()["id"] == "try-7"
    own = await ear.send("responses", good(1), idempotency_key="try-7")
    assert own.json()["id"] == "r-1"
    many = await ear.send("responses", [ITEM, good(2), {**ITEM, "answers": 1}], idempotency_key="try-8")
    assert [entry["id"] for entry in many.json()["rejected"]] == ["try-8/2"]
    assert sorted(event.record_id for event in ear.events()) == ["r-1", "r-2", "try-7", "try-8/0"]
    assert (await ear.send("responses", ITEM, idempotency_key="x" * 191)).status_code == 422
    assert (await ear.send("responses", ITEM, idempotency_key="")).status_code == 422


async def test_without_any_id_the_server_makes_one(ear: Listening):
    ids = [(await ear.send("responses", ITEM)).json()["id"] for _ in range(3)]
    assert len(set(ids)) == 3
    assert {event.record_id for event in ear.events()} == set(ids)


async def test_ids_are_kept_as_they_are(ear: Listening):
    for given in ("A b/c?d=e#f", "Ω≈ç√∫", " padded ", "x" * 200, "ل"):
        assert (await ear.send("responses", {**ITEM, "id": given})).json()["id"] == given
    assert len({event.record_id for event in ear.events()}) == 5


async def test_a_log_that_is_away_is_503_with_retry_after(ear: Listening):
    for fault in (LogUnavailable("no broker", retry_after=3), LogFull("no room", retry_after=9)):
        ear.log.store.fault = fault
        for body in (ITEM, [ITEM]):
            answer = await ear.send("responses", body)
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == str(fault.retry_after)
            assert answer.headers["content-type"] == "application/problem+json"
    ear.log.store.fault = None
    assert (await ear.send("responses", ITEM)).status_code == 202


async def test_a_record_that_the_log_could_not_store_is_not_called_accepted(ear: Listening):
    ear.log.store.refusing = frozenset({b"survey/r-2"})
    listed = await ear.send("responses", [good(1), good(2), good(3)])
    assert (listed.status_code, listed.json()["accepted"]) == (202, 2)
    assert [(entry["index"], entry["id"], entry["code"]) for entry in listed.json()["rejected"]] == [
        (1, "r-2", "not_stored")
    ]
    for body in (good(2), [good(2)]):
        answer = await ear.send("responses", body)
        assert answer.status_code == 503
        assert "retry-after" in answer.headers


async def test_a_trace_goes_on_in_the_event(ear: Listening):
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    await ear.send("responses", ITEM, traceparent=trace)
    await ear.send("responses", ITEM, traceparent="nonsense")
    headers = [dict(record.headers) for record in ear.stored()]
    assert sorted(header.get("ce_traceparent", b"") for header in headers) == [b"", trace.encode()]


async def test_errors_do_not_repeat_what_people_wrote(ear: Listening):
    secret = "jo.public@example.org"
    for change in (
        {"occurred_at": secret}, {"language": secret}, {"channel": secret}, {"device": secret}, {"form_id": secret},
        {"service_id": secret}, {secret: 1}, {"answers": {secret: 1}}, {"answers": {"purpose": secret}},
        {"answers": {"overall": secret}}, {"answers": {"when": secret}}, {"answers": {"comment": secret * 1000}},
    ):  # fmt: skip
        answer = await ear.send("responses", {**ITEM, **change})
        assert answer.status_code in {403, 422}
        assert secret not in answer.text, change


async def test_one_service_of_the_source_needs_no_name(ear: Listening):
    assert (await ear.send("responses", {"form_id": "both", "answers": {}}, DESK)).status_code == 202
