"""What people do with entities, whatever their kind."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from catalogue_api.entities.body_validation import read_body
from catalogue_api.entities.change_steps import (
    ChangeAuthor,
    load_proposal,
    require_entity,
    require_read,
    require_write,
    save_change,
    validate_proposal,
)
from catalogue_api.entities.domain import READ_ONLY, Entity, EntityVersion, FieldChange, ListFilters, body_document
from catalogue_api.entities.entity_type import EntityType
from catalogue_api.entities.errors import EntityInUse, EntityRetired
from catalogue_api.entities.json_diff import merge_patch
from catalogue_api.entities.ports import Catalogue, CatalogueWriter
from catalogue_api.entities.preconditions import Preconditions
from soundings.access.roles import Principal
from soundings.events.catalogue import EntityBody
from soundings.kernel.clock import Clock
from soundings.kernel.errors import FieldError, InvalidInput
from soundings.kernel.ids import is_slug

_SHOWN_DEPENDENTS = 10


@dataclass(frozen=True, slots=True)
class WriteResult:
    """An entity as it is after a write, and whether it was not there before."""

    entity: Entity
    created: bool


@dataclass(frozen=True, slots=True)
class PutEntity:
    """Creates, replaces or revives an entity; identical content changes nothing."""

    catalogue: Catalogue
    clock: Clock

    async def __call__(
        self, kind: EntityType, entity_id: str, sent: object, caller: Principal, conditions: Preconditions
    ) -> WriteResult:
        """Raises Refused, ForeignAgency, AdminOnly and ChangedMeanwhile."""
        author = ChangeAuthor.of(caller, self.clock)
        async with self.catalogue.writing() as writer:
            return await put_entity(writer, kind, entity_id, sent, author=author, conditions=conditions)


async def put_entity(
    writer: CatalogueWriter,
    kind: EntityType,
    entity_id: str,
    sent: object,
    *,
    author: ChangeAuthor,
    conditions: Preconditions,
) -> WriteResult:
    """As :class:`PutEntity`, within a transaction that is open already."""
    if not is_slug(entity_id):
        raise InvalidInput(
            [FieldError("id", "not_a_slug", "an id is 1 to 100 of a-z, 0-9, - and _, no sign at either end")]
        )
    before = await writer.get(kind.name, entity_id)
    if before is not None:
        require_write(author.principal, kind.name, before.agency_id)
    conditions.require(before)
    body = read_body(kind, entity_id, sent)
    entity = await _save_proposal(writer, kind, entity_id, body, before=before, author=author)
    return WriteResult(entity, created=before is None)


@dataclass(frozen=True, slots=True)
class PatchEntity:
    """Changes some fields of an entity by a JSON merge patch."""

    catalogue: Catalogue
    clock: Clock

    async def __call__(
        self, kind: EntityType, entity_id: str, patch: object, caller: Principal, conditions: Preconditions
    ) -> Entity:
        """Raises NotFound, EntityRetired, Refused, ForeignAgency and ChangedMeanwhile."""
        author = ChangeAuthor.of(caller, self.clock)
        async with self.catalogue.writing() as writer:
            before = await require_entity(writer, kind.name, entity_id)
            require_write(caller, kind.name, before.agency_id)
            conditions.require(before)
            if not before.is_active:
                raise EntityRetired("It is retired; a PUT revives it.")
            _check_patch(patch)
            body = read_body(kind, entity_id, merge_patch(body_document(before.body), patch))
            return await _save_proposal(writer, kind, entity_id, body, before=before, author=author)


@dataclass(frozen=True, slots=True)
class RetireEntity:
    """Takes an entity out of force; it stays readable, with its history."""

    catalogue: Catalogue
    clock: Clock

    async def __call__(self, kind: EntityType, entity_id: str, caller: Principal, conditions: Preconditions) -> None:
        """Raises NotFound, EntityInUse, ForeignAgency, AdminOnly and ChangedMeanwhile."""
        author = ChangeAuthor.of(caller, self.clock)
        async with self.catalogue.writing() as writer:
            before = await require_entity(writer, kind.name, entity_id)
            require_write(caller, kind.name, before.agency_id, comes_or_goes=True)
            conditions.require(before)
            if not before.is_active:
                return
            await _check_unused(writer, before)
            after = replace(before, revision=before.revision + 1, state="retired", updated_at=author.now)
            await save_change(writer, kind, before, after, author)


@dataclass(frozen=True, slots=True)
class GetEntity:
    catalogue: Catalogue

    async def __call__(self, kind: EntityType, entity_id: str, caller: Principal) -> Entity:
        """Raises NotFound and ForeignAgency."""
        async with self.catalogue.reading() as reader:
            entity = await require_entity(reader, kind.name, entity_id)
        require_read(caller, entity.agency_id)
        return entity


@dataclass(frozen=True, slots=True)
class ListEntities:
    """Lists entities of the caller's agency in order of id."""

    catalogue: Catalogue

    async def __call__(
        self, kind: EntityType, filters: ListFilters, caller: Principal, *, after: str, limit: int
    ) -> tuple[Sequence[Entity], bool]:
        """At most ``limit`` entities from behind the id ``after``, and whether there are more."""
        if filters.agency is not None:
            require_read(caller, filters.agency)
        # The agency of the token always narrows the query, whatever filter the caller sends.
        narrowed = filters if caller.reaches_every_agency else replace(filters, agency=caller.agency or "")
        async with self.catalogue.reading() as reader:
            # One more than asked for tells whether there is a next page, without a count.
            found = await reader.page(kind.name, narrowed, after, limit + 1)
        return found[:limit], len(found) > limit


