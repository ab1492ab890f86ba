"""The front page in a real browser, of a house that is empty and of one that was told a little."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import Browser

from soundings_embedded.demo import FORM_ID
from soundings_embedded.demo.event_stream import DemoHistory, generate_history
from soundings_embedded.demo.use_cases import DemoProgress, run_demo
from tests.browser.pages import PHONE, ZOOMED, Watched, chromium, reader_params
from tests.e2e.running import Embedded

pytestmark = [pytest.mark.slow, pytest.mark.needs_machine]
ROOMS = ("feedback", "catalogue", "metrics")


def few(today: date, start: date | None) -> DemoHistory:
    """A part of what the demo sends: enough to show figures and small enough to hide some."""
    history = generate_history(today, start)
    return replace(history, deliveries=[replace(one, items=one.items[::5]) for one in history.deliveries])


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Where an empty house stands, and where one with a few data."""
    homes = {name: Embedded(tmp_path_factory.mktemp(name) / "home") for name in ("empty", "told")}
    for house in homes.values():
        house.start()
    with homes["told"].client() as client:
        run_demo(client, datetime.now(UTC).date(), DemoProgress(lambda *_: None, lambda _: None), invent=few)
    yield {name: f"{house.base}/" for name, house in homes.items()}
    for house in homes.values():
        house.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def visit(browser: Browser, houses: dict[str, str]) -> Callable[..., object]:
    """Opens the front page, or another page of a house, with a screen and settings of the reader."""

    @contextmanager
    def open_page(house: str = "told", path: str = "", **reader: object) -> Iterator[Watched]:
        context = browser.new_context(**reader)
        watched = Watched(context.new_page())
        watched.page.goto(houses[house] + path)
        yield watched
        context.close()

    return open_page


READERS = {
    "desk": {},
    "phone": {"viewport": PHONE},
    "zoomed to 400 %": {"viewport": ZOOMED, "device_scale_factor": 4},
    "at night": {"color_scheme": "dark"},
    "in forced colours": {"forced_colors": "active"},
    "in forced colours at night": {"forced_colors": "active", "color_scheme": "dark"},
}


@pytest.mark.parametrize("house", ["empty", "told"])
@pytest.mark.parametrize("reader", reader_params(READERS))
def test_there_are_no_barriers_nothing_is_cut_off_and_nobody_else_is_asked(visit, house, reader):
    with visit(house, **reader) as watched:
        watched.page.wait_for_load_state("networkidle")
        assert watched.barriers() == []
        assert watched.overflowing() == []
        assert watched.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert (watched.strangers(), watched.faults) == ([], [])


@pytest.mark.parametrize("reader", reader_params(READERS))
def test_the_keyboard_reaches_every_link_in_order_and_is_seen_where_it_is(visit, reader):
    with visit(**reader) as watched:
        links = watched.page.evaluate("[...document.links].map(link => link.getAttribute('href'))")
        reached = watched.tabbed()
    expected = ["#main", f"/f/{FORM_ID}", *(f"/api/{room}/docs" for room in ROOMS)]
    assert [one["href"] for one in reached] == links == expected
    assert [one for one in reached if not one["inside"] or float(one["outline"]) < 2] == []


def test_the_first_link_leads_past_the_heading(visit):
    with visit(viewport=ZOOMED) as watched:
        watched.page.keyboard.press("Tab")
        watched.page.keyboard.press("Enter")
        watched.page.keyboard.press("Tab")
        assert watched.page.evaluate("document.activeElement.closest('main') !== null")


def rows(watched: Watched) -> list[list[str]]:
    return [row.locator("th, td").all_inner_texts() for row in watched.page.locator("tbody tr").all()]


def test_it_shows_figures_and_what_is_hidden_also_without_javascript(visit):
    with visit(java_script_enabled=False) as watched:
        seen = rows(watched)
        told = watched.page.locator("caption").inner_text()
    assert len(seen) == 8
    cells = [cell for row in seen for cell in row[1:]]
    assert any(" %\nof " in cell for cell in cells)
    assert "hidden" in cells
    assert "Small counts" in told


def test_a_phone_shows_the_same_figures_each_with_its_heading(visit):
    with visit() as wide:
        headings = wide.page.locator("thead th").all_inner_texts()
        figures = rows(wide)
    with visit(viewport=PHONE) as narrow:
        labels = narrow.page.evaluate("[...document.querySelectorAll('td')].map(cell => cell.dataset.label)")
        tree = narrow.page.locator("table").aria_snapshot()
        assert rows(narrow) == figures
    assert labels == headings[1:] * len(figures)
    assert tree.count("- row ") == 1 + len(figures), "to a screen reader it is a table still"


def test_an_empty_house_says_how_to_fill_it(visit):
    with visit("empty") as watched:
        text = watched.page.locator("main").inner_text()
    assert "Nothing has been measured yet" in text
    assert "soundings demo" in text
    assert "curl" not in text


@pytest.mark.parametrize("reader", [READERS["desk"], READERS["phone"]], ids=["desk", "phone"])
def test_the_command_works_when_it_is_pasted(visit, reader):
    with visit(**reader) as watched:
        watched.page.evaluate("getSelection().selectAllChildren(document.querySelector('pre'))")
        command = watched.page.evaluate("getSelection().toString()")
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    assert answer["id"]
    assert answer["receipt"]


@pytest.mark.parametrize("room", ROOMS)
def test_the_documentation_opens_with_all_its_assets_from_here(visit, room):
    with visit() as watched:
        watched.page.locator(f"a[href='/api/{room}/docs']").click()
        watched.page.locator(".opblock").first.wait_for()
        assert watched.page.locator(".info .title").inner_text().startswith("Soundings: ")
        assert (watched.strangers(), watched.faults) == ([], [])
        assert any(url.endswith("swagger-ui-bundle.js") for url in watched.requested)
