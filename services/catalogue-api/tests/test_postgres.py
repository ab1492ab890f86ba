"""The catalogue on PostgreSQL, where several replicas share one database."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from soundings.events.topics import CATALOGUE
from soundings.testing.postgres import PostgresCluster, throw_away_cluster

from .test_hostile_parameters import ADDRESSES, cursors

pytestmark = [pytest.mark.needs_machine, pytest.mark.slow]

AGENCY = {"name": {"en": "City"}, "time_zone": "Europe/Lisbon"}


@pytest.fixture(scope="module")
def cluster() -> Iterator[PostgresCluster]:
    with throw_away_cluster() as running:
        yield running


@pytest.fixture
def settings(settings, cluster):
    return replace(settings, database_url=cluster.new_database())


async def test_nothing_in_an_address_is_our_mistake(open_town, settings):
    async with open_town(settings) as town:
        await town.found()
        for path in (*ADDRESSES, *(f"services/sf-one/history?cursor={cursor}" for cursor in cursors())):
            answer = await town.call("GET", path)
            assert answer.status_code < 500, (path[:80], answer.text)


async def test_the_whole_life_of_a_form(open_town, settings, bodies):
    async with open_town(settings) as town:
        await town.found()
        await town.put("forms/visit", bodies.form(bodies.question(measure="clean")))
        assert (await town.call("POST", "forms/visit/publish")).status_code == 201
        made = await town.call("POST", "sources/tool/keys")
        assert (await town.call("DELETE", f"sources/tool/keys/{made.json()['key_id']}")).status_code == 204
        assert (await town.call("DELETE", "forms/visit")).status_code == 204
        assert (await town.get("forms?service=sf-one&state=all&q=visit"))["items"][0]["published"] == 1
        assert (await town.call("DELETE", "services/sf-one")).status_code == 409
        assert len((await town.get("forms/visit/history?limit=3"))["items"]) == 3
        assert len(await town.events(16)) == 16
        assert (await town.call("GET", "agencies/%00")).status_code == 404


async def test_replicas_start_at_once_and_write_at_once(open_town, settings):
    async with AsyncExitStack() as stack:
        towns = await asyncio.gather(*(stack.enter_async_context(open_town(settings)) for _ in range(3)))
        tag = (await towns[0].call("PUT", "agencies/city", AGENCY)).headers["etag"]
        answers = await asyncio.gather(
            *(
                town.call("PATCH", "agencies/city", {"name": {"en": f"{index}"}}, if_match=tag)
                for index, town in enumerate(towns * 3)
            )
        )
        assert sorted(answer.status_code for answer in answers) == [200] + [412] * 8


async def test_what_replicas_acknowledge_reaches_the_log_in_one_order(open_town, settings):
    async with AsyncExitStack() as stack:
        towns = [await stack.enter_async_context(open_town(settings)) for _ in range(3)]
        for agency in "abc":
            await towns[0].put(f"agencies/{agency}", AGENCY)
        await asyncio.gather(
            *(
                towns[(number + shift) % 3].call("PATCH", f"agencies/{agency}", {"name": {"en": f"{number}"}})
                for number in range(20)
                for shift, agency in enumerate("abc")
            )
        )
        await towns[0].events(63)
        records = (await towns[0].log.read_batch(CATALOGUE.name, 0, 0, 1000)).records
        headers = [dict(record.headers)["ce_id"].decode() for record in records]
        assert len(headers) == 63, "a record was carried twice"
        for agency in "abc":
            mine = [int(name.rpartition(":")[2]) for name in headers if name.startswith(f"agency:{agency}:")]
            assert mine == list(range(1, 22))


async def test_a_reference_is_never_left_dangling(open_town, settings):
    async with open_town(settings) as one, open_town(settings) as two:
        await one.put("agencies/city", AGENCY)
        for number in range(10):
            await one.put(f"departments/d{number}", {"agency_id": "city", "name": {"en": "x"}})
            service = {"agency_id": "city", "department_id": f"d{number}", "name": {"en": "x"}}
            written, retired = await asyncio.gather(
                one.call("PUT", f"services/s{number}", service), two.call("DELETE", f"departments/d{number}")
            )
            assert {written.status_code, retired.status_code} in ({201, 409}, {422, 204})


async def test_without_its_database_it_is_polite_and_comes_back_by_itself(open_town, settings, cluster):
    async with open_town(settings) as town:
        await town.put("agencies/city", AGENCY)
        cluster.stop_cluster()
        for method, body in (("GET", None), ("PUT", {**AGENCY, "name": {"en": "x"}})):
            answer = await town.call(method, "agencies/city", body)
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            assert int(answer.headers["retry-after"]) >= 1
        ready = await town.http.get("/readyz")
        assert (ready.status_code, "database" in ready.json()["reasons"][0]) == (503, True)
        assert (await town.http.get("/livez")).status_code == 200
        cluster.start_cluster()
        await town.put("agencies/city", {**AGENCY, "name": {"en": "x"}}, 200)
        assert [event.revision for event in await town.events(2)] == [1, 2]
        assert (await town.http.get("/readyz")).status_code == 200
