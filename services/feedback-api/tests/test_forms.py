"""The public doors of a form: its definition, answers from pages, and the funnel."""

from urllib.parse import urlencode

import pytest

from .conftest import CENTRE, DESK, QUESTIONS, Listening, form, listening

PAGE = "https://www.sf.example"
ANSWER_ID = "0190d3a5-5d2c-7a41-b1f4-3f0c9a5e7d10"
ANSWER = {"id": ANSWER_ID, "answers": {"overall": 4, "comment": "Thanks, Jo (jo@example.org)"}}


async def answer(ear, body=None, form_id="visit", **headers):
    return await ear.send(f"forms/{form_id}/responses", ANSWER if body is None else body, None, **headers)


async def post_fields(ear, pairs, accept="application/json", **headers):
    body = urlencode(pairs).encode()
    kind = "application/x-www-form-urlencoded"
    return await ear.raw("forms/visit/responses", body, None, content_type=kind, accept=accept, **headers)


async def test_the_definition_is_public_and_cacheable(ear: Listening):
    found = await ear.http.get("/v1/forms/visit", headers={"origin": "https://any.example"})
    assert found.status_code == 200
    body = found.json()
    assert (body["form_id"], body["version"], body["title"]["es"]) == ("visit", 1, "Su visita")
    assert [question["id"] for question in body["questions"]] == [question["id"] for question in QUESTIONS]
    assert "source_id" not in body
    assert found.headers["access-control-allow-origin"] == "*"
    assert found.headers["cache-control"] == "public, max-age=60"
    tag = found.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await ear.http.get("/v1/forms/visit", headers={"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (await ear.http.get("/v1/forms/visit", headers={"if-none-match": '"other"'})).status_code == 200


async def test_the_definition_keeps_conditions_as_they_were_written(ear: Listening):
    questions = (await ear.http.get("/v1/forms/need")).json()["questions"]
    assert questions[1]["show_when"] == {"question": "met", "in": [0]}


async def test_a_new_version_has_a_new_tag(ear: Listening):
    before = (await ear.http.get("/v1/forms/visit")).headers["etag"]
    await ear.publish(*ear.scribe.form("visit", form(QUESTIONS[:2], ["airport"], "web"), 2))
    assert (await ear.http.get("/v1/forms/visit")).headers["etag"] != before


async def test_a_token_that_is_no_good_does_not_keep_an_answer_out(ear: Listening):
    assert (await answer(ear, origin=PAGE, authorization="Bearer not.a.token")).status_code == 202


async def test_an_unknown_or_retired_form_is_404_for_pages_too(ear: Listening):
    await ear.publish(*ear.scribe.form("visit", form(QUESTIONS, ["airport"], "web"), 1, state="retired"))
    for form_id in ("visit", "nothing"):
        found = await ear.http.get(f"/v1/forms/{form_id}")
        assert (found.status_code, found.headers["access-control-allow-origin"]) == (404, "*")
        assert (await answer(ear, form_id=form_id)).status_code == 404


async def test_a_page_answers_without_any_key(ear: Listening):
    given = await answer(ear, origin=PAGE, user_agent="Mozilla/5.0 (iPhone; Mobile)")
    assert given.status_code == 202, given.text
    assert given.json()["id"] == ANSWER_ID
    assert given.headers["access-control-allow-origin"] == "*"
    (made,) = ear.events()
    assert (made.source_id, made.channel, made.device) == ("web", "website", "mobile")
    assert made.comments == {"comment": "Thanks, Jo ([email])"}
    receipt = given.json()["receipt"]
    assert (await ear.raw(f"receipts/{receipt}", b"", None, method="DELETE")).status_code == 202


async def test_the_same_answer_sent_again_has_the_same_receipt(ear: Listening):
    assert (await answer(ear)).json() == (await answer(ear)).json()


async def test_json_as_plain_text_spares_the_preflight(ear: Listening):
    body = b'{"answers": {"overall": 4}}'
    given = await ear.raw("forms/visit/responses", body, None, content_type="text/plain;charset=UTF-8")
    assert given.status_code == 202


async def test_only_pages_of_the_source_may_send(ear: Listening):
    for origin in ("https://www.sf.example", "HTTPS://WWW.SF.example", "http://listening.example"):
        assert (await answer(ear, origin=origin)).status_code == 202
    for origin in ("https://evil.example", "http://www.sf.example", "https://www.sf.example.evil", "null", "", "x://["):
        refused = await answer(ear, origin=origin)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden"), origin
        assert refused.headers["access-control-allow-origin"] == "*"


async def test_a_form_without_a_source_is_not_on_the_web(ear: Listening):
    assert (await answer(ear, form_id="both")).status_code == 403
    await ear.publish(ear.scribe.source("web", "sf", state="retired", service_ids=["airport"]))
    assert (await answer(ear)).status_code == 403


async def test_a_page_may_not_say_what_only_a_source_may(ear: Listening):
    for name, value in (("revision", 3), ("person", "jo@example.org"), ("other", 1)):
        refused = await answer(ear, {**ANSWER, name: value})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, name)
    refused = await answer(ear, {**ANSWER, "form_id": "need"})
    assert refused.json()["errors"][0]["field"] == "form_id"
    assert (await answer(ear, {**ANSWER, "form_id": "visit"})).status_code == 202


async def test_an_answer_that_does_not_hold_is_named(ear: Listening):
    refused = await answer(ear, {"answers": {"overall": 9}}, origin=PAGE)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "answers.overall")
    assert refused.headers["access-control-allow-origin"] == "*"
    assert (await answer(ear, [ANSWER])).status_code == 422
    assert (await ear.raw("forms/visit/responses", b"{", None, content_type="application/json")).status_code == 400
    assert (await ear.raw("forms/visit/responses", b"{}", None, content_type="image/png")).status_code == 415
    assert (await answer(ear, {**ANSWER, "page": "x" * 1024 * 1024})).status_code == 413


