"""The widget in a real browser, on pages of another origin with a strict policy, from a click to the metrics API."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, Request, Route, expect

from tests.browser.agency_site import AgencySite, settle_agency, strict_policy
from tests.browser.pages import PHONE, ZOOMED, Watched, chromium
from tests.e2e.running import Embedded

pytestmark = [pytest.mark.slow, pytest.mark.needs_machine]
Visit = Callable[..., object]
KEPT = "Object.keys(localStorage).filter(key => key.startsWith('soundings:unsent:'))"
HEARD = """() => {
  window.heard = [];
  for (const name of ['shown', 'opened', 'submitted', 'failed'])
    document.addEventListener('soundings:' + name, event => heard.push([name, event.detail]));
}"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    running = Embedded(tmp_path_factory.mktemp("widget") / "home")
    running.start()
    yield running
    running.close()


@pytest.fixture(scope="module")
def snippets(house: Embedded, site: AgencySite) -> dict[str, str]:
    """What the catalogue says to paste, by delivery."""
    settle_agency(house, site.origin)
    headers = {"authorization": f"Bearer {house.token}"}
    shown = httpx.get(f"{house.catalogue}/v1/forms/visit/snippet", headers=headers, timeout=20).json()
    assert shown["findings"] == []
    for one in shown["snippets"]:
        for directive, sources in one["csp"].items():
            assert f"{directive} {' '.join(sources)}" in site.policy
    return {one["delivery"]: one["html"] for one in shown["snippets"]}


@pytest.fixture(scope="module")
def site(house: Embedded) -> Iterator[AgencySite]:
    """The agency's site; its policy allows no more than the catalogue says is needed."""
    with AgencySite(strict_policy(house.feedback)).open() as running:
        yield running


EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "host-page"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def visit(browser: Browser, site: AgencySite, snippets: dict[str, str]) -> Visit:
    """Opens a page of the agency that has some HTML in its body, with a screen and settings of the reader."""

    @contextmanager
    def open_page(html: str, *, lang: str = "en", before: str = "", **reader: object) -> Iterator[Watched]:
        for name, snippet in snippets.items():
            html = html.replace(f"[{name}]", snippet)
        site.pages["/"] = page_of(html, lang)
        context = browser.new_context(**reader)
        context.add_init_script(f"({HEARD})(); {before}")
        watched = Watched(context.new_page())
        watched.page.goto(site.origin)
        yield watched
        context.close()

    return open_page


def page_of(html: str, lang: str = "en", head: str = "") -> str:
    way = "rtl" if lang == "ar" else "ltr"
    return f"""<!doctype html><html lang="{lang}" dir="{way}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Permits</title>{head}</head>
<body><main><h1>Permits</h1>{html}</main></body></html>"""


def heard(page: Page) -> list[str]:
    return [name for name, _ in page.evaluate("heard")]


def point(page: Page, value: int) -> Locator:
    return page.locator(".likert input").nth(value - 1)


def thanks(page: Page) -> Locator:
    return page.locator(".box code")


def counted(house: Embedded, measure: str = "responses") -> int:
    """How many the metrics API knows of, once nothing lags."""
    day = datetime.now(UTC).date()
    query = {"from": day.isoformat(), "to": (day + timedelta(days=1)).isoformat()}
    (row,) = house.settled(measure=measure, service="permit", **query)["rows"]
    return int(row["n"] or 0)


def test_by_keyboard_alone_from_the_first_key_to_the_metrics_api(visit, house):
    before = counted(house)
    with visit("[inline]") as watched:
        page, keys = watched.page, watched.page.keyboard
        page.locator("legend").first.wait_for()
        assert page.locator("main > div > a").count() == 0, "the link that stood in is gone"
        keys.press("Tab")
        keys.press("Space")
        keys.press("ArrowRight")
        expect(point(page, 2)).to_be_checked()
        keys.press("Tab")
        keys.press("Space")
        keys.press("Tab")
        keys.press("Tab")
        keys.type("Longer hours, please")
        keys.press("Tab")
        keys.press("Enter")
        thanks(page).wait_for()
        assert page.evaluate("document.activeElement.shadowRoot.activeElement.className") == "lead done"
        assert heard(page) == ["shown", "submitted"]
        assert page.evaluate(KEPT) == []
        assert watched.faults == []
        assert page.context.cookies() == []
    assert counted(house) == before + 1


