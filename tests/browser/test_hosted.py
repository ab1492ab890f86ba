"""The hosted page of a form in a real browser: by keyboard, without scripts, zoomed, in other languages."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from playwright.sync_api import Browser, expect

from soundings.client import Soundings
from tests.browser.pages import PHONE, ZOOMED, Watched, chromium, reader_params
from tests.e2e.running import Embedded

pytestmark = [pytest.mark.slow, pytest.mark.needs_machine]

EVERY_TYPE = [
    {"id": "stars", "type": "stars", "text": {"en": "Stars for the counter"}},
    {"id": "thumbs", "type": "thumbs", "text": {"en": "Was it worth the way?"}},
    {"id": "recommend", "type": "nps", "text": {"en": "Would you recommend us?"}, "required": True},
    {"id": "ease", "type": "ces", "text": {"en": "It was easy to get what I came for."}},
    {"id": "done", "type": "yes_no", "text": {"en": "Did you get your permit?"}},
    {"id": "office", "type": "dropdown", "text": {"en": "Which office?"}, "page": 2, "required": True,
     "options": [{"code": "north", "text": {"en": "North"}}, {"code": "south", "text": {"en": "South"}}]},
    {"id": "day", "type": "date", "text": {"en": "When were you here?"}, "page": 2},
    {"id": "word", "type": "short_text", "text": {"en": "One word for it"}, "max_length": 20, "page": 2},
    {"id": "note", "type": "statement", "text": {"en": "We read every answer."}, "page": 2},
]  # fmt: skip


def found(client: Soundings) -> None:
    """An agency with a service, a source for the web, and the forms: trust from the template, one of every type."""
    about = {"agency_id": "harbour"}
    client.put("agencies", "harbour", {"name": {"en": "Harbour City", "es": "Ciudad Puerto", "ar": "مدينة الميناء"},
                                       "time_zone": "America/New_York"})  # fmt: skip
    client.put("departments", "works", {**about, "name": {"en": "Works"}})
    names = {"en": "Permits Online", "es": "Permisos en línea", "ar": "التصاريح الإلكترونية"}
    client.put("services", "permits", {**about, "department_id": "works", "name": names})
    web = {"name": "Website", "kind": "website", "accepts": ["responses"], "default_channel": "website"}
    client.put("sources", "web", {**about, **web, "service_ids": ["permits"]})
    trust = client.get("form-templates", "a11-v2?agency=harbour&service=permits&source=web")
    assert trust is not None
    client.put("forms", "trust", trust)
    asked = {"consent": {"en": "You may contact me about my answer."}, "help": {"en": "We keep only a code of it."}}
    every = {**about, "service_ids": ["permits"], "source_id": "web", "title": {"en": "Your visit to the counter"},
             "introduction": {"en": "Nine short questions, about two minutes."}, "questions": EVERY_TYPE,
             "page_titles": {"1": {"en": "How it was"}, "2": {"en": "A few facts"}}, "contact": asked}  # fmt: skip
    client.put("forms", "every", every)
    client.put("forms", "closed", {**trust, "closes_at": "2026-01-01T00:00:00Z"})
    for form in ("trust", "every", "closed"):
        client.publish(form)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    running = Embedded(tmp_path_factory.mktemp("hosted") / "home")
    running.start()
    with running.client() as client:
        found(client)
    yield running
    running.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


Visit = Callable[..., AbstractContextManager[Watched]]


@pytest.fixture
def visit(browser: Browser, house: Embedded) -> Visit:
    """Opens the page of a form, with a screen and settings of the reader."""

    @contextmanager
    def open_page(address: str, **reader: object) -> Iterator[Watched]:
        context = browser.new_context(**reader)
        watched = Watched(context.new_page())
        watched.page.goto(f"{house.base}/f/{address}")
        yield watched
        context.close()

    return open_page


def today() -> dict[str, str]:
    day = datetime.now(UTC).date()
    return {"service": "permits", "from": (day - timedelta(days=1)).isoformat(), "to": f"{day + timedelta(days=2)}"}


def bins(house: Embedded, measure: str) -> dict[str, int]:
    """How many answers each value of a measure has, once nothing lags."""
    house.settled(measure="responses", **today())
    with house.client() as client:
        (row,) = client.rows("count.v1", measure=measure, **today())
    return {name: n for name, n in dict(row.get("distribution") or {}).items() if n}


SEEN = """() => {
  const frame = document.activeElement.closest('.choice') || document.activeElement, style = getComputedStyle(frame);
  const box = frame.getBoundingClientRect();
  const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return outlined && box.top >= 0 && box.top < innerHeight;
}"""
"""Whether what has the focus is on the screen and has a frame around it."""
READERS = {
    "desk": {},
    "phone": {"viewport": PHONE, "has_touch": True},
    "zoomed to 400 %": {"viewport": ZOOMED, "device_scale_factor": 4},
    "at night": {"color_scheme": "dark"},
    "in forced colours": {"forced_colors": "active"},
}


@pytest.mark.parametrize("reader", reader_params(READERS))
def test_there_are_no_barriers_in_any_state_and_nothing_is_cut_off(visit: Visit, house: Embedded, reader):
    with visit("every", **reader) as watched:
        page = watched.page

        def look(state: str) -> None:
            assert (state, watched.barriers()) == (state, [])
            assert (state, watched.overflowing()) == (state, [])
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state

        look("first")
        page.locator("#go").click()
        expect(page.locator("#summary")).to_be_focused()
        look("error")
        page.locator("#summary a").click()
        expect(page.locator("#q-recommend-0")).to_be_focused()
        page.locator("label", has=page.locator("#q-recommend-10")).click()
        page.locator("#go").click()
        page.locator("#q-office").select_option("south")
        page.locator("#contact_consent").check()
        look("second page")
        page.locator("#go").click()
        expect(page.locator("#summary a")).to_have_attribute("href", "#contact_address")
        expect(page.locator("#q-office")).to_have_value("south")
        look("error of contact")
        page.locator("#contact_address").fill("jo@example.org")
        page.locator("#go").click()
        page.locator("code").wait_for()
        look("thanks")
        page.goto(f"{house.base}/f/trust?lang=ar")
        look("arabic")
        for form in ("closed", "nothing"):
            page.goto(f"{house.base}/f/{form}")
            look(form)
        assert watched.strangers() == []


def test_by_keyboard_alone_with_focus_that_is_always_seen(visit: Visit, house: Embedded):
    before = bins(house, "trust").get("2", 0)
    with visit("trust") as watched:
        keys, page = watched.page.keyboard, watched.page
        for _ in range(5):  # two languages, the scale, the comment, and Send
            keys.press("Tab")
            assert page.evaluate(SEEN)
        page.reload()
        for _ in range(3):
            keys.press("Tab")
        keys.press("ArrowDown")
        expect(page.locator("#q-trust-1")).to_be_checked()
        keys.press("Tab")
        keys.press("Space")
        expect(page.locator("#q-negative-0")).to_be_checked()
        for _ in range(7):
            keys.press("Tab")
        keys.type("The page was slow. Call me: 415 555 0132")
        keys.press("Tab")
        keys.press("Enter")
        page.locator("code").wait_for()
        assert watched.faults == []
    assert bins(house, "trust")["2"] == before + 1


def fill_without_scripts(visit: Visit, trust: int, drivers: list[str], words: str, lang: str) -> None:
    with visit(f"trust?lang={lang}", java_script_enabled=False) as watched:
        page = watched.page
        assert page.locator("[data-question='positive'], [data-question='negative']").count() == 0
        page.locator(f"#q-trust-{trust - 1}").check()
        page.locator("#go").click()
        for driver in drivers:
            page.locator(f"input[value='{driver}']").check()
        page.locator("textarea").fill(words)
        page.locator("#go").click()
        page.locator("code").wait_for()
        assert page.locator("html").get_attribute("lang") == lang
        assert watched.faults == []


def test_the_a11_form_arrives_with_its_branches_in_voices_and_in_the_right_measures(visit: Visit, house: Embedded):
    before = {name: bins(house, name) for name in ("trust", "positive_drivers", "negative_drivers")}
    fill_without_scripts(visit, 5, ["ease", "employee"], "Very kind people", "en")
    fill_without_scripts(visit, 2, ["efficiency"], "Tardó mucho", "es")
    with visit("trust?lang=ar") as watched:  # scripts show the branch at once
        page = watched.page
        assert page.locator("html").get_attribute("dir") == "rtl"
        page.locator("#q-trust-3").check()
        page.locator("#q-positive-1").check()
        page.locator("#q-trust-0").check()
        expect(page.locator("#q-positive-1")).to_be_hidden()
        page.locator("#q-negative-6").check()
        page.locator("textarea").fill("كان بطيئًا")
        page.locator("#go").click()
        page.locator("code").wait_for()
    after = {name: bins(house, name) for name in before}
    gained = {name: {one: n - before[name].get(one, 0) for one, n in after[name].items()} for name in after}
    assert {one: n for one, n in gained["trust"].items() if n} == {"1": 1, "2": 1, "5": 1}
    assert {one: n for one, n in gained["positive_drivers"].items() if n} == {"ease": 1, "employee": 1}
    assert {one: n for one, n in gained["negative_drivers"].items() if n} == {"efficiency": 1, "other": 1}
    with house.client() as client:
        (row,) = client.rows("share.v1", measure="positive_drivers", option="ease", **today())
    assert (row["value"], row["n"]) == (1.0, 1)
    query = {"service": "permits", "form": "trust", "limit": "3"}
    bearer = {"authorization": f"Bearer {house.token}"}
    voices = httpx.get(f"{house.metrics}/v1/responses", params=query, headers=bearer).json()["items"]
    assert [(one["language"], one["answers"], one["comments"]["comment"]) for one in voices] == [
        ("ar", {"trust": 1, "negative": ["other"]}, "كان بطيئًا"),
        ("es", {"trust": 2, "negative": ["efficiency"]}, "Tardó mucho"),
        ("en", {"trust": 5, "positive": ["ease", "employee"]}, "Very kind people"),
    ]


def test_the_language_changes_midway_with_everything_kept_and_a_second_press_changes_nothing(
    visit: Visit, house: Embedded
):
    before = sum(bins(house, "trust").values())
    with visit("trust") as watched:
        page = watched.page
        page.locator("#q-trust-3").check()
        page.locator("#q-positive-2").check()
        page.locator("textarea").fill("Good morning")
        page.get_by_role("button", name="Español").click()
        expect(page.locator("html")).to_have_attribute("lang", "es")
        expect(page.locator("#q-positive-2")).to_be_checked()
        expect(page.locator("textarea")).to_have_value("Good morning")
        page.locator("#go").dblclick()
        page.locator("code").wait_for()
    assert sum(bins(house, "trust").values()) == before + 1