async def test_preflights_are_answered(ear: Listening):
    for path in ("responses", "events"):
        found = await ear.http.options(f"/v1/forms/visit/{path}", headers={"origin": PAGE})
        assert found.status_code == 204
        assert found.headers["access-control-allow-origin"] == "*"
        assert "content-type" in found.headers["access-control-allow-headers"]
        assert "POST" in found.headers["access-control-allow-methods"]


async def test_a_plain_html_form_answers_too(ear: Listening):
    pairs = [
        ("answers.overall", "4"), ("answers.recommend", "10"), ("answers.done", "yes"), ("answers.purpose", "leisure"),
        ("answers.missed", "seats"), ("answers.missed", "signs"), ("answers.when", "2026-03-01"),
        ("answers.comment", "two\r\nlines"), ("answers.effort", ""), ("language", "es"), ("form_version", "1"),
        ("test", ""), ("send", "Send"),
    ]  # fmt: skip
    given = await post_fields(ear, pairs)
    assert given.status_code == 202, given.text
    (made,) = ear.events()
    assert made.answers == {
        "overall": 4, "recommend": 10, "done": 1, "purpose": "leisure", "missed": ["seats", "signs"],
        "when": "2026-03-01",
    }  # fmt: skip
    assert (made.comments, made.language) == ({"comment": "two\nlines"}, "es")


async def test_a_browser_without_scripts_is_thanked_on_a_page(ear: Listening):
    for language, thanks in (("en", "Keep this receipt"), ("es", "Guarde este recibo")):
        given = await post_fields(ear, {"answers.overall": "4", "language": language}, accept="text/html")
        assert given.status_code == 202
        assert given.headers["content-type"].startswith("text/html")
        assert given.headers["cache-control"] == "no-store"
        assert thanks in given.text
        assert "Thanks a lot!" in given.text


async def test_fields_that_do_not_hold_are_named(ear: Listening):
    for pairs, field in (
        ({"answers.overall": "9"}, "answers.overall"),
        ({"answers.overall": "four"}, "answers.overall"),
        ({"answers.overall": "٤"}, "answers.overall"),
        ({"answers.nothing": "1"}, "answers.nothing"),
        ({"answers.missed": "space"}, "answers.missed"),
        ({"answers.overall": "4", "form_version": "9"}, "form_version"),
        ({"answers.overall": "4", "form_version": "x"}, "form_version"),
    ):
        refused = await post_fields(ear, pairs)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    many = [("answers.overall", "4")] * 1001
    assert (await post_fields(ear, many)).status_code == 400


