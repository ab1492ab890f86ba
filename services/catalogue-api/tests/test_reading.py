"""Lists with their pages and filters, and the history of an entity."""

import pytest

from soundings.access.roles import StaffRole

PERSONA = {"agency_id": "sf", "name": {"en": "Pat"}}


async def ids(town, path: str) -> list[str]:
    return [item["id"] for item in (await town.get(path))["items"]]


async def test_pages_neither_skip_nor_repeat(city):
    for number in range(7):
        await city.put(f"personas/p{number}", PERSONA)
    seen, path = [], "personas?limit=3"
    while path:
        page = await city.get(path)
        seen.append([item["id"] for item in page["items"]])
        path = page["next"] and f"personas?limit=3&cursor={page['next']}"
    assert seen == [["p0", "p1", "p2"], ["p3", "p4", "p5"], ["p6"]]


async def test_a_full_last_page_says_that_it_is_the_last(city):
    for number in range(3):
        await city.put(f"personas/p{number}", PERSONA)
    assert (await city.get("personas?limit=3"))["next"] is None


async def test_lists_are_narrowed(city, bodies):
    await city.put("departments/sf-sub", {"agency_id": "sf", "parent_id": "sf-dep", "name": {"en": "Sub"}})
    await city.put("forms/visit", bodies.form())
    await city.put("touchpoints/start", {"service_id": "sf-two", "name": {"en": "Start"}})
    assert await ids(city, "services?agency=sf") == ["sf-one", "sf-two"]
    assert await ids(city, "services?department=boston-dep") == ["boston-one", "boston-two"]
    assert await ids(city, "services?department=sf-sub") == []
    assert await ids(city, "departments?department=sf-dep") == ["sf-sub"]
    assert await ids(city, "forms?service=sf-one") == ["visit"]
    assert await ids(city, "forms?service=sf-two") == []
    assert await ids(city, "touchpoints?service=sf-two&agency=sf") == ["start"]
    assert await ids(city, "sources?service=sf-one") == ["tool"]


async def test_lists_find_text_in_ids_and_names(city):
    await city.put("personas/pat", {"agency_id": "sf", "name": {"en": "Patricia", "de": "Straße 100%"}})
    await city.put("personas/sam", {"agency_id": "sf", "name": {"en": "Sam_uel"}})
    for text, found in (
        ("PATRI", ["pat"]),
        ("strasse", ["pat"]),
        ("sa", ["sam"]),
        ("%", ["pat"]),
        ("_", ["sam"]),
        ("pa\0t", ["pat"]),
        ("nobody", []),
    ):
        answer = await city.http.get(
            "/v1/personas", params={"q": text}, headers={"authorization": f"Bearer {city.admin}"}
        )
        assert [item["id"] for item in answer.json()["items"]] == found, text


async def test_lists_show_what_was_retired_when_asked(city):
    for name in ("a", "b"):
        await city.put(f"personas/{name}", PERSONA)
    await city.call("DELETE", "personas/a")
    assert await ids(city, "personas") == ["b"]
    assert await ids(city, "personas?state=all") == ["a", "b"]
    assert await ids(city, "personas?state=retired") == ["a"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=x", "limit"),
        ("state=gone", "state"),
        ("cursor=nonsense", "cursor"),
        ("cursor=WzFd", "cursor"),
        ("cursor=WyJcdTAwMDAiXQ", "cursor"),
        ("colour=red", "colour"),
        ("department=sf-dep", "department"),
        ("agency=%00", "agency"),
    ],
)
async def test_a_parameter_that_makes_no_sense_is_refused(town, query, field):
    assert list(await town.faults(f"personas?{query}", None, "GET")) == [field]


async def test_forms_show_their_published_version(city, bodies):
    await city.put("forms/visit", bodies.form())
    assert (await city.get("forms"))["items"][0]["published"] is None
    await city.call("POST", "forms/visit/publish")
    assert (await city.get("forms"))["items"][0]["published"] == 1


async def test_the_history_says_who_changed_what_and_when(town):
    await town.put("agencies/city", {"name": {"en": "City"}, "time_zone": "Europe/Lisbon"})
    town.clock.go_on(90)
    bob = town.token(StaffRole.ADMIN, name="bob")
    await town.call("PATCH", "agencies/city", {"name": {"en": "Town", "pt": "Cidade"}}, token=bob)
    await town.call("DELETE", "agencies/city")
    items = (await town.get("agencies/city/history"))["items"]
    assert items[0] == {
        "at": "2026-03-02T09:01:30.000Z",
        "who": "ann",
        "revision": 3,
        "field": "state",
        "old": "active",
        "new": "retired",
    }
    seen = [(item["who"], item["revision"], item["field"], item["old"], item["new"]) for item in items]
    assert seen[1:3] == [("bob", 2, "name.en", "City", "Town"), ("bob", 2, "name.pt", None, "Cidade")]
    assert ("ann", 1, "time_zone", None, "Europe/Lisbon") in seen[3:]


async def test_the_history_comes_in_pages(town):
    agency = {"name": {"en": "City"}, "time_zone": "Europe/Lisbon"}
    await town.put("agencies/city", agency)
    for number in range(3):
        await town.call("PATCH", "agencies/city", {"name": {"en": f"{number}", f"x{'abc'[number]}": "x"}})
    whole = (await town.get("agencies/city/history?limit=500"))["items"]
    seen, path = [], "agencies/city/history?limit=2"
    while path:
        page = await town.get(path)
        seen += page["items"]
        path = page["next"] and f"agencies/city/history?limit=2&cursor={page['next']}"
    assert seen == whole
    assert [item["revision"] for item in whole] == sorted((item["revision"] for item in whole), reverse=True)


async def test_moving_a_question_is_not_told_as_a_change_of_all(city, bodies):
    first, second = bodies.question("first"), bodies.question("second")
    await city.put("forms/visit", bodies.form(first, second))
    await city.put("forms/visit", bodies.form({**second, "required": True}, first), 200)
    items = (await city.get("forms/visit/history"))["items"]
    assert [(item["field"], item["old"], item["new"]) for item in items if item["revision"] == 2] == [
        ("questions", ["first", "second"], ["second", "first"]),
        ("questions.second.required", False, True),
    ]


async def test_the_list_of_personas_may_be_empty(town):
    assert await town.get("personas") == {"items": [], "next": None}
