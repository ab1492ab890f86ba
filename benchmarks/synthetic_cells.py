"""Made-up cells, as a fold of so many events would leave them, to measure queries without folding 100 million."""

import math
import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from statistics import NormalDist
from typing import Final

from metrics_worker.aggregation.deltas import RowKey
from metrics_worker.cells.counters import Amount, Counters, WideRow
from metrics_worker.cells.wide_rows import RowChanges, RowText
from soundings.kernel.histogram_bins import DURATION_BINS, DURATION_EDGES

CHANNELS: Final = ("website", "mobile_app", "email", "phone", "in_person")
START: Final = date(2025, 10, 1)
DAYS: Final = 182
"""Two quarters."""
_POINTS: Final = {"1": 0.08, "2": 0.1, "3": 0.17, "4": 0.3, "5": 0.35}
_MEASURES: Final = ("satisfaction@1", "trust@1", "effectiveness@1", "ease@1", "efficiency@1")
_WAITS: Final = NormalDist(math.log(90), 0.9)
"""Of the logarithm of a wait in seconds."""
_FEW: Final = 30
_DIFFERENT_DAYS: Final = 60
_Day = Sequence[tuple[str, Counters]]
"""The counters of one day by shard."""


def _wait_shares() -> Mapping[int, float]:
    """The share of waits in each duration bin, by its upper edge."""
    below = [0.0, *(_WAITS.cdf(math.log(edge)) for edge in DURATION_EDGES[1:])]
    shares = {DURATION_EDGES[at]: below[at] - below[at - 1] for at in range(1, len(DURATION_BINS))}
    return {edge: share for edge, share in shares.items() if share > 1e-7}  # noqa: PLR2004 - nobody waits so long


_WAIT_SHARES: Final = _wait_shares()


@cache
def cells(services: Sequence[str], events: int) -> Sequence[RowChanges]:
    """The day and month rows of so many responses and as many calls, service by service. Hours are left out."""
    chance = random.Random(5)
    each = events / len(services) / len(CHANNELS) / DAYS
    days = [(("r0", _answers(each, chance)), ("i0", _calls(each, chance))) for _ in range(_DIFFERENT_DAYS)]
    return [RowChanges(added=_rows(service, days, chance)) for service in services]


def _rows(service: str, days: Sequence[_Day], chance: random.Random) -> Mapping[RowKey, RowText]:
    rows: dict[RowKey, RowText] = {}
    for channel in CHANNELS:
        months: dict[tuple[str, str], WideRow] = {}
        for number in range(DAYS):
            day = START + timedelta(days=number)
            for shard, counters in chance.choice(days):
                _put(rows, RowKey("day", service, day.isoformat(), channel, "", shard), WideRow(counters))
                months.setdefault((day.replace(day=1).isoformat(), shard), WideRow()).merge_counters(counters, None)
        for (bucket, shard), row in months.items():
            _put(rows, RowKey("month", service, bucket, channel, "", shard), row)
    return dict(sorted(rows.items()))


def _put(rows: dict[RowKey, RowText], key: RowKey, row: WideRow) -> None:
    if (text := row.dump_row()) is not None:
        rows[key] = text


def _answers(each: float, chance: random.Random) -> Counters:
    found = {measure: _some(_POINTS, each, chance) for measure in _MEASURES}
    found["responses@1"] = _some({"after-visit": 1.0}, each, chance)
    return {measure: bins for measure, bins in found.items() if bins}


def _calls(each: float, chance: random.Random) -> Counters:
    waits: dict[str, Amount] = {}
    for edge, share in _WAIT_SHARES.items():
        if n := _poisson(each * share, chance):
            waits[str(edge)] = [n, n * edge * 1000]
    offered = sum(n[0] for n in waits.values() if isinstance(n, list))
    return {"wait_answered@1": waits, "offered@1": {"answered": offered}} if offered else {}


def _some(shares: Mapping[str, float], each: float, chance: random.Random) -> dict[str, Amount]:
    return {name: n for name, share in shares.items() if (n := _poisson(each * share, chance))}


def _poisson(mean: float, chance: random.Random) -> int:
    if mean > _FEW:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    limit, n, product = math.exp(-mean), 0, chance.random()
    while product > limit:
        n, product = n + 1, product * chance.random()
    return n
