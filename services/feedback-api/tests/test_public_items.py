"""What strangers may write: ids of a name space of their own, no other month, channel or touchpoint."""

from urllib.parse import urlencode
from uuid import uuid4

import pytest

from feedback_api.intake.receipts import ReceiptCodec, ReceiptTarget
from feedback_api.intake.record_ids import is_uuid
from soundings.access.roles import StaffRole
from soundings.events.response import ResponseRetracted, ResponseReviewed, ResponseSubmitted
from soundings.kernel.vocabulary import ServiceChannel

from .conftest import DESK, NOW, QUESTIONS, SECRET, Listening, form, listening
from .test_hosted import BROWSER, TRUST, open_page, press

ID = "0190D3A5-5d2c-7a41-b1f4-3f0c9a5e7d10"
FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}


async def answer(ear: Listening, form_id: str = "visit", **item: object):
    return await ear.send(f"forms/{form_id}/responses", {"answers": {"overall": 4}, **item}, None)


async def told(ear: Listening, **item: object) -> ResponseSubmitted:
    """The event of an answer that was taken."""
    assert (await answer(ear, **item)).status_code == 202
    made = ear.events()[-1]
    assert isinstance(made, ResponseSubmitted)
    for records in ear.log.store.records.values():
        records[:] = [one for one in records if "catalogue" in one.topic]
    return made


async def test_a_public_id_has_a_name_space_of_its_own_and_replies_give_it_as_it_came(ear: Listening):
    first = (await answer(ear, id=ID)).json()
    assert first["id"] == ID
    (made,) = ear.events()
    assert made.record_id == f"public:{ID}"
    assert ear.stored()[0].key == f"web/public:{ID}".encode()
    again = await ear.send("forms/visit/responses", {"answers": {"overall": 4}}, None, idempotency_key=ID)
    assert again.json() == first
    erased = await ear.raw(f"receipts/{first['receipt']}", b"", None, method="DELETE")
    assert erased.json()["id"] == ID
    assert (
        ResponseRetracted(record_id=f"public:{ID}", source_id="web", reason="erasure", retracted_at=NOW) in ear.events()
    )


async def test_a_public_answer_without_an_id_has_a_new_one(ear: Listening):
    fields = urlencode({"answers.overall": "4"}).encode()
    plain = await ear.http.post("/v1/forms/visit/responses", content=fields, headers=FORM)
    script = await answer(ear)
    stage = await ear.send("forms/visit/events", {"stage": "shown"}, None)
    for given in (plain, script, stage):
        assert given.status_code == 202
        assert is_uuid(given.json()["id"])
    assert {one.record_id for one in ear.events()} == {f"public:{one.json()['id']}" for one in (plain, script, stage)}


NOT_UUIDS = [
    "1",
    "public:1",
    f"public:{ID}",
    f"{{{ID}}}",
    f"urn:uuid:{ID}",
    ID.replace("-", ""),
    f"{ID}\n",
    "é" * 36,
    "r-1",
]


async def test_a_public_id_that_is_no_uuid_is_refused(ear: Listening):
    for wrong in NOT_UUIDS:
        for path, body in (("responses", {"answers": {"overall": 4}}), ("events", {"stage": "shown"})):
            refused = await ear.send(f"forms/visit/{path}", {**body, "id": wrong}, None)
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "id"), wrong
    for path, body in (("responses", {"answers": {"overall": 4}}), ("events", {"stage": "shown"})):
        refused = await ear.send(f"forms/visit/{path}", body, None, idempotency_key="1")
        assert refused.status_code == 422
    assert ear.stored() == []


async def test_the_hosted_page_refuses_an_id_that_is_no_uuid(ear: Listening):
    await ear.publish(*ear.scribe.form("trust", form(TRUST, ["airport"], "web"), 1))
    first = await open_page(ear, "trust")
    second = await press(ear, first, **{"answers.trust": "5"})
    await press(ear, second, status=422, id="r-1")
    assert [one for one in ear.events() if isinstance(one, ResponseSubmitted)] == []


async def test_a_stranger_neither_meets_nor_erases_nor_corrects_a_record_that_came_with_a_key(ear: Listening):
    await ear.publish(
        ear.scribe.source("web", "sf", service_ids=["airport"], accepts=["responses"]), ear.scribe.key(DESK, "web")
    )
    keyed = {"form_id": "visit", "id": ID, "answers": {"overall": 1}}
    assert (await ear.send("responses", keyed, DESK)).status_code == 202
    public = await answer(ear, id=ID)
    await ear.raw(f"receipts/{public.json()['receipt']}", b"", None, method="DELETE")
    submitted, other, retracted = ear.events()
    assert {submitted.record_id, other.record_id} == {ID, f"public:{ID}"}
    assert retracted.record_id == f"public:{ID}"
    assert (await answer(ear, id=ID, revision=7)).status_code == 422


