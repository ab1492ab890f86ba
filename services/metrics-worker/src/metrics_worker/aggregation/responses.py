"""What a response adds, and what the funnel that leads to it adds."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from metrics_worker.aggregation.contribution import (
    CellContribution,
    CellCoordinates,
    MeasureCount,
    checked_place,
    count_code,
    unit_buckets,
    versioned_measure,
)
from soundings.kernel.scales import UNITS, MeasureScale, bin_of

Score = tuple[str, str, int, str, int | str]
"""One scored answer: question id, measure, version, scale, and a point of the scale or the code of an option."""

_KEPT: Final = 50_000
_checked: set[tuple[str, str, str]] = set()
_points: dict[Score, MeasureCount] = {}

_NO_LISTS: Final[frozenset[str]] = frozenset()
_STAGES: Final = {"invited": "invitations", "shown": "shown", "started": "started"}


def score_count(score: Score) -> MeasureCount:
    """The count of one scored answer; ValueError when the value does not lie on the scale. Remembered, for the fold."""
    known = _points.get(score)
    if known is None:
        _, measure, version, scale, value = score
        known = MeasureCount(versioned_measure(measure, version), bin_of(MeasureScale(scale), value))
        if len(_points) >= _KEPT:
            _points.clear()
        _points[score] = known
    return known


def list_counts(scores: Iterable[Score], lists: Collection[str]) -> tuple[MeasureCount, ...]:
    """One in the bin `*` of each measure that is fed by a question whose answer is a list (one of `lists`)."""
    several = {versioned_measure(measure, version) for question, measure, version, _, _ in scores if question in lists}
    return tuple(MeasureCount(measure, UNITS) for measure in sorted(several))


def list_questions(answers: Mapping[str, object]) -> frozenset[str]:
    """The questions that were answered with a list."""
    if list not in map(type, answers.values()):
        return _NO_LISTS
    return frozenset([question for question, value in answers.items() if isinstance(value, list)])


def response_contribution(place: CellCoordinates, form_id: str, scores: tuple[MeasureCount, ...]) -> CellContribution:
    """A response counts once in `responses`, by its form, and once for each scored answer."""
    return CellContribution(place, (count_code("responses", form_id), *scores))


def funnel_contribution(place: CellCoordinates, form_id: str, stage: str, n: int) -> CellContribution:
    """A form that was offered, shown or begun `n` times."""
    return CellContribution(place, (MeasureCount(versioned_measure(_STAGES[stage]), form_id, n),))


def unit_place(service: str, channel: str, touchpoint: str, time_zone: str, ms: int) -> CellCoordinates:
    """The place of a unit at an instant; ValueError for an unknown time zone or an instant outside of the calendar."""
    buckets = unit_buckets(time_zone, ms)
    ids = (service, channel, touchpoint)
    if ids in _checked:
        return CellCoordinates(service, channel, touchpoint, buckets)
    place = checked_place(CellCoordinates(service, channel, touchpoint, buckets))
    if len(_checked) >= _KEPT:
        _checked.clear()
    _checked.add(ids)
    return place
