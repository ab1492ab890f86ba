"""Who may do what: every route has a policy, every role meets every operation, and agencies keep to themselves."""

import re

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from catalogue_api.bootstrap import KINDS, build
from soundings.access.policy import ENTITIES, POLICY, AuthScheme, StaffRoles
from soundings.access.roles import Principal, StaffRole

ROLES = [*StaffRole]
READS = {"agencies/sf", "departments/sf-dep", "services/sf-one", "measures/clean", "sources/tool"}


def operations(app):
    """Every operation of the app that needs a staff token, as ``(name, method, path)`` with ids filled in."""
    return [
        (route.name, method, re.sub(r"\{\w+\}", "1", route.path))
        for route in routes(app)
        if isinstance(POLICY.get(route.name), StaffRoles)
        for method in sorted(route.methods)
    ]


def routes(app):
    return [context.original_route for context in iter_route_contexts(app.routes)]


def test_every_route_has_a_policy(settings):
    names = [route.name for route in routes(build(settings))]
    assert names
    assert [name for name in names if name not in POLICY] == []
    assert len(names) == len(set(names)), "two routes share a name"


def test_every_policy_of_the_catalogue_has_a_route(settings):
    names = {route.name for route in routes(build(settings))}
    assert {name for name in POLICY if name.startswith("catalogue.")} - names == set()


def test_there_is_a_kind_for_every_sort_of_entity():
    assert {kind.plural for kind in KINDS} == set(ENTITIES)


def test_nothing_of_the_catalogue_is_open_to_the_public_or_to_sources():
    assert [
        name for name, access in POLICY.items() if name.startswith("catalogue.") and isinstance(access, AuthScheme)
    ] == []


async def test_without_a_token_nothing_works(town):
    answers = {
        name: (await town.call(method, path[4:], {}, token=None)).status_code for name, method, path in _ops(town)
    }
    assert set(answers.values()) == {401}, answers


async def test_a_token_that_nobody_signed_does_not_work(town):
    forged = town.admin[:-8] + "AAAAAAAA"
    refused = await town.call("GET", "agencies", token=forged)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_may_do_what_the_policy_says_and_nothing_else(town, role):
    token = town.token(role)
    wrong = {}
    for name, method, path in _ops(town):
        status = (await town.call(method, path[4:], {}, token=token)).status_code
        allowed = Principal("x", frozenset({role})).has_any(POLICY[name].roles)
        if (status == 403) is allowed:
            wrong[name] = status
    assert wrong == {}


@pytest.mark.parametrize("role", ROLES)
async def test_a_token_without_an_agency_may_nothing_that_belongs_to_one(town, role):
    token = town.token(role, agency=None)
    answers = {
        name: (await town.call(method, path[4:], {}, token=token)).status_code for name, method, path in _ops(town)
    }
    open_to_all = {name for name in answers if not POLICY[name].needs_agency}
    assert open_to_all == {"catalogue.form_templates.list"}
    assert {name: status for name, status in answers.items() if status != 403} == dict.fromkeys(open_to_all, 200)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("agency", "wanted"), [("sf", 200), ("*", 200), ("boston", 403), (None, 403)])
async def test_each_role_reads_of_its_own_agency_only(city, role, agency, wanted):
    token = city.token(role, agency=agency)
    answers = {path: (await city.call("GET", path, token=token)).status_code for path in READS}
    assert answers == dict.fromkeys(READS, wanted)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("agency", ["sf", "*", "boston", None])
async def test_each_role_writes_what_the_policy_says_in_its_own_agency_only(city, role, agency):
    token = city.token(role, agency=agency)
    may = role in {StaffRole.MANAGER, StaffRole.ADMIN} and agency in {"sf", "*"}
    for path in sorted(READS - {"agencies/sf"}):
        body = await city.get(path)
        assert (await city.call("PUT", path, body, token=token)).status_code == (200 if may else 403), path
        assert (await city.call("PATCH", path, {}, token=token)).status_code == (200 if may else 403), path


async def test_a_token_without_a_role_may_nothing(town):
    answers = {
        (await town.call(method, path[4:], {}, token=town.token())).status_code for _, method, path in _ops(town)
    }
    assert answers == {403}


def _ops(town):
    found = operations(town.app)
    assert len(found) == sum(name.startswith("catalogue.") for name in POLICY)
    return found


