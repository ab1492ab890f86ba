"""Reading metrics: one question or several, from one snapshot, for one caller."""

import asyncio
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Final, TypeVar

from metrics_worker.query.domain.metric_query import Given, MetricQuery, parse_metric_query
from metrics_worker.query.domain.result import AsOf, MetricResult, ResultRow
from metrics_worker.query.domain.row_builder import RowBuilder, SumPool, group_of, pool_of
from metrics_worker.query.domain.summation import CellSums, add_up
from metrics_worker.query.errors import invalid_parameter, numbered_error
from metrics_worker.query.load_inputs import PeriodCells, QueryInputs, QueryLoader
from metrics_worker.query.ports import CellStore, FoldProgress, LogEnds
from metrics_worker.query.suppression.cache import SuppressionCache, SuppressionInput
from metrics_worker.query.suppression.mask import SuppressionMask, TableDecisions
from soundings.access.roles import Principal
from soundings.events.topics import MEASURED
from soundings.kernel.clock import Clock
from soundings.kernel.errors import InvalidInput, SoundingsError
from soundings.log.port import TopicPartition

MOST_QUESTIONS: Final = 50
_MOST_ROWS: Final = 20_000
_LITTLE: Final = 100
"""Lines and slots that are worked out in less time than a thread takes to answer on a busy machine."""
_TOPICS: Final = tuple(topic.name for topic in MEASURED)
T = TypeVar("T")

Ends = Mapping[TopicPartition, int]
"""Where each partition of the log ends."""

Number = int | None
"""The number of a question among several; None of the only one."""


class ReadMetrics:
    """Runs metric queries. ``log_ends`` measures the lag of the cells; it is read before the cells."""

    def __init__(self, cells: CellStore, log_ends: LogEnds, clock: Clock, *, log_seconds: float = 2.0) -> None:
        self._cells = cells
        self._log_reader = log_ends
        self._clock = clock
        self._log_seconds = log_seconds
        self._decisions = SuppressionCache()

    async def query_one(self, metric_id: str, given: Given, principal: Principal) -> MetricResult:
        """The answer to one question; UnknownMetric, ForeignAgency, or Refused naming what is wrong."""
        return (await self._query_results({None: parse_metric_query(metric_id, given)}, principal))[0]

    async def query_many(self, questions: Sequence[MetricQuery], principal: Principal) -> tuple[MetricResult, ...]:
        """The answers to several questions, in their order, from one snapshot.

        ForeignAgency, or Refused when they are too long, or naming the number of a question and what is wrong with it.
        """
        return await self._query_results(dict(enumerate(questions)), principal)

    async def _query_results(
        self, questions: Mapping[Number, MetricQuery], principal: Principal
    ) -> tuple[MetricResult, ...]:
        ends = await self._log_ends()
        gathered: dict[Number, QueryInputs] = {}
        async with self._cells.open_snapshot() as snapshot:
            progress = await snapshot.fold_progress()
            gathering = QueryLoader(snapshot, await snapshot.catalogue_view(), progress, self._decisions, self._clock)
            for number, question in questions.items():
                with _numbering_errors(number):
                    gathered[number] = await gathering.load_inputs(question, principal)
        as_of = AsOf(progress.through, await self._lag(progress, ends), progress.generation, progress.parked)
        answers = list[MetricResult]()
        for number, one in gathered.items():
            with _numbering_errors(number):
                answers.append(await self._build_result(one, as_of))
                if sum(len(answer.rows) for answer in answers) > _MOST_ROWS:
                    raise invalid_parameter(
                        "interval", "too_many_rows", f"at most {_MOST_ROWS} rows are answered in one call"
                    )
        return tuple(answers)

    async def _log_ends(self) -> Ends | None:
        try:
            async with asyncio.timeout(self._log_seconds):
                return await self._log_reader.end_positions(_TOPICS)
        except (SoundingsError, TimeoutError):
            return None

    async def _lag(self, progress: FoldProgress, ends: Ends | None) -> int | None:
        """How many events are not counted yet; None when the log cannot be read, or is not the one that was counted."""
        if ends is None or not progress.log_fits:
            return None
        if _ends_below(ends, progress):  # what came after the first look may be counted, so only a second one tells
            again = await self._log_ends()
            if again is None or _ends_below(again, progress):
                return None
        return sum(max(0, end - progress.next.get(place, 0)) for place, end in ends.items())

    async def _build_result(self, gathered: QueryInputs, as_of: AsOf) -> MetricResult:
        now, base, pool = await _run_inline_or_in_thread(gathered, partial(_added_up, gathered))
        mask = await self._suppression_mask(gathered, pool) if gathered.scope.suppressed else None
        figuring = RowBuilder(gathered.question, pool, now, base, mask)
        rows = await _run_inline_or_in_thread(gathered, partial(_result_rows, gathered, figuring))
        return MetricResult(
            gathered.question, gathered.scope.agency_calendar.time_zone, pool.all_versions(), as_of, rows
        )

    async def _suppression_mask(self, gathered: QueryInputs, pool: SumPool) -> SuppressionMask:
        scales = {need.measure: pool.scale[need.key] for need in gathered.question.needs}
        judged: dict[tuple[str, str], TableDecisions] = {}
        for matter, known in gathered.matters.items():
            decision = (
                await self._decisions.decide_table(matter, known) if isinstance(known, SuppressionInput) else known
            )
            judged[matter.agency, matter.measure] = decision[scales[matter.measure]]
        return SuppressionMask(gathered.question, gathered.scope, judged)


def _ends_below(ends: Ends, progress: FoldProgress) -> bool:
    """Whether a partition ends before the place up to which it is counted."""
    return any(end < progress.next.get(place, 0) for place, end in ends.items())


@contextmanager
def _numbering_errors(number: Number) -> Generator[None]:
    """Puts the number of a question before the fields that are refused of it."""
    try:
        yield
    except InvalidInput as error:
        raise (error if number is None else numbered_error(error, number)) from None


async def _run_inline_or_in_thread(gathered: QueryInputs, work: Callable[[], T]) -> T:
    """Run the work inline where it is small, else in a thread, so that the event loop stays responsive."""
    size = sum(len(lane.lines) for lane in (*gathered.now, *gathered.base)) + len(gathered.slots)
    return work() if size <= _LITTLE else await asyncio.to_thread(work)


def _added_up(gathered: QueryInputs) -> tuple[CellSums, CellSums, SumPool]:
    now, base = _period_sums(gathered, gathered.now), _period_sums(gathered, gathered.base)
    return now, base, pool_of(gathered.question, gathered.scope, (now, base))


def _period_sums(gathered: QueryInputs, periods_read: Sequence[PeriodCells]) -> CellSums:
    """The sums of all periods, by the slot's number in the result."""
    together = CellSums()
    for cells in periods_read:
        sums = add_up(cells.lines, cells.timeline, gathered.question.needs, group_of(gathered.question, gathered.scope))
        for (slot, group), heaps in sums.counted.items():
            together.counted[cells.numbers[slot], group] = heaps
        for (slot, group), left_out in sums.left_out.items():
            together.left_out[cells.numbers[slot], group] = left_out
    return together


def _result_rows(gathered: QueryInputs, figuring: RowBuilder) -> tuple[ResultRow, ...]:
    return figuring.build_rows(gathered.slots, gathered.bases)
