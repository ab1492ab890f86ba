"""The metrics API at its door: who may ask what, and how refusals look."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from joserfc.jwk import ECKey

from metrics_worker.query.http import query_router
from metrics_worker.query.metric_catalogue import DescribeMeasures
from soundings.access.roles import StaffRole
from soundings.access.tokens import TokenVerifier, issue_token
from soundings.http.app import ServiceSpec, service_app

MAY = {"from": "2018-05-01", "to": "2018-06-01"}


class Door:
    """A client of the app, and tokens for it."""

    def __init__(self, client: httpx.AsyncClient, key: ECKey) -> None:
        self.client = client
        self._key = key

    def headers(self, role: str | None, agency: str | None = "*") -> dict[str, str]:
        if role is None:
            return {}
        token = issue_token(self._key, name="someone", roles=[StaffRole(role)], agency=agency, seconds=60)
        return {"Authorization": f"Bearer {token}"}

    async def get(self, path: str, role: str | None = "analyst", own: str | None = "*", **query: str) -> httpx.Response:
        """`own` is the agency of the caller's token."""
        return await self.client.get(path, params=query, headers=self.headers(role, own))

    async def metric(self, metric: str, role: str | None = "analyst", own: str | None = "*", **query: str):
        return await self.get(f"/v1/metrics/{metric}", role, own, **{**MAY, **query})


@pytest.fixture
async def door(world, tmp_path) -> AsyncIterator[Door]:
    world.agency("sf", "America/Los_Angeles", "07-01")
    world.agency("boston", "America/New_York", "07-01")
    world.department("front", "sf")
    world.department("works", "boston")
    world.service("guest", "sf")
    world.service("pilot", "sf", draft=True)
    world.service("carts", "boston", "works")
    world.measure("clean", "sf", "1-5")
    world.measure("morale", "sf", "1-5", internal=True)
    for service, n in (("guest", 40), ("pilot", 20), ("carts", 70)):
        world.unit(service, "2018-05-02T12:00", {"5": n})
    world.unit("guest", "2018-05-02T12:00", {"5": 33}, "morale")
    await world.write()
    key = ECKey.generate_key("P-256", {"kid": "one"})
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": [key.as_dict(private=False)]}))

    @asynccontextmanager
    async def lifespan(_app: object) -> AsyncIterator[None]:
        yield

    app = service_app(
        ServiceSpec(
            name="metrics",
            title="Metrics",
            description="Metrics",
            routers=[query_router(world.read, DescribeMeasures(world.store))],
            verifier=TokenVerifier((tmp_path / "jwks.json").as_uri()),
            lifespan=lifespan,
        )
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://metrics") as client:
        yield Door(client, key)


@pytest.mark.parametrize(
    ("status", "field", "metric", "query"),
    [
        (404, None, "mode.v1", {}),
        (404, None, "mean.v2", {"measure": "satisfaction"}),
        (422, "measure", "mean.v1", {"measure": "nonsense"}),
        (422, "measure", "mean.v1", {}),
        (422, "numerator", "rate.v1", {"numerator": "nonsense", "denominator": "contacts"}),
        (422, "denominator", "rate.v1", {"numerator": "contacts", "denominator": "nonsense"}),
        (422, "service", "nps.v1", {"service": "nowhere"}),
        (422, "department", "nps.v1", {"department": "nowhere"}),
        (422, "agency", "nps.v1", {"agency": "nowhere"}),
        (422, "agency", "nps.v1", {"agency": ""}),
        (422, "agency", "nps.v1", {"service": "guest", "department": "works"}),
        (422, "color", "nps.v1", {"service": "guest", "color": "red"}),
        (422, "threshold_s", "asa.v1", {"service": "guest", "threshold_s": "20"}),
    ],
)
async def test_a_refusal_names_what_is_wrong(door, status, field, metric, query):
    answer = await door.metric(metric, **query)
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert [error["field"] for error in problem.get("errors", [])] == ([field] if field else [])


async def test_a_parameter_given_twice_is_refused(door):
    path = "/v1/metrics/count.v1?measure=satisfaction&service=guest&service=carts&from=2018-05-01&to=2018-06-01"
    answer = await door.client.get(path, headers=door.headers("analyst"))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "service")


async def test_everybody_gets_whole_months_of_a_service(door):
    for role in (None, "viewer", "analyst", "advocate", "manager", "admin"):
        answer = await door.metric("count.v1", role, measure="satisfaction", service="guest")
        assert (answer.status_code, answer.json()["rows"][0]["n"]) == (200, 40), role


