"""Reviews: managers decide whether a response counts."""

from soundings.access.roles import StaffRole
from soundings.events.response import ResponseReviewed

from .conftest import Listening

REVIEW = {"source_id": "survey", "id": "r-1", "verdict": "quarantined", "reason": "Spam from jo@example.org"}


async def review(ear, body, *roles, agency="*"):
    headers = {"authorization": f"Bearer {ear.token(*roles, agency=agency)}"} if roles else {}
    return await ear.send("reviews", body, None, **headers)


async def test_a_review_speaks_of_the_record_and_the_newest_has_the_highest_revision(ear: Listening):
    first = await review(ear, REVIEW, StaffRole.MANAGER, agency="sf")
    second = await review(ear, {**REVIEW, "verdict": "released", "reason": "No"}, StaffRole.ADMIN)
    assert (first.status_code, second.status_code) == (202, 202)
    made = ear.events()
    assert [type(found) for found in made] == [ResponseReviewed] * 2
    assert [(found.record_id, found.verdict, found.reason) for found in made] == [
        ("r-1", "quarantined", "Spam from [email]"),
        ("r-1", "released", "No"),
    ]
    assert made[0].revision < made[1].revision == second.json()["revision"]


async def test_only_managers_and_advocates_of_the_agency_may_review(ear: Listening):
    assert (await review(ear, REVIEW)).status_code == 401
    assert (await ear.send("reviews", REVIEW)).status_code == 401
    for role in (StaffRole.VIEWER, StaffRole.ANALYST):
        assert (await review(ear, REVIEW, role)).status_code == 403
    for role in (StaffRole.MANAGER, StaffRole.ADVOCATE):
        assert (await review(ear, REVIEW, role, agency="boston")).status_code == 403
    assert ear.stored() == []
    assert (await review(ear, REVIEW, StaffRole.ADVOCATE)).status_code == 202


async def test_what_a_retired_source_sent_is_reviewed_by_its_agency(ear: Listening):
    await ear.publish(ear.scribe.source("survey", "sf", state="retired", service_ids=["airport"]))
    assert (await review(ear, REVIEW, StaffRole.MANAGER, agency="boston")).status_code == 403
    assert (await review(ear, REVIEW, StaffRole.MANAGER, agency="sf")).status_code == 202


async def test_a_review_that_does_not_hold_is_refused_by_its_field(ear: Listening):
    for change, field in (
        ({"source_id": None}, "source_id"),
        ({"source_id": "nobody"}, "source_id"),
        ({"source_id": 1}, "source_id"),
        ({"id": None}, "id"),
        ({"id": "a\x00"}, "id"),
        ({"verdict": "perhaps"}, "verdict"),
        ({"verdict": None}, "verdict"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 1001}, "reason"),
        ({"why": "x"}, "why"),
    ):
        answer = await review(ear, {**REVIEW, **change}, StaffRole.MANAGER)
        assert answer.status_code == 422, change
        assert answer.json()["errors"][0]["field"] == field
    assert (await review(ear, [REVIEW], StaffRole.MANAGER)).status_code == 422
    token = {"authorization": f"Bearer {ear.token(StaffRole.MANAGER)}"}
    assert (await ear.raw("reviews", b"{", None, content_type="application/json", **token)).status_code == 400
    assert (await ear.raw("reviews", b"{}", None, content_type="text/plain", **token)).status_code == 415
