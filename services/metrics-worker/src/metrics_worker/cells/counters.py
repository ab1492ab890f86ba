"""Wide rows: the counters of one place in one bucket as JSON, and how changes are added to them."""

from collections.abc import Iterable
from typing import Final

import orjson

from metrics_worker.aggregation.contribution import MeasureCount
from metrics_worker.aggregation.deltas import Tallies

Amount = int | list[int]
"""n, or [n, total] where there is a total other than 0."""
Counters = dict[str, dict[str, Amount]]
"""Measure in a version → bin → amount."""
_LARGEST: Final = 2**63 - 1


class WideRow:
    """The counters of one row while changes are added to it."""

    __slots__ = ("_shrunk", "counters", "tallies")

    def __init__(self, counters: Counters | None = None, tallies: Tallies | None = None) -> None:
        self.counters: Counters = {} if counters is None else counters
        self.tallies: Tallies = {} if tallies is None else tallies
        self._shrunk = False

    @classmethod
    def load_row(cls, counters: str, tallies: str | None) -> "WideRow":
        """What `dump` wrote."""
        return cls(orjson.loads(counters), None if tallies is None else orjson.loads(tallies))

    def add_counts(self, counts: Iterable[tuple[MeasureCount, int]]) -> None:
        """Add counts, each so many times."""
        counters = self.counters
        for (measure, bin_, n, total), times in counts:
            bins = counters.get(measure)
            if bins is None:
                bins = counters[measure] = {}
            amount = bins.get(bin_, 0)
            if total or amount.__class__ is list:
                bins[bin_] = _added_sum(amount, n * times, total * times if total else 0)
            else:
                bins[bin_] = amount + n * times  # type: ignore[operator]  # it is a number
            if times <= 0:
                self._shrunk = True

    def merge_counters(self, counters: Counters, tallies: Tallies | None) -> None:
        """Add another row of the same place."""
        self._shrunk = True
        for measure, bins in counters.items():
            known = self.counters.setdefault(measure, {})
            for bin_, amount in bins.items():
                n, total = amount if isinstance(amount, list) else (amount, 0)
                known[bin_] = _added_sum(known.get(bin_, 0), n, total)
        self.report_tallies(tallies or {})

    def report_tallies(self, tallies: Tallies) -> None:
        """Add numbers of tallies."""
        for measure, times in tallies.items():
            self._shrunk = True  # zeros have to be looked at anew
            self.tallies[measure] = self.tallies.get(measure, 0) + times

    def dump_row(self) -> tuple[str, str | None] | None:
        """The two columns of the row; None when nothing is left. Keys are sorted, so equal rows are equal text."""
        if self._shrunk:
            self._drop_zeros()
        if not self.counters:
            return None
        tallies = _dump_counters(self.tallies) if self.tallies else None
        try:
            return _dump_counters(self.counters), tallies
        except TypeError:  # a sum beyond 64 bits: absurd, but no reason to stop for ever
            return _dump_counters(_check_counters(self.counters)), tallies

    def _drop_zeros(self) -> None:
        """Leave out what is 0, but keep an empty measure that tallies report."""
        self.tallies = {measure: times for measure, times in self.tallies.items() if times}
        for measure in self.tallies:
            self.counters.setdefault(measure, {})
        self.counters = {
            measure: kept
            for measure, bins in self.counters.items()
            if (kept := {bin_: amount for bin_, amount in bins.items() if amount != 0}) or measure in self.tallies
        }
        self._shrunk = False


def _added_sum(amount: Amount, n: int, total: int) -> Amount:
    """A total of 0 is left out, so that there is one way only to write an amount."""
    if isinstance(amount, list):
        n, total = n + amount[0], total + amount[1]
    else:
        n += amount
    return [n, total] if total else n


def _dump_counters(counters: Counters | Tallies) -> str:
    return orjson.dumps(counters, option=orjson.OPT_SORT_KEYS).decode()


def _check_counters(counters: Counters) -> Counters:
    return {
        measure: {
            bin_: [_check_number(part) for part in amount] if isinstance(amount, list) else _check_number(amount)
            for bin_, amount in bins.items()
        }
        for measure, bins in counters.items()
    }


def _check_number(number: int) -> int:
    return max(-_LARGEST, min(number, _LARGEST))
