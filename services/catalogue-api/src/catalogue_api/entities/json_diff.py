"""How documents change: the difference between two, and the merge of a patch."""

from collections.abc import Iterator, Mapping
from typing import cast

from soundings.kernel.errors import FieldError, InvalidInput

# Recursion on client input needs a bound below Python's own.
_DEPTH = 40
_NAMES = ("id", "code", "channel")
_Field = tuple[str, object, object]


def merge_patch(target: object, patch: object, depth: int = 0) -> object:
    """The target after a JSON merge patch: null removes, objects merge, all else replaces (RFC 7396, section 2)."""
    changes = _object(patch)
    if changes is None:
        return patch
    if depth > _DEPTH:
        raise InvalidInput([FieldError("", "too_deep", f"a patch may be nested {_DEPTH} levels deep")])
    merged = dict(_object(target) or {})
    for name, value in changes.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value, depth + 1)
    return merged


def field_differences(old: Mapping[str, object], new: Mapping[str, object], path: str = "") -> Iterator[_Field]:
    """The fields that differ as ``(dotted path, old, new)``; an absent value is None.

    What is wholly new or wholly gone is one field. In lists of named things (questions, options, channels) the path
    holds their names, so that moving one does not look like changing all behind it.
    """
    for name in [*new, *(name for name in old if name not in new)]:
        yield from _compare(path + name, old.get(name), new.get(name))


def _compare(field: str, old: object, new: object) -> Iterator[_Field]:
    if old == new:
        return
    before, after = _object(old), _object(new)
    if before is None or after is None:
        before, after = _named(old), _named(new)
        if before is None or after is None:
            yield field, old, new
            return
        if [name for name in before if name in after] != [name for name in after if name in before]:
            yield field, list(before), list(after)
    yield from field_differences(before, after, f"{field}.")


def _object(value: object) -> dict[str, object] | None:
    return cast("dict[str, object]", value) if isinstance(value, dict) else None


def _named(value: object) -> dict[str, object] | None:
    """A list of objects by their names; None when it is no such list or a name comes twice."""
    if not isinstance(value, list):
        return None
    items = cast("list[object]", value)
    named = {name: item for item in items if (name := _name(item)) is not None}
    return named if len(named) == len(items) else None


def _name(item: object) -> str | None:
    fields = _object(item) or {}
    return next((str(fields[name]) for name in _NAMES if name in fields), None)