@dataclass(frozen=True, slots=True)
class ReadHistory:
    """Lists the changes of an entity with their authors, newest first."""

    catalogue: Catalogue

    async def __call__(
        self, kind: EntityType, entity_id: str, caller: Principal, *, before: tuple[int, int] | None, limit: int
    ) -> tuple[Sequence[FieldChange], bool]:
        """At most ``limit`` changes from behind a place, and whether there are more. Raises NotFound, ForeignAgency."""
        async with self.catalogue.reading() as reader:
            require_read(caller, (await require_entity(reader, kind.name, entity_id)).agency_id)
            found = await reader.history(kind.name, entity_id, before, limit + 1)
        return found[:limit], len(found) > limit


async def _save_proposal(
    writer: CatalogueWriter,
    kind: EntityType,
    entity_id: str,
    body: EntityBody,
    *,
    before: Entity | None,
    author: ChangeAuthor,
) -> Entity:
    # An identical PUT is idempotent: no revision, no event.
    if before is not None and before.is_active and body_document(before.body) == body_document(body):
        return before
    proposal = await load_proposal(writer, kind, entity_id, body, before=before, now=author.now)
    after = Entity(
        kind=kind.name,
        id=entity_id,
        agency_id=validate_proposal(kind, proposal, author.principal),
        revision=1 if before is None else before.revision + 1,
        state="active",
        body=body,
        updated_at=author.now,
        published=None if before is None else before.published,
    )
    numbered = kind.version(proposal)
    if numbered is not None:
        await writer.keep_version(EntityVersion(kind.name, entity_id, *numbered, author.now, author.name))
    await save_change(writer, kind, before, after, author)
    return after


def _check_patch(patch: object) -> None:
    if not isinstance(patch, dict):
        raise InvalidInput([FieldError("", "not_an_object", "a merge patch of an entity is a JSON object")])
    ours = [name for name in cast("dict[str, object]", patch) if name in READ_ONLY]
    if ours:
        raise InvalidInput([FieldError(name, "read_only", "this is not yours to change") for name in ours])


async def _check_unused(writer: CatalogueWriter, entity: Entity) -> None:
    dependents = await writer.dependents(entity.kind, entity.id, _SHOWN_DEPENDENTS + 1)
    if dependents:
        named = ", ".join(f"{one.kind} {one.id}" for one in dependents[:_SHOWN_DEPENDENTS])
        more = " and others" if len(dependents) > _SHOWN_DEPENDENTS else ""
        raise EntityInUse(f"These refer to it: {named}{more}. Change or retire them first.")
