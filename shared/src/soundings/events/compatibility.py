"""The gate against breaking changes: within a major version a schema may only gain optional fields."""

from collections.abc import Iterator, Mapping
from typing import cast

Schema = Mapping[str, object]

_TALK = frozenset({"title", "description", "default", "examples"})
_OBJECT_PARTS = frozenset({"properties", "required", "$defs"})


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """What in ``new`` could break a consumer, or an event that is already stored; a line each, naming the place."""
    return list(_schema_differences(old, new, old, new, "$"))


def _schema_differences(old: object, new: object, old_root: Schema, new_root: Schema, place: str) -> Iterator[str]:
    old, new = _resolve_reference(old, old_root), _resolve_reference(new, new_root)
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _of_schemas(cast("Schema", old), cast("Schema", new), old_root, new_root, place)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _of_lists(cast("list[object]", old), cast("list[object]", new), old_root, new_root, place)
    elif old != new:
        yield f"{place}: {old!r} became {new!r}"


def _of_lists(old: list[object], new: list[object], old_root: Schema, new_root: Schema, place: str) -> Iterator[str]:
    if len(old) != len(new):
        yield f"{place}: {old!r} became {new!r}"
        return
    for number, (before, after) in enumerate(zip(old, new, strict=True)):
        yield from _schema_differences(before, after, old_root, new_root, f"{place}[{number}]")


def _of_schemas(old: Schema, new: Schema, old_root: Schema, new_root: Schema, place: str) -> Iterator[str]:
    yield from _of_properties(old, new, old_root, new_root, place)
    for keyword in sorted((old.keys() | new.keys()) - _TALK - _OBJECT_PARTS):
        if keyword not in old or keyword not in new:
            yield f"{place}: {keyword} was {'added' if keyword in new else 'removed'}"
        else:
            yield from _schema_differences(old[keyword], new[keyword], old_root, new_root, f"{place}.{keyword}")


def _of_properties(old: Schema, new: Schema, old_root: Schema, new_root: Schema, place: str) -> Iterator[str]:
    before, after = _as_mapping(old.get("properties")), _as_mapping(new.get("properties"))
    for name in sorted(before.keys() - after.keys()):
        yield f"{place}.{name}: was removed"
    for name in sorted(before.keys() & after.keys()):
        yield from _schema_differences(before[name], after[name], old_root, new_root, f"{place}.{name}")
    was, is_now = set(_as_names(old.get("required"))), set(_as_names(new.get("required")))
    for name in sorted(is_now - was):
        yield f"{place}.{name}: became required"
    for name in sorted(was - is_now):
        yield f"{place}.{name}: is no longer required, and consumers count on it"


def _resolve_reference(schema: object, root: Schema) -> object:
    """The definition that a ``$ref`` points to; sibling keywords are documentation only in our schemas."""
    reference = _as_mapping(schema).get("$ref")
    if isinstance(reference, str):
        return _as_mapping(root["$defs"])[reference.removeprefix("#/$defs/")]
    return schema


def _as_mapping(value: object) -> Schema:
    return cast("Schema", value) if isinstance(value, Mapping) else {}


def _as_names(value: object) -> list[str]:
    return cast("list[str]", value) if isinstance(value, list) else []
