"""Pages that break things, and days on which our own origin does not answer: neither may harm the other."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socket import create_server

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from soundings.widget_release import VERSION
from tests.browser.agency_site import AgencySite, settle_agency
from tests.browser.answering import KEPT
from tests.browser.pages import PHONE, chromium
from tests.e2e.running import Embedded

pytestmark = [pytest.mark.slow, pytest.mark.needs_machine]
LOOSE = "default-src * 'unsafe-inline' 'unsafe-eval' data:"
"""What a page allows that looks after nothing."""
RESET = """* { all: unset !important; } button, input { opacity: 0 !important; } legend { display: none !important; }
html { font-size: 2px !important; } body { display: block !important; direction: rtl; color: white; }"""
REDEFINED = """
window.fetch = () => { throw new Error('mine'); };
Array.prototype.toJSON = function () { return 'broken'; };
document.addEventListener('submit', event => event.stopImmediatePropagation(), true);
"""
OLD_LIBRARIES = """
Array.prototype.toJSON = function () { return '[' + this.join(', ') + ']'; };
Object.prototype.toJSON = String.prototype.toJSON = function () { return 'broken'; };
JSON.stringify = () => 'broken';
Array.from = one => (one === null || one === undefined ? [] : [].concat(one));
Array.prototype.reduce = function () { return this.length > 1 ? this : this[0]; };
"""
"""What libraries of their time did to the language, all at once."""
INLINE = '<div data-soundings-form="visit"><a href="#own">Feedback</a></div>'
MODAL = '<a href="#own" data-soundings-open="visit">Feedback</a>'
Host = Callable[..., object]


@pytest.fixture(scope="module")
def site() -> Iterator[AgencySite]:
    with AgencySite(LOOSE).open() as running:
        yield running


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, site: AgencySite) -> Iterator[Embedded]:
    running = Embedded(tmp_path_factory.mktemp("hostile") / "home")
    running.start()
    settle_agency(running, site.origin)
    yield running
    running.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def host(browser: Browser, site: AgencySite, house: Embedded) -> Host:
    """Opens a page of the agency with some HTML, and the widget's script at its end."""

    @contextmanager
    def open_page(html: str, *, head: str = "", prepare: Callable[[Page], object] | None = None) -> Iterator[Page]:
        script = f'<script async src="{house.base}/widget.js"></script>'
        site.pages["/"] = f'<!doctype html><html lang="en"><title>Permits</title>{head}<body>{html}{script}'
        context = browser.new_context()
        page = context.new_page()
        if prepare is not None:
            prepare(page)
        page.goto(site.origin, wait_until="commit")
        yield page
        context.close()

    return open_page


def answer(page: Page) -> None:
    page.locator(".likert input").nth(3).check()
    page.get_by_role("button", name="Send").click()
    page.locator(".box code").wait_for()


def test_styles_of_the_page_do_not_reach_in(host):
    with host(INLINE, head=f"<style>{RESET}</style>") as page:
        page.locator("legend").first.wait_for()
        page.set_viewport_size(PHONE)
        size = page.locator("legend").first.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
        assert size == 16
        expect(page.locator(".box")).to_have_css("color", "rgb(22, 32, 44)")
        expect(page.locator(".likert input").first).to_have_css("opacity", "1")
        answer(page)


def test_a_page_that_redefines_what_the_browser_gives_is_answered_all_the_same(host):
    with host(INLINE, head=f"<script>{REDEFINED}</script>") as page, page.expect_request("**/responses") as sent:
        page.locator(".likert input").nth(0).check()
        page.locator(".multi_choice input").nth(1).check()
        page.get_by_role("button", name="Send").click()
        page.locator(".box code").wait_for()
    assert '"answers":{"overall":1,"reason":["rude"]}' in (sent.value.post_data or "")


def test_what_old_libraries_redefine_changes_neither_a_draft_nor_an_answer_that_waits(host):
    """Sent by another page than the one it was given on, after a reload, with half a character at the end of a text."""
    away = [True]

    def prepare(page: Page) -> None:
        page.route("**/responses", lambda route: route.abort() if away[0] else route.continue_())

    with host(INLINE, head=f"<script>{OLD_LIBRARIES}</script>", prepare=prepare) as page:
        page.locator(".likert input").nth(0).check()
        page.locator(".multi_choice input").nth(0).check()
        page.locator(".multi_choice input").nth(1).check()
        page.locator("textarea").evaluate("""one => { one.value = 'cut \\ud83d';
          one.dispatchEvent(new InputEvent('input', {bubbles: true, composed: true})); }""")
        page.reload(wait_until="commit")
        expect(page.locator(".multi_choice input").nth(0)).to_be_checked()
        expect(page.locator(".multi_choice input").nth(1)).to_be_checked()
        page.get_by_role("button", name="Send").click()
        page.get_by_role("button", name="Try again").wait_for()
        away[0] = False
        with page.expect_response(lambda one: one.url.endswith("/responses") and one.status == 202) as taken_now:
            page.reload(wait_until="commit")
    sent = taken_now.value.request.post_data or ""
    assert '"answers":{"overall":1,"reason":["slow","rude"],"comment":"cut \ufffd"}' in sent


