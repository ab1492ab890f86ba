"""The guard at the public doors: what it looks at, what it writes into the event, and whom it leaves alone."""

from soundings.events.forms import AbusePolicy

from .conftest import QUESTIONS, Listening, form
from .test_forms import ANSWER, answer, post_fields

SAID = "The queue at the security line was far too long this morning."


def judged(event):
    return event.spam_score, event.spam_reasons, event.quarantined


async def test_an_ordinary_answer_has_a_score_of_nothing(ear: Listening):
    assert (await answer(ear, {**ANSWER, "website": "", "elapsed_ms": 30_000})).status_code == 202
    (made,) = ear.events()
    assert judged(made) == (0.0, None, False)


async def test_a_suspicious_answer_is_taken_and_held_back(ear: Listening):
    given = await answer(ear, {**ANSWER, "website": "https://spam.example", "elapsed_ms": 12})
    assert given.status_code == 202
    assert given.json()["receipt"]
    (made,) = ear.events()
    assert judged(made) == (1.0, ("honeypot", "too_fast"), True)
    assert "spam.example" not in made.model_dump_json()


async def test_a_plain_html_form_has_the_hidden_field_too(ear: Listening):
    fields = {"answers.overall": "4", "website": "x", "elapsed_ms": "700"}
    assert (await post_fields(ear, fields)).status_code == 202
    assert (await post_fields(ear, {"answers.overall": "4", "website": "", "elapsed_ms": ""})).status_code == 202
    assert {judged(made) for made in ear.events()} == {(1.0, ("honeypot", "too_fast"), True), (0.0, None, False)}


async def test_what_the_guard_looks_at_has_its_types_too(ear: Listening):
    for name, value in (("elapsed_ms", -1), ("elapsed_ms", "soon"), ("elapsed_ms", True), ("website", 7)):
        refused = await answer(ear, {**ANSWER, name: value})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, name)
    refused = await post_fields(ear, {"answers.overall": "4", "elapsed_ms": "soon"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "elapsed_ms")


async def test_the_form_sets_its_own_rules_and_does_not_publish_them(ear: Listening):
    strict = form(QUESTIONS, ["airport"], "web").model_copy(update={"abuse": AbusePolicy(quarantine_at=0.2)})
    await ear.publish(*ear.scribe.form("visit", strict, 2))
    said = {"overall": 4, "comment": "See https://a.example for what I mean"}
    assert (await answer(ear, {"answers": said})).status_code == 202
    (made,) = ear.events()
    assert judged(made) == (0.2, ("link",), True)
    assert "abuse" not in (await ear.http.get("/v1/forms/visit")).json()


async def test_what_a_page_fills_in_by_itself_is_no_repeated_text(ear: Listening):
    answers = {"overall": 4, "campaign": "spring-newsletter-to-all-of-us-2026"}
    for number in range(6):
        assert (
            await answer(ear, {"id": f"0190d3a5-5d2c-7a41-b1f4-3f0c9a5e7d{number:02d}", "answers": answers})
        ).status_code == 202
    assert {made.spam_score for made in ear.events()} == {0.0}


async def test_a_source_vouches_for_what_it_sends(ear: Listening):
    for number in range(6):
        item = {"id": f"s-{number}", "form_id": "visit", "service_id": "airport"}
        made = await ear.taken("responses", {**item, "answers": {"comment": f"{SAID} [url=x]"}})
        assert judged(made) == (None, None, False)
    assert (await ear.fault("responses", {**item, "answers": {}, "website": "x"}))[0] == "website"