async def test_the_funnel_counts_one_at_a_time_for_pages_and_many_for_the_source(ear: Listening):
    shown = await ear.send("forms/visit/events", {"stage": "shown"}, None, origin=PAGE)
    assert shown.status_code == 202
    assert shown.json().keys() == {"id"}
    invited = await ear.send("forms/visit/events", {"stage": "invited", "n": 500, "id": "mail-1"}, DESK)
    assert invited.json() == {"id": "mail-1"}
    made = {found.stage: found for found in ear.events()}
    assert (made["shown"].n, made["shown"].source_id, made["shown"].channel) == (1, "web", "website")
    assert (made["invited"].n, made["invited"].source_id) == (500, "desk")


async def test_a_funnel_event_that_does_not_hold_is_refused(ear: Listening):
    for body, field in (
        ({"stage": "shown", "n": 5}, "n"),
        ({"stage": "shown", "revision": 5}, "revision"),
        ({"stage": "seen"}, "stage"),
        ({}, "stage"),
        ({"stage": "shown", "occurred_at": "now"}, "occurred_at"),
    ):
        refused = await ear.send("forms/visit/events", body, None)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    for n in (0, -1, 1.5, "2", 2**60):
        refused = await ear.send("forms/visit/events", {"stage": "invited", "n": n}, DESK)
        assert refused.json()["errors"][0]["field"] == "n"
    assert (await ear.send("forms/visit/events", {"stage": "shown"}, CENTRE)).status_code == 403
    assert (
        await ear.send("forms/visit/events", {"stage": "shown"}, None, origin="https://evil.example")
    ).status_code == 403
    wrong = await ear.send("forms/visit/events", {"stage": "shown"}, None, authorization="Bearer snd_wrong")
    assert wrong.status_code == 401
    plain = await ear.raw("forms/visit/events", b"stage=shown", None, content_type="application/x-www-form-urlencoded")
    assert plain.status_code == 415


@pytest.fixture
async def narrow(tmp_path, store, clock, scribe):
    async with listening(tmp_path, store, clock, scribe, form_limit="3/hour") as service:
        yield service


async def test_who_sends_too_fast_is_told_when_to_come_back(narrow: Listening):
    for _ in range(3):
        assert (await answer(narrow)).status_code == 202
    refused = await answer(narrow)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_fast")
    assert 1 <= int(refused.headers["retry-after"]) <= 3600
    assert refused.headers["access-control-allow-origin"] == "*"
    assert (await answer(narrow, form_id="need", body={"answers": {"met": 1}})).status_code == 202
    assert (await narrow.send("responses", {"form_id": "visit", "answers": {}})).status_code == 202


SHOWN = {
    "title": {"en": "Your visit", "es": "Su visita", "ar": "زيارتك", "vi": "Chuyến thăm"},
    "words": {"send": {"vi": "Gửi", "en": "Go"}},
    "contact": {"consent": {"en": "You may write to me."}},
}


async def shown(ear: Listening, *questions: dict[str, object], **more: object) -> dict[str, object]:
    """Publish a form of these questions with more said about how it is shown, and read it as pages do."""
    asked = questions or ({"id": "overall", "type": "likert", "text": {"en": "Overall?"}},)
    body = form(asked, ["airport"], "web").model_copy(update={})
    whole = type(body).model_validate({**body.model_dump(by_alias=True), **SHOWN, **more})
    await ear.publish(*ear.scribe.form("shown", whole, 1))
    return (await ear.http.get("/v1/forms/shown")).json()


async def test_the_definition_has_every_word_that_a_page_needs(ear: Listening):
    likert = {"id": "a", "type": "likert", "text": {"en": "A?"}}
    nps = {"id": "b", "type": "nps", "text": {"en": "B?"}, "labels": [{"en": "Never"}, {"en": "Sure"}]}
    found = await shown(ear, likert, nps)
    assert found["languages"] == [
        {"tag": "en", "name": "English", "dir": "ltr"},
        {"tag": "es", "name": "Español", "dir": "ltr"},
        {"tag": "ar", "name": "العربية", "dir": "rtl"},
        {"tag": "vi", "name": "Tiếng Việt", "dir": "ltr"},
    ]
    assert [found["words"][one]["send"] for one in ("en", "es", "ar", "vi")] == ["Go", "Enviar", "إرسال", "Gửi"]
    points = {question["id"]: question["points"] for question in found["questions"]}
    assert points["a"][0] == {
        "value": 1,
        "text": {
            "en": "Strongly disagree",
            "es": "Totalmente en desacuerdo",
            "ar": "لا أوافق بشدة",
            "vi": "Strongly disagree",
        },
    }
    assert [point["value"] for point in points["b"]] == list(range(11))
    assert (points["b"][0]["text"]["es"], points["b"][10]["text"]["en"]) == ("Never", "Sure")
    assert "text" not in points["b"][5]
    assert found["state"] == "open"


