"""What a response adds, and what the funnel that leads to it adds."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from metrics_worker.aggregation.contribution import (
    CellCoordinates,
    Contribution,
    Count,
    checked_place,
    count_code,
    unit_buckets,
    versioned,
)
from soundings.kernel.scales import UNITS, MeasureScale, bin_of

Score = tuple[str, str, int, str, int | str]
"""One scored answer: question id, measure, version, scale, and a point of the scale or the code of an option."""

_KEPT: Final = 50_000
_checked: set[tuple[str, str, str]] = set()
_points: dict[Score, Count] = {}

_NO_LISTS: Final[frozenset[str]] = frozenset()
_STAGES: Final = {"invited": "invitations", "shown": "shown", "started": "started"}


def score_count(score: Score) -> Count:
    """The count of one scored answer; ValueError when the value does not lie on the scale. Remembered, for the fold."""
    known = _points.get(score)
    if known is None:
        _, measure, version, scale, value = score
        known = Count(versioned(measure, version), bin_of(MeasureScale(scale), value))
        if len(_points) >= _KEPT:
            _points.clear()
        _points[score] = known
    return known


def list_counts(scores: Iterable[Score], lists: Collection[str]) -> tuple[Count, ...]:
    """One in the bin `*` of each measure that is fed by a question whose answer is a list (one of `lists`)."""
    several = {versioned(measure, version) for question, measure, version, _, _ in scores if question in lists}
    return tuple(Count(measure, UNITS) for measure in sorted(several))


def list_questions(answers: Mapping[str, object]) -> frozenset[str]:
    """The questions that were answered with a list."""
    if list not in map(type, answers.values()):
        return _NO_LISTS
    return frozenset([question for question, value in answers.items() if isinstance(value, list)])


def response_contribution(place: CellCoordinates, form_id: str, scores: tuple[Count, ...]) -> Contribution:
    """A response counts once in `responses`, by its form, and once for each scored answer."""
    return Contribution(place, (count_code("responses", form_id), *scores))


def funnel_contribution(place: CellCoordinates, form_id: str, stage: str, n: int) -> Contribution:
    """A form that was offered, shown or begun `n` times."""
    return Contribution(place, (Count(versioned(_STAGES[stage]), form_id, n),))


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
