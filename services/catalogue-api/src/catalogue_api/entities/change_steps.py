"""How an entity comes to be another: what the rules need is gathered, the rules are asked, and the change is kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Self

from catalogue_api.entities.domain import (
    Document,
    Entity,
    EntityProposal,
    EntityReference,
    FieldChange,
    Key,
    RuleContext,
    body_document,
)
from catalogue_api.entities.entity_type import EntityType
from catalogue_api.entities.errors import AdminOnly, NotFound, WrongAgency
from catalogue_api.entities.json_diff import field_differences
from catalogue_api.entities.ports import CatalogueReader, CatalogueWriter
from soundings.access.roles import Principal, StaffRole
from soundings.events.catalogue import (
    AgencyBody,
    ArticleBody,
    DepartmentBody,
    EntityBody,
    MeasureBody,
    MeasureVersion,
    PersonaBody,
    ServiceBody,
    SourceBody,
    StandardBody,
    TouchpointBody,
)
from soundings.events.forms import FormBody
from soundings.kernel.clock import Clock, epoch_ms, from_epoch_ms
from soundings.kernel.errors import FieldError, InvalidInput
from soundings.kernel.ids import is_slug

_OWNED = DepartmentBody | ServiceBody | MeasureBody | FormBody | SourceBody | ArticleBody | PersonaBody
_CLIMB = 32
_DEPENDENTS = 10_000


@dataclass(frozen=True, slots=True)
class ChangeAuthor:
    """Who changes something, and when."""

    principal: Principal
    now: datetime

    @property
    def name(self) -> str:
        return self.principal.name.replace("\0", "")  # PostgreSQL keeps no NUL in text

    @classmethod
    def of(cls, principal: Principal, clock: Clock) -> Self:
        """This caller, now; in whole milliseconds, as rows keep it."""
        return cls(principal, from_epoch_ms(epoch_ms(clock())))


async def require_entity(reader: CatalogueReader, kind: str, entity_id: str) -> Entity:
    """The entity, retired or not. Raises NotFound."""
    # An id from a path may be no slug; PostgreSQL would reject a NUL in it with an error.
    entity = await reader.get(kind, entity_id) if is_slug(entity_id) else None
    if entity is None:
        raise NotFound(f"There is no {kind} {entity_id!r}.")
    return entity


async def load_proposal(
    reader: CatalogueReader, kind: EntityType, entity_id: str, body: EntityBody, *, before: Entity | None, now: datetime
) -> EntityProposal:
    """The proposal with everything that the rules of its kind look at."""
    known = await _referred(reader, kind, kind.references(body))
    measures = {found for name, found in (*known, (kind.name, entity_id)) if name == "measure"}
    return EntityProposal(
        kind=kind.name,
        id=entity_id,
        body=body,
        now=now,
        before=before,
        known=RuleContext(known, await _measure_versions(reader, measures)),
        dependents=await reader.dependents(kind.name, entity_id, _DEPENDENTS) if kind.looks_back else (),
    )


async def _referred(
    reader: CatalogueReader, kind: EntityType, references: Sequence[EntityReference]
) -> Mapping[Key, Entity]:
    """What is referred to; where a kind refers to itself, its ancestors too."""
    # One query for all references instead of one for each.
    known = dict(await reader.many({reference.key for reference in references}))
    frontier = {reference.key for reference in references if reference.kind == kind.name}
    # Bounded, so that a cycle in stored references cannot loop for ever; the rules report it.
    for _ in range(_CLIMB):
        bodies = [known[key].body for key in frontier if key in known]
        above = {ref.key for body in bodies for ref in kind.references(body) if ref.kind == kind.name}
        frontier = above - known.keys()
        if not frontier:
            break
        known.update(await reader.many(frontier))
    return known


async def _measure_versions(reader: CatalogueReader, ids: set[str]) -> Mapping[str, Sequence[MeasureVersion]]:
    rows = await reader.versions("measure", ids) if ids else ()
    return {
        measure: tuple(MeasureVersion.model_validate(row.body) for row in versions)
        for measure, versions in groupby(rows, key=lambda row: row.id)
    }


def agency_of(proposal: EntityProposal) -> str | None:
    """The agency that an entity belongs to: itself, the one it names, or that of its service; None when unknown."""
    body = proposal.body
    if isinstance(body, AgencyBody):
        return proposal.id
    if isinstance(body, StandardBody | TouchpointBody):
        service = proposal.known.active("service", body.service_id)
        return service.agency_id if service is not None else None
    if isinstance(body, _OWNED):
        return body.agency_id
    raise TypeError(f"nothing says to which agency a {proposal.kind} belongs")


def validate_proposal(kind: EntityType, proposal: EntityProposal, principal: Principal) -> str:
    """The agency of an acceptable proposal. Raises ForeignAgency, AdminOnly, or Refused with every fault."""
    agency = agency_of(proposal)
    faults = [*_moved(proposal, agency)]
    if not faults and agency is not None:
        comes = proposal.before is None or not proposal.before.is_active
        require_write(principal, kind.name, agency, comes_or_goes=comes)
    faults += [*_dangling(kind, proposal, agency), *kind.faults(proposal)]
    if faults or agency is None:
        raise InvalidInput(faults)
    return agency


def require_read(principal: Principal, agency: str) -> None:
    """Raises ForeignAgency when the caller acts for another agency."""
    if not principal.can_act_for(agency):
        raise WrongAgency(f"You act for {principal.agency or 'no agency'}; this belongs to {agency}.")


def require_write(principal: Principal, kind: str, agency: str, *, comes_or_goes: bool = False) -> None:
    """Raises ForeignAgency when the caller acts for another agency, AdminOnly when an agency would come or go."""
    require_read(principal, agency)
    if comes_or_goes and kind == "agency" and not principal.has_role(StaffRole.ADMIN):
        raise AdminOnly("Agencies are created and retired by an admin.")


def _moved(proposal: EntityProposal, agency: str | None) -> Iterator[FieldError]:
    before = proposal.before
    if before is None or agency in {None, before.agency_id}:
        return
    field = "service_id" if isinstance(proposal.body, StandardBody | TouchpointBody) else "agency_id"
    yield FieldError(field, "moved", f"this belongs to {before.agency_id}, and does not change its agency")


def _dangling(kind: EntityType, proposal: EntityProposal, agency: str | None) -> Iterator[FieldError]:
    for reference in kind.references(proposal.body):
        found = proposal.known.active(reference.kind, reference.id)
        if found is None:
            retired = reference.key in proposal.known.entities
            detail = f"the {reference.kind} {reference.id!r} is retired" if retired else f"no such {reference.kind}"
            yield FieldError(reference.field, "unknown", detail)
        elif agency is not None and found.agency_id != agency:
            yield FieldError(
                reference.field, "foreign", f"{reference.id!r} belongs to {found.agency_id}, not to {agency}"
            )


async def save_change(
    writer: CatalogueWriter, kind: EntityType, before: Entity | None, after: Entity, author: ChangeAuthor
) -> None:
    """Keep a change: the entity, its history and its snapshot for the others."""
    await writer.save(before, after, kind.references(after.body), changes(before, after, author))
    await writer.enqueue_event(kind.snapshot(after, await writer.versions(kind.name, {after.id})))


def changes(before: Entity | None, after: Entity, author: ChangeAuthor) -> Sequence[FieldChange]:
    """What the history says of a change; a new entity has one entry for each of its fields."""
    fields = field_differences(_with_state(before), _with_state(after))
    return [
        FieldChange(author.now, author.name, after.revision, ordinal, field, old, new)
        for ordinal, (field, old, new) in enumerate(fields)
    ]


def _with_state(entity: Entity | None) -> Document:
    if entity is None:
        return {"state": "active"}
    shown: Document = {**body_document(entity.body), "state": entity.state}
    return shown if entity.published is None else {**shown, "published": entity.published}
