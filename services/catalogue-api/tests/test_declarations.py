"""A declaration is checked by the rules of a write, entity after entity, and leaves no trace."""

from typing import cast

import pytest

from soundings.access.roles import StaffRole

AGENCY = {"name": {"en": "New"}, "time_zone": "UTC"}
WORKS = {"agency_id": "new", "name": {"en": "Works"}}
SERVICE = {"agency_id": "new", "department_id": "works", "name": {"en": "Permits"}}


async def checked(town, *items, token="") -> list[dict[str, object]]:
    declared = [{"entities": entities, "id": id_, "body": body} for entities, id_, body in items]
    answer = await town.call("POST", "declarations/check", {"items": declared}, token)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def codes(item: dict[str, object]) -> dict[str, str]:
    return {one["field"]: one["code"] for one in cast("list[dict[str, str]]", item["errors"])}


async def test_an_entity_may_refer_to_one_before_it_and_nothing_is_kept(city, bodies):
    before = len(await city.events(9))
    form = bodies.form(agency_id="new", service_ids=["new-permits"], source_id=None)
    declared = [("agencies", "new", AGENCY), ("departments", "works", WORKS), ("services", "new-permits", SERVICE)]
    results = await checked(city, *declared, ("forms", "f", form))
    assert [(one["entities"], one["id"], one["errors"]) for one in results] == [
        (entities, id_, []) for entities, id_, _ in (*declared, ("forms", "f", form))
    ]
    assert (await city.call("GET", "agencies/new")).status_code == 404
    assert (await city.call("GET", "forms/f")).status_code == 404
    await city.put("agencies/after", AGENCY)
    assert [event.id for event in (await city.events(before + 1))[before:]] == ["after"]


async def test_every_error_is_shown_and_what_only_follows_from_one_is_not(city):
    results = await checked(
        city,
        ("agencies", "new", {**AGENCY, "time_zone": "Mars/Olympus"}),
        ("departments", "works", WORKS),
        ("services", "new-permits", SERVICE),
        ("departments", "other", {"agency_id": "no", "parent_id": "neither", "name": {"en": "x"}}),
        ("departments", "Not A Slug", {"agency_id": "sf", "name": {"en": "x"}}),
        ("agencies", "more", {"name": {}, "extra": 1}),
        ("houses", "x", {}),
        ("services", "sf-one", []),
    )
    assert [codes(one) for one in results] == [
        {"time_zone": "unknown_time_zone"},
        {},
        {},
        {"agency_id": "unknown", "parent_id": "unknown"},
        {"id": "not_a_slug"},
        {"name": "too_short", "extra": "extra_forbidden", "time_zone": "missing"},
        {"": "unknown_kind"},
        {"": "not_an_object"},
    ]


async def test_a_check_says_what_a_put_says(city, bodies):
    wrong = ("sources", "x", bodies.source(service_ids=["sf-one", "boston-one", "no"]))
    (result,) = await checked(city, wrong)
    assert codes(result) == await city.faults("sources/x", wrong[2])


async def test_what_is_incomplete_in_a_form_is_found(city, bodies):
    form = bodies.form(title={"en": "Short", "es": "Corto"})
    (result,) = await checked(city, ("forms", "f", form))
    assert result["errors"] == []
    await city.put("forms/f", form)
    assert result["findings"] == (await city.get("forms/f/findings"))["items"]
    assert result["findings"] != []


async def test_a_check_lets_nobody_see_or_write_more_than_a_put(city):
    manager = city.token(StaffRole.MANAGER, agency="boston")
    items = [("agencies", "boston", AGENCY), ("agencies", "new", AGENCY), ("services", "sf-one", SERVICE)]
    results = await checked(city, *items, token=manager)
    assert [codes(one) for one in results] == [
        {},
        {"": "forbidden"},
        {"": "forbidden"},
    ]
    viewer = city.token(StaffRole.VIEWER)
    assert (await city.call("POST", "declarations/check", {"items": []}, viewer)).status_code == 403


@pytest.mark.parametrize("body", [{}, {"items": 3}, {"items": [{}]}, {"items": [], "more": 1}, [], None])
async def test_a_check_of_another_shape_is_refused(city, body: object):
    assert (await city.call("POST", "declarations/check", body)).status_code == 422


async def test_a_check_is_bounded(city):
    one = {"entities": "agencies", "id": "new", "body": AGENCY}
    assert (await city.call("POST", "declarations/check", {"items": [one] * 1_001})).status_code == 422
