"""Voices: who hears them, how they are found, and that what was taken back is never among them."""

import pytest
from sqlalchemy import text

from metrics_worker.responses.domain import ReadableService, VoicePosition, VoiceSearch
from metrics_worker.responses.sql import SqlVoiceStore
from soundings.http.cursors import encode_cursor


async def test_a_voice_has_its_comments_and_the_answers_beside_it(ear, response):
    await ear.hear(response("one", score=4, touchpoint="gate", language="es"))
    answer = await ear.get()
    assert answer.json() == {
        "items": [
            {
                "id": "one",
                "source": "survey",
                "service": "guest",
                "channel": "website",
                "form": "visit",
                "form_version": 1,
                "occurred_at": "2024-05-10T12:00:00.000Z",
                "language": "es",
                "answers": {"overall": 4},
                "comments": {"comment": "It was fine."},
                "touchpoint": "gate",
            }
        ],
        "next": None,
    }
    assert (await ear.get("/v1/responses/one")).json() == answer.json()["items"][0]


@pytest.mark.parametrize(
    ("role", "status"),
    [(None, 401), ("viewer", 403), ("analyst", 403), ("manager", 403), ("advocate", 200), ("admin", 200)],
)
async def test_voices_are_for_advocates(ear, response, role, status):
    await ear.hear(response("one"))
    for path in ("/v1/responses", "/v1/responses/one"):
        assert (await ear.get(path, role)).status_code == status


async def test_an_advocate_of_one_agency_hears_no_other(ear, response):
    await ear.hear(response("one"), response("two", service="carts", agency="boston", source_id="crm"))
    assert await ear.ids(own="sf") == ["one"]
    assert await ear.ids(own="boston") == ["two"]
    assert (await ear.get(own="sf", service="carts")).status_code == 403
    assert (await ear.get("/v1/responses/two", own="sf")).status_code == 404
    assert (await ear.get("/v1/responses/two", own="boston")).status_code == 200


async def test_what_was_taken_back_is_in_no_list_search_or_look(ear, response, retracted):
    await ear.hear(response("one", said="The attendant was kind."), response("two"))
    await ear.hear(retracted("one"))
    await ear.hear(response("one", said="The attendant was kind.", revision=9))
    assert await ear.ids() == ["two"]
    assert await ear.ids(q="attendant") == []
    assert (await ear.get("/v1/responses/one")).status_code == 404


async def test_tests_and_quarantined_responses_are_heard_as_such(ear, response, quarantined):
    await ear.hear(response("test", test=True), response("spam"), response("good", at="2024-05-09T12:00:00Z"))
    await ear.hear(quarantined("spam"))
    items = {item["id"]: item for item in (await ear.get()).json()["items"]}
    assert items["test"]["test"] is True
    assert items["spam"]["quarantined"] is True
    assert not {"test", "quarantined"} & set(items["good"])


async def test_who_may_be_contacted_is_said_beside_their_words(ear, response):
    await ear.hear(response("yes", contact_consent=True), response("no", contact_consent=False), response("unasked"))
    items = {item["id"]: item.get("contact_consent") for item in (await ear.get()).json()["items"]}
    assert items == {"yes": True, "no": None, "unasked": None}


async def test_what_is_held_back_is_listed_apart_with_its_reasons(ear, response, quarantined):
    spam = {"spam_score": 1.0, "spam_reasons": ("honeypot",)}
    await ear.hear(response("bot", quarantined=True, **spam), response("good", spam_score=0.0), response("by-hand"))
    await ear.hear(quarantined("by-hand"))
    assert set(await ear.ids(quarantined="true")) == {"bot", "by-hand"}
    assert await ear.ids(quarantined="true", q="fine", limit=1) == [(await ear.ids(quarantined="true"))[0]]
    assert await ear.ids(quarantined="false") == ["good"]
    assert len(await ear.ids()) == 3
    items = {item["id"]: item for item in (await ear.get()).json()["items"]}
    assert items["bot"]["spam"] == {"score": 1.0, "reasons": ["honeypot"]}
    assert items["good"]["spam"] == {"score": 0.0, "reasons": []}
    assert "spam" not in items["by-hand"]
    refused = await ear.get(quarantined="maybe")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "quarantined")


async def test_a_response_that_was_only_spoken_of_is_not_heard(ear, quarantined):
    await ear.hear(quarantined("early"))
    assert await ear.ids() == []
    assert (await ear.get("/v1/responses/early")).status_code == 404


async def test_a_correction_replaces_what_was_said(ear, response):
    await ear.hear(response("one", said="Dreadful queue."))
    await ear.hear(response("one", said="Splendid queue.", revision=1))
    assert await ear.ids(q="dreadful") == []
    assert (await ear.get("/v1/responses/one")).json()["comments"] == {"comment": "Splendid queue."}


async def test_all_words_must_stand_in_the_comments_whatever_their_case_and_accents(ear, response):
    await ear.hear(
        response("one", said="The café was closed, alas."),
        response("two", said="The cafe was open."),
        response("three", said=None),
        response("four", said="[email] asked about the café", service="lounge"),
    )
    assert set(await ear.ids(q="CAFE")) == {"one", "two", "four"}
    assert await ear.ids(q="café closed") == ["one"]
    assert await ear.ids(q="cafe", service="lounge") == ["four"]
    assert await ear.ids(q="email") == ["four"]
    assert await ear.ids(q='closed" OR "open') == []
    assert await ear.ids(q="open*ed") == []


