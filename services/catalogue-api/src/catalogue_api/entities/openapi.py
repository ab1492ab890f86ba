"""The shapes of bodies and items for the API description, written out in place."""

from functools import cache
from typing import cast

from soundings.events.catalogue import EntityBody

Schema = dict[str, object]

_INSTANT: Schema = {"type": "string", "format": "date-time"}
_BESIDE: Schema = {
    "id": {"type": "string"},
    "state": {"type": "string", "enum": ["active", "retired"]},
    "revision": {"type": "integer"},
    "updated_at": _INSTANT,
}


@cache
def body_schema(model: type[EntityBody]) -> Schema:
    """What a PUT takes."""
    schema = cast("Schema", model.model_json_schema(by_alias=True))
    definitions = cast("Schema", schema.pop("$defs", {}))
    # Inlined, because FastAPI does not collect components of schemas that are given in
    # openapi_extra.
    return cast("Schema", _inlined(schema, definitions))


def patch_schema() -> Schema:
    """What a PATCH takes: any part of the body, null where a field is to go (RFC 7396)."""
    return {"type": "object"}


def item_schema(model: type[EntityBody], kind: str) -> Schema:
    """What a GET gives."""
    schema = body_schema(model)
    beside: Schema = {**_BESIDE, "published": {"type": ["integer", "null"]}} if kind == "form" else _BESIDE
    properties = {**cast("Schema", schema.get("properties", {})), **beside}
    required = [*cast("list[str]", schema.get("required", [])), *beside]
    return {**schema, "properties": properties, "required": required}


def page_schema(of: Schema) -> Schema:
    """A page of a list."""
    return {
        "type": "object",
        "required": ["items", "next"],
        "properties": {"items": {"type": "array", "items": of}, "next": {"type": ["string", "null"]}},
    }


def change_schema() -> Schema:
    """One entry of a history; ``old`` and ``new`` are any JSON, null where the field was or is absent."""
    return {
        "type": "object",
        "required": ["at", "who", "revision", "field", "old", "new"],
        "properties": {
            "at": _INSTANT,
            "who": {"type": "string"},
            "revision": {"type": "integer"},
            "field": {"type": "string"},
            "old": {},
            "new": {},
        },
    }


def request_body_schema(schema: Schema, *media_types: str) -> Schema:
    """The part of an operation that describes its request body."""
    content = {media_type: {"schema": schema} for media_type in media_types}
    return {"requestBody": {"required": True, "content": content}}


def response_schema(schema: Schema, description: str) -> Schema:
    """The part of an operation that describes one of its answers."""
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _inlined(part: object, definitions: Schema) -> object:
    """The schema with its references replaced by what they name; bodies never contain themselves."""
    if isinstance(part, list):
        return [_inlined(one, definitions) for one in cast("list[object]", part)]
    if not isinstance(part, dict):
        return part
    fields = cast("Schema", part)
    if "$ref" in fields:
        # Siblings of $ref are kept; they hold the description of the field.
        name = str(fields["$ref"]).rpartition("/")[2]
        beside = {key: value for key, value in fields.items() if key != "$ref"}
        return {**cast("Schema", _inlined(definitions[name], definitions)), **beside}
    return {key: _inlined(value, definitions) for key, value in fields.items()}