async def test_a_form_takes_answers_only_while_it_is_open(ear: Listening):
    hours = {"opens_at": "2026-03-02T08:00:00Z", "closes_at": "2026-03-02T10:00:00Z"}
    given = {"answers": {"overall": 4}}
    ear.clock.go_on(-2 * 3600)
    assert (await shown(ear, **hours))["state"] == "not_open_yet"
    early = await answer(ear, given, "shown")
    assert (early.status_code, early.json()["code"]) == (403, "form_closed")
    ear.clock.go_on(2 * 3600)
    assert (await answer(ear, given, "shown")).status_code == 202
    ear.clock.go_on(3600)
    assert (await ear.http.get("/v1/forms/shown")).json()["state"] == "closed"
    for path, body in (("responses", given), ("events", {"stage": "shown"})):
        late = await ear.send(f"forms/shown/{path}", body, None)
        assert (late.status_code, late.json()["code"]) == (403, "form_closed")


async def test_an_answer_given_in_time_may_arrive_a_day_late_and_a_source_may_send_whenever_it_likes(ear: Listening):
    await shown(ear, closes_at="2026-03-02T10:00:00Z")
    given = {"answers": {"overall": 4}, "occurred_at": "2026-03-02T09:59:00Z"}
    ear.clock.go_on(20 * 3600)
    assert (await answer(ear, given, "shown")).status_code == 202
    ear.clock.go_on(20 * 3600)
    assert (await answer(ear, given, "shown")).status_code == 403
    sent = await ear.send("responses", {"form_id": "shown", "answers": {"overall": 4}, "service_id": "airport"}, DESK)
    assert sent.status_code == 202


async def test_who_may_be_contacted_becomes_a_pseudonym_and_the_address_stays_nowhere(ear: Listening):
    await shown(ear)
    said = {"answers": {"overall": 4}, "contact_consent": True, "contact_address": "Jo@Example.org"}
    assert (await answer(ear, said, "shown")).status_code == 202
    pairs = {"answers.overall": "4", "contact_consent": "on", "contact_address": "jo@example.org "}
    kind = "application/x-www-form-urlencoded"
    plain = await ear.raw("forms/shown/responses", urlencode(pairs).encode(), None, content_type=kind)
    assert plain.status_code == 202
    first, second = ear.events()
    assert first.subject == second.subject
    assert first.contact_consent
    assert second.contact_consent
    assert not any(b"example.org" in bytes(record.value).lower() for record in ear.stored())


async def test_consent_and_address_go_together_and_only_where_the_form_asks(ear: Listening):
    await shown(ear)
    for said, field, code in (
        ({"contact_consent": True}, "contact_address", "missing"),
        ({"contact_address": "jo@example.org"}, "contact_consent", "missing"),
        ({"contact_consent": True, "contact_address": "jo"}, "contact_address", "not_an_address"),
        ({"contact_consent": True, "contact_address": "123"}, "contact_address", "not_an_address"),
        ({"contact_consent": "yes"}, "contact_consent", "wrong_type"),
    ):
        refused = await answer(ear, {"answers": {"overall": 4}, **said}, "shown")
        (error,) = refused.json()["errors"]
        assert (refused.status_code, error["field"], error["code"]) == (422, field, code)
    unasked = await answer(ear, {**ANSWER, "contact_consent": True, "contact_address": "jo@example.org"})
    assert unasked.json()["errors"][0]["code"] == "not_asked"
    assert (await answer(ear, {**ANSWER, "contact_consent": False, "contact_address": ""})).status_code == 202


async def test_a_source_says_who_consents_only_together_with_the_person(ear: Listening):
    item = {"form_id": "visit", "answers": {}, "contact_consent": True}
    assert await ear.fault("responses", item, DESK) == ("contact_consent", "nobody")
    taken = await ear.taken("responses", {**item, "person": "member-7"}, DESK)
    assert (taken.contact_consent, taken.subject is not None) == (True, True)
