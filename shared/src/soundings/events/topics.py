"""The topics: their names, how many partitions they have for life, and how long they keep what they hold."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A named part of the log. ``retention`` is None for compacted topics, which keep the newest record of each key."""

    name: str
    partitions: int
    cleanup: Literal["delete", "compact"]
    retention: timedelta | None


RESPONSES = TopicSpec("soundings.responses.v1", 8, "delete", timedelta(days=90))
INTERACTIONS = TopicSpec("soundings.interactions.v1", 8, "delete", timedelta(days=90))
TALLIES = TopicSpec("soundings.tallies.v1", 8, "delete", timedelta(days=365))
CATALOGUE = TopicSpec("soundings.catalogue.v1", 1, "compact", None)
SIGNALS = TopicSpec("soundings.signals.v1", 1, "delete", timedelta(days=90))
DEAD_LETTERS = TopicSpec("soundings.dead-letters.v1", 1, "delete", timedelta(days=90))

MEASURED = (RESPONSES, INTERACTIONS, TALLIES)
ALL = (*MEASURED, CATALOGUE, SIGNALS, DEAD_LETTERS)
