"""From sums to rows: one figure for each slot and group, and how it changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from metrics_worker.formulas.figures import Figure
from metrics_worker.formulas.significance import Change, change, controlled
from metrics_worker.query.domain.metric_query import Dimension, MetricQuery
from metrics_worker.query.domain.periods import MOST_ROWS, Slot
from metrics_worker.query.domain.result import SUPPRESSED, Compared, Row, order_of, row_of
from metrics_worker.query.domain.scope import Scope
from metrics_worker.query.domain.summation import Group, GroupOf, Sums, counts_of
from metrics_worker.query.errors import refused
from metrics_worker.query.suppression.mask import SuppressionMask
from soundings.kernel.scales import MeasureScale


@dataclass(frozen=True, slots=True)
class Pool:
    """The versions of each measure that are summed, all of one scale."""

    scale: Mapping[str, MeasureScale]
    versions: Mapping[str, frozenset[int]]

    def all_versions(self) -> tuple[int, ...]:
        return tuple(sorted({version for versions in self.versions.values() for version in versions}))


def group_of(question: MetricQuery, scope: Scope) -> GroupOf:
    """How places are grouped: departments and agencies are those that services have today."""

    def group(service: str, channel: str, touchpoint: str) -> Group:
        found = scope.services[service]
        parts = {
            Dimension.SERVICE: service,
            Dimension.CHANNEL: channel,
            Dimension.DEPARTMENT: found.department_id,
            Dimension.AGENCY: found.agency_id,
            Dimension.TOUCHPOINT: touchpoint,
        }
        return tuple(parts[dimension] or None for dimension in question.group_by)

    return group


def pool_of(question: MetricQuery, scope: Scope, sums: Sequence[Sums]) -> Pool:
    """The versions with counts in any of the sums; Refused where their scales differ or do not fit the formula."""
    scales: dict[str, MeasureScale] = {}
    pooled: dict[str, frozenset[int]] = {}
    for need in question.needs:
        facts = scope.measures[need.measure]
        counted = frozenset(version for one in sums for version in one.versions(need.key))
        versions = counted or frozenset({question.version or facts.version})
        if len({facts.scales[version] for version in versions}) > 1:
            listed = ", ".join(f"{version} is {facts.scales[version].value}" for version in sorted(versions))
            raise refused("version", "required", f"name one version of {need.measure}, their scales differ: {listed}")
        scales[need.key] = facts.scales[min(versions)]
        pooled[need.key] = versions
    if question.measure:
        question.formula.check_scale(next(iter(scales.values())))
    return Pool(scales, pooled)


class RowBuilder:
    """Makes the rows of one question from its sums and, where it compares, from those of the earlier slots."""

    def __init__(self, question: MetricQuery, pool: Pool, now: Sums, base: Sums, veil: SuppressionMask | None) -> None:
        """``veil`` is None for callers who see every figure."""
        self._question = question
        self._pool = pool
        self._now = now
        self._base = base
        self._veil = veil

    def rows(self, slots: Sequence[Slot], bases: Sequence[Slot]) -> tuple[Row, ...]:
        """Every slot for every group; Refused when these are too many."""
        groups = sorted(self._now.groups, key=order_of) if self._question.group_by else [()]
        if len(groups) * len(slots) > MOST_ROWS:
            detail = f"{len(slots)} buckets of {len(groups)} groups; at most {MOST_ROWS} rows are answered"
            raise refused("interval", "too_many_rows", detail)
        places = [(number, group) for number in range(len(slots)) for group in groups]
        if not bases:
            return tuple(self._row(number, slots[number], group) for number, group in places)
        compared = [self._compared(number, slots[number], bases[number], group) for number, group in places]
        return controlled_rows(compared)

    def _row(self, number: int, slot: Slot, group: Group) -> Row:
        figure = self._figure(self._now, number, group)
        left_out = tuple(sorted(self._now.left_out.get((number, group), ())))
        if self._veil and self._veil.suppresses(group, slot, figure):
            return Row(self._named(group), slot, SUPPRESSED, None, left_out)
        return row_of(self._named(group), slot, figure, left_out)

    def _named(self, group: Group) -> dict[str, str | None]:
        return {dimension.value: part for dimension, part in zip(self._question.group_by, group, strict=True)}

    def _figure(self, sums: Sums, number: int, group: Group) -> Figure:
        heaps = sums.counted.get((number, group), {})
        counts = {
            need.key: counts_of(heaps, need, self._pool.scale[need.key], self._pool.versions[need.key])
            for need in self._question.needs
        }
        return self._question.formula.figure(counts, self._question.params)

    def _compared(self, number: int, slot: Slot, base: Slot, group: Group) -> Row:
        """The row with its change; a hidden figure has none, and against a hidden one there is none."""
        row, earlier = self._row(number, slot, group), self._figure(self._base, number, group)
        if row.status == SUPPRESSED:
            return row
        if self._veil and self._veil.suppresses(group, base, earlier):
            return replace(row, compared=Compared(base.start, base.end, None, None, None))
        now = row.figure
        known = now is not None and now.value is not None and earlier.value is not None
        changed = change(now, earlier) if known and now else None
        return replace(row, compared=Compared(base.start, base.end, earlier.value, earlier.n, changed))


def controlled_rows(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows with their changes controlled for how many were tested."""
    changes: list[Change] = [row.compared.change for row in rows if row.compared and row.compared.change]
    verdicts = iter(controlled(changes))
    return tuple(
        replace(row, compared=replace(row.compared, change=next(verdicts)))
        if row.compared and row.compared.change
        else row
        for row in rows
    )
