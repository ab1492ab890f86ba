"""The page of a form, as a browser without scripts uses it."""

from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback_api.hosted_forms.form_state import stage_id
from soundings.testing.hypothesis_profile import example_count

from .conftest import Listening, form

BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/140", "accept-language": "en"}
TRUST = (
    {"id": "trust", "type": "likert", "text": {"en": "Trust?", "es": "¿Confianza?"}, "required": True},
    {
        "id": "good", "type": "multi_choice", "text": {"en": "What was good?", "es": "¿Qué fue bueno?"},
        "options": [{"code": code, "text": {"en": code}} for code in ("ease", "people")],
        "show_when": {"question": "trust", "in": [4, 5]},
    },
    {"id": "bad", "type": "short_text", "text": {"en": "What was bad?"}, "max_length": 10,
     "show_when": {"question": "trust", "in": [1, 2, 3]}},
    {"id": "campaign", "type": "hidden", "text": {"en": "Campaign"}},
)  # fmt: skip


class Page(HTMLParser):
    """The fields of the form on a page, as a browser would send them, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self.controls: dict[str, list[dict[str, str | None]]] = {}
        self.words = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._inert = 0
        self._area: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        self._inert += tag == "template"
        name = found.get("name")
        if self._inert or name is None:
            return
        if tag == "input":
            self.controls.setdefault(name, []).append(found)
            if found.get("type") not in {"radio", "checkbox"} or "checked" in found:
                self.fields.append((name, found.get("value") or ""))
        elif tag == "textarea":
            self.controls.setdefault(name, []).append(found)
            self.fields.append((name, ""))

    def handle_endtag(self, tag: str) -> None:
        self._inert -= tag == "template"

    def handle_data(self, data: str) -> None:
        self.words += data if not self._inert else ""

    def __getitem__(self, name: str) -> str:
        return dict(self.fields)[name]


@pytest.fixture
async def trust(ear: Listening) -> Listening:
    await ear.publish(*ear.scribe.form("trust", form(TRUST, ["airport"], "web"), 1))
    return ear


async def open_page(ear: Listening, address: str = "trust", **headers: str) -> Page:
    found = await ear.http.get(f"/f/{address}", headers={**BROWSER, **headers})
    assert found.status_code == 200, found.text
    assert found.headers["cache-control"] == "no-store"
    assert "unsafe-inline" not in found.headers["content-security-policy"]
    return Page(found.text)


async def press(ear: Listening, page: Page, go: str = "next", status: int = 200, path: str = "trust", **given) -> Page:
    pairs = [(name, value) for name, value in page.fields if name not in given]
    for name, values in given.items():
        pairs += [(name, value) for value in (values if isinstance(values, list) else [values])]
    sent = await ear.http.post(
        f"/f/{path}",
        content=urlencode([*pairs, ("go", go)]).encode(),
        headers={**BROWSER, "content-type": "application/x-www-form-urlencoded", "origin": "http://listening.example"},
    )
    assert sent.status_code == status, sent.text
    return Page(sent.text)


def responses(ear: Listening) -> list[object]:
    return [event for event in ear.events() if hasattr(event, "answers")]


def stages(ear: Listening) -> list[str]:
    return [event.stage for event in ear.events() if hasattr(event, "n")]


async def test_a_branch_is_decided_between_steps_and_the_answers_arrive(trust: Listening):
    first = await open_page(trust, "trust?campaign=mail")
    assert "answers.good" not in first.controls
    second = await press(trust, first, **{"answers.trust": "5"})
    assert "answers.good" in second.controls
    assert "answers.bad" not in second.controls
    assert second["answers.trust"] == "5"
    done = await press(trust, second, status=202, **{"answers.good": ["ease", "people"]})
    (made,) = responses(trust)
    assert made.answers == {"trust": 5, "good": ["ease", "people"]}
    assert made.comments == {"campaign": "mail"}
    assert (made.record_id, made.language, made.channel) == (f"public:{first['id']}", "en", "website")
    assert "Keep this receipt" in done.words
    (link,) = [found["href"] for tag, found in done.tags if tag == "a"]
    erasing = await trust.http.get(f"/f/{link}")
    assert (erasing.status_code, "Your visit" in erasing.text) == (200, True)


async def test_what_is_missing_is_named_linked_and_nothing_is_chosen_for_anyone(trust: Listening):
    first = await open_page(trust)
    assert not any("checked" in one for one in first.controls["answers.trust"])
    again = await press(trust, first, status=422)
    assert ("a", {"href": "#q-trust-0"}) in again.tags
    assert "Trust? – Choose an answer" in again.words
    assert any(found.get("aria-describedby") == "error-trust" for tag, found in again.tags if tag == "fieldset")
    assert not any("checked" in one for one in again.controls["answers.trust"])
    assert again["id"] == first["id"]
    assert responses(trust) == []


async def test_what_was_written_stays_when_it_is_too_long(trust: Listening):
    second = await press(trust, await open_page(trust), **{"answers.trust": "2"})
    long = "twelve chars"
    again = await press(trust, second, status=422, **{"answers.bad": long})
    assert again["answers.bad"] == long
    assert "Shorten this to 10 characters" in again.words
    await press(trust, again, status=202, **{"answers.bad": "short"})
    (made,) = responses(trust)
    assert made.comments == {"bad": "short"}


async def test_going_back_and_changing_the_branch_leaves_out_what_is_no_longer_asked(trust: Listening):
    second = await press(trust, await open_page(trust), **{"answers.trust": "5"})
    back = await press(trust, second, go="back", **{"answers.good": ["ease"]})
    assert [one["value"] for one in back.controls["answers.trust"] if "checked" in one] == ["5"]
    third = await press(trust, back, **{"answers.trust": "1"})
    assert "answers.bad" in third.controls
    await press(trust, third, status=202, **{"answers.bad": "slow"})
    (made,) = responses(trust)
    assert made.answers == {"trust": 1}
    assert made.comments == {"bad": "slow"}


async def test_the_language_changes_with_everything_kept(trust: Listening):
    second = await press(trust, await open_page(trust), **{"answers.trust": "4"})
    spanish = await press(trust, second, go="lang:es", **{"answers.good": ["people"]})
    assert "¿Qué fue bueno?" in spanish.words
    assert [one["value"] for one in spanish.controls["answers.good"] if "checked" in one] == ["people"]
    assert ("html", {"lang": "es", "dir": "ltr"}) in spanish.tags
    await press(trust, spanish, status=202)
    (made,) = responses(trust)
    assert (made.language, made.answers["good"]) == ("es", ["people"])


async def test_a_text_in_another_language_says_so(trust: Listening):
    page = await press(trust, await open_page(trust, "trust?lang=es"), **{"answers.trust": "1"})
    assert ("span", {"lang": "en", "dir": "ltr"}) in page.tags


@pytest.mark.parametrize(
    ("accepted", "language"), [("es-MX, en;q=0.5", "es"), ("fr", "en"), ("en;q=0.1,es;q=0.9", "es")]
)
async def test_the_browser_says_which_language_is_liked(trust: Listening, accepted, language):
    page = await open_page(trust, **{"accept-language": accepted})
    assert page["language"] == language


async def test_sent_twice_it_counts_once(trust: Listening):
    second = await press(trust, await open_page(trust), **{"answers.trust": "5"})
    receipts = {(await press(trust, second, status=202)).words for _ in range(2)}
    assert len(receipts) == 1
    assert len({event.event_id() for event in responses(trust)}) == 1


async def test_the_funnel_counts_who_saw_and_who_began(trust: Listening):
    first = await open_page(trust)
    for agent in ("curl/8", "Mozilla/5.0 (compatible; Googlebot/2.1)"):
        await open_page(trust, **{"user-agent": agent})
    await open_page(trust, **{"sec-purpose": "prefetch;prerender"})
    assert stages(trust) == ["shown"]
    await press(trust, first, status=422)
    assert stages(trust) == ["shown"]
    second = await press(trust, first, **{"answers.trust": "5"})
    await press(trust, second, status=202)
    assert {event.event_id() for event in trust.events() if hasattr(event, "n")} == {
        f"funnel:public:{stage_id(first['id'], stage)}:0" for stage in ("shown", "started")
    }
    assert dict(next(found for tag, found in first.tags if tag == "form"))["data-started"] == stage_id(
        first["id"], "started"
    )


async def test_with_scripts_a_page_is_one_step(trust: Listening):
    first = await open_page(trust)
    assert any(tag == "template" for tag, _ in first.tags)
    await press(trust, first, status=202, **{"live": "1", "answers.trust": "5", "answers.good": ["ease"]})
    (made,) = responses(trust)
    assert made.answers == {"trust": 5, "good": ["ease"]}


async def test_with_scripts_an_error_shows_the_whole_page_again(trust: Listening):
    again = await press(trust, await open_page(trust), status=422, **{"live": "1", "answers.bad": "x"})
    assert {"answers.trust", "answers.good", "answers.bad"} <= again.controls.keys()
    hidden = [found["data-question"] for tag, found in again.tags if "data-question" in found and "hidden" in found]
    assert hidden == ["good", "bad"]


PAGES = (
    {"id": "one", "type": "yes_no", "text": {"en": "One?"}, "required": True},
    {"id": "two", "type": "date", "text": {"en": "Two?"}, "page": 2, "show_when": {"question": "one", "in": [1]}},
    {"id": "three", "type": "nps", "text": {"en": "Three?"}, "page": 3},
)


async def test_pages_are_asked_in_turn_and_those_without_a_question_are_passed_over(ear: Listening):
    whole = form(PAGES, ["airport"], "web")
    more = {"page_titles": {"3": {"en": "The end"}}, "contact": {"consent": {"en": "You may write to me."}}}
    await ear.publish(
        *ear.scribe.form("pages", type(whole).model_validate({**whole.model_dump(by_alias=True), **more}), 1)
    )
    first = await open_page(ear, "pages")
    assert "Page 1 of 3" in first.words
    assert "contact_address" in dict(first.fields)
    third = await press(ear, first, path="pages", **{"answers.one": "0"})
    assert "Page 3 of 3" in third.words
    assert "The end" in third.words
    wrong = await press(ear, third, status=422, path="pages", contact_address="jo@example.org")
    assert ("a", {"href": "#contact_consent"}) in wrong.tags
    assert wrong["contact_address"] == "jo@example.org"
    second = await press(ear, third, path="pages", go="back")
    second = await press(ear, second, path="pages", **{"answers.one": "1"})
    wrong = await press(ear, second, status=422, path="pages", **{"answers.two": "yesterday"})
    assert "Enter a real date" in wrong.words
    third = await press(ear, wrong, path="pages", **{"answers.two": "2026-03-01"})
    said = {"answers.three": "9", "contact_consent": "on", "contact_address": "jo@example.org"}
    await press(ear, third, status=202, path="pages", **said)
    (made,) = responses(ear)
    assert made.answers == {"one": 1, "two": "2026-03-01", "three": 9}
    assert (made.contact_consent, made.subject is not None) == (True, True)


async def test_a_form_that_is_closed_unknown_or_not_hosted_says_so_kindly(ear: Listening):
    whole = form(TRUST, ["airport"], "web").model_dump(by_alias=True)
    model = type(form(TRUST, ["airport"]))
    closed = {**whole, "closes_at": "2026-03-01T00:00:00Z", "closed": {"en": "See you in autumn."}}
    await ear.publish(*ear.scribe.form("closed", model.model_validate(closed), 1))
    await ear.publish(*ear.scribe.form("inline", model.model_validate({**whole, "deliveries": ["inline"]}), 1))
    found = await ear.http.get("/f/closed", headers=BROWSER)
    assert (found.status_code, "See you in autumn." in found.text) == (403, True)
    for name in ("nothing", "inline", "both"):
        found = await ear.http.get(f"/f/{name}", headers=BROWSER)
        assert (found.status_code, "There is no such form" in found.text) == (404, True)


async def test_a_form_about_several_services_must_be_told_which(ear: Listening):
    await ear.publish(
        ear.scribe.source("web", "sf", service_ids=["airport", "library"], accepts=["responses"]),
        *ear.scribe.form("several", form(TRUST, ["airport", "library"], "web"), 1),
    )
    assert (await ear.http.get("/f/several", headers=BROWSER)).status_code == 404
    first = await open_page(ear, "several?service_id=library")
    second = await press(ear, first, path="several", **{"answers.trust": "1"})
    await press(ear, second, path="several", status=202)
    (made,) = responses(ear)
    assert made.service_id == "library"
    assert {event.service_id for event in ear.events()} == {"library"}


async def test_an_address_that_fills_a_hidden_question_wrongly_is_not_complete(trust: Listening):
    assert (await trust.http.get(f"/f/trust?campaign={'x' * 501}", headers=BROWSER)).status_code == 404
    required = ({**TRUST[3], "required": True}, *TRUST[:3])
    await trust.publish(*trust.scribe.form("asks", form(required, ["airport"], "web"), 1))
    assert (await trust.http.get("/f/asks", headers=BROWSER)).status_code == 404
    await press(trust, await open_page(trust, "asks?campaign=mail"), path="asks", **{"answers.trust": "5"})


async def test_words_of_people_are_never_markup(trust: Listening):
    evil = "<b>&\"'"
    second = await press(trust, await open_page(trust, "trust?campaign=%3Cscript%3E"), **{"answers.trust": "1"})
    again = await press(trust, second, status=422, **{"answers.bad": evil * 3})
    assert again["answers.bad"] == evil * 3
    assert again["answers.campaign"] == "<script>"
    assert not any(tag == "b" for tag, _ in again.tags)


async def test_only_our_own_page_may_send_and_only_fields(trust: Listening):
    headers = {"content-type": "application/x-www-form-urlencoded", "origin": "https://evil.example"}
    assert (await trust.http.post("/f/trust", content=b"go=next", headers=headers)).status_code == 403
    assert (
        await trust.http.post("/f/trust", content=b"{}", headers={"content-type": "application/json"})
    ).status_code == 415
    headers["origin"] = "http://listening.example"
    assert (await trust.http.post("/f/trust", content=b"\xff", headers=headers)).status_code == 400
    assert (await trust.http.post("/f/nothing", content=b"go=next", headers=headers)).status_code == 404


async def test_the_trap_and_a_made_up_start_are_noticed(trust: Listening):
    second = await press(trust, await open_page(trust), **{"answers.trust": "5"})
    trust.clock.go_on(30)
    await press(trust, second, status=202, website="https://buy.example", start="1.made-up")
    (made,) = responses(trust)
    assert "honeypot" in made.spam_reasons


NAMES = st.sampled_from(
    ["id", "start", "at", "go", "live", "language", "website", "contact_consent", "contact_address", "service_id",
     "channel", "form_version", "test", "answers.trust", "answers.good", "answers.bad", "answers.nothing", "other"]
)  # fmt: skip
VALUES = st.text(max_size=30) | st.sampled_from(
    ["next", "back", "lang:es", "1", "5", "ease", "trust", "good", "on", "0"]
)


@settings(max_examples=example_count(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=st.lists(st.tuples(NAMES, VALUES), max_size=12), query=st.dictionaries(NAMES, VALUES, max_size=4))
async def test_whatever_is_sent_the_page_answers_in_its_own_way(trust: Listening, pairs, query):
    shown = await trust.http.get("/f/trust", params=query, headers=BROWSER)
    assert shown.status_code == 200
    headers = {**BROWSER, "content-type": "application/x-www-form-urlencoded"}
    sent = await trust.http.post("/f/trust", content=urlencode(pairs).encode(), headers=headers)
    assert sent.status_code in {200, 202, 422}, sent.text
    assert sent.text.startswith("<!doctype html>")


async def test_files_are_kept_for_ever_under_their_own_version(trust: Listening):
    page = await open_page(trust)
    (style,) = [found["href"] for tag, found in page.tags if tag == "link" and found["rel"] == "stylesheet"]
    found = await trust.http.get(f"/f/{style}")
    assert (found.status_code, found.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in found.headers["cache-control"]
    for wrong in ("-/000000000000/form.css", style.replace("form.css", "page.html"), style.replace("form.css", "..")):
        assert (await trust.http.get(f"/f/{wrong}")).status_code == 404
