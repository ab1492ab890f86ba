"""The words of a text as a name is read from them, one after the other."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

_WORD: Final = re.compile(r"[^\W\d_]{1,30}(?:['’-][^\W\d_]{1,30}){0,3}")
_POSSESSIVES: Final = frozenset({"'s", "’s", "'S", "’S"})


class Word(NamedTuple):
    """A word without its possessive; `stop` is where it ends with it, `gap` what is between it and the word before.

    A tuple, because every text with a name is taken apart into such words.
    """

    start: int
    end: int
    stop: int
    text: str
    folded: str
    gap: str

    @property
    def is_capitalised(self) -> bool:
        return self.text[0].isupper() and len(self.text) > 1

    @property
    def head(self) -> str:
        """What is before the first hyphen or apostrophe, folded."""
        return self.folded.partition("-")[0].partition("'")[0].partition("’")[0]

    @property
    def is_joined(self) -> bool:
        """Whether only a blank or two part it from the word before."""
        return 0 < len(self.gap) < 3 and self.gap.isspace() and "\n" not in self.gap  # noqa: PLR2004 - a blank or two


def words_of(text: str) -> list[Word]:
    """Every word of a text in order."""
    words: list[Word] = []
    stop = 0
    for match in _WORD.finditer(text):
        start, found = match.start(), match.group()
        word = found[:-2] if found[-2:] in _POSSESSIVES else found
        words.append(Word(start, start + len(word), match.end(), word, word.casefold(), text[stop:start]))
        stop = match.end()
    return words


def phrase(words: Sequence[Word]) -> str:
    """Words as one key that knows neither case nor punctuation."""
    return " ".join(word.folded for word in words)
