"""The scope of a question: whose cells it may sum, for this caller, under which calendar."""

from collections.abc import Mapping
from dataclasses import dataclass

from metrics_worker.catalogue_view.domain import AgencyFacts, CatalogueView, MeasureFacts, ServiceFacts
from metrics_worker.query.domain.metric_query import GroupDimension, MetricQuery
from metrics_worker.query.errors import ForeignAgency, invalid_parameter
from soundings.access.roles import Principal, StaffRole
from soundings.kernel.agency_calendar import AgencyCalendar
from soundings.kernel.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class QueryScope:
    """The agencies asked about, which share one calendar, their services that are summed, and the measures read.

    ``suppressed`` callers get figures after suppression, and nothing of services that are drafts.
    """

    agencies: tuple[AgencyFacts, ...]
    services: Mapping[str, ServiceFacts]
    measures: Mapping[str, MeasureFacts]
    suppressed: bool

    @property
    def agency_calendar(self) -> AgencyCalendar:
        return self.agencies[0].calendar


def scope_of(question: MetricQuery, structure: CatalogueView, principal: Principal) -> QueryScope:
    """The scope of a question for a caller; ForeignAgency, or Refused naming what does not exist or is missing."""
    suppressed = not principal.has_role(StaffRole.ANALYST)
    for field, measure in _asked_dimensions(question):
        if not structure.has_measure(measure):
            raise _no_measure(field, measure)
    agencies = _asked_agencies(question, structure, principal, suppressed=suppressed)
    services = {
        service.id: service
        for service in structure.services_of((agency.id for agency in agencies), question.department)
        if question.service in (None, service.id) and not (suppressed and service.draft)
    }
    if question.service is not None and not services:
        raise _unknown_value("service", question.service)
    measures = _asked_measures(question, structure, agencies, public=not principal.roles)
    return QueryScope(agencies, services, measures, suppressed)


def _unknown_value(field: str, value: str) -> InvalidInput:
    return invalid_parameter(field, "unknown", f"{value!r} is not known here")


def _no_measure(field: str, measure: str) -> InvalidInput:
    return invalid_parameter(field, "unknown", f"there is no measure {measure!r}")


def _asked_agencies(
    question: MetricQuery, structure: CatalogueView, principal: Principal, *, suppressed: bool
) -> tuple[AgencyFacts, ...]:
    named = _named_agencies(question, structure)
    if len(named) > 1:
        raise invalid_parameter(
            "agency", "contradiction", f"agency, department and service belong to {', '.join(sorted(named))}"
        )
    if principal.roles and principal.agency is None:
        raise ForeignAgency("your token names no agency; one with the claim agency is needed")
    own = None if not principal.roles or principal.reaches_every_agency else principal.agency
    if own is not None and named and own not in named:
        raise ForeignAgency(f"your token is for the agency {own!r}")
    chosen = next(iter(named), own)
    if chosen is None:
        return _all_agencies(question, structure, suppressed=suppressed)
    if chosen not in structure.agencies:
        raise _unknown_value("agency", chosen)
    return (structure.agencies[chosen],)


def _named_agencies(question: MetricQuery, structure: CatalogueView) -> set[str]:
    """The agencies that the question names, directly or by a department or service."""
    named: set[str] = set()
    if question.agency is not None:
        if question.agency not in structure.agencies:
            raise _unknown_value("agency", question.agency)
        named.add(question.agency)
    for field, value, known in (
        ("department", question.department, structure.departments),
        ("service", question.service, structure.services),
    ):
        if value is not None:
            if value not in known:
                raise _unknown_value(field, value)
            named.add(known[value].agency_id)
    return named


def _all_agencies(question: MetricQuery, structure: CatalogueView, *, suppressed: bool) -> tuple[AgencyFacts, ...]:
    """Every agency, where one answer can be given for all of them."""
    agencies = tuple(agency for _, agency in sorted(structure.agencies.items()) if agency.active)
    if not agencies:
        raise invalid_parameter("agency", "unknown", "there is no agency yet")
    if len({(one.calendar.time_zone, one.calendar.fiscal_year_start) for one in agencies}) > 1:
        raise invalid_parameter("agency", "required", "name the agency: those here differ in time zone or fiscal year")
    if suppressed and len(agencies) > 1 and GroupDimension.AGENCY not in question.group_by:
        raise invalid_parameter(
            "agency", "required", "name the agency, or group by agency: suppression is decided within one"
        )
    return agencies


def _asked_measures(
    question: MetricQuery, structure: CatalogueView, agencies: tuple[AgencyFacts, ...], *, public: bool
) -> dict[str, MeasureFacts]:
    """The measures that are read; of several agencies each must know the same ones."""
    found: dict[str, MeasureFacts] = {}
    for field, measure_id in _asked_dimensions(question):
        facts = [structure.find_measure(measure_id, agency.id) for agency in agencies]
        first = facts[0]
        if first is None or any(one is None or (public and one.internal) for one in facts):
            raise _no_measure(field, measure_id)
        if any(one is not None and one.scales != first.scales for one in facts):
            raise invalid_parameter("agency", "required", f"name the agency: {measure_id!r} differs between them")
        if question.version is not None and question.version not in first.scales:
            known = ", ".join(map(str, sorted(first.scales)))
            raise invalid_parameter("version", "unknown", f"{measure_id!r} has the versions {known}")
        found[measure_id] = first
    return found


def _asked_dimensions(question: MetricQuery) -> list[tuple[str, str]]:
    """Each measure that is read, with the parameter that named it."""
    params = question.params
    named = {question.measure: "measure", params.denominator: "denominator", params.numerator: "numerator"}
    return [(named.get(measure, "measure"), measure) for measure in question.queried_measures]
