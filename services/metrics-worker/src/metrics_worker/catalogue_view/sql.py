"""Reading the structure from the catalogue's projection, again only after the catalogue has moved."""

from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

import structlog
from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from metrics_worker.catalogue_view.domain import (
    AgencyFacts,
    CatalogueView,
    DepartmentFacts,
    MeasureFacts,
    ServiceFacts,
    unit_of,
)
from metrics_worker.db.tables import catalogue_entity, position
from soundings.events import catalogue as said
from soundings.events.topics import CATALOGUE
from soundings.kernel.agency_calendar import calendar_of
from soundings.kernel.measures import BUILT_IN, CountedUnit
from soundings.kernel.scales import MeasureScale

_log = structlog.get_logger("metrics_worker.catalogue_view")
_Model = TypeVar("_Model", bound=BaseModel)
_ENTITIES: Final = ("agency", "department", "service", "measure")


class _MeasureVersions(BaseModel):
    versions: tuple[said.MeasureVersion, ...] = ()


class CatalogueViewReader:
    """Keeps the structure it read last until the projection's revisions or its position on the log change."""

    def __init__(self) -> None:
        self._known: tuple[tuple[object, ...], CatalogueView] | None = None

    async def read_view(self, connection: AsyncConnection) -> CatalogueView:
        """The structure as this connection's snapshot holds it."""
        table = catalogue_entity.c
        moved = [
            select(func.sum(column)).where(position.c.topic == CATALOGUE.name).scalar_subquery()
            for column in (position.c.epoch, position.c.next)
        ]
        mark = select(func.count(), func.sum(table.revision), func.max(table.revision), *moved).where(
            table.entity.in_(_ENTITIES)
        )
        seen = tuple((await connection.execute(mark)).one())
        if self._known is None or self._known[0] != seen:
            self._known = (seen, await _read_rows(connection))
        return self._known[1]


async def _read_rows(connection: AsyncConnection) -> CatalogueView:
    table = catalogue_entity.c
    wanted = select(table.entity, table.id, table.state, table.body, table.more).where(table.entity.in_(_ENTITIES))
    found: dict[str, dict[str, tuple[str, object, object]]] = {entity: {} for entity in _ENTITIES}
    for entity, id_, state, body, more in await connection.execute(wanted):
        found[entity][id_] = (state, body, more)
    return CatalogueView(
        agencies={one.id: one for one in _agency_facts(found["agency"])},
        departments={id_: _department_facts(id_, body) for id_, (_, body, _) in found["department"].items()},
        services={id_: _service_facts(id_, body) for id_, (_, body, _) in found["service"].items()},
        measures={id_: _measure_facts(id_, body, more) for id_, (_, body, more) in found["measure"].items()},
    )


def _parse_body(model: type[_Model], body: object) -> _Model:
    return model.model_validate(body, extra="ignore")


def _agency_facts(bodies: Mapping[str, tuple[str, object, object]]) -> Iterable[AgencyFacts]:
    for id_, (state, body, _) in bodies.items():
        agency = _parse_body(said.AgencyBody, body)
        try:
            calendar = calendar_of(agency.time_zone, agency.fiscal_year_start)
        except ValueError as error:  # a zone that this machine's time zone data lack
            _log.warning("agency_left_out", agency=id_, reason=str(error))
            continue
        active = state == "active"
        yield AgencyFacts(id_, calendar, agency.suppression_threshold, agency.strict_suppression, active)


def _department_facts(id_: str, body: object) -> DepartmentFacts:
    department = _parse_body(said.DepartmentBody, body)
    return DepartmentFacts(id_, department.agency_id, department.parent_id)


def _service_facts(id_: str, body: object) -> ServiceFacts:
    service = _parse_body(said.ServiceBody, body)
    return ServiceFacts(id_, service.agency_id, service.department_id, service.draft)


def _measure_facts(id_: str, body: object, more: object) -> MeasureFacts:
    measure = _parse_body(said.MeasureBody, body)
    known = BUILT_IN.get(id_)
    return MeasureFacts(
        id=id_,
        name=measure.name,
        category=measure.category,
        direction=measure.direction,
        unit=unit_of(measure.scale),
        per=known.per if known else CountedUnit.RESPONSE,
        version=measure.version,
        scales=_version_scales(id_, measure, more),
        listed=known.listed if known else False,
        internal=measure.internal,
        agency_id=measure.agency_id,
    )


def _version_scales(id_: str, measure: said.MeasureBody, more: object) -> dict[int, MeasureScale]:
    """The scale of every version: the built-in one unless it was declared, those of old, and the one in force."""
    known = BUILT_IN.get(id_)
    first = {known.version: known.scale} if known else {}
    earlier = {one.version: one.scale for one in _parse_body(_MeasureVersions, more).versions}
    return {**first, **earlier, measure.version: measure.scale}
