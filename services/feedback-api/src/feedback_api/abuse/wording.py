"""What the words of a text say about who wrote it: links, markup, and letters without sense."""

import re
import unicodedata
from typing import Final

_LINK: Final = re.compile(r"https?://|\bwww\.|\[url\]", re.IGNORECASE)
_MARKUP: Final = re.compile(r"<a\s|</a>|\bhref=|\[(?:url|link)=|\[/(?:url|link)\]", re.IGNORECASE)
_NO_PROSE: Final = re.compile(r"://|www\.|[@\d]|^\W*\[[a-z-]+\]", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W\d_]+")
_LATIN: Final = re.compile(r"[a-z]+")
_WITHOUT_VOWEL: Final = re.compile(r"[^aeiouy]{5}")
_ODD_PAIR: Final = re.compile(r"q[^uaei]|[jx][jqzvkdg]|[bcdfghkmpvwz]x|[fghjvzx]q|[vwx]z[^aeiouy]")
_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_ALONG_A_ROW: Final = frozenset(
    row[start : start + 5] for keys in _ROWS for row in (keys, keys[::-1]) for start in range(len(row) - 4)
)
_LONG_WORD: Final = 5
_FEWEST_ODD: Final = 10
_MOSTLY: Final = 0.6
_LOOKED_AT: Final = 4000
"""Characters of a text that are read for sense, so that the longest text costs little."""


def links(text: str) -> int:
    """How many links a text holds; those that were redacted count too."""
    return sum(1 for _ in _LINK.finditer(text))


def has_markup(text: str) -> bool:
    """Whether links are written in HTML or BBCode, as only programs do."""
    return _MARKUP.search(text) is not None


def is_gibberish(text: str) -> bool:
    """Whether most of a text is Latin letters that no language puts together so.

    Never so for short answers, for texts in other scripts, and for what only holds some odd words.
    """
    prose = " ".join(token for token in text[:_LOOKED_AT].split() if _NO_PROSE.search(token) is None)
    words = [_plain(word) for word in _WORD.findall(prose)]
    letters = sum(map(len, words))
    odd = sum(len(word) for word in words if _is_odd(word))
    return odd >= _FEWEST_ODD and odd >= _MOSTLY * letters


def _plain(word: str) -> str:
    """The word in small letters without accents."""
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFD", word.lower())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _is_odd(word: str) -> bool:
    if len(word) < _LONG_WORD or _LATIN.fullmatch(word) is None:
        return False
    if _WITHOUT_VOWEL.search(word) or _ODD_PAIR.search(word):
        return True
    return any(word[start : start + 5] in _ALONG_A_ROW for start in range(len(word) - 4))