CALL = {"kind": "call", "outcome": "open", "started_at": "2026-03-01T10:00:00Z"}
COUNT = {"channel": "phone", "measure": "visits", "grain": "day", "start": "2026-03-01", "bins": {"all": 1}}
KEYED = [
    ("responses", {"id": "public:1", "form_id": "visit", "answers": {}}, "id"),
    ("interactions", {"id": "public:1", **CALL}, "id"),
    ("interactions", {"root_id": "public:1", **CALL}, "root_id"),
    ("tallies", {"id": "public:1", **COUNT}, "id"),
]  # fmt: skip


async def test_a_sender_with_a_key_may_not_use_the_prefix(ear: Listening):
    for path, item, field in KEYED:
        assert await ear.fault(path, item, DESK) == (field, "reserved")
    item = {"form_id": "visit", "answers": {}}
    assert (await ear.send("responses", item, DESK, idempotency_key="public:1")).status_code == 422
    assert (await ear.send("forms/visit/events", {"stage": "shown", "id": "public:1"}, DESK)).status_code == 422
    for kind in ("responses", "interactions", "tallies"):
        refused = await ear.raw(f"{kind}/public:{ID}", b"", DESK, method="DELETE")
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "reserved")
    assert (await ear.raw("interactions/1?root_id=public:1", b"", DESK, method="DELETE")).status_code == 422
    for type_, data in (("response.submitted", item), ("response.retracted", {"id": "public:1"})):
        event = {
            "specversion": "1.0",
            "id": "public:1",
            "source": "/",
            "type": f"gov.soundings.{type_}.v1",
            "data": data,
        }
        refused = await ear.send("events", event, DESK, content_type="application/cloudevents+json")
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "reserved")
    assert ear.stored() == []
    assert (await ear.send("responses", {**item, "id": "PUBLIC:1"}, DESK)).status_code == 202


async def test_staff_review_and_erase_public_records_by_their_id_on_the_log(ear: Listening):
    staff = {"authorization": f"Bearer {ear.token(StaffRole.ADMIN, agency='sf')}"}
    review = {"source_id": "web", "id": f"public:{ID}", "verdict": "released", "reason": "looked at"}
    assert (await ear.send("reviews", review, None, **staff)).json()["id"] == f"public:{ID}"
    record = {"source_id": "web", "kind": "response", "id": f"public:{ID}"}
    assert (await ear.send("erasures", {"records": [record]}, None, **staff)).json()["accepted"] == 1
    assert {(type(one), one.record_id) for one in ear.events()} == {
        (ResponseReviewed, f"public:{ID}"),
        (ResponseRetracted, f"public:{ID}"),
    }


async def test_a_receipt_from_before_keeps_working(ear: Listening):
    old = ReceiptCodec(SECRET.encode()).seal_receipt(ReceiptTarget("web", "response", None, "w-1"))
    erased = await ear.raw(f"receipts/{old}", b"", None, method="DELETE")
    assert (erased.status_code, erased.json()["id"]) == (202, "w-1")
    (made,) = ear.events()
    assert made.record_id == "w-1"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2026-03-01T08:00:00Z", True), ("2026-03-01T07:59:59Z", False), ("2025-03-01T08:00:00Z", False),
        ("2026-03-02T09:05:00Z", True), ("2026-03-02T09:05:01Z", False), ("2100-01-01T00:00:00Z", False),
    ],
)  # fmt: skip
async def test_a_time_counts_only_within_25_hours_before_the_arrival(ear: Listening, given, kept):
    made = await told(ear, occurred_at=given)
    assert (made.occurred_at == NOW) == (not kept)
    assert (made.time_clamped, made.adjusted_fields) == (not kept, None if kept else ("occurred_at",))
    await ear.send("forms/visit/events", {"stage": "shown", "occurred_at": given}, None)
    (stage,) = ear.events()
    assert (stage.occurred_at == NOW, stage.time_clamped) == (not kept, not kept)
    assert stage.adjusted_fields == made.adjusted_fields