@pytest.mark.parametrize(
    ("field", "query"),
    [
        ("interval", {"interval": "day"}),
        ("interval", {"interval": "hour"}),
        ("interval", {"interval": "week"}),
        ("from", {"from": "2018-05-02"}),
        ("to", {"to": "2018-05-31"}),
        ("touchpoint", {"touchpoint": "gate"}),
        ("group_by", {"group_by": "touchpoint"}),
    ],
)
async def test_only_analysts_get_finer_than_months_and_other_dimensions(door, field, query):
    asked = {"measure": "satisfaction", "service": "guest", **query}
    for refused in (None, "viewer", "advocate", "manager"):
        answer = await door.metric("count.v1", refused, **asked)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), refused
    for allowed in ("analyst", "admin"):
        assert (await door.metric("count.v1", allowed, **asked)).status_code == 200


async def test_an_internal_measure_does_not_exist_for_the_public(door):
    internal = await door.metric("mean.v1", None, measure="morale", service="guest")
    unknown = await door.metric("mean.v1", None, measure="nonsense", service="guest")
    assert (internal.status_code, unknown.status_code) == (422, 422)
    assert internal.json()["detail"].replace("morale", "") == unknown.json()["detail"].replace("nonsense", "")
    assert (await door.metric("mean.v1", "viewer", measure="morale", service="guest")).json()["rows"][0]["n"] == 33
    for role, seen in ((None, False), ("viewer", True)):
        items = (await door.get("/v1/measures", role)).json()["items"]
        assert ("morale" in {item["id"] for item in items}) is seen


async def test_nothing_of_a_draft_is_shown_without_the_analyst_role(door):
    for role, status, n in ((None, 422, 40), ("viewer", 422, 40), ("analyst", 200, 60)):
        assert (await door.metric("count.v1", role, measure="satisfaction", service="pilot")).status_code == status
        whole = await door.metric("count.v1", role, measure="satisfaction", agency="sf")
        assert whole.json()["rows"][0]["n"] == n
        each = await door.metric("count.v1", role, measure="satisfaction", agency="sf", group_by="service")
        assert ({"service": "pilot"} in [row["group"] for row in each.json()["rows"]]) is (n == 60)


@pytest.mark.parametrize("role", ["viewer", "analyst", "admin"])
async def test_a_caller_with_an_agency_sees_only_that_one(door, role):
    for query in ({"agency": "boston"}, {"service": "carts"}, {"department": "works"}):
        assert (await door.metric("count.v1", role, "sf", measure="satisfaction", **query)).status_code == 403
    own = await door.metric("count.v1", role, "boston", measure="satisfaction")
    assert (own.status_code, own.json()["rows"][0]["n"]) == (200, 70)
    items = (await door.get("/v1/measures", role, "boston")).json()["items"]
    assert "clean" not in {item["id"] for item in items}


async def test_agencies_of_different_calendars_are_not_mixed(door, world):
    answer = await door.metric("count.v1", measure="satisfaction")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "agency")
    world.agency("boston", "America/Los_Angeles", "07-01")
    await world.write()
    assert (await door.metric("count.v1", measure="satisfaction")).json()["rows"][0]["n"] == 130
    assert (await door.metric("count.v1", None, measure="satisfaction")).status_code == 422
    rows = (await door.metric("count.v1", None, measure="satisfaction", group_by="agency")).json()["rows"]
    assert [(row["group"]["agency"], row["n"]) for row in rows] == [("boston", 70), ("sf", 40)]


