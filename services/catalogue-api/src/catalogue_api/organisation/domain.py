"""The kinds that describe an agency and its services, and the rules that hold for them."""

from collections.abc import Iterator
from functools import cache
from zoneinfo import available_timezones

from catalogue_api.entities.domain import EntityProposal, EntityReference
from catalogue_api.entities.entity_type import entity_type
from soundings.events.catalogue import (
    AgencyBody,
    AgencyChanged,
    ArticleBody,
    ArticleChanged,
    DepartmentBody,
    DepartmentChanged,
    PersonaBody,
    PersonaChanged,
    ServiceBody,
    ServiceChanged,
    StandardBody,
    StandardChanged,
    TouchpointBody,
    TouchpointChanged,
)
from soundings.kernel.errors import FieldError
from soundings.kernel.measures import BUILT_IN

_LEVELS = 32
_ZONES_OF_THIS_MACHINE = {"localtime", "Factory"}  # in the database's folder, and no place on earth


def _of_nobody(_body: AgencyBody) -> Iterator[EntityReference]:
    yield from ()


def _of_department(body: DepartmentBody) -> Iterator[EntityReference]:
    yield EntityReference("agency_id", "agency", body.agency_id)
    if body.parent_id is not None:
        yield EntityReference("parent_id", "department", body.parent_id)


def _of_service(body: ServiceBody) -> Iterator[EntityReference]:
    yield EntityReference("agency_id", "agency", body.agency_id)
    yield EntityReference("department_id", "department", body.department_id)


def _of_standard(body: StandardBody) -> Iterator[EntityReference]:
    yield EntityReference("service_id", "service", body.service_id)
    if body.measure is not None and body.measure not in BUILT_IN:
        yield EntityReference("measure", "measure", body.measure)


def _of_touchpoint(body: TouchpointBody) -> Iterator[EntityReference]:
    yield EntityReference("service_id", "service", body.service_id)


def _of_article(body: ArticleBody) -> Iterator[EntityReference]:
    yield EntityReference("agency_id", "agency", body.agency_id)
    if body.service_id is not None:
        yield EntityReference("service_id", "service", body.service_id)


def _of_persona(body: PersonaBody) -> Iterator[EntityReference]:
    yield EntityReference("agency_id", "agency", body.agency_id)


def agency_faults(body: AgencyBody, proposal: EntityProposal) -> Iterator[FieldError]:
    """The time zone must be one of the IANA database, and the version of the subjects' key must not fall."""
    if body.time_zone not in _time_zones():
        yield FieldError(
            "time_zone", "unknown_time_zone", f"no time zone {body.time_zone!r}; use a name like Europe/Lisbon"
        )
    before = None if proposal.before is None else proposal.before.body
    if isinstance(before, AgencyBody) and body.subject_key_version < before.subject_key_version:
        detail = f"must be at least {before.subject_key_version}, or what older keys made could not be found any more"
        yield FieldError("subject_key_version", "falls", detail)


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones() - _ZONES_OF_THIS_MACHINE)


def department_faults(body: DepartmentBody, proposal: EntityProposal) -> Iterator[FieldError]:
    """A department does not stand below itself, nor too deep to be shown."""
    parent, levels = body.parent_id, 0
    while parent is not None:
        levels += 1
        if parent == proposal.id:
            yield FieldError("parent_id", "cycle", "a department cannot stand below itself")
            return
        if levels >= _LEVELS:
            yield FieldError("parent_id", "too_deep", f"departments may be nested {_LEVELS} levels deep")
            return
        above = proposal.known.body(DepartmentBody, "department", parent)
        parent = above.parent_id if above is not None else None


def service_faults(body: ServiceBody, _proposal: EntityProposal) -> Iterator[FieldError]:
    """A channel is described once."""
    seen: set[str] = set()
    for index, channel in enumerate(body.channels):
        name = channel if isinstance(channel, str) else channel.channel
        if name in seen:
            yield FieldError(f"channels.{index}", "duplicate", f"{name} stands here twice")
        seen.add(name)


KINDS = (
    entity_type(AgencyChanged, "agencies", AgencyBody, _of_nobody, faults=agency_faults),
    entity_type(
        DepartmentChanged,
        "departments",
        DepartmentBody,
        _of_department,
        faults=department_faults,
        filters=["department"],
    ),
    entity_type(ServiceChanged, "services", ServiceBody, _of_service, faults=service_faults, filters=["department"]),
    entity_type(StandardChanged, "standards", StandardBody, _of_standard, filters=["service"]),
    entity_type(TouchpointChanged, "touchpoints", TouchpointBody, _of_touchpoint, filters=["service"]),
    entity_type(ArticleChanged, "articles", ArticleBody, _of_article, filters=["service"]),
    entity_type(PersonaChanged, "personas", PersonaBody, _of_persona),
)