READERS = {
    "desk": {},
    "phone": {"viewport": PHONE, "has_touch": True, "is_mobile": True},
    "zoomed to 400 %": {"viewport": ZOOMED, "device_scale_factor": 4},
    "in forced colours": {"forced_colors": "active"},
    "in forced colours at night, in Spanish": {"forced_colors": "active", "color_scheme": "dark", "lang": "es"},
    "in Arabic": {"lang": "ar", "reduced_motion": "reduce"},
}
SEND = {"en": "Send", "es": "Enviar", "ar": "إرسال"}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_there_are_no_barriers_in_any_state_and_nothing_is_cut_off(visit, reader):
    send = SEND[reader.get("lang", "en")]

    def look(state: str) -> None:
        page.wait_for_function("() => document.getAnimations().every(one => one.playState !== 'running')")
        assert (state, watched.barriers()) == (state, [])
        assert (state, page.evaluate("document.documentElement.scrollWidth <= innerWidth")) == (state, True)
        assert (state, page.evaluate(CUT_OFF)) == (state, [])

    with visit("[modal]", **reader) as watched:
        page = watched.page
        press = (lambda one: one.tap()) if reader.get("has_touch") else (lambda one: one.click())
        look("closed")
        press(page.locator("[data-soundings-open]"))
        page.locator("legend").first.wait_for()
        look("open")
        assert page.locator(".box").get_attribute("dir") == ("rtl" if reader.get("lang") == "ar" else "ltr")
        press(page.get_by_role("button", name=send, exact=True))
        page.locator(".summary").wait_for()
        look("error")
        page.route("**/responses", lambda route: route.abort())
        press(point(page, 1))
        page.locator("textarea").fill("x@example.org")
        press(page.get_by_role("button", name=send, exact=True))
        look("hint")
        page.clock.install()
        press(page.get_by_role("button", name=send, exact=True))
        for _ in range(4):
            page.clock.run_for(3000)
        page.locator(".notice button").wait_for()
        look("failed")
        page.unroute("**/responses")
        press(page.locator(".notice button"))
        thanks(page).wait_for()
        look("thanks")


CUT_OFF = """() => [...document.querySelectorAll('[data-soundings-host]')].flatMap(host =>
  [...host.shadowRoot.querySelectorAll('*')]).filter(element => {
    const box = element.getBoundingClientRect();
    const shown = box.width > 1 && box.height > 1 && !element.matches('.unseen, .trap, .trap *, svg *, option');
    return shown && (box.right > innerWidth + 1 || box.left < -1);
  }).map(element => element.outerHTML.slice(0, 120))"""


def test_the_dialog_takes_one_request_before_it_opens_holds_the_focus_and_gives_it_back(visit, house):
    with visit("[modal]") as watched:
        page, keys = watched.page, watched.page.keyboard
        page.wait_for_load_state("networkidle")
        ours = [url for url in watched.requested if url.startswith(house.base)]
        assert [url.rpartition("/")[2] for url in ours] == ["0.1.0.js"]
        page.locator("[data-soundings-open]").focus()
        keys.press("Enter")
        page.locator("legend").first.wait_for()
        assert page.locator("dialog").evaluate("dialog => dialog.matches(':modal')")
        assert page.get_by_role("dialog", name="Your visit").count() == 1
        for _ in range(12):
            keys.press("Tab")
            outside = "document.activeElement !== document.body && !document.activeElement.shadowRoot"
            assert not page.evaluate(outside), "the page behind the dialog has the focus"
        keys.press("Escape")
        assert page.evaluate("document.activeElement.hasAttribute('data-soundings-open')")
        assert heard(page) == ["opened", "shown"]


def test_our_own_button_offers_what_the_page_has_no_place_for(visit):
    with visit("[button]") as watched:
        page = watched.page
        page.get_by_role("button", name="Feedback").click()
        point(page, 5).check()
        page.get_by_role("button", name="Send").click()
        thanks(page).wait_for()
        page.get_by_role("button", name="Close").last.click()
        assert page.evaluate("document.activeElement.shadowRoot.activeElement.className") == "ours"
        assert watched.faults == []


def test_a_link_opened_in_another_tab_is_left_to_the_browser(visit):
    with visit("[modal]") as watched:
        page = watched.page
        page.wait_for_load_state("networkidle")
        with page.context.expect_page() as opened:
            page.locator("[data-soundings-open]").click(modifiers=["Control"])
        assert opened.value.url.endswith("/f/visit") or opened.value.url == "about:blank"
        assert page.locator("dialog").count() == 0


