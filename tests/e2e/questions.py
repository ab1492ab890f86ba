"""Generated questions to the APIs of a running Soundings, for comparing two that should hold the same."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

import httpx

from tests.e2e.running import Running

Query = Mapping[str, str]
INTERVALS = ("hour", "day", "week", "month", "quarter", "year", "fiscal_year")
GROUPS = ("service", "channel", "service,channel", "touchpoint", "department", "agency")
KINDS = ("agencies", "departments", "services", "measures", "forms", "sources", "standards", "touchpoints")


@dataclass(frozen=True, slots=True)
class World:
    """What can be asked about."""

    agency: str
    metrics: list[dict[str, object]]
    measures: list[dict[str, object]]
    services: list[str]
    first: date
    last: date


def world_of(running: Running, agency: str, first: date, last: date) -> World:
    ask = _asker(running)
    metrics, measures = (ask(f"{running.metrics}/v1/{kind}", {}).json() for kind in ("metrics", "measures"))
    services = ask(f"{running.catalogue}/v1/services", {"limit": "200"}).json()
    return World(
        agency,
        _items(metrics),
        _items(measures),
        [str(one["id"]) for one in _items(services) if one["agency_id"] == agency],
        first,
        last,
    )


def questions(world: World, count: int, seed: int) -> Iterator[tuple[str, Query]]:
    """Metrics of every kind over ranges, groups, intervals and parameters; some of them make no sense."""
    chance = random.Random(seed)
    for _ in range(count):
        metric = chance.choice(world.metrics)
        yield str(metric["id"]), dict(_query(world, metric, chance))


def _query(world: World, metric: Mapping[str, object], chance: random.Random) -> Iterator[tuple[str, str]]:
    days = (world.last - world.first).days
    start = world.first + timedelta(days=chance.randrange(days))
    end = start + timedelta(days=chance.choice([1, 7, 28, 91]))
    yield from (("from", start.isoformat()), ("to", end.isoformat()))
    yield chance.choice([("agency", world.agency), ("service", chance.choice(world.services))])
    if metric["takes_measure"]:
        scales = cast("list[str]", metric["scales"])
        fitting = [str(one["id"]) for one in world.measures if not scales or one["scale"] in scales]
        yield "measure", chance.choice(cast("list[str]", metric["measures"]) or fitting)
    for parameter in cast("list[dict[str, object]]", metric["parameters"]):
        if parameter["required"]:
            yield str(parameter["name"]), chance.choice(["20", "completed", "0.9", "contacts"])
    if chance.random() < 0.5:
        yield "interval", chance.choice(INTERVALS)
    if chance.random() < 0.5:
        yield "group_by", chance.choice(GROUPS)
    if chance.random() < 0.3:
        yield "channel", chance.choice(["phone", "website", "email"])
    if chance.random() < 0.2:
        yield "compare", "previous"


def answers(running: Running, asked: list[tuple[str, Query]]) -> list[tuple[int, object]]:
    """Status and body of every answer, to staff and in turn to the public; without what tells when it was asked."""
    ask = _asker(running)
    found: list[tuple[int, object]] = []
    for number, (metric, query) in enumerate(asked):
        answer = ask(f"{running.metrics}/v1/metrics/{metric}", query, public=number % 4 == 3)
        found.append((answer.status_code, _lasting(answer.json())))
    return found


def voices(running: Running, service: str) -> list[object]:
    """Everything that was said about a service, page by page."""
    ask, found, cursor = _asker(running), list[object](), ""
    while True:
        query = {"service": service, "limit": "200"} | ({"cursor": cursor} if cursor else {})
        page = ask(f"{running.metrics}/v1/responses", query).json()
        found += page["items"]
        cursor = page["next"] or ""
        if not cursor:
            return found


def catalogue(running: Running) -> dict[str, object]:
    """Every entity of every kind, with its history."""
    ask, found = _asker(running), dict[str, object]()
    for kind in KINDS:
        for one in _items(ask(f"{running.catalogue}/v1/{kind}", {"limit": "200"}).json()):
            history = ask(f"{running.catalogue}/v1/{kind}/{one['id']}/history", {}).json()
            found[f"{kind}/{one['id']}"] = (one, history)
    return found


def _lasting(body: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in body.items() if name not in {"as_of", "instance"}}


def _items(page: object) -> list[dict[str, object]]:
    return cast("list[dict[str, object]]", page["items"] if isinstance(page, dict) else page)


def _asker(running: Running):
    bearer = {"Authorization": f"Bearer {running.token}"}

    def ask(url: str, query: Query, *, public: bool = False) -> httpx.Response:
        return httpx.get(url, params=dict(query), headers={} if public else bearer, timeout=60)

    return ask
