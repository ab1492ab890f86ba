"""Taking back: by id with the source's key, by receipt with the code alone."""

from datetime import timedelta

from feedback_api.intake.receipts import ReceiptCodec, ReceiptTarget
from soundings.events.interaction import InteractionRetracted
from soundings.events.response import ResponseRetracted
from soundings.events.tally import TallyRetracted
from soundings.events.topics import DEAD_LETTERS, INTERACTIONS, RESPONSES
from soundings.log.port import LogUnavailable

from .conftest import CENTRE, DESK, NOW, SECRET, SURVEY, Listening


async def delete(ear, path, key=SURVEY):
    return await ear.raw(path, b"", key, method="DELETE")


async def test_a_sender_takes_back_by_id(ear: Listening):
    assert (await delete(ear, "responses/r-1")).status_code == 202
    assert (await delete(ear, "tallies/t-1")).status_code == 202
    assert (await delete(ear, "interactions/c-1", CENTRE)).status_code == 202
    assert (await delete(ear, "interactions/c-2?root_id=root", CENTRE)).status_code == 202
    facts = {"reason": "sender", "retracted_at": NOW}
    made = ear.events()
    assert len(made) == 4
    for wanted in (
        ResponseRetracted(record_id="r-1", source_id="survey", **facts),
        TallyRetracted(tally_id="t-1", source_id="survey", **facts),
        InteractionRetracted(record_id="c-1", source_id="centre", root_id="c-1", **facts),
        InteractionRetracted(record_id="c-2", source_id="centre", root_id="root", **facts),
    ):
        assert wanted in made


async def test_a_retraction_stands_behind_its_record_on_the_same_partition(ear: Listening):
    await ear.send("responses", {"id": "r-1", "form_id": "visit", "answers": {}})
    await delete(ear, "responses/r-1")
    first, second = ear.stored()
    assert first.partition == second.partition
    assert first.position < second.position


async def test_an_id_may_hold_slashes_and_spaces(ear: Listening):
    assert (await delete(ear, "responses/a%20b%2Fc/d")).json()["id"] == "a b/c/d"


async def test_an_id_that_no_record_can_have_is_refused(ear: Listening):
    for path in (f"responses/{'x' * 201}", "responses/a%00b", "responses/", "interactions/a?root_id="):
        answer = await delete(ear, path, DESK)
        assert answer.status_code == 422, path
        assert answer.json()["errors"][0]["field"] in {"id", "root_id"}


async def test_taking_back_needs_the_key_of_a_source_that_may_send_this_kind(ear: Listening):
    for kind in ("responses", "interactions", "tallies"):
        assert (await delete(ear, f"{kind}/r-1", None)).status_code == 401
    assert (await delete(ear, "responses/r-1", CENTRE)).status_code == 403
    assert ear.stored() == []


async def test_a_receipt_erases_what_it_was_given_for(ear: Listening):
    sent = {
        "responses": ({"id": "r/1", "form_id": "visit", "answers": {}}, ResponseRetracted),
        "interactions": (
            {"id": "c", "root_id": "r", "kind": "call", "outcome": "open", "started_at": "2026-03-01T10:00:00Z"},
            InteractionRetracted,
        ),
        "tallies": (
            {"id": "t", "channel": "phone", "measure": "views", "grain": "day", "start": "2026-03-01",
             "bins": {"page_view": 1}},
            TallyRetracted,
        ),
    }  # fmt: skip
    for kind, (item, event) in sent.items():
        receipt = (await ear.send(kind, item, DESK)).json()["receipt"]
        answer = await delete(ear, f"receipts/{receipt}", None)
        assert (answer.status_code, answer.json()) == (202, {"id": item["id"], "log_days": 90})
        (made,) = [found for found in ear.events() if isinstance(found, event)]
        assert made.source_id == "desk"
        assert made.reason == ("sender" if kind == "tallies" else "erasure")
        assert made.root_key() == item.get("root_id")


def test_the_log_forgets_as_soon_as_people_are_told():
    assert {topic.retention for topic in (RESPONSES, INTERACTIONS, DEAD_LETTERS)} == {timedelta(days=90)}


async def test_a_receipt_that_we_did_not_give_is_404(ear: Listening):
    receipt = (await ear.send("responses", {"form_id": "visit", "answers": {}})).json()["receipt"]
    other_secret = ReceiptCodec(b"another root secret, long enough")
    forged = other_secret.seal_receipt(ReceiptTarget("survey", "response", None, "r-1"))
    odd = ReceiptCodec(SECRET.encode()).seal_receipt(ReceiptTarget("survey", "invoice", None, "r-1"))
    for code in (receipt[:-1], receipt[::-1], "x", "x" * 300, "%00", forged, odd):
        answer = await delete(ear, f"receipts/{code}", None)
        assert answer.status_code == 404, code
    assert len(ear.stored()) == 1


async def test_a_log_that_is_away_is_503(ear: Listening):
    ear.log.store.fault = LogUnavailable("no broker")
    assert (await delete(ear, "responses/r-1")).status_code == 503
