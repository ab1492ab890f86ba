"""Kinds of entity: what each is called, what its body looks like, what it refers to and which rules hold for it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from catalogue_api.entities.domain import Document, Entity, Proposal, Reference, Version
from soundings.events.catalogue import CatalogueChanged, EntityBody
from soundings.kernel.errors import FieldError

B = TypeVar("B", bound=EntityBody)

Snapshot = Callable[[Entity, Sequence[Version]], CatalogueChanged]
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
    references: Callable[[EntityBody], Sequence[Reference]]
    faults: Callable[[Proposal], Iterable[FieldError]]
    snapshot: Snapshot
    version: Callable[[Proposal], Numbered | None]
    filters: frozenset[Filter]
    looks_back: bool


def entity_type(
    event: type[CatalogueChanged],
    plural: str,
    model: type[B],
    references: Callable[[B], Iterable[Reference]],
    *,
    faults: Callable[[B, Proposal], Iterable[FieldError]] | None = None,
    snapshot: Snapshot | None = None,
    version: Callable[[B, Proposal], Numbered | None] | None = None,
    filters: Iterable[Filter] = (),
    looks_back: bool = False,
) -> EntityType:
    """A kind whose rules are written for its own model of a body."""

    def refer(body: EntityBody) -> Sequence[Reference]:
        return tuple(references(_as(model, body)))

    def judge(proposal: Proposal) -> Iterable[FieldError]:
        return faults(_as(model, proposal.body), proposal) if faults else ()

    def number(proposal: Proposal) -> Numbered | None:
        return version(_as(model, proposal.body), proposal) if version else None

    return EntityType(
        name=event.ENTITY,
        plural=plural,
        model=model,
        references=refer,
        faults=judge,
        snapshot=snapshot or plain(event),
        version=number,
        filters=frozenset(filters),
        looks_back=looks_back,
    )


def plain(event: type[CatalogueChanged]) -> Snapshot:
    """Snapshots that say nothing but the entity."""

    def snapshot(entity: Entity, _versions: Sequence[Version]) -> CatalogueChanged:
        return event.model_validate(facts(entity))

    return snapshot


def facts(entity: Entity) -> Document:
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
        raise TypeError(f"a body of {model.__name__} was expected, not of {type(body).__name__}")
    return body
