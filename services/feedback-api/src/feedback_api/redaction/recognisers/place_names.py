"""A tenant's place names, found in a text."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from feedback_api.redaction.recognisers.name_words import WordList, phrase

_LONGEST: Final = 5


class _Phrases(NamedTuple):
    """All place names as keys, and how many words those have that begin with a word."""

    names: frozenset[str]
    sizes: Mapping[str, tuple[int, ...]]


def places_in(words: WordList, place_names: frozenset[str]) -> dict[int, int]:
    """By index of a word that a place name covers: the index after the longest such name."""
    covered: dict[int, int] = {}
    if not place_names:
        return covered
    known = _phrases(place_names)
    for first in range(len(words)):
        for size in known.sizes.get(words[first].folded, ()):
            if phrase(words.range(first, first + size)) in known.names:
                covered.update(
                    (place, max(first + size, covered.get(place, 0))) for place in range(first, first + size)
                )
    return covered


@lru_cache(maxsize=256)
def _phrases(place_names: frozenset[str]) -> _Phrases:
    sizes: dict[str, set[int]] = {}
    names: set[str] = set()
    for name in place_names:
        words = WordList(name)
        if 0 < len(words) <= _LONGEST:
            sizes.setdefault(words[0].folded, set()).add(len(words))
            names.add(phrase(words.range(0, _LONGEST)))
    return _Phrases(frozenset(names), {first: tuple(sorted(lengths)) for first, lengths in sizes.items()})
