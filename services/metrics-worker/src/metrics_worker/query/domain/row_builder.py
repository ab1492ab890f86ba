"""From sums to rows: one figure for each slot and group, and how it changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from metrics_worker.formulas.figures import MetricFigure
from metrics_worker.formulas.significance import ChangeCase, compare_figures, control_discoveries
from metrics_worker.query.domain.metric_query import GroupDimension, MetricQuery
from metrics_worker.query.domain.periods import MOST_ROWS, PeriodSlot
from metrics_worker.query.domain.result import SUPPRESSED, ComparedChange, ResultRow, order_of, row_of
from metrics_worker.query.domain.scope import QueryScope
from metrics_worker.query.domain.summation import CellSums, Group, GroupOf, counts_of
from metrics_worker.query.errors import invalid_parameter
from metrics_worker.query.suppression.mask import SuppressionMask
from soundings.kernel.scales import MeasureScale


@dataclass(frozen=True, slots=True)
class SumPool:
    """The versions of each measure that are summed, all of one scale."""

    scale: Mapping[str, MeasureScale]
    versions: Mapping[str, frozenset[int]]

    def all_versions(self) -> tuple[int, ...]:
        return tuple(sorted({version for versions in self.versions.values() for version in versions}))


def group_of(question: MetricQuery, scope: QueryScope) -> GroupOf:
    """How places are grouped: departments and agencies are those that services have today."""

    def group(service: str, channel: str, touchpoint: str) -> Group:
        found = scope.services[service]
        parts = {
            GroupDimension.SERVICE: service,
            GroupDimension.CHANNEL: channel,
            GroupDimension.DEPARTMENT: found.department_id,
            GroupDimension.AGENCY: found.agency_id,
            GroupDimension.TOUCHPOINT: touchpoint,
        }
        return tuple(parts[dimension] or None for dimension in question.group_by)

    return group


def pool_of(question: MetricQuery, scope: QueryScope, sums: Sequence[CellSums]) -> SumPool:
    """The versions with counts in any of the sums; Refused where their scales differ or do not fit the formula."""
    scales: dict[str, MeasureScale] = {}
    pooled: dict[str, frozenset[int]] = {}
    for need in question.needs:
        facts = scope.measures[need.measure]
        counted = frozenset(version for one in sums for version in one.pooled_versions(need.key))
        versions = counted or frozenset({question.version or facts.version})
        if len({facts.scales[version] for version in versions}) > 1:
            listed = ", ".join(f"{version} is {facts.scales[version].value}" for version in sorted(versions))
            raise invalid_parameter(
                "version", "required", f"name one version of {need.measure}, their scales differ: {listed}"
            )
        scales[need.key] = facts.scales[min(versions)]
        pooled[need.key] = versions
    if question.measure:
        question.formula.check_scale(next(iter(scales.values())))
    return SumPool(scales, pooled)


class RowBuilder:
    """Makes the rows of one question from its sums and, where it compares, from those of the earlier slots."""

    def __init__(
        self, question: MetricQuery, pool: SumPool, now: CellSums, base: CellSums, mask: SuppressionMask | None
    ) -> None:
        """``mask`` is the suppression mask, None for callers who may see every figure."""
        self._question = question
        self._pool = pool
        self._now = now
        self._base = base
        self._mask = mask

    def build_rows(self, slots: Sequence[PeriodSlot], bases: Sequence[PeriodSlot]) -> tuple[ResultRow, ...]:
        """Every slot for every group; Refused when these are too many."""
        groups = sorted(self._now.group_keys, key=order_of) if self._question.group_by else [()]
        if len(groups) * len(slots) > MOST_ROWS:
            detail = f"{len(slots)} buckets of {len(groups)} groups; at most {MOST_ROWS} rows are answered"
            raise invalid_parameter("interval", "too_many_rows", detail)
        places = [(number, group) for number in range(len(slots)) for group in groups]
        if not bases:
            return tuple(self._build_row(number, slots[number], group) for number, group in places)
        compared = [self._row_change(number, slots[number], bases[number], group) for number, group in places]
        return controlled_rows(compared)

    def _build_row(self, number: int, slot: PeriodSlot, group: Group) -> ResultRow:
        figure = self._row_figure(self._now, number, group)
        left_out = tuple(sorted(self._now.left_out.get((number, group), ())))
        if self._mask and self._mask.suppresses(group, slot, figure):
            return ResultRow(self._named_group(group), slot, SUPPRESSED, None, left_out)
        return row_of(self._named_group(group), slot, figure, left_out)

    def _named_group(self, group: Group) -> dict[str, str | None]:
        return {dimension.value: part for dimension, part in zip(self._question.group_by, group, strict=True)}

    def _row_figure(self, sums: CellSums, number: int, group: Group) -> MetricFigure:
        heaps = sums.counted.get((number, group), {})
        counts = {
            need.key: counts_of(heaps, need, self._pool.scale[need.key], self._pool.versions[need.key])
            for need in self._question.needs
        }
        return self._question.formula.compute_figure(counts, self._question.params)

    def _row_change(self, number: int, slot: PeriodSlot, base: PeriodSlot, group: Group) -> ResultRow:
        """The row with its change; a hidden figure has none, and against a hidden one there is none."""
        row, earlier = self._build_row(number, slot, group), self._row_figure(self._base, number, group)
        if row.status == SUPPRESSED:
            return row
        if self._mask and self._mask.suppresses(group, base, earlier):
            return replace(row, compared=ComparedChange(base.start, base.end, None, None, None))
        now = row.figure
        known = now is not None and now.value is not None and earlier.value is not None
        changed = compare_figures(now, earlier) if known and now else None
        return replace(row, compared=ComparedChange(base.start, base.end, earlier.value, earlier.n, changed))


def controlled_rows(rows: Sequence[ResultRow]) -> tuple[ResultRow, ...]:
    """The rows with their changes controlled for how many were tested."""
    changes: list[ChangeCase] = [row.compared.change for row in rows if row.compared and row.compared.change]
    verdicts = iter(control_discoveries(changes))
    return tuple(
        replace(row, compared=replace(row.compared, change=next(verdicts)))
        if row.compared and row.compared.change
        else row
        for row in rows
    )
