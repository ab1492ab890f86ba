"""Spam heuristics on text: links, markup and gibberish."""

import re
import unicodedata
from typing import Final

_LINK: Final = re.compile(r"[Hh][Tt][Tt][Pp][Ss]?://|\b[Ww][Ww][Ww]\.|\[url\]")
_LINK_HINTS: Final = ("://", "www.", "[url]")
_MARKUP: Final = re.compile(r"<(?:a\s|/a>)|[ \"']href=|\[/?(?:url|link)(?:=|(?<=/url)\]|(?<=/link)\])", re.IGNORECASE)
_MARKUP_HINTS: Final = ("<a", "</a>", "href=", "[url", "[/url", "[link", "[/link")
_NO_PROSE: Final = re.compile(r"://|www\.|[@\d]|^\W*\[[a-z-]+\]", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W\d_]+")
_LATIN: Final = re.compile(r"[a-z]+")
_FIVE_CONSONANTS: Final = re.compile("[b-df-hj-np-tv-xz]{5}")
_ODD_PAIR: Final = re.compile("q[b-df-hj-tv-z]|[jx][jqzvkdg]|[bcdfghkmpvwz]x|[fghjvzx]q|[vwx]z[b-df-hj-np-tv-xz]")
_IN_ODD_PAIRS: Final = ("q", "x", "j", "z")
# Neighbours on a keyboard, as far as there is a vowel among them.
_ALONG_A_ROW: Final = (
    "qwert", "werty", "ertyu", "rtyui", "tyuio", "yuiop", "poiuy", "oiuyt", "iuytr", "uytre", "ytrew", "trewq",
    "asdfg", "gfdsa",
)  # fmt: skip
_LONG_WORD: Final = 5
_FEWEST_ODD: Final = 10
_MOSTLY: Final = 0.6
# Characters of a text that are read for sense, so that the longest text costs little.
_LOOKED_AT: Final = 4000


def count_links(text: str) -> int:
    """How many links a text holds; those that were redacted count too."""
    if not _mentions_any(text.lower(), _LINK_HINTS):
        return 0
    return sum(1 for _ in _LINK.finditer(text))


def has_markup(text: str) -> bool:
    """Whether links are written in HTML or BBCode, as only programs do."""
    return _mentions_any(text.lower(), _MARKUP_HINTS) and _MARKUP.search(text) is not None


def is_gibberish(text: str) -> bool:
    """Whether most of a text is Latin letters that no language puts together so.

    Never so for short answers, for texts in other scripts, and for what only holds some odd words.
    """
    plain = _plain_text(text[:_LOOKED_AT])
    if not _holds_odd(plain):
        return False
    prose = " ".join(token for token in plain.split() if _NO_PROSE.search(token) is None)
    words = _WORD.findall(prose)
    odd = sum(len(word) for word in words if _is_odd(word))
    return odd >= _FEWEST_ODD and odd >= _MOSTLY * sum(map(len, words))


def _mentions_any(lowered: str, hints: tuple[str, ...]) -> bool:
    """Whether any of the hints is there, without which a slower look would find nothing."""
    for hint in hints:  # noqa: SIM110 - a generator costs more than the look itself
        if hint in lowered:
            return True
    return False


def _plain_text(text: str) -> str:
    """The text in small letters without accents."""
    if text.isascii():
        return text.lower()
    # Combining marks are removed before NFD, because sorting a long run of them takes quadratic time.
    bare = "".join(letter for letter in text.lower() if not unicodedata.combining(letter))
    apart = unicodedata.normalize("NFD", bare)
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _is_odd(word: str) -> bool:
    return len(word) >= _LONG_WORD and _LATIN.fullmatch(word) is not None and _holds_odd(word)


def _holds_odd(text: str) -> bool:
    """Whether the lower-case text without accents has letter sequences that hardly any language has."""
    if _FIVE_CONSONANTS.search(text) or any(row in text for row in _ALONG_A_ROW):
        return True
    return any(letter in text for letter in _IN_ODD_PAIRS) and _ODD_PAIR.search(text) is not None
