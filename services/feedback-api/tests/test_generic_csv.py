"""Files for the generic connector as spreadsheets spoil them, and previews of what items would be stored as."""

import pytest

from .conftest import CENTRE, SURVEY, Listening

CONNECTOR = {
    "vendor": "generic-csv", "dates": "month_first", "time_zone": "America/New_York", "service_id": "vehicle",
    "columns": {"id": "Call ID", "started_at": "Start", "ended_at": "End", "wait_s": "Wait"},
}  # fmt: skip
HEADER = "Call ID,Start,Wait\n"


@pytest.fixture
async def centre(ear: Listening) -> Listening:
    source = ear.scribe.source(
        "centre", "boston", service_ids=["cart", "vehicle"], accepts=["interactions"], connectors=[CONNECTOR]
    )
    await ear.publish(source)
    return ear


async def sent(centre: Listening, text: str | bytes, query: str = "", kind: str = "text/csv") -> tuple[int, dict]:
    body = text if isinstance(text, bytes) else text.encode()
    answer = await centre.raw(f"connectors/centre/generic-csv{query}", body, CENTRE, content_type=kind)
    return answer.status_code, answer.json()


def refusals(body: dict) -> list[tuple[object, ...]]:
    return [(one["index"], one["id"], one["field"], one["code"]) for one in body["rejected"]]


async def test_rows_of_one_id_with_other_content_are_refused_and_not_merged(centre):
    rows = "2.02603E+11,06/05/2026 10:00:00,5\n2.02603E+11,06/05/2026 12:00:00,9\n2.02603E+11,06/05/2026 10:00:00,5\n"
    status, body = await sent(centre, HEADER + rows)
    assert (status, body["accepted"]) == (202, 2)
    assert refusals(body) == [(1, "2.02603E+11", "Call ID", "conflicting_content")]
    assert "record 0" in body["rejected"][0]["detail"]


async def test_revisions_of_one_record_are_no_conflict(centre):
    rows = "1,06/05/2026 10:00:00,5,0\n1,06/05/2026 10:00:00,9,1\n"
    status, body = await sent(centre, f"Call ID,Start,Wait,revision\n{rows}")
    assert (status, body["accepted"], body["rejected"]) == (202, 2, [])


@pytest.mark.parametrize("row", ["2,06/05/2026 10:00:00,5,6", "2,06/05/2026 10:00:00", "2,06/05/2026 10:00:00,5,"])
async def test_a_ragged_row_is_refused_by_its_line_and_the_others_are_taken(centre, row):
    status, body = await sent(centre, f"{HEADER}1,06/05/2026 10:00:00,5\n{row}\n3,06/05/2026 10:00:00,5\n")
    assert (status, body["accepted"]) == (202, 2)
    assert refusals(body) == [(1, None, "row", "ragged_row")]
    assert "line 3 has" in body["rejected"][0]["detail"]


async def test_a_refusal_has_the_id_that_its_row_has(centre):
    _, body = await sent(centre, f"{HEADER}neg-1,06/05/2026 10:00:00,-3\n1,soon,5\n")
    assert refusals(body) == [(0, "neg-1", "Wait", "not_a_duration"), (1, "1", "Start", "not_a_time")]


@pytest.mark.parametrize(
    ("vendor", "record", "id_"),
    [
        ("amazon-connect", {"ContactId": "c1"}, "c1"),
        ("genesys-cloud", {"conversationId": "g1"}, "g1"),
        ("zendesk", {"detail": {"id": 7}}, "7"),
    ],
)
async def test_so_has_one_of_any_other_vendor(centre, vendor, record, id_):
    source = centre.scribe.source(
        "centre", "boston", service_ids=["cart"], accepts=["interactions"], connectors=[{"vendor": vendor}]
    )
    await centre.publish(source)
    answer = await centre.send(f"connectors/centre/{vendor}", [record], CENTRE)
    (rejected,) = answer.json()["rejected"]
    assert rejected["id"] == id_


async def test_the_answer_says_what_it_cannot_know_and_how_to_replace(centre):
    row = f"{HEADER}1,06/05/2026 10:00:00,5\n"
    _, body = await sent(centre, row)
    assert "?replace=true" in body["note"]
    status, body = await sent(centre, row.replace(",5", ",9"), "?replace=true")
    assert (status, body["accepted"], "note" in body) == (202, 1, False)
    first, second = centre.events()
    assert (first.revision, first.wait_s, second.wait_s) == (0, 5, 9)
    assert second.revision > first.revision
    assert (await sent(centre, row, "?replace=maybe"))[0] == 422


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("\ufeffCall ID,Start\n1é,06/05/2026 10:00\n".encode(), "text/csv"),
        ("Call ID,Start\n1é,06/05/2026 10:00\n".encode("utf-16"), "text/csv"),
        ("Call ID,Start\n1é,06/05/2026 10:00\n".encode("cp1252"), "text/csv; charset=windows-1252"),
        ("sep=;\r\nCall ID;Start\r\n1é;06/05/2026 10:00\r\n".encode(), "text/csv; charset=utf-8"),
    ],
)
async def test_files_are_read_in_the_encodings_of_spreadsheets(centre, body, kind):
    status, answer = await sent(centre, body, kind=kind)
    assert (status, answer["accepted"]) == (202, 1)
    assert centre.events()[0].record_id == "1é"


async def test_an_encoding_that_is_not_told_or_not_known_is_refused(centre):
    status, body = await sent(centre, "Call ID\n1é\n".encode("cp1252"))
    assert (status, "charset=windows-1252" in body["detail"]) == (400, True)
    assert (await sent(centre, b"Call ID\n1\n", kind="text/csv; charset=unicode_escape"))[0] == 415


async def test_a_row_without_an_end_is_refused(centre):
    assert (await sent(centre, HEADER + "x" * 300_000))[0] == 413
    assert (await sent(centre, "a," * 100_000 + "\n1\n"))[0] == 413


@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [
        ("11/01/2026 01:50:00", "11/01/2026 01:10:00", 1200),
        ("03/01/2026 10:00:00 EST", "03/01/2026 15:30:00 UTC", 1800),
    ],
)
async def test_times_in_the_night_when_clocks_go_back_and_with_names_of_zones(centre, start, end, seconds):
    status, body = await sent(centre, f"Call ID,Start,End\n1,{start},{end}\n")
    assert (status, body["accepted"]) == (202, 1), body
    (event,) = centre.events()
    assert (event.ended_at - event.started_at).total_seconds() == seconds


async def test_a_locale_is_a_language_and_a_number_may_have_a_point(centre):
    _, body = await sent(centre, "Call ID,Start,language,results\n1,06/05/2026 10:00,en_US,4.00\n")
    assert body["accepted"] == 1, body
    assert (centre.events()[0].language, centre.events()[0].results) == ("en-US", 4)


async def test_a_preview_shows_what_items_would_be_stored_as_and_stores_nothing(ear: Listening):
    before = len(ear.stored())
    items = [{"id": "a", "form_id": "visit", "answers": {"comment": "mail me at jo@doe.example"}}, {"form_id": "none"}]
    answer = await ear.send("responses/preview", items, SURVEY)
    assert answer.status_code == 200, answer.text
    (record,), (rejected,) = answer.json()["records"], answer.json()["rejected"]
    assert (record["index"], record["id"], rejected["index"]) == (0, "a", 1)
    assert record["event"]["comments"] == {"comment": "mail me at [email]"}
    assert len(ear.stored()) == before
    assert (await ear.send("responses/preview", items, CENTRE)).status_code == 403
    assert (await ear.raw("responses/preview", b"[]", None, content_type="application/json")).status_code == 401
