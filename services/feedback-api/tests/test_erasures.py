"""Erasing people: finding their pseudonyms under every key so far, many records at once, and legal holds."""

from soundings.access.roles import StaffRole
from soundings.events.interaction import InteractionRetracted
from soundings.events.response import ResponseRetracted
from soundings.log.port import LogUnavailable

from .conftest import DESK, NOW, QUESTIONS, SURVEY, Listening, form

PERSON = "jo@example.org"
RECORDS = [
    {"source_id": "survey", "kind": "response", "id": "r-1"},
    {"source_id": "desk", "kind": "interaction", "id": "c-2", "root_id": "c-1"},
    {"source_id": "desk", "kind": "interaction", "id": "c-1"},
]


async def ask(ear, path, body, *roles, agency="*"):
    headers = {"authorization": f"Bearer {ear.token(*roles, agency=agency)}"} if roles else {}
    return await ear.send(path, body, None, **headers)


async def subjects(ear, person=PERSON):
    found = await ask(ear, "subjects", {"agency_id": "sf", "person": person}, StaffRole.ADMIN)
    assert found.status_code == 200, found.text
    return found.json()["subjects"]


async def rotate(ear, version):
    agency = ear.scribe.agency("sf", "America/Los_Angeles")
    body = agency.body.model_copy(update={"subject_key_version": version})
    await ear.publish(agency.model_copy(update={"body": body}))


async def test_a_person_is_found_under_every_key_that_the_agency_has_had(ear: Listening):
    item = {"form_id": "visit", "service_id": "airport", "person": PERSON, "answers": {}}
    first = await ear.taken("responses", item)
    assert await subjects(ear) == [first.subject]
    await rotate(ear, 2)
    second = await ear.taken("responses", item)
    assert (first.subject[:3], second.subject[:3]) == ("v1:", "v2:")
    assert await subjects(ear, " JO@Example.org") == [second.subject, first.subject]


async def test_only_who_administers_the_agency_may_ask_and_erase(ear: Listening):
    for path, body in (("subjects", {"agency_id": "sf", "person": PERSON}), ("erasures", {"records": RECORDS})):
        assert (await ask(ear, path, body)).status_code == 401
        for role in (StaffRole.VIEWER, StaffRole.ANALYST, StaffRole.ADVOCATE, StaffRole.MANAGER):
            assert (await ask(ear, path, body, role)).status_code == 403
    assert (
        await ask(ear, "subjects", {"agency_id": "sf", "person": PERSON}, StaffRole.ADMIN, agency="boston")
    ).status_code == 403
    foreign = await ask(ear, "erasures", {"records": RECORDS}, StaffRole.ADMIN, agency="boston")
    assert foreign.status_code == 422
    assert {one["code"] for one in foreign.json()["rejected"]} == {"forbidden"}
    assert ear.stored() == []


async def test_each_record_becomes_a_retraction_where_its_record_is(ear: Listening):
    answer = await ask(ear, "erasures", {"records": RECORDS}, StaffRole.ADMIN, agency="sf")
    assert (answer.status_code, answer.json()) == (202, {"accepted": 3, "rejected": []})
    why = {"reason": "erasure", "retracted_at": NOW}
    made = ear.events()
    assert len(made) == 3
    for wanted in (
        ResponseRetracted(record_id="r-1", source_id="survey", **why),
        InteractionRetracted(record_id="c-2", source_id="desk", root_id="c-1", **why),
        InteractionRetracted(record_id="c-1", source_id="desk", root_id="c-1", **why),
    ):
        assert wanted in made


async def test_what_does_not_hold_is_refused_and_the_rest_erased(ear: Listening):
    bad = [
        (7, ""),
        ({"kind": "response", "id": "r"}, "source_id"),
        ({"source_id": "survey", "kind": "response"}, "id"),
        ({"source_id": "survey", "kind": "tally", "id": "t"}, "kind"),
        ({"source_id": "survey", "id": "t"}, "kind"),
        ({"source_id": "survey", "kind": "response", "id": "r", "root_id": "x"}, "root_id"),
        ({"source_id": "survey", "kind": "response", "id": "r\x00"}, "id"),
        ({"source_id": "survey", "kind": "response", "id": "r", "why": 1}, "why"),
    ]
    answer = await ask(ear, "erasures", {"records": [*(item for item, _ in bad), RECORDS[0]]}, StaffRole.ADMIN)
    assert answer.status_code == 202
    assert answer.json()["accepted"] == 1
    assert [(one["index"], one["field"]) for one in answer.json()["rejected"]] == [
        (index, field) for index, (_, field) in enumerate(bad)
    ]
    for body, field in (
        ({}, "records"), ({"records": {}}, "records"), ({"records": [], "x": 1}, "x"), ([], ""),
    ):  # fmt: skip
        refused = await ask(ear, "erasures", body, StaffRole.ADMIN)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    for body, field in (
        ({"person": PERSON}, "agency_id"),
        ({"agency_id": "sf"}, "person"),
        ({"agency_id": "sf", "person": " "}, "person"),
        ({"agency_id": "nowhere", "person": PERSON}, "agency_id"),
        ({"agency_id": "sf", "person": "tel:"}, "person"),
    ):
        refused = await ask(ear, "subjects", body, StaffRole.ADMIN)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    token = {"authorization": f"Bearer {ear.token(StaffRole.ADMIN)}"}
    assert (await ear.raw("erasures", b"{}", None, content_type="text/plain", **token)).status_code == 415
    too_many = await ask(ear, "erasures", {"records": [RECORDS[0]] * 10_001}, StaffRole.ADMIN)
    assert too_many.status_code == 413


