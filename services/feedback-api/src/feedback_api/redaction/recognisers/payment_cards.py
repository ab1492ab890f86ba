"""Payment cards: 13 to 19 digits (12 after a cue) with a right check digit, or of a card's shape after a cue."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from feedback_api.redaction.context_cues import text_before
from feedback_api.redaction.digit_groups import DigitGroup, group_windows, joined_digits
from feedback_api.redaction.spans import RedactedSpan

FEWEST_CARD_DIGITS: Final = 12
_FEWEST_WITHOUT_CUE: Final = 13
_LONGEST: Final = 19
_SMALLEST_GROUP: Final = 3
_UNIVERSAL_AIR_TRAVEL: Final = 15
_EMBOSSED: Final = ([16], [4, 4, 4, 4], [4, 6, 5], [15])
_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_CUE: Final = re.compile(
    r"\b(?:card|visa|mastercard|amex|american express|discover|debit|credit|tarjeta|cr[eé]dito|d[eé]bito)\b[^0-9]*$",
    re.IGNORECASE,
)


def find_cards(text: str, run: Sequence[DigitGroup]) -> Iterator[RedactedSpan]:
    """The payment cards in one run of digit groups."""
    if sum(len(group.digits) for group in run) < FEWEST_CARD_DIGITS:
        return
    # No digit may stand between a cue and a card, so only a run's first group can have a cue.
    cued_at = run[0].start if _is_cued(text, run[0].start) else -1
    reached = 0
    for stretch in _card_stretches(run):
        for window in group_windows(stretch, FEWEST_CARD_DIGITS, _LONGEST):
            if window[0].start >= reached and _is_card(window, is_cued=window[0].start == cued_at):
                reached = window[-1].end
                yield RedactedSpan(window[0].start, reached, "card")


def _card_stretches(run: Sequence[DigitGroup]) -> Iterator[Sequence[DigitGroup]]:
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


def passes_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of ISO/IEC 7812-1, annex B."""
    doubled = map(_DOUBLED.__getitem__, map(int, digits[-2::-2]))
    return (sum(map(int, digits[::-2])) + sum(doubled)) % 10 == 0


def _is_card(window: Sequence[DigitGroup], *, is_cued: bool) -> bool:
    digits = joined_digits(window)
    if is_cued:
        return passes_luhn(digits) or [len(group.digits) for group in window] in _EMBOSSED
    # One in ten case numbers of 12 digits has a right check digit by chance.
    if len(digits) < _FEWEST_WITHOUT_CUE:
        return False
    if digits[0] not in "23456" and not (digits[0] == "1" and len(digits) == _UNIVERSAL_AIR_TRAVEL):
        return False
    sizes = [len(group.digits) for group in window]
    return (sizes[:2] == [4, 6] or len({*sizes[:-1], max(sizes)}) == 1) and passes_luhn(digits)


def _is_cued(text: str, position: int) -> bool:
    return _CUE.search(text_before(text, position)) is not None
