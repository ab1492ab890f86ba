"""The widget in a real browser, on pages of another origin with a strict policy, from a click to the metrics API."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from soundings.i18n.form_messages import WORDS
from tests.browser.answering import KEPT, counted, heard, point, thanks
from tests.browser.pages import PHONE, ZOOMED, Watched, reader_params

pytestmark = [pytest.mark.slow, pytest.mark.needs_machine]
EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "host-page"


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


DARK_TOO = '<link rel="stylesheet" href="/dark.css">'
DARK = ":root { color-scheme: dark; background: #111; color: #eee; } a { color: #9ecbff; }"
READERS = {
    "desk": {},
    "phone": {"viewport": PHONE, "has_touch": True, "is_mobile": True},
    "zoomed to 400 %": {"viewport": ZOOMED, "device_scale_factor": 4},
    "in forced colours": {"forced_colors": "active"},
    "in forced colours at night, in Spanish": {"forced_colors": "active", "color_scheme": "dark", "lang": "es"},
    "at night, on a page that is dark then": {"color_scheme": "dark", "head": DARK_TOO},
    "in Arabic": {"lang": "ar", "reduced_motion": "reduce"},
}
SEND = {"en": "Send", "es": "Enviar", "ar": "إرسال"}


@pytest.mark.parametrize("reader", reader_params(READERS))
def test_there_are_no_barriers_in_any_state_and_nothing_is_cut_off(visit, site, reader):
    site.pages["/dark.css"] = DARK
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
        expect(page.get_by_text(WORDS[reader.get("lang", "en")]["erasure"])).to_be_visible()
        look("thanks")


@pytest.mark.parametrize(
    ("head", "asked", "dark"),
    [("", "", False), (DARK_TOO, "", True), (DARK_TOO, "light", False), ("", "dark", True)],
    ids=["a light page", "a page that is dark too", "light is asked for", "dark is asked for"],
)
def test_at_night_it_is_dark_where_the_page_is(visit, site, head, asked, dark):
    site.pages["/dark.css"] = f"@media (prefers-color-scheme: dark) {{ {DARK} }}"
    html = f'<div data-soundings-scheme="{asked}" data-soundings-form="visit"></div>' if asked else "<i></i>[inline]"
    with visit(html + ("[modal]" if asked else ""), head=head, color_scheme="dark") as watched:
        paper = watched.page.locator(".box").evaluate("box => getComputedStyle(box).backgroundColor")
    assert (paper != "rgb(255, 255, 255)") is dark


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
