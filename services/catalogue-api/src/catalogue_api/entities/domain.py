"""Entities, what they refer to, their versions and their history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar

from soundings.events.catalogue import EntityBody, MeasureVersion
from soundings.kernel.errors import FieldError

State = Literal["active", "retired"]
Document = dict[str, object]
"""A JSON object."""

Key = tuple[str, str]
"""Kind and id."""

B = TypeVar("B", bound=EntityBody)

READ_ONLY = frozenset({"id", "state", "revision", "updated_at", "published"})
"""What an item shows beside the body; ours to say, not the caller's."""


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity as it now is. ``published`` is the newest version of a form that was published."""

    kind: str
    id: str
    agency_id: str
    revision: int
    state: State
    body: EntityBody
    updated_at: datetime
    published: int | None = None

    @property
    def key(self) -> Key:
        return self.kind, self.id

    @property
    def is_active(self) -> bool:
        return self.state == "active"


@dataclass(frozen=True, slots=True)
class EntityReference:
    """That a field of a body names another entity."""

    field: str
    kind: str
    id: str

    @property
    def key(self) -> Key:
        return self.kind, self.id


@dataclass(frozen=True, slots=True)
class EntityVersion:
    """A numbered version of an entity that keeps its content: a published form, a measure's scale and wording."""

    kind: str
    id: str
    number: int
    body: Document
    at: datetime
    who: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one entity that changed, the ``ordinal``-th of its revision; an absent value is None."""

    at: datetime
    who: str
    revision: int
    ordinal: int
    field: str
    old: object
    new: object


@dataclass(frozen=True, slots=True)
class RuleContext:
    """The referenced entities, retired or not, that validation rules may read."""

    entities: Mapping[Key, Entity]
    versions: Mapping[str, Sequence[MeasureVersion]]
    """The versions of each measure, ascending."""

    def active(self, kind: str, entity_id: str) -> Entity | None:
        found = self.entities.get((kind, entity_id))
        return found if found is not None and found.is_active else None

    def body(self, model: type[B], kind: str, entity_id: str) -> B | None:
        """The body of an entity in force, or None."""
        found = self.active(kind, entity_id)
        return found.body if found is not None and isinstance(found.body, model) else None


@dataclass(frozen=True, slots=True)
class EntityProposal:
    """A proposed state of an entity, its current state, and the context of the validation rules."""

    kind: str
    id: str
    body: EntityBody
    now: datetime
    before: Entity | None
    known: RuleContext
    dependents: Sequence[Entity] = ()
    """Entities in force that refer to this one; only of kinds whose rules ask for them."""


@dataclass(frozen=True, slots=True)
class ListFilters:
    """What a list is narrowed to; None means no limit."""

    agency: str | None = None
    department: str | None = None
    service: str | None = None
    text: str | None = None
    state: Literal["active", "retired", "all"] = "active"


def body_document(body: EntityBody) -> Document:
    """The body as JSON, defaults filled in and absent fields left out."""
    # Absent and null are the same here, so that equal bodies compare equal.
    return body.model_dump(mode="json", by_alias=True, exclude_none=True)


def duplicate_faults(field: str, ids: Sequence[str]) -> Sequence[FieldError]:
    """A fault for every repeated id."""
    return [
        FieldError(f"{field}.{index}", "duplicate", f"{one!r} stands here twice")
        for index, one in enumerate(ids)
        # Quadratic, but the lists have a few dozen entries at most.
        if one in ids[:index]
    ]
