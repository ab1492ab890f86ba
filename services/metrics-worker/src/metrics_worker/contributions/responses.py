"""What a response adds, and what the funnel that leads to it adds."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from metrics_worker.contributions.counts import (
    Contribution,
    Count,
    Place,
    checked_place,
    coded,
    unit_buckets,
    versioned,
)
from soundings.kernel.scales import UNITS, Scale, bin_of

_KEPT: Final = 50_000
_points: dict[tuple[str, int, str, int | str], Count] = {}

_STAGES: Final = {"invited": "invitations", "shown": "shown", "started": "started"}


Score = tuple[str, str, int, str, int | str]
"""One scored answer: question id, measure, version, scale, and a point of the scale or the code of an option."""


def score_count(measure: str, version: int, scale: str, value: int | str) -> Count:
    """The count of one scored answer; ValueError when the value does not lie on the scale. Remembered, for the fold."""
    key = (measure, version, scale, value)
    known = _points.get(key)
    if known is None:
        if len(_points) >= _KEPT:
            _points.clear()
        known = _points[key] = Count(versioned(measure, version), bin_of(Scale(scale), value))
    return known


def score_counts(scores: Sequence[Score], lists: Collection[str] = ()) -> tuple[Count, ...]:
    """The counts of all scored answers of one response.

    A measure that is fed by a question with a list of answers (one of `lists`) is counted in the bin `*` once as well.
    """
    counts = [score_count(measure, version, scale, value) for _, measure, version, scale, value in scores]
    if lists:
        several = {versioned(measure, version) for question, measure, version, _, _ in scores if question in lists}
        counts += [Count(measure, UNITS) for measure in sorted(several)]
    return tuple(counts)


def list_questions(answers: Mapping[str, object]) -> frozenset[str]:
    """The questions that were answered with a list."""
    return frozenset([question for question, value in answers.items() if isinstance(value, list)])


def response_contribution(place: Place, form_id: str, scores: tuple[Count, ...]) -> Contribution:
    """A response counts once in `responses`, by its form, and once for each scored answer."""
    return Contribution(place, (coded("responses", form_id), *scores))


def funnel_contribution(place: Place, form_id: str, stage: str, n: int) -> Contribution:
    """A form that was offered, shown or begun `n` times."""
    return Contribution(place, (Count(versioned(_STAGES[stage]), form_id, n),))


def unit_place(service: str, channel: str, touchpoint: str, time_zone: str, ms: int) -> Place:
    """The place of a unit at an instant; ValueError for an unknown time zone or an instant outside of the calendar."""
    return checked_place(Place(service, channel, touchpoint, unit_buckets(time_zone, ms)))
