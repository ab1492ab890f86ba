"""How documents change: the difference between two, and the merge of a patch."""

from collections.abc import Iterator, Mapping
from typing import cast

from soundings.kernel.errors import Fault, Refused

_DEPTH = 40
_NAMES = ("id", "code", "channel")
_Field = tuple[str, object, object]


def merge_patch(target: object, patch: object, depth: int = 0) -> object:
    """The target after a JSON merge patch: null removes, objects merge, all else replaces (RFC 7396, section 2)."""
    if not isinstance(patch, dict):
        return patch
    if depth > _DEPTH:
        raise Refused([Fault("", "too_deep", f"a patch may be nested {_DEPTH} levels deep")])
    merged = dict(cast("dict[str, object]", target)) if isinstance(target, dict) else {}
    for name, value in cast("dict[str, object]", patch).items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value, depth + 1)
    return merged


def difference(old: Mapping[str, object], new: Mapping[str, object], path: str = "") -> Iterator[_Field]:
    """The fields that differ as ``(dotted path, old, new)``; an absent value is None.

    What is wholly new or wholly gone is one field. In lists of named things (questions, options, channels) the path
    holds their names, so that moving one does not look like changing all behind it.
    """
    for name in [*new, *(name for name in old if name not in new)]:
        yield from _compare(path + name, old.get(name), new.get(name))


def _compare(field: str, old: object, new: object) -> Iterator[_Field]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from difference(cast("dict[str, object]", old), cast("dict[str, object]", new), f"{field}.")
        return
    named_old, named_new = _named(old), _named(new)
    if named_old is None or named_new is None:
        yield field, old, new
        return
    stayed = [name for name in named_old if name in named_new]
    if stayed != [name for name in named_new if name in named_old]:
        yield field, list(named_old), list(named_new)
    yield from difference(named_old, named_new, f"{field}.")


def _named(value: object) -> dict[str, object] | None:
    """A list of objects by their names; None when it is no such list or a name comes twice."""
    if not isinstance(value, list):
        return None
    items = cast("list[object]", value)
    named = {name: item for item in items if (name := _name(item)) is not None}
    return named if len(named) == len(items) else None


def _name(item: object) -> str | None:
    if not isinstance(item, dict):
        return None
    fields = cast("dict[str, object]", item)
    return next((str(fields[name]) for name in _NAMES if name in fields), None)