@pytest.mark.parametrize("status", [403, 404, 413])
def test_a_refusal_that_is_not_ours_is_tried_again(host, status):
    tries: list[int] = []

    def prepare(page: Page) -> None:
        page.route("**/responses", once_refused)

    def once_refused(route: Route) -> None:
        tries.append(status)
        if len(tries) > 1:
            route.continue_()
            return
        headers = {"access-control-allow-origin": "*"}
        route.fulfill(status=status, content_type="text/html", headers=headers, body="<h1>default backend</h1>")

    with host(INLINE, prepare=prepare) as page:
        answer(page)
        assert len(tries) == 2
        assert page.evaluate(KEPT) == []


def test_a_refusal_of_ours_is_final(host):
    with host(INLINE, prepare=lambda page: page.route("**/responses", refused)) as page:
        page.locator(".likert input").nth(3).check()
        page.get_by_role("button", name="Send").click()
        page.locator("[role=alert]").get_by_text("closed").wait_for()
        assert page.evaluate(KEPT) == []


def refused(route: Route) -> None:
    """As the server refuses an answer to a form that was closed in the meantime."""
    problem = {"type": "https://soundings.example/problems/form_closed", "status": 403, "code": "form_closed"}
    headers = {"access-control-allow-origin": "*"}
    route.fulfill(status=403, content_type="application/problem+json", headers=headers, body=json.dumps(problem))


def test_inside_a_frame_that_may_not_even_keep_anything(host, house):
    framed = f'<body>{INLINE}<script async src="{house.base}/widget.js"></script>'
    sandboxed = framed.replace('"', "&quot;")
    with host(f'<iframe sandbox="allow-scripts" srcdoc="{sandboxed}" width="600" height="600"></iframe>') as page:
        page.route("**/responses", taken)
        frame = page.frame_locator("iframe")
        frame.locator(".likert input").nth(3).check()
        frame.get_by_role("button", name="Send").click()
        frame.locator(".box code").wait_for()


def taken(route: Route) -> None:
    """As the server answers; it would refuse the origin of a sandbox, which is nobody's."""
    headers = {"access-control-allow-origin": "*"}
    route.fulfill(status=202, json={"id": "1", "receipt": "r"}, headers=headers)


def test_two_versions_and_the_same_one_twice_do_not_get_into_each_other_s_way(host, house):
    more = f'<script async src="{house.feedback}/widget/{VERSION}.js"></script>'
    with host(INLINE + MODAL + more * 2) as page:
        page.wait_for_load_state("networkidle")
        assert page.locator("legend").count() == 2
        page.locator("[data-soundings-open]").click()
        page.locator("dialog[open] legend").first.wait_for()
        assert page.locator("dialog").count() == 1
        page.keyboard.press("Escape")
        answer(page)


def test_a_form_that_comes_later_is_found_when_the_page_says_so(host):
    with host("") as page:
        page.wait_for_load_state("networkidle")
        page.evaluate("""html => { document.body.insertAdjacentHTML('beforeend', html);
          document.dispatchEvent(new Event('soundings:scan')); }""", INLINE)  # fmt: skip
        answer(page)


def blocked(route: Route) -> None:
    route.abort()


def html(route: Route) -> None:
    headers = {"access-control-allow-origin": "*"}
    route.fulfill(status=200, content_type="text/html", body="<h1>Sign in to the hotel's network</h1>", headers=headers)


def error(route: Route) -> None:
    route.fulfill(status=500, body="oops")


TROUBLES = {"blocked": blocked, "HTML": html, "an error": error}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_when_the_form_does_not_come_the_page_keeps_what_stood_there(host, trouble):
    faults: list[str] = []

    def prepare(page: Page) -> None:
        page.on("pageerror", lambda one: faults.append(str(one)))
        page.route("**/v1/forms/visit", trouble)
        page.add_init_script("addEventListener('soundings:failed', event => window.failed = event.detail)")

    with host(INLINE + MODAL, prepare=prepare) as page:
        page.wait_for_function("() => window.failed")
        assert page.evaluate("failed") == {"form": "visit", "delivery": "inline", "reason": "unreachable"}
        assert page.get_by_role("link", name="Feedback").count() == 2
        page.locator("[data-soundings-open]").click()
        page.get_by_text("cannot be reached right now").wait_for()
        page.get_by_role("button", name="Close").click()
        assert page.evaluate("document.activeElement.dataset.soundingsOpen") == "visit"
    assert faults == []


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_when_the_script_does_not_come_the_links_lead_on(host, trouble):
    with host(INLINE + MODAL, prepare=lambda page: page.route("**/widget.js", trouble)) as page:
        page.wait_for_load_state("load")
        page.locator("[data-soundings-open]").click()
        assert page.url.endswith("#own")


def test_an_origin_that_hangs_delays_nothing_but_itself(browser, site):
    with create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        script = f'<script async src="http://127.0.0.1:{port}/widget.js"></script>'
        site.pages["/"] = f"<!doctype html><html lang=en><title>Permits</title>{script}<p>Read me</p>{INLINE}"
        page = browser.new_page()
        page.goto(site.origin, wait_until="domcontentloaded")
        assert page.get_by_role("link", name="Feedback").is_visible()
        assert page.evaluate("performance.getEntriesByType('paint').length || document.readyState") != "loading"
        page.close()
