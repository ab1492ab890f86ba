"""How much is done to a running system: a short form for every run of the tests, and the long one of `make chaos`."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Extent:
    """Kills at random moments, seconds between them, seconds for which something stays away, and how much is sent."""

    kills: int
    pause_s: tuple[float, float]
    away_s: float
    senders: int
    rest_s: float
    """How long a sender rests after each request."""


SHORT = Extent(kills=6, pause_s=(0.2, 2.0), away_s=4, senders=2, rest_s=0.05)
LONG = Extent(kills=60, pause_s=(0.2, 8.0), away_s=60, senders=4, rest_s=0.02)


def extent() -> Extent:
    """The long form where CHAOS=long says so."""
    return LONG if os.environ.get("CHAOS") == "long" else SHORT