async def test_a_source_with_its_key_still_says_when_and_where_it_was(ear: Listening):
    said = {
        "form_id": "visit",
        "answers": {},
        "occurred_at": "2025-03-01T08:00:00Z",
        "channel": "kiosk",
        "touchpoint": "x",
    }
    made = await ear.taken("responses", said, DESK)
    assert (made.occurred_at.year, made.channel, made.touchpoint, made.adjusted_fields) == (2025, "kiosk", "x", None)


async def test_a_channel_counts_only_where_the_form_lists_it(ear: Listening):
    for channel, adjusted in (("website", None), ("phone", ("channel",)), ("pigeon", ("channel",))):
        made = await told(ear, channel=channel)
        assert (made.channel, made.adjusted_fields) == ("website", adjusted)
    listing = form(QUESTIONS, ["airport"], "web").model_copy(
        update={"channels": (ServiceChannel.KIOSK, ServiceChannel.SMS)}
    )
    await ear.publish(*ear.scribe.form("visit", listing, 2))
    for channel, told_as, adjusted in (
        ("kiosk", "kiosk", None),
        ("website", "website", ("channel",)),
        (None, "website", None),
    ):
        made = await told(ear, channel=channel)
        assert (made.channel, made.adjusted_fields) == (told_as, adjusted)
    await ear.send("forms/visit/events", {"stage": "shown", "channel": "phone"}, None)
    assert (ear.events()[-1].channel, ear.events()[-1].adjusted_fields) == ("website", ("channel",))
    assert "channels" not in (await ear.http.get("/v1/forms/visit")).json()


async def test_an_unknown_touchpoint_is_left_out_and_the_answer_kept(ear: Listening):
    await ear.publish(ear.scribe.touchpoint("reading-room", "library", "visit"))
    for touchpoint, kept in (
        ("security-line", True),
        ("reading-room", False),
        ("invented", False),
        (("a@b.co " * 99)[:195], False),
    ):
        made = await told(ear, touchpoint=touchpoint)
        assert made.touchpoint == (touchpoint if kept else None)
        assert made.stage == ("departure" if kept else None)
        assert made.adjusted_fields == (None if kept else ("touchpoint",))


async def test_everything_that_was_adjusted_is_named(ear: Listening):
    made = await told(ear, touchpoint="x", channel="fax", occurred_at="2020-01-01T00:00:00Z")
    assert made.adjusted_fields == ("occurred_at", "channel", "touchpoint")


async def test_a_source_may_invent_touchpoints_but_not_without_end(ear: Listening):
    items = [{"form_id": "visit", "answers": {}, "touchpoint": f"desk {number}"} for number in range(1003)]
    assert (await ear.send("responses", items, DESK)).json()["accepted"] == 1003
    made = ear.events()
    assert sum(one.touchpoint is not None for one in made) == 1000
    assert sum(one.adjusted_fields == ("touchpoint",) for one in made) == 3
    known = await ear.taken("responses", {**items[0], "touchpoint": "security-line"}, DESK)
    assert (known.touchpoint, known.adjusted_fields) == ("security-line", None)


async def test_the_hosted_page_is_bound_in_the_same_way_and_never_cached(ear: Listening):
    await ear.publish(*ear.scribe.form("trust", form(TRUST, ["airport"], "web"), 1))
    first = await open_page(ear, "trust?channel=fax&touchpoint=invented")
    second = await press(ear, first, **{"answers.trust": "5"})
    await press(ear, second, status=202)
    made = next(one for one in ear.events() if isinstance(one, ResponseSubmitted))
    assert (made.channel, made.touchpoint, made.adjusted_fields) == ("website", None, ("channel", "touchpoint"))
    assert {one.channel for one in ear.events()} == {"website"}
    for status in (200, 422):
        body = urlencode([*first.fields, ("go", "next")] + ([] if status == 422 else [("answers.trust", "1")])).encode()
        shown = await ear.http.post("/f/trust", content=body, headers={**BROWSER, **FORM})
        assert (shown.status_code, shown.headers["cache-control"]) == (status, "no-store")


async def test_a_page_takes_one_token_of_the_limit_for_each_send(tmp_path, store, clock, scribe):
    async with listening(tmp_path, store, clock, scribe, form_limit="3/hour") as narrow:
        await narrow.publish(*narrow.scribe.form("trust", form(TRUST, ["airport"], "web"), 1))
        first = await open_page(narrow, "trust")
        second = await press(narrow, first, **{"answers.trust": "5"})
        await press(narrow, second, status=202)
        assert (await answer(narrow, "trust", id=str(uuid4()))).status_code == 429
