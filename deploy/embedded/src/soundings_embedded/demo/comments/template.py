"""What comments are made of: patterns with places for words, in one language."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CommentPhrases:
    """Patterns of satisfied and of annoyed people."""

    good: tuple[str, ...]
    bad: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Language:
    """All that is said in one language, and the words that fill the places in braces.

    ``trouble`` and ``relief`` are what people say of the broken telephone and of the mended one, by place;
    ``personal`` holds personal data, all of it made up, so that one can see how it is taken out.
    """

    places: Mapping[str, CommentPhrases]
    services: Mapping[str, CommentPhrases]
    trouble: Mapping[str, tuple[str, ...]]
    relief: Mapping[str, tuple[str, ...]]
    mixed: tuple[str, ...]
    endings: CommentPhrases
    personal: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]
