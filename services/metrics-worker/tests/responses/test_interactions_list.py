"""Interaction records for analysts: all pages, of the caller's agencies only, without text and person."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from metrics_worker.aggregation.fact_payloads import InteractionData, text_of
from metrics_worker.aggregation.facts import COUNTED, RETRACTED
from metrics_worker.db.tables import fact
from metrics_worker.interactions.domain import InteractionSearch, StoredInteraction
from metrics_worker.interactions.ports import FactStretch
from metrics_worker.interactions.sql import SqlInteractionStore
from metrics_worker.interactions.use_cases import InteractionAgencyDenied, ListInteractions
from soundings.kernel.errors import InvalidInput


@dataclass(frozen=True)
class Caller:
    """All that listing asks of a caller: which agencies it reaches."""

    agencies: frozenset[str]

    def can_act_for(self, agency: str) -> bool:
        return agency in self.agencies


ANY = Caller(frozenset({"boston", "sf"}))
BOSTON = Caller(frozenset({"boston"}))


async def store(ear, number: int, *, agency: str = "boston", service: str = "carts", state: int = COUNTED, **more: str):
    at = datetime(2024, 5, number, 12, tzinfo=UTC)
    data = InteractionData(
        query="my secret", team="Maria", transferred_to="Sam", attributes={"note": "hello"}, agency_id=agency,
        time_zone="America/New_York", kind="call", outcome="answered", started_at=at.isoformat(), subject="v1:x",
        received_at=at.isoformat(), **more,
    )  # fmt: skip
    row = {
        "key": bytes([number]) * 16, "unit": bytes([number]) * 16, "kind": "interaction", "source_id": "crm",
        "record_id": f"r{number}", "service": service, "channel": "phone", "occurred_at": int(at.timestamp() * 1000),
        "state": state, "revision": 0, "data": text_of(data) if state == COUNTED else None, "home": "i0",
    }  # fmt: skip
    async with ear.database.write_transaction() as connection:
        await connection.execute(fact.insert(), [row])


async def listed(ear, who: Caller = ANY, **query: str) -> list[str]:
    """The ids of all pages."""
    interactions, found, after = ListInteractions(SqlInteractionStore(ear.database)), list[str](), 0
    while True:
        page = await interactions.page(query, after, who)
        found += [one.id for one in page.items]
        if page.next is None:
            return found
        after = page.next


async def test_a_record_has_no_text_and_no_person(ear):
    await store(ear, 3, reason="other", language="en")
    (one,) = (await ListInteractions(SqlInteractionStore(ear.database)).page({}, 0, ANY)).items
    body = one.body()
    assert body["id"] == body["root_id"] == "r3"
    assert (body["agency"], body["service"], body["channel"], body["kind"]) == ("boston", "carts", "phone", "call")
    for word in ("my secret", "Maria", "Sam", "hello", "v1:x"):
        assert word not in repr(body)


async def test_all_pages_of_what_a_caller_reaches_and_nothing_that_was_taken_back(ear):
    for number in range(1, 6):
        await store(ear, number)
    await store(ear, 6, agency="sf", service="guest")
    await store(ear, 7, state=RETRACTED)
    assert await listed(ear, limit="2") == ["r1", "r2", "r3", "r4", "r5", "r6"]
    assert await listed(ear, BOSTON) == ["r1", "r2", "r3", "r4", "r5"]
    assert await listed(ear, agency="sf") == ["r6"]
    assert await listed(ear, service="carts", **{"from": "2024-05-02", "to": "2024-05-04"}) == ["r2", "r3"]
    assert await listed(ear, channel="website") == []
    for query in ({"agency": "sf"}, {"service": "guest"}):
        with pytest.raises(InteractionAgencyDenied):
            await listed(ear, BOSTON, **query)


@pytest.mark.parametrize(
    "query",
    [{"agency": "none"}, {"what": "x"}, {"from": "today"}, {"from": "2024-02-30"}, {"limit": "0"}, {"limit": "9999"},
     {"from": "2024-05-02", "to": "2024-05-02"}, {"channel": "pigeon"}],
)  # fmt: skip
async def test_a_search_that_means_nothing_is_refused(ear, query):
    with pytest.raises(InvalidInput):
        await listed(ear, **query)


class EndlessFacts:
    """Facts of others without an end."""

    def __init__(self, structure) -> None:
        self._structure = structure
        self.asked = 0

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    def snapshot(self):
        return self

    async def structure(self):
        return self._structure

    async def stretch(self, search: InteractionSearch, after: int, span: int) -> FactStretch:
        assert search.start == date(2024, 1, 1)
        self.asked += 1
        other = StoredInteraction(after + 1, "x", "crm", "", "", 0, '{"agency_id": "sf"}')
        return FactStretch([other], after + span)


async def test_a_page_ends_although_nothing_fits(ear):
    async with SqlInteractionStore(ear.database).snapshot() as snapshot:
        facts = EndlessFacts(await snapshot.structure())
    page = await ListInteractions(facts).page({"from": "2024-01-01"}, 0, ANY)
    assert page.items == ()
    assert page.next is not None
    assert facts.asked < 100
