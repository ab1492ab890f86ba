"""Contributions of tallies: totals counted by an external system, in their own grain and every coarser one."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from metrics_worker.aggregation.contribution import (
    LARGEST_COUNT,
    Bucket,
    CellContribution,
    CellCoordinates,
    MeasureCount,
    versioned_measure,
)
from soundings.kernel.histogram_bins import UNKNOWN, is_duration_bin, is_money_bin, to_milliseconds
from soundings.kernel.scales import ALL, MeasureScale, has_total, scale_bins
from soundings.kernel.vocabulary import CellGrain

_FIRST_DAYS: Final = frozenset({CellGrain.MONTH, CellGrain.QUARTER, CellGrain.YEAR})


def tally_buckets(grain: CellGrain, start: date) -> tuple[Bucket, ...]:
    """A day counts in its day and its month, any other grain only in its own; ValueError when it begins on a wrong day.

    Whether a quarter or year begins where the agency's fiscal one does was decided where it came in.
    """
    if grain in _FIRST_DAYS and start.day != 1:
        raise ValueError(f"a {grain.value} does not begin on {start.isoformat()}")
    own = (grain.value, start.isoformat())
    if grain is CellGrain.DAY:
        return own, (CellGrain.MONTH.value, start.replace(day=1).isoformat())
    return (own,)


def tally_contribution(
    place: CellCoordinates,
    measure: str,
    version: int,
    scale: MeasureScale,
    bins: Mapping[str, int],
    total: float | None,
) -> CellContribution:
    """The bins with their n; the measure counts as reported also where all of them are 0.

    `total` is in seconds for durations and in minor units for money. It speaks of the bins together, so it is kept at
    one of them: the first by name that is counted and known, for what is unknown stays out of means. ValueError when a
    bin is not of the scale, a number is out of all proportion, or a total that is needed is missing.
    """
    _check_bins(scale, bins)
    name = versioned_measure(measure, version)
    if not has_total(scale):
        return CellContribution(
            place, tuple(MeasureCount(name, bin_, n) for bin_, n in sorted(bins.items()) if n), name
        )
    holder = min(bins, key=lambda bin_: (bins[bin_] == 0, bin_ == UNKNOWN, bin_), default=UNKNOWN)
    amounts = dict.fromkeys(bins, 0) | {holder: _total_amount(scale, total)}
    counts = (MeasureCount(name, bin_, bins.get(bin_, 0), amounts[bin_]) for bin_ in sorted(amounts))
    return CellContribution(place, tuple(count for count in counts if count.n or count.total), name)


def _check_bins(scale: MeasureScale, bins: Mapping[str, int]) -> None:
    for bin_, n in bins.items():
        if not _is_bin(scale, bin_):
            raise ValueError(f"{bin_!r} is not a bin of the scale {scale.value}")
        if n > LARGEST_COUNT:
            raise ValueError(f"{n} is more than can be counted")


def _is_bin(scale: MeasureScale, bin_: str) -> bool:
    match scale:
        case MeasureScale.CATEGORY:
            return bin_ != ""
        case MeasureScale.COUNT:
            return bin_ == ALL
        case MeasureScale.DURATION:
            return bin_ == UNKNOWN or is_duration_bin(bin_)
        case MeasureScale.MONEY:
            return is_money_bin(bin_)
        case _:
            return bin_ in scale_bins(scale)


def _total_amount(scale: MeasureScale, total: float | None) -> int:
    if total is None:
        raise ValueError("a tally of durations or money needs its total")
    if abs(total) > LARGEST_COUNT:
        raise ValueError(f"{total} is more than can be counted")
    return to_milliseconds(total) if scale is MeasureScale.DURATION else round(total)