async def test_filters_narrow_what_is_heard(ear, response):
    await ear.hear(
        response("one", score=1),
        response("two", score=3, form_id="other"),
        response("three", score=5, channel="phone"),
        response("four", service="lounge"),
    )
    assert await ear.ids(service="lounge") == ["four"]
    assert await ear.ids(form="other") == ["two"]
    assert await ear.ids(channel="phone") == ["three"]
    assert set(await ear.ids(measure="satisfaction")) == {"one", "two", "three"}
    assert set(await ear.ids(measure="satisfaction", low=3)) == {"two", "three"}
    assert set(await ear.ids(measure="satisfaction", low=1, high=3)) == {"one", "two"}
    assert await ear.ids(measure="satisfaction", high=3, form="visit", q="fine") == ["one"]
    assert await ear.ids(measure="nps") == []


async def test_dates_are_local_to_the_agency_of_each_service(ear, response):
    await ear.hear(
        response("sf-may", at="2024-06-01T06:59:59Z"),
        response("sf-june", at="2024-06-01T07:00:00Z"),
        response("boston-may", at="2024-06-01T03:59:59Z", service="carts", agency="boston", source_id="crm"),
        response("boston-june", at="2024-06-01T04:00:00Z", service="carts", agency="boston", source_id="crm"),
    )
    assert set(await ear.ids(from_="2024-05-01", to="2024-06-01")) == {"sf-may", "boston-may"}
    assert set(await ear.ids(from_="2024-06-01")) == {"sf-june", "boston-june"}
    assert await ear.ids(from_="2024-05-31", to="2024-06-01", service="guest", q="fine") == ["sf-may"]


@pytest.mark.parametrize("query", [{}, {"q": "fine"}, {"form": "visit"}, {"service": "guest"}])
async def test_pages_follow_each_other_newest_first_though_more_comes_meanwhile(ear, response, query):
    times = [f"2024-05-{day:02}T12:00:00Z" for day in (3, 1, 2, 2, 2, 4, 5)]
    await ear.hear(*(response(f"n{number}", at=at) for number, at in enumerate(times)))
    first = (await ear.get(limit=3, **query)).json()
    assert [item["id"] for item in first["items"]] == ["n6", "n5", "n0"]
    await ear.hear(response("newer", at="2024-05-30T12:00:00Z"), response("older", at="2024-05-02T00:00:00Z"))
    second = (await ear.get(limit=3, cursor=first["next"], **query)).json()
    assert [item["id"] for item in second["items"]] == ["n4", "n3", "n2"]
    third = (await ear.get(limit=3, cursor=second["next"], **query)).json()
    assert ([item["id"] for item in third["items"]], third["next"]) == (["older", "n1"], None)


async def test_an_id_that_two_sources_gave_needs_its_source(ear, response):
    await ear.hear(response("1"), response("1", source_id="kiosk", said="Another one."), response("a/b c?"))
    answer = await ear.get("/v1/responses/1")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert "kiosk, survey" in answer.json()["detail"]
    one = await ear.get("/v1/responses/1", source="kiosk")
    assert (one.status_code, one.json()["comments"]["comment"]) == (200, "Another one.")
    assert (await ear.get("/v1/responses/1", source="elsewhere")).status_code == 404
    assert (await ear.get("/v1/responses/a%2Fb%20c%3F")).json()["id"] == "a/b c?"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"service": "nowhere"}, "service"),
        ({"channel": "pigeon"}, "channel"),
        ({"measure": "nonsense"}, "measure"),
        ({"low": 1}, "low"),
        ({"measure": "satisfaction", "low": "x"}, "low"),
        ({"measure": "satisfaction", "low": 4, "high": 2}, "high"),
        ({"q": "?!"}, "q"),
        ({"q": "word " * 21}, "q"),
        ({"q": "x" * 501}, "q"),
        ({"from_": "yesterday"}, "from"),
        ({"to": "2024-02-30"}, "to"),
        ({"from_": "2024-02-02", "to": "2024-02-02"}, "to"),
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"cursor": "abc"}, "cursor"),
        ({"cursor": encode_cursor(2**63, 1)}, "cursor"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_wrong_parameter_is_named(ear, query, field):
    answer = await ear.get(**query)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize(
    ("words", "begins"),
    [((), "SEARCH fact USING INDEX fact_response"), (("kind",), "SEARCH voice USING INTEGER PRIMARY KEY")],
)
async def test_lists_begin_with_the_index_of_a_service_and_searches_with_the_words(ear, words, begins):
    reach = [ReadableService("guest", 1, None), ReadableService("carts", None, 5)]
    async with SqlVoiceStore(ear.database).open_snapshot() as snapshot:
        statement = snapshot._search_statement(reach, VoiceSearch(words=words), VoicePosition(9, 9), 5)
        compiled = statement.compile(
            dialect=ear.database.sqlalchemy_engine.dialect,
            compile_kwargs={"literal_binds": True, "render_postcompile": True},
        )
        plan = (await snapshot._connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))).all()
    steps = [row[3] for row in plan]
    assert any(step.startswith(begins) for step in steps), steps
    assert not any(step.startswith("SCAN fact") for step in steps), steps


@pytest.mark.parametrize("role", ["advocate", "admin"])
async def test_a_token_without_an_agency_hears_nobody(ear, role):
    for path in ("/v1/responses", "/v1/responses/one"):
        assert (await ear.get(path, role, None)).status_code == 403
