"""Answers that are given through the widget: kept over a reload, sent once, and shown where they are refused."""

import json

import pytest
from playwright.sync_api import Request, Route, expect

from tests.browser.answering import KEPT, counted, heard, point, thanks

pytestmark = [pytest.mark.slow, pytest.mark.needs_machine]


def test_every_kind_of_question_over_pages_survives_a_reload_unchanged_and_is_taken_as_given(visit):
    html = '<div data-soundings-form="every" data-soundings-hidden-campaign="spring"></div>[button]'
    with visit(html.replace("[button]", "[inline]")) as watched:
        page = watched.page
        page.locator(".stars").wait_for()
        box = page.locator(".box", has=page.locator(".stars"))
        for kind, place in (("stars", 3), ("thumbs", 1), ("nps", 0), ("ces", 6), ("yes_no", 0), ("single_choice", 1)):
            box.locator(f".{kind} input").nth(place).check()
        box.get_by_role("button", name="Continue").click()
        box.locator("select").select_option(index=2)
        box.locator("input[type=date]").fill("2026-03-27")
        box.get_by_label("One word for it").fill("fine")
        page.reload()
        page.locator(".stars").wait_for()
        box.get_by_role("button", name="Continue").click()
        box.get_by_label("You may contact me.").check()
        box.get_by_role("button", name="Send").click()
        assert "Enter an e-mail address or telephone number" in box.locator(".summary").inner_text()
        box.get_by_label("Your e-mail address").fill("jo@example.org")
        assert "example.org" not in page.evaluate("JSON.stringify(sessionStorage)")
        with page.expect_request("**/responses") as sent:
            box.get_by_role("button", name="Send").click()
        thanks(page).wait_for()
        assert sent.value.post_data_json["answers"] == {
            "stars": 4, "thumbs": 0, "recommend": 0, "ease": 7, "done": 1, "office": "south", "district": "d2",
            "day": "2026-03-27", "word": "fine", "campaign": "spring",
        }  # fmt: skip
        assert sent.value.post_data_json["contact_consent"] is True
        assert sent.value.post_data_json["contact_address"] == "jo@example.org"
        assert page.evaluate("Object.keys(sessionStorage).filter(key => key.includes('every'))") == []


def test_a_draft_of_options_that_are_gone_chooses_nothing(visit):
    with visit("[inline]") as watched:
        page = watched.page
        point(page, 2).check()
        page.locator(".multi_choice input").first.check()
        page.evaluate("""() => { for (const key of Object.keys(sessionStorage)) {
          const kept = JSON.parse(sessionStorage[key]);
          kept.value.answers.overall = '2'; kept.value.answers.reason = ['gone'];
          sessionStorage[key] = JSON.stringify(kept); } }""")
        page.reload()
        page.locator("legend").first.wait_for()
        assert page.locator("input:checked").count() == 0


def test_what_is_not_asked_any_more_is_not_sent(visit):
    with visit("[inline]") as watched:
        page = watched.page
        point(page, 1).check()
        page.locator(".multi_choice input").first.check()
        point(page, 5).check()
        expect(page.locator(".multi_choice")).to_be_hidden()
        with page.expect_request("**/responses") as sent:
            page.get_by_role("button", name="Send").click()
        thanks(page).wait_for()
        assert sent.value.post_data_json["answers"] == {"overall": 5}


def test_an_answer_given_offline_outlives_the_page_and_is_counted_once(visit, house):
    before = counted(house)
    sent: list[str] = []

    def keep(request: Request) -> None:
        if request.url.endswith("/responses"):
            sent.append(json.loads(request.post_data or "{}")["id"])

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    with visit("[inline]") as watched:
        page = watched.page
        page.on("request", keep)
        point(page, 4).check()
        page.route("**/responses", lose_the_answer)
        page.clock.install()
        page.get_by_role("button", name="Send").click()
        for _ in range(4):
            page.clock.run_for(3000)
        page.locator(".notice").wait_for()
        assert heard(page) == ["shown", "failed"]
        expect(point(page, 4)).to_be_checked()
        assert len(page.evaluate(KEPT)) == 1
        page.unroute("**/responses")
        page.clock.resume()
        page.reload()
        page.wait_for_function(f"() => {KEPT}.length === 0")
        assert len(sent) >= 4
        assert len(set(sent)) == 1
    assert counted(house) == before + 1


def test_what_the_server_refuses_is_said_at_the_field_and_nothing_is_lost(visit):
    problem = {
        "type": "https://soundings.example/problems/invalid",
        "status": 422,
        "code": "invalid",
        "errors": [{"field": "answers.comment", "code": "too_long", "detail": "no"}],
    }
    with visit("[inline]") as watched:
        page = watched.page
        point(page, 4).check()
        page.locator("textarea").fill("all of this")
        page.route("**/responses", lambda route: route.fulfill(
            status=422, content_type="application/problem+json", body=json.dumps(problem),
            headers={"access-control-allow-origin": "*"}))  # fmt: skip
        page.get_by_role("button", name="Send").click()
        page.locator(".summary button").click()
        assert page.locator("textarea").evaluate("box => box === box.getRootNode().activeElement")
        expect(page.locator("textarea")).to_have_value("all of this")
        expect(page.locator("textarea")).to_have_attribute("aria-invalid", "true")
        assert page.evaluate(KEPT) == []