def test_several_forms_of_one_page_keep_apart(visit, snippets):
    both = snippets["inline"] + '<div data-soundings-form="every"></div>' + snippets["inline"]
    with visit(both) as watched:
        page = watched.page
        page.get_by_role("heading", name="Your visit").nth(1).wait_for()
        page.get_by_role("heading", name="Every kind of question").wait_for()
        boxes = page.locator(".box", has=page.locator(".likert"))
        boxes.nth(0).locator(".likert input").nth(0).check()
        boxes.nth(1).locator(".likert input").nth(4).check()
        assert boxes.nth(0).locator(".likert input").nth(0).is_checked()
        page.reload()
        page.get_by_role("heading", name="Your visit").nth(1).wait_for()
        states = "all => all.map(one => one.checked)"
        chosen = [box.locator(".likert input").evaluate_all(states) for box in boxes.all()]
        assert chosen == [[True, False, False, False, False], [False, False, False, False, True]]


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
        with page.expect_request("**/responses") as sent:
            box.get_by_role("button", name="Send").click()
        thanks(page).wait_for()
        assert sent.value.post_data_json["answers"] == {
            "stars": 4, "thumbs": 0, "recommend": 0, "ease": 7, "done": 1, "office": "south", "district": "d2",
            "day": "2026-03-27", "word": "fine", "campaign": "spring",
        }  # fmt: skip
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
    problem = {"code": "invalid", "errors": [{"field": "answers.comment", "code": "too_long", "detail": "no"}]}
    with visit("[inline]") as watched:
        page = watched.page
        point(page, 4).check()
        page.locator("textarea").fill("all of this")
        page.route("**/responses", lambda route: route.fulfill(
            status=422, json=problem, headers={"access-control-allow-origin": "*"}))  # fmt: skip
        page.get_by_role("button", name="Send").click()
        page.locator(".summary button").click()
        assert page.locator("textarea").evaluate("box => box === box.getRootNode().activeElement")
        expect(page.locator("textarea")).to_have_value("all of this")
        expect(page.locator("textarea")).to_have_attribute("aria-invalid", "true")
        assert page.evaluate(KEPT) == []


def test_what_was_offered_shown_and_begun_is_told_when_the_reader_begins_or_leaves(visit, house):
    with visit("[modal]") as watched:
        page = watched.page
        page.wait_for_load_state("networkidle")
        page.locator("[data-soundings-open]").click()
        page.locator("legend").first.wait_for()
        assert [url for url in watched.requested if url.endswith("/events")] == []
        with page.expect_event("request", lambda one: '"started"' in (one.post_data or "")):
            point(page, 3).check()
        page.wait_for_load_state("networkidle")
        stages = [url for url in watched.requested if url.endswith("/events")]
        assert len(stages) == 3
        assert watched.faults == []
    before = counted(house, "invitations")
    with visit("[modal]") as watched:
        watched.page.wait_for_load_state("networkidle")
        assert counted(house, "invitations") == before
        watched.page.goto("about:blank")
    end = time.monotonic() + 30
    while counted(house, "invitations") == before:
        assert time.monotonic() < end


def test_who_answered_is_not_asked_again_too_soon_on_the_same_site(visit, house):
    with house.client() as client:
        client.patch("forms", "visit", {"ask_again_after_days": 30})
        client.publish("visit")
    with visit("[inline]") as watched:
        page = watched.page
        page.wait_for_function("""async url => (await (await fetch(url, {cache: 'reload'})).json()).version > 1""",
                               arg=f"{house.feedback}/v1/forms/visit")  # fmt: skip
        page.reload()
        point(page, 5).check()
        page.get_by_role("button", name="Send").click()
        thanks(page).wait_for()
        page.reload()
        page.wait_for_load_state("networkidle")
        assert page.get_by_role("link", name="Feedback").is_visible()
        assert page.locator("legend").count() == 0


def test_the_page_that_we_give_as_an_example_works_as_it_stands(browser, site, house, snippets):
    page = (EXAMPLE / "index.html").read_text(encoding="utf-8")
    assert page.count("http://localhost:8000") == 5
    site.pages["/example"] = page.replace("http://localhost:8000", house.base).replace("larkmere-feedback", "every")
    site.pages["/page.css"] = (EXAMPLE / "page.css").read_text(encoding="utf-8")
    site.pages["/favicon.ico"] = ""
    site.policies["/example"] = "default-src * 'unsafe-inline'"
    watched = Watched(browser.new_page())
    watched.page.goto(f"{site.origin}/example")
    watched.page.get_by_role("heading", name="Every kind of question", level=3).wait_for()
    watched.page.get_by_role("link", name="Tell us").click()
    watched.page.get_by_role("dialog").locator("legend").first.wait_for()
    assert watched.barriers() == []
    assert watched.faults == []
    watched.page.context.close()
