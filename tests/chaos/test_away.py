"""R2: Kafka, PostgreSQL or both stopped under load: no answer is lost, and order per key is kept."""

import asyncio
from collections import defaultdict

import httpx
import pytest

from soundings.events.envelope import decode_event
from soundings.events.topics import RESPONSES
from soundings.log.factory import open_log
from soundings_cluster.data_dir import open_place
from soundings_cluster.health import current_figures
from soundings_cluster.services import metrics_port
from tests.chaos.breaking import away, until
from tests.chaos.conftest import Town
from tests.chaos.counting import verdict
from tests.chaos.extent import LONG, Extent, extent
from tests.e2e.running import Cluster

pytestmark = [pytest.mark.slow, pytest.mark.needs_machine, pytest.mark.timeout(3600)]


BOTH = ("kafka", "postgres")
AWAY = [("kafka",), ("postgres",), BOTH] if extent() is LONG else [BOTH]


@pytest.mark.full
@pytest.mark.parametrize("parts", AWAY, ids=" and ".join)
def test_what_is_away_for_a_while_costs_no_answer(
    cluster: Cluster, town: Town, how_much: Extent, parts: tuple[str, ...], capsys: pytest.CaptureFixture[str]
):
    with town.load(how_much):
        until(lambda: town.book.total() > 100)
        with away(cluster, parts, how_much.away_s):
            before = town.book.total()
            until(lambda: town.book.total() > before + 50)  # the door goes on
            if "kafka" in parts:
                until(lambda: spool_depth(cluster) > 0)
    until(lambda: spool_depth(cluster) == 0)
    found = verdict(cluster, town.name, town.book)
    with capsys.disabled():
        print(f"\n{' and '.join(parts)} away for {how_much.away_s:g} s: {found.line}")  # noqa: T201 - for who reads
    assert (found.lost, found.twice, found.invented) == (0, 0, 0)
    revisions = asyncio.run(revisions_on_the_log(cluster, town.name))
    assert all(seen == sorted(seen) for seen in revisions.values())
    assert any(len(seen) > 1 for seen in revisions.values())


def spool_depth(cluster: Cluster) -> int:
    port = metrics_port(int(cluster.feedback.rpartition(":")[2]))
    page = httpx.get(f"http://127.0.0.1:{port}/metrics").text
    return int(current_figures([page]).rpartition("spool ")[2].replace(",", ""))


async def revisions_on_the_log(cluster: Cluster, town: str) -> dict[str, list[int]]:
    """The revisions of every response of a town in the order in which they first stand on the log."""
    log = await open_log(open_place(cluster.home).log_url)
    seen: dict[str, list[int]] = defaultdict(list)
    try:
        for partition in range(RESPONSES.partitions):
            start = 0
            while (batch := await log.read_batch(RESPONSES.name, partition, start, 1000)).next > start:
                start = batch.next
                for record in batch.records:
                    event = decode_event(record) if town.encode() in record.key else None
                    if event is not None and event.revision not in seen[event.record_id]:
                        seen[event.record_id].append(event.revision)
    finally:
        await log.close_log()
    return seen
