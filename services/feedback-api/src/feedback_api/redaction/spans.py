"""Spans of personal data in a text, and how they are resolved and replaced."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, get_args

PersonalDataKind = Literal[
    "url", "email", "iban", "card", "national-id", "ip", "date-of-birth", "phone", "address", "name"
]

# All kinds in order of priority: overlapping spans get the earlier kind.
KINDS: Final[tuple[PersonalDataKind, ...]] = get_args(PersonalDataKind)

_RANK: Final = {kind: rank for rank, kind in enumerate(KINDS)}
_PLACEHOLDER: Final = re.compile(r"\[(?:" + "|".join(KINDS) + r")\]")


@dataclass(frozen=True, slots=True)
class RedactedSpan:
    """Characters `start` (included) to `end` (excluded) of a text, which are personal data of one kind."""

    start: int
    end: int
    kind: PersonalDataKind

    @property
    def replacement_label(self) -> str:
        return f"[{self.kind}]"


def unredacted_pieces(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of the non-empty text before, between and after placeholders."""
    position = 0
    for placeholder in _PLACEHOLDER.finditer(text):
        if position < placeholder.start():
            yield position, placeholder.start()
        position = placeholder.end()
    if position < len(text):
        yield position, len(text)


def resolve_overlaps(found: Iterable[RedactedSpan]) -> tuple[RedactedSpan, ...]:
    """Disjoint spans in order: overlapping ones become their hull under the first kind."""
    merged: list[RedactedSpan] = []
    for span in sorted(found, key=lambda span: (span.start, -span.end)):
        if merged and span.start < merged[-1].end:
            merged[-1] = _merged_span(merged[-1], span)
        else:
            merged.append(span)
    return tuple(merged)


def _merged_span(left: RedactedSpan, right: RedactedSpan) -> RedactedSpan:
    first = min(left, right, key=lambda span: _RANK[span.kind])
    return RedactedSpan(left.start, max(left.end, right.end), first.kind)
