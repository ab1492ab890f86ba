"""Measure versions for tally validation: the version in force at an instant, and its bins."""

from datetime import UTC, datetime

from feedback_api.catalogue_projection.read_models import MeasureVersionView, MeasureView
from soundings.events import catalogue
from soundings.kernel.measures import BUILT_IN, BuiltInMeasure, CountedUnit, GoodDirection, MeasureCategory
from soundings.kernel.scales import MeasureScale

_EVER = datetime.min.replace(tzinfo=UTC)


def measure_view(event: catalogue.MeasureChanged) -> MeasureView:
    """A measure with all its versions. An event without a version list has the version of its body."""
    listed = [
        MeasureVersionView(_measure_version(event, version.version, version.scale), version.since)
        for version in event.versions
    ]
    if not any(view.measure.version == event.body.version for view in listed):
        since = event.changed_at if listed else None
        listed.append(MeasureVersionView(_measure_version(event, event.body.version, event.body.scale), since))
    return MeasureView(event.body.agency_id, tuple(sorted(listed, key=lambda view: view.measure.version)))


def built_in(measure_id: str) -> tuple[MeasureVersionView, ...]:
    """The only version of a built-in measure; nothing where there is no such measure."""
    measure = BUILT_IN.get(measure_id)
    return () if measure is None else (MeasureVersionView(measure, None),)


def in_force(versions: tuple[MeasureVersionView, ...], at: datetime) -> BuiltInMeasure:
    """The newest version that was in force at an instant; the first one for all time before it."""
    begun = [view for view in versions if (view.since or _EVER) <= at]
    return (begun[-1] if begun else versions[0]).measure


def _measure_version(event: catalogue.MeasureChanged, version: int, scale: MeasureScale) -> BuiltInMeasure:
    body = event.body
    return BuiltInMeasure(
        id=event.id,
        scale=scale,
        category=MeasureCategory(body.category),
        direction=GoodDirection(body.direction),
        name=event.id,
        unit="",
        per=CountedUnit.RESPONSE,
        version=version,
        internal=body.internal,
    )
