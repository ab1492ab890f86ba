"""R1: whatever is killed or frozen under load, all that was acknowledged is counted, and nothing twice."""

import random
import time
from collections import Counter

import pytest

from tests.chaos.breaking import ask, frozen, kill, until
from tests.chaos.conftest import Town
from tests.chaos.counting import verdict
from tests.chaos.extent import Extent
from tests.e2e.running import Cluster

pytestmark = [pytest.mark.slow, pytest.mark.needs_machine, pytest.mark.timeout(3600)]

PARTS = ("feedback-api", "metrics-worker-1", "metrics-worker-2", "kafka", "postgres", "catalogue-api")
COUNTED = "SELECT count(*) FROM fact WHERE source_id = $1"


def test_kills_and_a_frozen_worker_lose_nothing_and_count_nothing_twice(
    cluster: Cluster, town: Town, how_much: Extent, capsys: pytest.CaptureFixture[str]
):
    kills: Counter[str] = Counter()
    chance = random.Random(how_much.kills)
    order = [PARTS[number % len(PARTS)] for number in range(how_much.kills)]
    chance.shuffle(order)
    with town.load(how_much):
        until(lambda: town.book.total() > 100)
        with frozen(cluster, "metrics-worker-2"):
            sent = town.book.distinct()
            until(lambda: ask(cluster, COUNTED, f"{town.name}-everything")[0][0] >= sent)  # the other has taken over
        for part in order:
            time.sleep(chance.uniform(*how_much.pause_s))
            until(lambda part=part: kill(cluster, part))
            kills[part] += 1
    until(cluster.is_ready)
    found = verdict(cluster, town.name, town.book)
    with capsys.disabled():
        print(table(kills), found.line, sep="\n")  # noqa: T201 - the table is what this is for
    assert (found.lost, found.twice, found.invented) == (0, 0, 0)
    assert found.acknowledged > 500


def table(kills: Counter[str]) -> str:
    rows = [f"{part:<20}{kills[part]:>6}" for part in PARTS]
    return "\n".join(["", f"{'killed (SIGKILL)':<20}{kills.total():>6}", *rows, f"{'frozen, replaced':<20}{1:>6}"])
