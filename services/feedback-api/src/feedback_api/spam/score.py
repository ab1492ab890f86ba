"""From what was noticed about a response to its spam score: a plain sum, so that people can follow it."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Sign(StrEnum):
    """What speaks against a response. The values are its reasons in the event."""

    HONEYPOT = "honeypot"
    """A field was filled in that people do not see."""
    TOO_FAST = "too_fast"
    """It was sent faster than the form can be read."""
    REPEATED = "repeated"
    """The same text came under another record."""
    OFTEN_REPEATED = "often_repeated"
    """The same text came under several other records."""
    LINK = "link"
    LINKS = "links"
    """More than one."""
    MARKUP = "markup"
    """Links in HTML or BBCode."""
    GIBBERISH = "gibberish"
    SAME_EVERYWHERE = "same_everywhere"
    """The same text was written into every field."""
    CROWD = "crowd"
    """More answers came from one client than one person gives. Weighs little: it may be a kiosk or an office."""


_HUNDREDTHS: Final = {
    Sign.HONEYPOT: 100,
    Sign.TOO_FAST: 40,
    Sign.REPEATED: 30,
    Sign.OFTEN_REPEATED: 60,
    Sign.LINK: 20,
    Sign.LINKS: 40,
    Sign.MARKUP: 80,
    Sign.GIBBERISH: 50,
    Sign.SAME_EVERYWHERE: 40,
    Sign.CROWD: 30,
}


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A score from 0 to 1 with the names of its reasons, and whether it is enough to hold the response back."""

    score: float
    reasons: tuple[str, ...]
    quarantined: bool


_NONE: Final = Suspicion(0.0, (), quarantined=False)


def suspicion(signs: Collection[Sign], quarantine_at: float) -> Suspicion:
    """The weights of all signs together, at most 1; a threshold is above 0, so nothing holds back what shows none."""
    if not signs:
        return _NONE
    found = [sign for sign in Sign if sign in signs]
    score = min(100, sum(_HUNDREDTHS[sign] for sign in found)) / 100
    return Suspicion(score, tuple(sign.value for sign in found), score >= quarantine_at)
