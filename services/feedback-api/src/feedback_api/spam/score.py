"""Spam score as a plain sum of weighted reasons, so that reviewers can verify it."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class SpamReason(StrEnum):
    """What speaks against a response. The values are its reasons in the event."""

    # A field was filled in that people do not see.
    HONEYPOT = "honeypot"
    # It was sent faster than the form can be read.
    TOO_FAST = "too_fast"
    # The same text came under another record.
    REPEATED = "repeated"
    # The same text came under several other records.
    OFTEN_REPEATED = "often_repeated"
    LINK = "link"
    # More than one.
    LINKS = "links"
    # Links in HTML or BBCode.
    MARKUP = "markup"
    GIBBERISH = "gibberish"
    # The same text was written into every field.
    SAME_EVERYWHERE = "same_everywhere"
    # More answers came from one client than one person gives. Weighs little: it may be a kiosk or an office.
    CROWD = "crowd"


_HUNDREDTHS: Final = {
    SpamReason.HONEYPOT: 100,
    SpamReason.TOO_FAST: 40,
    SpamReason.REPEATED: 30,
    SpamReason.OFTEN_REPEATED: 60,
    SpamReason.LINK: 20,
    SpamReason.LINKS: 40,
    SpamReason.MARKUP: 80,
    SpamReason.GIBBERISH: 50,
    SpamReason.SAME_EVERYWHERE: 40,
    SpamReason.CROWD: 30,
}


@dataclass(frozen=True, slots=True)
class SpamScore:
    """A score from 0 to 1 with the names of its reasons, and whether it is enough to hold the response back."""

    score: float
    reasons: tuple[str, ...]
    quarantined: bool


_NONE: Final = SpamScore(0.0, (), quarantined=False)


def spam_score(signs: Collection[SpamReason], quarantine_at: float) -> SpamScore:
    """The weights of all signs together, at most 1; a threshold is above 0, so nothing holds back what shows none."""
    if not signs:
        return _NONE
    found = [sign for sign in SpamReason if sign in signs]
    score = min(100, sum(_HUNDREDTHS[sign] for sign in found)) / 100
    return SpamScore(score, tuple(sign.value for sign in found), score >= quarantine_at)
