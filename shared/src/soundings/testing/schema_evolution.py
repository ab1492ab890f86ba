"""Events as other minor versions write them: a later one with fields that are unheard of, an earlier one without."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import cast

import orjson

from soundings.events.envelope import BY_TYPE, type_of
from soundings.log.port import LogRecord

Json = Mapping[str, object]
LATER: Json = {"added_later": {"with": ["parts", 1]}, "added_later_still": None}
"""What a later minor version adds to every object whose fields the schema names."""


def as_a_later_minor(record: LogRecord) -> LogRecord:
    """The event with more fields, at every level where a schema may gain some."""
    body = cast("Json", orjson.loads(record.value or b""))
    return replace(record, value=orjson.dumps(later_version(type_of(record), body)))


def as_an_earlier_minor(record: LogRecord) -> Iterator[LogRecord]:
    """The event without one of its optional fields, for each of them: any of these may be younger than its writer."""
    body = cast("Json", orjson.loads(record.value or b""))
    required = cast("list[str]", _event_schema(type_of(record)).get("required", []))
    for field in body.keys() - set(required):
        yield replace(record, value=orjson.dumps({other: body[other] for other in body if other != field}))


def later_version(name: str, body: Json) -> Json:
    """The data of an event of type ``name`` as a later minor version writes it."""
    schema = _event_schema(name)
    return cast("Json", _grown_value(body, schema, cast("Json", schema.get("$defs", {}))))


@cache
def _event_schema(name: str) -> Json:
    return cast("Json", BY_TYPE[name].model_json_schema(by_alias=True))


def _grown_value(value: object, schema: Json, defs: Json) -> object:
    if "$ref" in schema:
        return _grown_value(value, cast("Json", defs[str(schema["$ref"]).removeprefix("#/$defs/")]), defs)
    for branch in cast("list[Json]", schema.get("anyOf", [])):
        value = _grown_value(value, branch, defs)
    if isinstance(value, list):
        inner = cast("Json", schema.get("items", {}))
        return [_grown_value(one, inner, defs) for one in cast("list[object]", value)]
    if isinstance(value, dict):
        return _grown_object(cast("dict[str, object]", value), schema, defs)
    return value


def _grown_object(value: Json, schema: Json, defs: Json) -> Json:
    rest = schema.get("additionalProperties")
    if isinstance(rest, dict):  # a map: its keys are data, not fields
        return {name: _grown_value(one, cast("Json", rest), defs) for name, one in value.items()}
    fields = cast("Json", schema.get("properties", {}))
    if not fields:
        return value
    return {name: _grown_value(one, cast("Json", fields.get(name, {})), defs) for name, one in value.items()} | dict(
        LATER
    )
