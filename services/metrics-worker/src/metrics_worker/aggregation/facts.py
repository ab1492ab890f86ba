"""A fact: one record in its latest revision, as the fold keeps it and everything can be computed again from it."""

from typing import Final, Literal, NamedTuple

Kind = Literal["response", "funnel", "interaction", "tally"]

QUARANTINED: Final = 1
"""Bit of `state`: held back, by the latest review or, without one, by the event's own flag."""
RETRACTED: Final = 2
"""Bit of `state`: taken back for good; `data` is gone."""
TEST: Final = 4
"""Bit of `state`: sent as a test; counted nowhere, listed as test."""
EMPTY: Final = 8
"""Bit of `state`: only spoken of so far (reviewed before it came); `data` is still missing."""
COUNTED: Final = 0
"""The only state in which a record contributes."""

NO_REVISION: Final = -1
"""The revision of a record that was only spoken of."""


class StoredFact(NamedTuple):
    """The columns of the table `fact` in their order, without its `id`; a tuple because the fold writes one per event.

    `unit` is the key of an interaction's root, else None. `occurred_at` is in epoch milliseconds. `data` is JSON.
    """

    key: bytes
    unit: bytes | None
    kind: Kind
    source_id: str
    record_id: str
    service: str
    channel: str
    occurred_at: int
    state: int
    revision: int
    review_revision: int | None
    verdict: str | None
    data: str | None
    home: str


RESPONSES: Final = "r"
INTERACTIONS: Final = "i"
TALLIES: Final = "t"
FAMILIES: Final = {
    "soundings.responses.v1": RESPONSES,
    "soundings.interactions.v1": INTERACTIONS,
    "soundings.tallies.v1": TALLIES,
}
"""What the shards of cells begin with that a topic feeds, and the homes of facts."""


def home_of(topic: str, partition: int) -> str:
    """Where a unit is kept, for it never leaves its partition: `r3` is partition 3 of the responses."""
    return f"{FAMILIES[topic]}{partition}"


def family_of(fact: StoredFact) -> str:
    """The family of shards in which a fact counts."""
    return fact.home[0]
