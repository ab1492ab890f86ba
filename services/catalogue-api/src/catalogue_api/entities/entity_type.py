"""Kinds of entity: what each is called, what its body looks like, what it refers to and which rules hold for it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from catalogue_api.entities.domain import Document, Entity, EntityProposal, EntityReference, EntityVersion
from soundings.events.catalogue import CatalogueChanged, EntityBody
from soundings.kernel.errors import FieldError

B = TypeVar("B", bound=EntityBody)

Snapshot = Callable[[Entity, Sequence[EntityVersion]], CatalogueChanged]
Numbered = tuple[int, Document]
Filter = Literal["department", "service"]


@dataclass(frozen=True, slots=True)
class EntityType:
    """Everything that the machinery needs to know of one kind of entity; made by :func:`kind_of`.

    ``version`` is the numbered version that a proposal brings about, if any. ``filters`` are the filters of its
    lists other than the agency. ``looks_back`` is set where the rules need those who refer to the entity.
    """

    name: str
    plural: str
    model: type[EntityBody]
    references: Callable[[EntityBody], Sequence[EntityReference]]
    faults: Callable[[EntityProposal], Iterable[FieldError]]
    snapshot: Snapshot
    version: Callable[[EntityProposal], Numbered | None]
    filters: frozenset[Filter]
    looks_back: bool


def entity_type(
    event: type[CatalogueChanged],
    plural: str,
    model: type[B],
    references: Callable[[B], Iterable[EntityReference]],
    *,
    faults: Callable[[B, EntityProposal], Iterable[FieldError]] | None = None,
    snapshot: Snapshot | None = None,
    version: Callable[[B, EntityProposal], Numbered | None] | None = None,
    filters: Iterable[Filter] = (),
    looks_back: bool = False,
) -> EntityType:
    """A kind whose rules are written for its own model of a body."""

    def refer(body: EntityBody) -> Sequence[EntityReference]:
        return tuple(references(_as(model, body)))

    def find_faults(proposal: EntityProposal) -> Iterable[FieldError]:
        return faults(_as(model, proposal.body), proposal) if faults else ()

    def number(proposal: EntityProposal) -> Numbered | None:
        return version(_as(model, proposal.body), proposal) if version else None

    return EntityType(
        name=event.ENTITY,
        plural=plural,
        model=model,
        references=refer,
        faults=find_faults,
        snapshot=snapshot or plain_snapshot(event),
        version=number,
        filters=frozenset(filters),
        looks_back=looks_back,
    )


def plain_snapshot(event: type[CatalogueChanged]) -> Snapshot:
    """Snapshots that say nothing but the entity."""

    def snapshot(entity: Entity, _versions: Sequence[EntityVersion]) -> CatalogueChanged:
        return event.model_validate(snapshot_fields(entity))

    return snapshot


def snapshot_fields(entity: Entity) -> Document:
    """What every snapshot says of its entity."""
    return {
        "id": entity.id,
        "revision": entity.revision,
        "state": entity.state,
        "changed_at": entity.updated_at,
        "body": entity.body,
    }


def _as(model: type[B], body: EntityBody) -> B:
    if not isinstance(body, model):
        # Type erasure: the registry holds types of different bodies, so the check happens at run
        # time.
        raise TypeError(f"a body of {model.__name__} was expected, not of {type(body).__name__}")
    return body
