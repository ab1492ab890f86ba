"""Payment cards: 13 to 19 digits with a right check digit, or of a card's shape after a card's cue."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from feedback_api.privacy.cues import before
from feedback_api.privacy.numbers import Group, joined, windows
from feedback_api.privacy.spans import Span

FEWEST_CARD_DIGITS: Final = 13
_LONGEST: Final = 19
_SMALLEST_GROUP: Final = 3
_UNIVERSAL_AIR_TRAVEL: Final = 15
_EMBOSSED: Final = ([16], [4, 4, 4, 4], [4, 6, 5], [15])
_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_CUE: Final = re.compile(
    r"\b(?:card|visa|mastercard|amex|american express|discover|debit|credit|tarjeta|cr[eé]dito|d[eé]bito)\b[^0-9]*$",
    re.IGNORECASE,
)


def cards(text: str, run: Sequence[Group]) -> Iterator[Span]:
    """The payment cards in one run of digit groups."""
    reached = 0
    for stretch in _stretches(run):
        for window in windows(stretch, FEWEST_CARD_DIGITS, _LONGEST):
            if window[0].start >= reached and _is_card(text, window):
                reached = window[-1].end
                yield Span(window[0].start, reached, "card")


def _stretches(run: Sequence[Group]) -> Iterator[Sequence[Group]]:
    """The whole run when it is about as long as a card, else its stretches between groups too small for a long list."""
    if sum(len(group.digits) for group in run) <= _LONGEST:
        yield run
        return
    first = 0
    for place, group in enumerate(run):
        if len(group.digits) < _SMALLEST_GROUP:
            yield run[first:place]
            first = place + 1
    yield run[first:]


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of ISO/IEC 7812-1, annex B."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        total += _DOUBLED[int(digit)] if place % 2 else int(digit)
    return total % 10 == 0


def _is_card(text: str, window: Sequence[Group]) -> bool:
    digits = joined(window)
    sizes = [len(group.digits) for group in window]
    if not luhn(digits):
        return sizes in _EMBOSSED and _is_cued(text, window[0].start)
    issued = digits[0] in "23456" or (digits[0] == "1" and len(digits) == _UNIVERSAL_AIR_TRAVEL)
    if issued and (sizes[:2] == [4, 6] or len({*sizes[:-1], max(sizes)}) == 1):
        return True
    return _is_cued(text, window[0].start)


def _is_cued(text: str, position: int) -> bool:
    return _CUE.search(before(text, position)) is not None