async def test_a_record_of_a_retired_source_is_erased_by_its_agency_and_of_an_unknown_one_by_who_reaches_all(
    ear: Listening,
):
    await ear.publish(ear.scribe.source("survey", "sf", state="retired", service_ids=["airport"]))
    assert (await ask(ear, "erasures", {"records": RECORDS[:1]}, StaffRole.ADMIN, agency="boston")).status_code == 422
    assert (await ask(ear, "erasures", {"records": RECORDS[:1]}, StaffRole.ADMIN, agency="sf")).status_code == 202
    unknown = [{**RECORDS[0], "source_id": "nobody"}]
    assert (await ask(ear, "erasures", {"records": unknown}, StaffRole.ADMIN, agency="sf")).status_code == 422
    assert (await ask(ear, "erasures", {"records": unknown}, StaffRole.ADMIN)).status_code == 202


async def test_a_person_of_a_retired_agency_is_found_under_all_its_keys(ear: Listening):
    item = {"form_id": "visit", "service_id": "airport", "person": PERSON, "answers": {}}
    await rotate(ear, 2)
    made = await ear.taken("responses", item)
    agency = ear.scribe.agency("sf", "America/Los_Angeles", state="retired")
    body = agency.body.model_copy(update={"subject_key_version": 2})
    await ear.publish(agency.model_copy(update={"body": body}))
    assert (await subjects(ear))[0] == made.subject
    assert len(await subjects(ear)) == 2


async def test_a_legal_hold_outlives_the_form_and_the_source_that_it_is_on(ear: Listening):
    answers = {"overall": 4}
    receipts = {}
    for name in ("r-1", "r-2"):
        sent = {"id": f"0197a000-0000-7000-8000-00000000000{name[-1]}", "answers": answers}
        origin = {"origin": "https://www.sf.example"}
        receipts[name] = (await ear.send("forms/visit/responses", sent, None, **origin)).json()["receipt"]
    web = {"service_ids": ["airport"], "accepts": ["responses"], "default_channel": "website"}
    await ear.publish(ear.scribe.source("web", "sf", **web, legal_hold=True))
    await ear.publish(*ear.scribe.form("visit", form(QUESTIONS, ["airport"], "web"), 1, state="retired"))
    held = await ear.raw(f"receipts/{receipts['r-1']}", b"", None, method="DELETE")
    await ear.publish(ear.scribe.source("web", "sf", state="retired", **web, legal_hold=True))
    still = await ear.raw(f"receipts/{receipts['r-1']}", b"", None, method="DELETE")
    assert [(one.status_code, one.json()["code"]) for one in (held, still)] == [(409, "legal_hold")] * 2
    listed = await ask(
        ear, "erasures", {"records": [{"source_id": "web", "kind": "response", "id": "x"}]}, StaffRole.ADMIN
    )
    assert [one["code"] for one in listed.json()["rejected"]] == ["legal_hold"]
    await ear.publish(ear.scribe.source("web", "sf", state="retired", **web))
    assert (await ear.raw(f"receipts/{receipts['r-1']}", b"", None, method="DELETE")).status_code == 202


async def test_a_retired_sources_key_is_refused_and_its_receipts_hold(ear: Listening):
    receipt = (await ear.send("responses", {"id": "r-1", "form_id": "visit", "answers": {}}, DESK)).json()["receipt"]
    await ear.publish(ear.scribe.source("desk", "sf", state="retired", service_ids=["airport"]))
    assert (await ear.send("responses", {"id": "r-2", "form_id": "visit", "answers": {}}, DESK)).status_code == 403
    assert (await ear.raw("responses/r-1", b"", DESK, method="DELETE")).status_code == 403
    assert (await ear.raw(f"receipts/{receipt}", b"", None, method="DELETE")).status_code == 202


async def test_nothing_is_promised_while_the_log_is_away(ear: Listening):
    ear.log.store.fault = LogUnavailable("away")
    answer = await ask(ear, "erasures", {"records": RECORDS}, StaffRole.ADMIN)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


async def test_while_there_is_a_legal_hold_nobody_erases_and_everybody_is_told(ear: Listening):
    item = {"id": "r-1", "form_id": "visit", "answers": {}}
    receipt = (await ear.send("responses", item, DESK)).json()["receipt"]
    held = {"service_ids": ["airport"], "default_channel": "in_person", "legal_hold": True}
    await ear.publish(ear.scribe.source("desk", "sf", **held))
    for path, key in ((f"receipts/{receipt}", None), ("responses/r-1", DESK)):
        answer = await ear.raw(path, b"", key, method="DELETE")
        assert (answer.status_code, answer.json()["code"]) == (409, "legal_hold"), path
    listed = await ask(ear, "erasures", {"records": RECORDS}, StaffRole.ADMIN)
    assert [one["code"] for one in listed.json()["rejected"]] == ["legal_hold", "legal_hold"]
    assert listed.json()["accepted"] == 1
    event = {"specversion": "1.0", "id": "e-1", "source": "x", "type": ResponseRetracted.TYPE, "data": {"id": "r-1"}}
    answer = await ear.send("events", event, DESK, content_type="application/cloudevents+json")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "legal_hold")
    assert (await ear.send("responses", {**item, "id": "r-2"}, DESK)).status_code == 202
    await ear.publish(ear.scribe.source("desk", "sf", service_ids=["airport"], default_channel="in_person"))
    assert (await ear.raw(f"receipts/{receipt}", b"", None, method="DELETE")).status_code == 202
    assert (await ear.raw("responses/r-9", b"", SURVEY, method="DELETE")).status_code == 202
