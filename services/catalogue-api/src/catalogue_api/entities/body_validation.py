"""Reading what people send as a body: unknown fields are refused, and every fault names its field."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import cast

from pydantic import ValidationError

from catalogue_api.entities.domain import READ_ONLY
from catalogue_api.entities.entity_type import EntityType
from soundings.events.catalogue import EntityBody
from soundings.kernel.errors import FieldError, InvalidInput

_FAULTS_MAX = 1_000
_NAMES_ITS_LAST_PART = frozenset({"missing", "extra_forbidden"})


def read_body(kind: EntityType, entity_id: str, sent: object) -> EntityBody:
    """The body in a document; read-only fields of an item are ignored, so that a client can send back what it read."""
    if not isinstance(sent, dict):
        raise InvalidInput([FieldError("", "not_an_object", f"the body of a {kind.name} is a JSON object")])
    fields = cast("dict[str, object]", sent)
    if fields.get("id", entity_id) != entity_id:
        raise InvalidInput([FieldError("id", "mismatch", f"the address says {entity_id!r}")])
    body = {name: value for name, value in fields.items() if name not in READ_ONLY}
    try:
        return kind.model.model_validate(body)
    except ValidationError as error:
        raise InvalidInput(list(_faults(error, body))) from error


def _faults(error: ValidationError, body: object) -> Iterator[FieldError]:
    """One fault for each place, the first found there; none for a place within which another says it more exactly."""
    found: dict[str, FieldError] = {}
    # Bounded: a large body could fail at every one of its fields.
    for entry in islice(error.errors(include_url=False, include_input=False, include_context=False), _FAULTS_MAX):
        field = _path(entry["loc"], body, entry["type"])
        found.setdefault(field, FieldError(field, entry["type"], entry["msg"]))
    around = {place for field in found for place in _places_around(field)}
    for field, fault in found.items():
        if field not in around:
            yield fault


def _places_around(field: str) -> Iterator[str]:
    """All places within which a place lies."""
    outer = field.rpartition(".")[0]
    while outer:
        yield outer
        outer = outer.rpartition(".")[0]


def _path(place: Sequence[int | str], body: object, code: str) -> str:
    """The place within what was sent, without the names that the model gives to branches of a union."""
    parts: list[str] = []
    here = body
    for index, part in enumerate(place):
        if isinstance(here, Mapping) and part in here:
            here = cast("Mapping[object, object]", here)[part]
        elif isinstance(here, list) and isinstance(part, int) and part < len(cast("list[object]", here)):
            here = cast("list[object]", here)[part]
        elif code not in _NAMES_ITS_LAST_PART or index < len(place) - 1:
            continue
        parts.append(str(part))
    return ".".join(parts)
