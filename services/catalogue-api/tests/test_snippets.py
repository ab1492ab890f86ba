"""What the catalogue shows to paste into a page."""

from dataclasses import replace

import pytest

from soundings.access.roles import StaffRole
from soundings.widget_release import INTEGRITY, VERSION

BASE = "https://feedback.example.gov"
SCRIPT = f'<script async src="{BASE}/widget/{VERSION}.js" integrity="{INTEGRITY}" crossorigin="anonymous"'


@pytest.fixture
async def site(open_town, settings, bodies):
    async with open_town(replace(settings, feedback_url=f"{BASE}/")) as town:
        await town.found()
        await town.put("sources/web", bodies.source(name="Site", origins=["https://www.sf.example"]))
        await town.put("forms/visit", bodies.form(source_id="web"))
        yield town


async def test_every_delivery_has_its_html_with_integrity_and_the_policy_that_it_needs(site):
    await site.call("POST", "forms/visit/publish")
    shown = await site.get("forms/visit/snippet")
    html = {one["delivery"]: one["html"] for one in shown["snippets"]}
    link = f'href="{BASE}/f/visit"'
    assert html == {
        "hosted": f"<a {link}>Feedback</a>",
        "inline": f'<div data-soundings-form="visit"><a {link}>Feedback</a></div>\n{SCRIPT}></script>',
        "modal": f'<a {link} data-soundings-open="visit">Feedback</a>\n{SCRIPT}></script>',
        "button": f'{SCRIPT} data-soundings-form="visit" data-soundings-show="button"></script>',
    }
    csp = {"script-src": [f"{BASE}/widget/{VERSION}.js"], "connect-src": [f"{BASE}/v1/forms/"]}
    assert [one["csp"] for one in shown["snippets"]] == [{}, csp, csp, csp]
    assert (shown["origins"], shown["findings"]) == (["https://www.sf.example"], [])


async def test_it_says_what_keeps_a_form_from_working(site, bodies):
    await site.put("forms/loose", bodies.form())
    loose = (await site.get("forms/loose/snippet"))["findings"]
    assert [(one["field"], one["code"]) for one in loose] == [("published", "not_published"), ("source_id", "missing")]
    await site.put("sources/web", bodies.source(name="Site"), 200)
    assert [one["field"] for one in (await site.get("forms/visit/snippet"))["findings"]] == ["published", "origins"]
    both = ["sf-one", "sf-two"]
    await site.put("sources/web", bodies.source(name="Site", service_ids=both), 200)
    await site.put("forms/visit", bodies.form(source_id="web", service_ids=both), 200)
    found = (await site.get("forms/visit/snippet"))["findings"]
    assert [one["field"] for one in found] == ["published", "service_ids", "origins"]
    await site.call("DELETE", "forms/visit")
    assert (await site.get("forms/visit/snippet"))["findings"][0]["code"] == "retired"


async def test_it_is_for_the_agency_s_own_staff_and_for_forms_that_there_are(site):
    assert (await site.call("GET", "forms/nothing/snippet")).status_code == 404
    stranger = site.token(StaffRole.VIEWER, agency="boston")
    assert (await site.call("GET", "forms/visit/snippet", token=stranger)).status_code == 403


async def test_a_path_is_looked_for_where_the_catalogue_was_asked_and_none_is_said(open_town, settings, bodies):
    for given, status in (("/api/feedback", 200), (None, 409)):
        async with open_town(replace(settings, feedback_url=given)) as town:
            if given:
                await town.found()
                await town.put("forms/visit", bodies.form())
            shown = await town.call("GET", "forms/visit/snippet")
        assert shown.status_code == status
        assert shown.json().get("code" if status == 409 else "form_id") in {"no_feedback_url", "visit"}
        if given:
            assert shown.json()["widget"]["src"] == f"http://c/api/feedback/widget/{VERSION}.js"
