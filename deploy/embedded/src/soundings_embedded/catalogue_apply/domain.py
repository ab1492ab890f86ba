"""The plan: which entities a declaration would create, change or leave as they are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, cast

from pydantic import ValidationError

from soundings.events import catalogue, forms
from soundings.kernel.errors import SoundingsError

Json = dict[str, object]
Action = Literal["create", "change", "keep"]

# In the order in which entities may refer to each other.
MODELS: Mapping[str, type[catalogue.EntityBody]] = {
    "agencies": catalogue.AgencyBody,
    "departments": catalogue.DepartmentBody,
    "services": catalogue.ServiceBody,
    "measures": catalogue.MeasureBody,
    "sources": catalogue.SourceBody,
    "forms": forms.FormBody,
    "standards": catalogue.StandardBody,
    "touchpoints": catalogue.TouchpointBody,
    "articles": catalogue.ArticleBody,
    "personas": catalogue.PersonaBody,
}

# What is ours to say about an entity, not the declaration's.
_KEPT_BY_SERVER = frozenset({"id", "state", "revision", "updated_at", "created_at", "published"})


class BadDeclaration(SoundingsError):
    """The file does not say what it should; the message names the place."""

    code: ClassVar[str] = "bad_declaration"


@dataclass(frozen=True, slots=True)
class ApplyStep:
    """One entity of the plan; ``changes`` names the fields that would differ."""

    action: Action
    entities: str
    entity_id: str
    body: Json
    changes: tuple[str, ...] = ()


def iter_declared(document: object) -> Iterator[tuple[str, str, Json]]:
    """The entities of a document ``{agencies: {id: body}, …}``, in the order in which they may refer to each other."""
    if not isinstance(document, Mapping):
        raise BadDeclaration("The file must hold a mapping like `agencies: {my-agency: {...}}`.")
    kinds = cast("Mapping[str, object]", document)
    unknown = [str(name) for name in kinds if name not in MODELS]
    if unknown:
        raise BadDeclaration(f"{', '.join(unknown)}: not a kind of entity. Known kinds: {', '.join(MODELS)}.")
    for entities in MODELS:
        if kinds.get(entities) is not None:
            yield from _of_kind(entities, kinds[entities])


def _of_kind(entities: str, bodies: object) -> Iterator[tuple[str, str, Json]]:
    if not isinstance(bodies, Mapping):
        raise BadDeclaration(f"{entities}: must be a mapping from id to what the entity is.")
    for entity_id, body in cast("Mapping[str, object]", bodies).items():
        if not isinstance(body, dict):
            raise BadDeclaration(f"{entities}.{entity_id}: must be a mapping.")
        yield entities, str(entity_id), cast("Json", body)


def apply_step_of(entities: str, entity_id: str, body: Json, there: Json | None) -> ApplyStep:
    """What to do about one entity, given what is there (None when nothing, or when it is retired)."""
    wanted = _normal(entities, entity_id, body)
    if there is None or there.get("state") == "retired":
        return ApplyStep("create", entities, entity_id, body)
    present = _normal(entities, entity_id, {name: there[name] for name in there.keys() - _KEPT_BY_SERVER})
    changes = tuple(sorted(name for name in wanted if wanted[name] != present[name]))
    return ApplyStep("change" if changes else "keep", entities, entity_id, body, changes)


def _normal(entities: str, entity_id: str, body: Json) -> Json:
    """The body with every default in its place, so that equal entities compare equal."""
    try:
        return MODELS[entities].model_validate(body).model_dump(mode="json", by_alias=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in (entities, entity_id, *first["loc"]))
        raise BadDeclaration(f"{place}: {first['msg']}") from error