async def test_several_questions_are_answered_from_one_state(door):
    questions = [
        {"metric": "count.v1", "group_by": ["service", "channel"]},
        {"metric": "quantile.v1", "p": 0.9, "channel": None},
    ]
    questions = [one | {"measure": "satisfaction", "service": "guest", **MAY} for one in questions]
    answer = await door.client.post("/v1/query", json=questions, headers=door.headers("analyst"))
    one, other = answer.json()["answers"]
    assert one["rows"][0]["group"] == {"service": "guest", "channel": "website"}
    assert other["rows"][0]["value"] == 5
    assert one["as_of"] == other["as_of"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([{"metric": "nps.v1", "service": "guest", **MAY}, {"metric": "mode.v1"}], "1.metric"),
        ([{"metric": "nps.v1", "service": "guest", **MAY}, {"service": "guest"}], "1.metric"),
        ([{"metric": "nps.v1", "service": "guest", "from": True, "to": "2018-06-01"}], "0.from"),
        ([{"metric": "nps.v1", "service": ["guest"], **MAY}], "0.service"),
        ([{"metric": "mean.v1", "measure": "nonsense", "service": "guest", **MAY}], "0.measure"),
        ([{"metric": "nps.v1", "service": "guest", "touchpoint": "a\u0000", **MAY}], "0.touchpoint"),
        ([{"metric": "nps.v1", "service": "guest", **MAY}] * 51, ""),
        ({"metric": "nps.v1"}, ""),
    ],
)
async def test_a_wrong_question_among_several_is_named(door, body, field):
    answer = await door.client.post("/v1/query", json=body, headers=door.headers("analyst"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (413, b"[" + b" " * 300_000 + b"]"),
        (413, b"[" + b"[]," * 30_000 + b"[]]"),
        (400, b"[" * 2_000 + b"]" * 2_000),
        (400, b'[{"metric": "nps.v1", "version": 1e400}]'),
        (400, b'[{"metric": "nps.v1", "version": ' + b"9" * 5_000 + b"}]"),
        (400, b'[{"metric": "nps.v1", "version": NaN}]'),
        (400, b'[{"metric": "nps.v1", "service": "\\ud800"}]'),
        (422, b'[{"metric": "nps.v1", "version": 18446744073709551615, "from": "2018-05-01", "to": "2018-06-01"}]'),
        (422, b'[{"metric": "nps.v1", "version": 1e300, "from": "2018-05-01", "to": "2018-06-01"}]'),
        (422, b'[{"metric": "nps.v1", "days": 1e300, "from": "2018-05-01", "to": "2018-06-01"}]'),
        (422, b'[{"metric": "nps.v1", "service": "a\\u0000", "from": "2018-05-01", "to": "2018-06-01"}]'),
        (422, b'[{"metric": "nps.v1", "from": "0000-01-01", "to": "9999-12-31"}]'),
        (422, b"{}"),
        (422, b"[" + b"{}," * 50 + b"{}]"),
    ],
)
async def test_hostile_questions_are_refused(door, status, body):
    headers = {**door.headers("analyst"), "Content-Type": "application/json"}
    answer = await door.client.post("/v1/query", content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    assert len(answer.content) < 20_000


async def test_questions_of_another_type_are_not_read(door):
    answer = await door.client.post("/v1/query", content=b"[]", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415


async def test_a_name_that_is_no_text_is_refused_and_not_repeated(door):
    body = b'[{"metric": "nps.v1", "\\u0001": "x", "from": "2018-05-01", "to": "2018-06-01"}]'
    headers = {**door.headers("analyst"), "Content-Type": "application/json"}
    answer = await door.client.post("/v1/query", content=body, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "0.")


async def test_metrics_describe_themselves(door):
    items = {item["id"]: item for item in (await door.get("/v1/metrics", None)).json()["items"]}
    assert items["service_level.answered_offered.v1"]["parameters"][0]["default"] == "20"
    assert items["nps.v1"]["implied_measure"] == "nps"
    measures = {item["id"]: item for item in (await door.get("/v1/measures")).json()["items"]}
    assert measures["clean"]["agency"] == "sf"
    assert measures["nps"]["scale"] == "0-10"


async def test_the_api_documents_its_parameters(door):
    paths = (await door.client.get("/openapi.json")).json()["paths"]
    names = {one["name"] for one in paths["/v1/metrics/{metric_id}"]["get"]["parameters"]}
    assert {"metric_id", "from", "to", "interval", "group_by", "compare", "p"} <= names


@pytest.mark.parametrize("role", [*StaffRole])
@pytest.mark.parametrize(("own", "status"), [("sf", 200), ("*", 200), ("boston", 403), (None, 403)])
async def test_each_role_asks_about_the_agency_of_its_token_only(door, role, own, status):
    for named in ({"service": "guest"}, {"agency": "sf"}, {"department": "front"}):
        asked = await door.metric("mean.v1", role, own, measure="satisfaction", **named)
        assert asked.status_code == status, (named, asked.text)


@pytest.mark.parametrize("role", [*StaffRole])
async def test_a_token_without_an_agency_sees_figures_of_none_and_built_in_measures_only(door, role):
    assert (await door.metric("mean.v1", role, None, measure="satisfaction")).status_code == 403
    query = {"metric": "mean.v1", "measure": "satisfaction", **MAY}
    assert (await door.client.post("/v1/query", json=query, headers=door.headers(role, None))).status_code in {403, 422}
    listed = (await door.get("/v1/measures", role, None)).json()
    measures = listed["items"] if isinstance(listed, dict) else listed
    assert {one["agency"] for one in measures} == {None}
