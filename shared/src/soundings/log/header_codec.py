"""Headers as one short run of bytes that decodes fast: the names and lengths first, then the values end to end."""

from collections.abc import Callable
from struct import Struct
from typing import cast

import orjson

from soundings.log.port import Headers

Shape = tuple[tuple[str, ...], Callable[[bytes, int], tuple[bytes, ...]]]

# Bound of each cache below: header lengths follow from what senders choose, so they must not fill
# the memory.
_REMEMBERED = 4096
_shapes: dict[bytes, Shape] = {}
_prefixes: dict[tuple[tuple[str, ...], tuple[int, ...]], bytes] = {}


def pack_headers(headers: Headers) -> bytes:
    """The bytes of any headers; no headers encode to no bytes."""
    if not headers:
        return b""
    names, values = cast("tuple[tuple[str, ...], tuple[bytes, ...]]", tuple(zip(*headers)))  # noqa: B905 - pairs
    lengths = tuple(map(len, values))
    prefix = _prefixes.get((names, lengths)) or _learn_prefix(names, lengths)
    return prefix + b"".join(values)


def unpack_headers(packed: bytes) -> Headers:
    """What `pack_headers` was given."""
    if not packed:
        return ()
    start = 4 + int.from_bytes(packed[:4], "little")
    described = packed[4:start]
    names, values_of = _shapes.get(described) or _learn_shape(described)
    return tuple(zip(names, values_of(packed, start)))  # noqa: B905 - of one length, and asking costs half of all


# Most records of a topic have one of a few shapes, so both ways remember those that they met, and forget them all
# together should ever-changing lengths fill the memory.


def _learn_prefix(names: tuple[str, ...], lengths: tuple[int, ...]) -> bytes:
    described = orjson.dumps((names, lengths))
    if len(_prefixes) >= _REMEMBERED:
        _prefixes.clear()
    prefix = _prefixes[names, lengths] = len(described).to_bytes(4, "little") + described
    return prefix


def _learn_shape(described: bytes) -> Shape:
    names, lengths = cast("tuple[list[str], list[int]]", orjson.loads(described))
    if len(_shapes) >= _REMEMBERED:
        _shapes.clear()
    shape = _shapes[described] = tuple(names), Struct("".join(f"{length}s" for length in lengths)).unpack_from
    return shape
