"""Running the demo: everything goes through the doors, a second run repeats itself, and trouble is told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import httpx
import orjson
import pytest

from soundings.client import RefusedByServer, Soundings
from soundings_embedded.demo.agency import AGENCY_ID, SERVICE_NAMES
from soundings_embedded.demo.errors import ItemsRefused, KeyUnknown, NotCounted
from soundings_embedded.demo.event_stream import generate_history
from soundings_embedded.demo.results import DemoResult
from soundings_embedded.demo.use_cases import BATCH, DemoProgress, PollingPolicy, run_demo

TODAY = date(2026, 4, 13)
HISTORIES = lru_cache(generate_history)
NOW = datetime(2026, 4, 21, 2, 0, tzinfo=UTC)
"""When it is still the evening of the 20th in Larkmere."""
Json = dict[str, object]


@dataclass
class House:
    """The three APIs as the demo sees them, with new keys that the doors learn of late, and cells that lag."""

    late_keys: int = 2
    lags: list[int | None] = field(default_factory=lambda: [None, 400, 150, 150, 0])
    refuse: str | None = None
    entities: dict[str, Json] = field(default_factory=dict)
    published: dict[str, int] = field(default_factory=dict)
    kept: dict[tuple[str, str, str, int], Json] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    batches: list[int] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    unknown_agency: int = 1

    def answer(self, request: httpx.Request) -> httpx.Response:
        _, room, _, *path = request.url.path.strip("/").split("/")
        if room == "catalogue":
            return self._catalogue(request, *path)
        if room == "feedback":
            return self._feedback(path[0], request)
        return self._metrics(path[1], dict(request.url.params))

    def _catalogue(self, request: httpx.Request, kind: str, entity: str, action: str = "") -> httpx.Response:
        place = f"{kind}/{entity}"
        if action == "publish":
            self.published[place] = 1
            return httpx.Response(200, json={"form_id": entity, "version": 1})
        if action == "keys":
            key = f"snd_{len(self.keys)}"
            self.keys[key] = entity
            return httpx.Response(201, json={"key_id": key, "key": key})
        if request.method == "PUT":
            self.entities[place] = orjson.loads(request.content)
            return httpx.Response(201, json={})
        body = self.entities.get(place)
        shown = (
            None if body is None else {**body, "id": entity, "state": "active", "published": self.published.get(place)}
        )
        return httpx.Response(404, json={}) if shown is None else httpx.Response(200, json=shown)

    def _feedback(self, kind: str, request: httpx.Request) -> httpx.Response:
        key = request.headers["authorization"].removeprefix("Bearer ")
        if self.late_keys:
            self.late_keys -= 1
            return httpx.Response(401, json={"detail": "This key is not known."})
        items = orjson.loads(request.content)
        self.batches.append(len(items))
        rejected = [
            {"index": index, "id": item["id"], "code": "unknown_value", "field": "kind", "detail": "must be another"}
            for index, item in enumerate(items)
            if self.refuse is not None and str(item["id"]).startswith(self.refuse)
        ]
        for item in items:
            self.kept.setdefault((kind, self.keys[key], item["id"], item.get("revision", 0)), item)
        return httpx.Response(202, json={"accepted": len(items) - len(rejected), "rejected": rejected})

    def _metrics(self, metric: str, query: dict[str, str]) -> httpx.Response:
        if self.unknown_agency:
            self.unknown_agency -= 1
            return httpx.Response(422, json={"detail": "There is no such agency."})
        self.asked.append({"metric": metric, **query})
        lag = self.lags.pop(0) if len(self.lags) > 1 else self.lags[0]
        rows = [
            {"group": {"service": service}, "bucket": None, "status": "ok", "value": 0.5, "display": "50.0 %", "n": 40}
            for service in SERVICE_NAMES
        ]
        return httpx.Response(200, json={"as_of": {"lag_events": lag}, "rows": rows})


class Clock:
    """Time passes only while somebody waits."""

    def __init__(self) -> None:
        self.at = 0.0

    def sleep(self, seconds: float) -> None:
        self.at += seconds

    def patience(self) -> PollingPolicy:
        return PollingPolicy(self.sleep, lambda: self.at)


@dataclass
class Listener:
    """Keeps what is told, by part: how many steps it has, and how many are done."""

    parts: dict[str, list[int]] = field(default_factory=dict)

    def tell(self) -> DemoProgress:
        return DemoProgress(lambda name, steps: self.parts.update({name: [steps, 0]}), self._advance)

    def _advance(self, steps: int) -> None:
        list(self.parts.values())[-1][1] += steps


def run(house: House, today: date = TODAY, listener: Listener | None = None) -> DemoResult:
    http = httpx.Client(transport=httpx.MockTransport(house.answer))
    clock = Clock()
    with Soundings("http://demo", token="t", http=http, sleep=clock.sleep) as client:
        return run_demo(client, today, (listener or Listener()).tell(), clock.patience(), HISTORIES, lambda: NOW)


def test_everything_is_declared_sent_in_batches_counted_and_measured():
    house, listener = House(), Listener()
    result = run(house, listener=listener)
    history = HISTORIES(TODAY, None)
    sent = sum(len(delivery.items) for delivery in history.deliveries)
    assert (result.sent, len(house.kept)) == (sent, sent)
    assert max(house.batches) == BATCH
    assert set(house.published) == {place for place in house.entities if place.startswith("forms/")}
    assert [service.service for service in result.services] == list(SERVICE_NAMES)
    assert listener.parts["Sending"] == [sent, sent]
    assert listener.parts["Counting"] == [400, 400]
    assert all(done == steps for steps, done in listener.parts.values())


def test_what_is_measured_is_asked_for_this_agency_and_these_weeks():
    house = House(lags=[0])
    run(house)
    assert {one["agency"] for one in house.asked} == {AGENCY_ID}
    assert {one["group_by"] for one in house.asked} == {"service"}
    asked = {(one["metric"], one["from"], one["to"]) for one in house.asked}
    assert ("top2.v1", "2026-01-12", "2026-02-09") in asked
    assert ("top2.v1", "2026-02-09", "2026-03-09") in asked
    assert ("top2.v1", "2026-03-16", "2026-04-13") in asked
    assert ("count.v1", "2026-01-12", "2026-04-13") in asked


@pytest.mark.slow
def test_a_second_run_on_the_same_day_sends_nothing_new():
    house = House()
    run(house)
    before = dict(house.kept)
    entities = dict(house.entities)
    run(house)
    assert house.kept == before
    assert house.entities == entities


@pytest.mark.slow
def test_a_run_on_a_later_day_goes_on_with_the_story_that_began():
    house = House()
    first = run(house)
    before = dict(house.kept)
    later = run(house, TODAY + timedelta(days=7))
    assert later.start == first.start
    assert before.items() < house.kept.items()
    assert later.periods[0] == first.periods[0]


@pytest.mark.slow
def test_a_day_that_has_not_begun_in_larkmere_is_not_yet_today():
    assert run(House(), NOW.date()).today == date(2026, 4, 20)


@pytest.mark.slow
def test_a_start_that_leaves_no_thirteen_weeks_is_not_taken():
    house = House()
    run(house)
    again = run(house, TODAY - timedelta(days=1))
    assert again.start == TODAY - timedelta(days=92)


def test_an_item_that_is_refused_stops_the_demo_and_is_named():
    with pytest.raises(ItemsRefused, match=r"larkmere-contact-centre: \d+ items .*\(call-2026.* kind must be another"):
        run(House(refuse="call-"))


def test_a_key_that_stays_unknown_stops_the_demo():
    with pytest.raises(KeyUnknown, match="larkmere-web"):
        run(House(late_keys=100_000))


@pytest.mark.slow
@pytest.mark.parametrize(("lag", "says"), [(7, "7 events"), (None, "An unknown number of events")])
def test_metrics_that_stand_still_stop_the_demo(lag: int | None, says: str):
    with pytest.raises(NotCounted, match=says):
        run(House(lags=[lag]))


def refusing(status: int, room: str) -> Callable[[House], None]:
    def change(house: House) -> None:
        answer = house.answer
        house.answer = lambda request: (  # type: ignore[method-assign]
            httpx.Response(status, json={"detail": "no"}) if f"/api/{room}" in request.url.path else answer(request)
        )

    return change


@pytest.mark.parametrize("room", ["feedback", "metrics", "catalogue"])
def test_other_refusals_are_not_waited_for(room: str):
    house = House()
    refusing(500, room)(house)
    with pytest.raises(RefusedByServer, match="500"):
        run(house)
