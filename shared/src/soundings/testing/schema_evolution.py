"""Events as other minor versions write them: a later one with fields that are unheard of, an earlier one without."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import cast

import orjson

from soundings.events.envelope import BY_TYPE, type_of
from soundings.log.port import Record

Json = Mapping[str, object]
LATER: Json = {"added_later": {"with": ["parts", 1]}, "added_later_still": None}
"""What a later minor version adds to every object whose fields the schema names."""


def as_a_later_minor(record: Record) -> Record:
    """The event with more fields, at every level where a schema may gain some."""
    body = cast("Json", orjson.loads(record.value or b""))
    return replace(record, value=orjson.dumps(later(type_of(record), body)))


def as_an_earlier_minor(record: Record) -> Iterator[Record]:
    """The event without one of its optional fields, for each of them: any of these may be younger than its writer."""
    body = cast("Json", orjson.loads(record.value or b""))
    required = cast("list[str]", _schema(type_of(record)).get("required", []))
    for field in body.keys() - set(required):
        yield replace(record, value=orjson.dumps({other: body[other] for other in body if other != field}))


def later(name: str, body: Json) -> Json:
    """The data of an event of type ``name`` as a later minor version writes it."""
    schema = _schema(name)
    return cast("Json", _grown(body, schema, cast("Json", schema.get("$defs", {}))))


@cache
def _schema(name: str) -> Json:
    return cast("Json", BY_TYPE[name].model_json_schema(by_alias=True))


def _grown(value: object, schema: Json, defs: Json) -> object:
    if "$ref" in schema:
        return _grown(value, cast("Json", defs[str(schema["$ref"]).removeprefix("#/$defs/")]), defs)
    for branch in cast("list[Json]", schema.get("anyOf", [])):
        value = _grown(value, branch, defs)
    if isinstance(value, list):
        inner = cast("Json", schema.get("items", {}))
        return [_grown(one, inner, defs) for one in cast("list[object]", value)]
    if isinstance(value, dict):
        return _grown_object(cast("dict[str, object]", value), schema, defs)
    return value


def _grown_object(value: Json, schema: Json, defs: Json) -> Json:
    rest = schema.get("additionalProperties")
    if isinstance(rest, dict):  # a map: its keys are data, not fields
        return {name: _grown(one, cast("Json", rest), defs) for name, one in value.items()}
    fields = cast("Json", schema.get("properties", {}))
    if not fields:
        return value
    return {name: _grown(one, cast("Json", fields.get(name, {})), defs) for name, one in value.items()} | dict(LATER)
