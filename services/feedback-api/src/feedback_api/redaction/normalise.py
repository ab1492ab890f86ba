"""Normalisation of disguised text: digits of any script, full-width forms, unusual spaces, invisible marks."""

import unicodedata
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from feedback_api.redaction.spans import RedactedSpan

_HYPHENS: Final = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d\u30fc"
_SPACES: Final = "\x0b\x0c\x1c\x1d\x1e\x1f\x85\u1680\u2028\u2029"
_COMPATIBLE: Final = (
    range(0xA0, 0xA1),
    range(0x100, 0x3100),
    range(0xFB00, 0x10000),
    range(0x1D400, 0x1D800),
    range(0x1F100, 0x1F1F0),
)
_DIGITS: Final = (range(0x600, 0x1E00), range(0xA600, 0xAC00), range(0x10000, 0x1FC00))
_INVISIBLE: Final = (
    *((0x00, 0x08), (0x0E, 0x1B), (0x7F, 0x84), (0x86, 0x9F), (0xAD, 0xAD), (0x0300, 0x036F), (0x061C, 0x061C)),
    *((0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x20D0, 0x20F0), (0x3164, 0x3164)),
    *((0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB), (0xE0000, 0xE01EF)),
)


def _plain_forms() -> Iterator[tuple[int, str]]:
    for code in (code for block in _COMPATIBLE for code in block):
        form = unicodedata.normalize("NFKC", chr(code))
        if len(form) == 1 and " " <= form < "\x7f":
            yield code, form
    for code in (code for block in _DIGITS for code in block):
        digit = unicodedata.decimal(chr(code), None)
        if digit is not None:
            yield code, str(digit)
    yield from ((ord(hyphen), "-") for hyphen in _HYPHENS)
    yield from ((ord(space), " ") for space in _SPACES)


_PLAIN: Final = dict(_plain_forms())
_UNSEEN: Final = frozenset(chr(code) for low, high in _INVISIBLE for code in range(low, high + 1))
_DISGUISES: Final = _UNSEEN.union(map(chr, _PLAIN))
_FEW: Final = 8


@dataclass(frozen=True, slots=True)
class NormalisedText:
    """Text for the recognisers. `origins[i]` is the index of character i in the original; None when unchanged."""

    text: str
    origins: Sequence[int] | None = None

    def original_span(self, span: RedactedSpan) -> RedactedSpan:
        """The span in the original text, unseen characters inside it included."""
        if self.origins is None:
            return span
        return RedactedSpan(self.origins[span.start], self.origins[span.end - 1] + 1, span.kind)


def normalise_text(text: str) -> NormalisedText:
    """The plain reading of any string; undisguised text costs one scan and is not copied."""
    if text.isascii() and text.isprintable():
        return NormalisedText(text)
    disguises = _DISGUISES.intersection(text)
    if not disguises:
        return NormalisedText(text)
    if disguises.isdisjoint(_UNSEEN):
        return NormalisedText(_replace_disguises(text, disguises))
    origins = [index for index, character in enumerate(text) if character not in _UNSEEN]
    seen = "".join([text[index] for index in origins])
    return NormalisedText(_replace_disguises(seen, disguises - _UNSEEN), origins)


def _replace_disguises(text: str, disguises: AbstractSet[str]) -> str:
    """The text with these characters in plain form; a few replacements are faster than a translation of every one."""
    if len(disguises) > _FEW:
        return text.translate(_PLAIN)
    for disguise in disguises:
        text = text.replace(disguise, _PLAIN[ord(disguise)])
    return text
