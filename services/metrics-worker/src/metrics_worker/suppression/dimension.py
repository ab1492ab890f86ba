"""One axis of a table: its places, the sums along it, and how a sum is made of smaller ones."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

Node = tuple[str, str]
"""What is asked for along an axis: a kind and an id, as ("department", "airport")."""

Kids = tuple[int, ...]


class TableAxis(NamedTuple):
    """The nodes of an axis by number. A leaf is a place where counts lie; every other node is a set of leaves."""

    names: tuple[Node, ...]
    above: Mapping[Node, tuple[int, ...]]
    """Of each leaf, the nodes that contain it, itself among them."""
    partitions: tuple[tuple[Kids, ...], ...]
    """Of each node, the ways in which smaller nodes add up to it: the next smaller ones, and the leaves."""


def axis_of(nodes: Mapping[Node, frozenset[Node]]) -> TableAxis:
    """The axis of named sets of leaves. Every leaf is a node of itself; the sets are nested or disjoint."""
    names = tuple(sorted(nodes))
    above: dict[Node, list[int]] = {}
    for number, name in enumerate(names):
        for leaf in nodes[name]:
            above.setdefault(leaf, []).append(number)
    sets = [nodes[name] for name in names]
    distinct = sorted({leaves: number for number, leaves in enumerate(sets)}.items(), key=lambda item: -len(item[0]))
    partitions = tuple(_axis_partitions(leaves, distinct) for leaves in sets)
    return TableAxis(names, {leaf: tuple(numbers) for leaf, numbers in above.items()}, partitions)


def _axis_partitions(whole: frozenset[Node], by_size: Iterable[tuple[frozenset[Node], int]]) -> tuple[Kids, ...]:
    """The largest smaller nodes that make up a node, and its leaves when these are others."""
    if len(whole) == 1:
        return ()
    rest, nearest = whole, list[int]()
    leaves: list[int] = []
    for part, number in by_size:
        if part < whole:
            if part <= rest:
                nearest.append(number)
                rest -= part
            if len(part) == 1:
                leaves.append(number)
    ways = {tuple(sorted(nearest)), tuple(sorted(leaves))}
    return tuple(sorted(ways))
