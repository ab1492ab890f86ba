"""The catalogue as the use cases see it: a unit of work that reads, and one that writes, is alone and is announced."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from catalogue_api.entities.domain import Entity, EntityReference, EntityVersion, FieldChange, Key, ListFilters
from soundings.events.catalogue import CatalogueChanged


class CatalogueReader(Protocol):
    """One consistent state of the catalogue."""

    async def get(self, kind: str, entity_id: str) -> Entity | None:
        """The entity, retired or not."""
        ...

    async def many(self, keys: Collection[Key]) -> Mapping[Key, Entity]:
        """Those of the entities that there are."""
        ...

    async def page(self, kind: str, filters: ListFilters, after: str, limit: int) -> Sequence[Entity]:
        """Entities in order of id, from behind ``after``."""
        ...

    async def dependents(self, kind: str, entity_id: str, limit: int) -> Sequence[Entity]:
        """Other entities in force that refer to this one, in order of kind and id."""
        ...

    async def versions(self, kind: str, ids: Collection[str]) -> Sequence[EntityVersion]:
        """Every version of some entities, ascending by entity and number."""
        ...

    async def version(self, kind: str, entity_id: str, number: int) -> EntityVersion | None:
        """One version of an entity."""
        ...

    async def history(
        self, kind: str, entity_id: str, before: tuple[int, int] | None, limit: int
    ) -> Sequence[FieldChange]:
        """Changes, newest revision first, from behind the place ``before`` (revision and ordinal)."""
        ...


class CatalogueWriter(CatalogueReader, Protocol):
    """The catalogue inside one transaction that holds the write lock, so reads stay valid until its end."""

    async def save(
        self,
        before: Entity | None,
        after: Entity,
        references: Collection[EntityReference],
        changes: Sequence[FieldChange],
    ) -> None:
        """Keep the entity as it is after the changes."""
        ...

    async def keep_version(self, version: EntityVersion) -> None:
        """Keep a version, in place of one with its number."""
        ...

    async def enqueue_event(self, *events: CatalogueChanged, at: datetime | None = None) -> None:
        """Put events into the outbox, in this order and behind all that was acknowledged before.

        They wait there since ``at``, or else since they changed.
        """
        ...


class Catalogue(Protocol):
    """The two units of work. Both raise Unavailable when the database cannot be reached."""

    def reading(self) -> AbstractAsyncContextManager[CatalogueReader]:
        """A consistent view, for as long as the block lasts."""
        ...

    def writing(self) -> AbstractAsyncContextManager[CatalogueWriter]:
        """A transaction: committed when the block ends, rolled back when it raises."""
        ...
