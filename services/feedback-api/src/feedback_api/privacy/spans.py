"""Spans of personal data in a text, and how they are resolved and replaced."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

Kind = Literal["url", "email", "iban", "card", "national-id", "ip", "date-of-birth", "phone", "address", "name"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
"""Every kind; the earlier one names a stretch that two recognisers claim."""

_RANK: Final = {kind: rank for rank, kind in enumerate(KINDS)}
_PLACEHOLDER: Final = re.compile(r"\[(?:" + "|".join(KINDS) + r")\]")


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` (included) to `end` (excluded) of a text, which are personal data of one kind."""

    start: int
    end: int
    kind: Kind

    @property
    def replacement(self) -> str:
        return f"[{self.kind}]"


def resolve(text: str, found: Iterable[Span]) -> tuple[Span, ...]:
    """Disjoint spans in order: overlapping ones become their hull under the first kind; placeholders stay untouched."""
    ordered = sorted(found, key=lambda span: (span.start, -span.end))
    if "[" in text:
        barriers = [match.span() for match in _PLACEHOLDER.finditer(text)]
        ordered = [span for span in ordered if not _touches(span, barriers)]
    merged: list[Span] = []
    for span in ordered:
        if merged and span.start < merged[-1].end:
            merged[-1] = _hull(merged[-1], span)
        else:
            merged.append(span)
    return tuple(merged)


def replace(text: str, spans: Sequence[Span]) -> str:
    """The text with every span (disjoint, in order) replaced by its placeholder."""
    pieces: list[str] = []
    position = 0
    for span in spans:
        pieces += (text[position : span.start], span.replacement)
        position = span.end
    return "".join(pieces) + text[position:]


def _hull(left: Span, right: Span) -> Span:
    first = min(left, right, key=lambda span: _RANK[span.kind])
    return Span(left.start, max(left.end, right.end), first.kind)


def _touches(span: Span, barriers: Iterable[tuple[int, int]]) -> bool:
    return any(span.start < end and start < span.end for start, end in barriers)