@pytest.mark.parametrize("role", [StaffRole.MANAGER, StaffRole.ADMIN])
async def test_nobody_changes_what_belongs_to_another_agency(city, bodies, role):
    await city.put("forms/visit", bodies.form())
    await city.put("standards/top", standard("sf-one"))
    await city.put("personas/pat", {"agency_id": "sf", "name": {"en": "Pat"}})
    key = (await city.call("POST", "sources/tool/keys")).json()["key_id"]
    stranger = city.token(role, agency="boston")
    wrong = {}
    for path in (*READS, "forms/visit", "standards/top", "personas/pat"):
        body = await city.get(path)
        for method, sent in (("PUT", body), ("PUT", {}), ("PATCH", {}), ("DELETE", None), ("GET", None)):
            wrong[method, path] = (await city.call(method, path, sent, token=stranger)).status_code
        wrong["history", path] = (await city.call("GET", f"{path}/history", token=stranger)).status_code
    for method, path in (
        ("POST", "forms/visit/publish"),
        ("GET", "forms/visit/versions"),
        ("GET", "forms/visit/findings"),
        ("GET", "forms/visit/versions/1"),
        ("POST", "sources/tool/keys"),
        ("GET", "sources/tool/keys"),
        ("DELETE", f"sources/tool/keys/{key}"),
    ):
        wrong[method, path] = (await city.call(method, path, token=stranger)).status_code
    assert {operation: status for operation, status in wrong.items() if status != 403} == {}


def standard(service: str, **more: object) -> dict[str, object]:
    facts = {"metric": "top2.v1", "comparison": ">=", "target": 0.8, "window": "month", "category": "satisfaction"}
    return {"service_id": service, **facts, **more}


async def test_nobody_creates_in_another_agency(city, bodies):
    stranger = city.token(StaffRole.MANAGER, agency="boston")
    for path, body in (
        ("departments/new", {"agency_id": "sf", "name": {"en": "x"}}),
        ("services/new", {"agency_id": "sf", "department_id": "sf-dep", "name": {"en": "x"}}),
        ("measures/new", bodies.measure()),
        ("forms/new", bodies.form()),
        ("sources/new", bodies.source()),
        ("standards/new", standard("sf-one")),
        ("touchpoints/new", {"service_id": "sf-one", "name": {"en": "x"}}),
        ("articles/new", {"agency_id": "sf", "question": "?", "answer": "!"}),
        ("personas/new", {"agency_id": "sf", "name": {"en": "x"}}),
    ):
        assert (await city.call("PUT", path, body, token=stranger)).status_code == 403, path


async def test_a_manager_works_in_the_own_agency(city, bodies):
    manager = city.token(StaffRole.MANAGER, agency="sf")
    await city.put("forms/visit", bodies.form(), token=manager)
    assert (await city.call("POST", "forms/visit/publish", token=manager)).status_code == 201
    assert (await city.call("POST", "sources/tool/keys", token=manager)).status_code == 201
    assert (await city.call("PATCH", "agencies/sf", {"name": {"en": "SF"}}, token=manager)).status_code == 200
    viewer = city.token(StaffRole.VIEWER, agency="sf")
    assert (await city.call("GET", "forms/visit", token=viewer)).status_code == 200


async def test_agencies_come_and_go_by_the_hand_of_an_admin(town):
    agency = {"name": {"en": "City"}, "time_zone": "Europe/Lisbon"}
    assert (await town.call("PUT", "agencies/city", agency, token=town.token(StaffRole.MANAGER))).status_code == 403
    assert (
        await town.call("PUT", "agencies/city", agency, token=town.token(StaffRole.ADMIN, agency="other"))
    ).status_code == 403
    await town.put("agencies/city", agency)
    manager = town.token(StaffRole.MANAGER, agency="city")
    assert (await town.call("DELETE", "agencies/city", token=manager)).status_code == 403
    assert (await town.call("DELETE", "agencies/city")).status_code == 204
    assert (await town.call("PUT", "agencies/city", agency, token=manager)).status_code == 403


async def test_lists_show_the_own_agency_only(city):
    boston = city.token(StaffRole.VIEWER, agency="boston")
    assert [item["id"] for item in (await city.get("agencies", token=boston))["items"]] == ["boston"]
    assert [item["id"] for item in (await city.get("services", token=boston))["items"]] == ["boston-one", "boston-two"]
    assert (await city.get("measures", token=boston))["items"] == []
    assert (await city.call("GET", "services?agency=sf", token=boston)).status_code == 403
    assert len((await city.get("services"))["items"]) == 4


async def test_nothing_moves_to_another_agency(city):
    body = {"agency_id": "boston", "department_id": "boston-dep", "name": {"en": "x"}}
    assert await city.faults("services/sf-one", body) == {"agency_id": "moved"}
    await city.put("standards/top", standard("sf-one"))
    assert await city.faults("standards/top", standard("boston-one")) == {"service_id": "moved"}


def test_every_route_is_described(settings):
    app = build(settings)
    described = {operation["operationId"] for path in app.openapi()["paths"].values() for operation in path.values()}
    assert described == {route.name for route in routes(app) if isinstance(route, APIRoute) and route.include_in_schema}
