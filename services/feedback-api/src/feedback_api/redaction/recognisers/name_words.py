"""The words of a text as names are read from them, one after the other."""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

_WORD: Final = re.compile(r"[^\W\d_]{1,30}(?:['’-][^\W\d_]{1,30}){0,3}")
_AFTER_HEAD: Final = re.compile("['’-]")
_POSSESSIVES: Final = frozenset({"'s", "’s", "'S", "’S"})


class NameWord(NamedTuple):
    """A word without its possessive; `stop` is where it ends with it, `gap` what is between it and the word before.

    `head` is what is before the first hyphen or apostrophe, folded. A tuple, because it is filled faster.
    """

    start: int
    end: int
    stop: int
    text: str
    folded: str
    head: str
    gap: str

    @property
    def is_capitalised(self) -> bool:
        return self.text[0].isupper() and len(self.text) > 1

    @property
    def is_joined(self) -> bool:
        """Whether only a blank or two part it from the word before."""
        return self.gap == " " or (0 < len(self.gap) < 3 and not self.gap.strip(" \t"))  # noqa: PLR2004 - a blank or two


class WordList:
    """The words of a text in order; what is known of a word is made when it is asked for, and once."""

    __slots__ = ("_made", "_matches", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._matches = list(_WORD.finditer(text))
        self._made: dict[int, NameWord] = {}

    def __len__(self) -> int:
        return len(self._matches)

    def __getitem__(self, index: int) -> NameWord:
        word = self._made.get(index)
        if word is None:
            word = self._made[index] = self._word(index)
        return word

    def range(self, first: int, end: int) -> Iterator[NameWord]:
        """The words from the first index to the end, which is excluded."""
        return (self[index] for index in range(first, min(end, len(self))))

    def texts(self) -> Iterator[tuple[int, str]]:
        """Index and plain text of every word, possessive included."""
        return enumerate(match.group() for match in self._matches)

    def indices(self) -> dict[int, int]:
        """Index by start in the text."""
        return {match.start(): index for index, match in enumerate(self._matches)}

    def _word(self, index: int) -> NameWord:
        start, stop = self._matches[index].span()
        end = stop - 2 if stop - start > 2 and self._text[stop - 2 : stop] in _POSSESSIVES else stop  # noqa: PLR2004
        text = self._text[start:end]
        folded = text.casefold()
        head = folded if text.isalpha() else _AFTER_HEAD.split(folded, maxsplit=1)[0]
        gap = self._text[self._matches[index - 1].end() if index else 0 : start]
        return NameWord(start, end, stop, text, folded, head, gap)


def phrase(words: Iterable[NameWord]) -> str:
    """Words as one key that knows neither case nor punctuation."""
    return " ".join(word.folded for word in words)
