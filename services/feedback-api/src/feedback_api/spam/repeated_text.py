"""Texts that come again under other records, remembered as keyed hashes for a while."""

import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

_WINDOW_SECONDS: Final = 3600
_MOST_TEXTS: Final = 20_000
_MOST_RECORDS: Final = 16
_BETWEEN: Final = re.compile(r"[\W_]+")
_BETWEEN_IN_ASCII: Final = {code: None for code in range(128) if not chr(code).isalnum()}
# Letters and digits that a text needs: people say short things in the same words.
SHORTEST: Final = 20


_SHORTEST_THE_SAME: Final = 8


@dataclass(slots=True)
class _SeenText:
    since: float
    records: set[bytes] = field(default_factory=set[bytes])


class RepeatedTextDetector:
    """How many other records had the same text within the hour. Nothing of a text is kept but its hash."""

    def __init__(self, monotonic: Callable[[], float], most: int = _MOST_TEXTS) -> None:
        self._monotonic = monotonic
        self._most = most
        self._key = secrets.token_bytes(32)
        self._texts: OrderedDict[bytes, _SeenText] = OrderedDict()

    def count_others(self, place: str, record_id: str, text: str) -> int:
        """How many other records of a place had this text, of those remembered; this one is remembered too.

        Case, spaces and punctuation do not matter. A record that is sent again is not another one.
        """
        plain = _plain_text(text)
        if len(plain) < SHORTEST:
            return 0
        now = self._monotonic()
        self._expire_seen(now)
        seen = self._texts.setdefault(self._text_hash(place, plain), _SeenText(now))
        record = self._text_hash(place, record_id)
        others = len(seen.records - {record})
        if len(seen.records) < _MOST_RECORDS:
            seen.records.add(record)
        return others

    def _expire_seen(self, now: float) -> None:
        while self._texts:
            oldest = next(iter(self._texts))
            if len(self._texts) < self._most and now - self._texts[oldest].since < _WINDOW_SECONDS:
                return
            del self._texts[oldest]

    def _text_hash(self, place: str, text: str) -> bytes:
        return blake2b(f"{place}\n{text}".encode("utf-8", "surrogatepass"), key=self._key, digest_size=16).digest()


def is_the_same(texts: Collection[str]) -> bool:
    """Whether several texts are one, of more than a word such as "nothing"; case and punctuation do not matter."""
    if len(texts) < 2:  # noqa: PLR2004 - one alone is like no other
        return False
    first, *others = map(_plain_text, texts)
    return len(first) >= _SHORTEST_THE_SAME and all(other == first for other in others)


def _plain_text(text: str) -> str:
    """The letters and digits of a text, in one case."""
    if text.isascii():
        return text.lower().translate(_BETWEEN_IN_ASCII)
    return _BETWEEN.sub("", text.casefold())
