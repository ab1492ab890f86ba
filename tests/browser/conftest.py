"""A house and an agency's site that tests of the widget share; other tests have their own of the same names."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
from playwright.sync_api import Browser

from tests.browser.agency_site import AgencySite, page_of, settle_agency, strict_policy
from tests.browser.pages import Watched, chromium
from tests.e2e.running import Embedded

Visit = Callable[..., object]
HEARD = """() => {
  window.heard = [];
  for (const name of ['shown', 'opened', 'submitted', 'failed'])
    document.addEventListener('soundings:' + name, event => heard.push([name, event.detail]));
}"""


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    running = Embedded(tmp_path_factory.mktemp("widget") / "home")
    running.start()
    yield running
    running.close()


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
def site(house: Embedded) -> Iterator[AgencySite]:
    """The agency's site; its policy allows no more than the catalogue says is needed."""
    with AgencySite(strict_policy(house.feedback)).open() as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def visit(browser: Browser, site: AgencySite, snippets: dict[str, str]) -> Visit:
    """Opens a page of the agency that has some HTML in its body, with a screen and settings of the reader."""

    @contextmanager
    def open_page(
        html: str, *, lang: str = "en", head: str = "", before: str = "", **reader: object
    ) -> Iterator[Watched]:
        for name, snippet in snippets.items():
            html = html.replace(f"[{name}]", snippet)
        site.pages["/"] = page_of(html, lang, head)
        context = browser.new_context(**reader)
        context.add_init_script(f"({HEARD})(); {before}")
        watched = Watched(context.new_page())
        watched.page.goto(site.origin)
        yield watched
        context.close()

    return open_page
