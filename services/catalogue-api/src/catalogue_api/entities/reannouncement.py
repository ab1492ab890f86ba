"""Telling the others again what the catalogue holds, as when their topic was lost: they know duplicates by revision."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from catalogue_api.entities.domain import Entity, EntityVersion, ListFilters
from catalogue_api.entities.entity_type import EntityType
from catalogue_api.entities.ports import Catalogue
from soundings.events.catalogue import CatalogueChanged
from soundings.kernel.clock import Clock

VersionEvent = Callable[[EntityVersion], CatalogueChanged]
"""What the others are told of one version of an entity, where they are told of versions."""

PAGE: Final = 200
"""Entities that one transaction announces: other writers wait for no more than that."""
_ALL: Final = ListFilters(state="all")


@dataclass(frozen=True, slots=True)
class AnnounceEntities:
    """Puts a snapshot of every entity of a kind, retired or not, into the outbox; before it, those of its versions."""

    catalogue: Catalogue
    clock: Clock

    async def __call__(self, kind: EntityType, version_event: VersionEvent | None = None) -> int:
        """How many snapshots there were. Raises Unavailable; what was announced until then stays announced."""
        after, announced = "", 0
        while True:
            async with self.catalogue.writing() as writer:
                page = await writer.page(kind.name, _ALL, after, PAGE)
                versions = await writer.versions(kind.name, {entity.id for entity in page})
                events = [event for entity in page for event in _snapshots(kind, entity, versions, version_event)]
                await writer.enqueue_event(*events, at=self.clock())
            announced += len(events)
            # A short page is the last one; an empty extra page is saved.
            if len(page) < PAGE:
                return announced
            after = page[-1].id


def _snapshots(
    kind: EntityType, entity: Entity, versions: Sequence[EntityVersion], version_event: VersionEvent | None
) -> Sequence[CatalogueChanged]:
    own = [version for version in versions if version.id == entity.id]
    before = [version_event(version) for version in own] if version_event is not None else []
    return [*before, kind.snapshot(entity, own)]
