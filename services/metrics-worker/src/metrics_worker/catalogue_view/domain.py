"""The catalogue as metrics need it: agencies with calendars, departments, services, and measures with versions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from soundings.kernel.agency_calendar import AgencyCalendar
from soundings.kernel.measures import BUILT_IN, CountedUnit
from soundings.kernel.measures import BuiltInMeasure as BuiltIn
from soundings.kernel.scales import MeasureScale

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AgencyFacts:
    """An agency and its rules. ``threshold`` and ``strict`` are those of suppression."""

    id: str
    calendar: AgencyCalendar
    threshold: int = 11
    strict: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class DepartmentFacts:
    id: str
    agency_id: str
    parent_id: str | None = None


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """A service; a ``draft`` is visible only to callers with a right to unsuppressed figures."""

    id: str
    agency_id: str
    department_id: str
    draft: bool = False


@dataclass(frozen=True, slots=True)
class MeasureFacts:
    """A measure as one agency knows it: the scale of every version, and ``version``, the one in force.

    ``agency_id`` is None for a built-in measure that the agency has not declared anew.
    """

    id: str
    name: Texts
    category: str
    direction: str
    unit: str
    per: CountedUnit
    version: int
    scales: Mapping[int, MeasureScale]
    listed: bool = False
    internal: bool = False
    agency_id: str | None = None

    @property
    def current_scale(self) -> MeasureScale:
        return self.scales[self.version]


_UNITS: Final[Mapping[MeasureScale, str]] = MappingProxyType(
    {
        MeasureScale.DURATION: "seconds",
        MeasureScale.MONEY: "minor units",
        MeasureScale.CATEGORY: "answers",
        MeasureScale.COUNT: "units",
    }
)


def unit_of(scale: MeasureScale) -> str:
    """The unit in which figures of an agency's own measure are read."""
    return _UNITS.get(scale, "points")


def built_in(measure: BuiltIn) -> MeasureFacts:
    return MeasureFacts(
        id=measure.id,
        name={"en": measure.name},
        category=measure.category.value,
        direction=measure.direction.value,
        unit=measure.unit,
        per=measure.per,
        version=measure.version,
        scales={measure.version: measure.scale},
        listed=measure.listed,
        internal=measure.internal,
    )


_BUILT_IN: Final = {measure.id: built_in(measure) for measure in BUILT_IN.values()}


@dataclass(frozen=True, slots=True)
class CatalogueView:
    """The whole structure by id; ``measures`` are those that agencies declared themselves."""

    agencies: Mapping[str, AgencyFacts] = field(default_factory=dict[str, AgencyFacts])
    departments: Mapping[str, DepartmentFacts] = field(default_factory=dict[str, DepartmentFacts])
    services: Mapping[str, ServiceFacts] = field(default_factory=dict[str, ServiceFacts])
    measures: Mapping[str, MeasureFacts] = field(default_factory=dict[str, MeasureFacts])

    def departments_above(self, department_id: str) -> tuple[str, ...]:
        """A department and all above it, the nearest first; a circle of parents is walked once."""
        found: list[str] = []
        at: str | None = department_id
        while at is not None and at not in found:
            found.append(at)
            department = self.departments.get(at)
            at = department.parent_id if department else None
        return tuple(found)

    def services_of(self, agency_ids: Iterable[str], department_id: str | None = None) -> tuple[ServiceFacts, ...]:
        """The services of some agencies by id; with a department, those of it and of all below it."""
        wanted = frozenset(agency_ids)
        return tuple(
            service
            for _, service in sorted(self.services.items())
            if service.agency_id in wanted
            and (department_id is None or department_id in self.departments_above(service.department_id))
        )

    def has_measure(self, measure_id: str) -> bool:
        """Whether there is such a measure in any agency."""
        return measure_id in self.measures or measure_id in _BUILT_IN

    def find_measure(self, measure_id: str, agency_id: str) -> MeasureFacts | None:
        """A measure as this agency knows it; None when neither it nor Soundings has such a measure."""
        own = self.measures.get(measure_id)
        return own if own is not None and own.agency_id == agency_id else _BUILT_IN.get(measure_id)

    def measures_of(self, agency_ids: Iterable[str]) -> tuple[MeasureFacts, ...]:
        """The built-in measures, then what these agencies declared, each by id."""
        wanted = frozenset(agency_ids)
        own = sorted((one for one in self.measures.values() if one.agency_id in wanted), key=lambda one: one.id)
        hidden = {one.id for one in own} if len(wanted) == 1 else set[str]()
        return (*(one for one in _BUILT_IN.values() if one.id not in hidden), *own)
