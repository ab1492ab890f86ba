"""Checking a list of entities by the rules of a write, each as if those before it were stored; nothing is kept."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from catalogue_api.entities.body_validation import read_body
from catalogue_api.entities.change_steps import ChangeAuthor
from catalogue_api.entities.domain import Key
from catalogue_api.entities.entity_type import EntityType
from catalogue_api.entities.errors import AdminOnly, WrongAgency
from catalogue_api.entities.ports import Catalogue, CatalogueWriter
from catalogue_api.entities.preconditions import Preconditions
from catalogue_api.entities.use_cases import put_entity
from soundings.access.roles import Principal
from soundings.events.catalogue import EntityBody
from soundings.kernel.clock import Clock
from soundings.kernel.errors import FieldError, InvalidInput

ENTITIES_MAX: Final = 1_000
"""The most entities of one check: it holds the write lock of the catalogue while it lasts."""
_UNKNOWN: Final = "unknown"
FindIncomplete = Callable[[EntityBody], Iterable[FieldError]]
"""What is not complete in a body that may be stored nevertheless."""


class DeclaredEntity(BaseModel):
    """One entity of a check: what a ``PUT /v1/{entities}/{id}`` would send."""

    model_config = ConfigDict(extra="forbid")

    entities: Annotated[str, Field(max_length=100, description="The kind in the plural, such as `services`.")]
    id: Annotated[str, Field(max_length=200)]
    body: object


class Declaration(BaseModel):
    """Entities in the order in which they would be put."""

    model_config = ConfigDict(extra="forbid")

    items: Annotated[list[DeclaredEntity], Field(max_length=ENTITIES_MAX)]


@dataclass(frozen=True, slots=True)
class CheckedEntity:
    """What a write of an entity would be refused for, and what would be left incomplete."""

    entities: str
    id: str
    errors: Sequence[FieldError] = ()
    findings: Sequence[FieldError] = ()


class _NothingIsKept(Exception):
    """Rolls the transaction of a check back."""


@dataclass(frozen=True, slots=True)
class CheckDeclaration:
    """Puts all entities inside one transaction, and rolls it back."""

    catalogue: Catalogue
    clock: Clock
    kinds: Mapping[str, EntityType]
    find_incomplete: FindIncomplete

    async def __call__(self, declaration: Declaration, caller: Principal) -> Sequence[CheckedEntity]:
        """One result for each entity, in order."""
        author = ChangeAuthor.of(caller, self.clock)
        results: list[CheckedEntity] = []
        refused: set[Key] = set()
        with suppress(_NothingIsKept):
            async with self.catalogue.writing() as writer:
                results += [await self._check(writer, one, author, refused) for one in declaration.items]
                raise _NothingIsKept
        return results

    async def _check(
        self, writer: CatalogueWriter, item: DeclaredEntity, author: ChangeAuthor, refused: set[Key]
    ) -> CheckedEntity:
        kind = self.kinds.get(item.entities)
        if kind is None:
            return CheckedEntity(item.entities, item.id, [FieldError("", "unknown_kind", "there is no such kind")])
        try:
            written = await put_entity(writer, kind, item.id, item.body, author=author, conditions=Preconditions())
        except InvalidInput as error:
            follow = _follow(kind, item, refused) if any(one.code == _UNKNOWN for one in error.faults) else ()
            errors = [one for one in error.faults if one.code != _UNKNOWN or one.field not in follow]
        except (WrongAgency, AdminOnly) as error:
            errors = [FieldError("", error.code, str(error))]
        else:
            return CheckedEntity(item.entities, item.id, findings=list(self.find_incomplete(written.entity.body)))
        refused.add((kind.name, item.id))
        return CheckedEntity(item.entities, item.id, errors)


def _follow(kind: EntityType, item: DeclaredEntity, refused: Collection[Key]) -> Collection[str]:
    """The fields that refer to entities that are refused themselves; what is said of these would only repeat that."""
    body = read_body(kind, item.id, item.body)
    return {reference.field for reference in kind.references(body) if reference.key in refused}
