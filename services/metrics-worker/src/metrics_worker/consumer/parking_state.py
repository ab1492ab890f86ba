"""Which sources are parked, and what follows for the records of a partition."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final, NamedTuple

from metrics_worker.aggregation.record_sender import CATALOGUE_SENDER
from soundings.kernel.errors import SoundingsError
from soundings.log.port import TopicPartition

MOST_PARKED: Final = 2
"""So many sources may be parked at once; one more is not the fault of a source, and the worker stops instead."""


class Backlog(NamedTuple):
    """The parked records of one source in one partition."""

    source: str
    topic: str
    partition: int


@dataclass(frozen=True, slots=True)
class ParkingState:
    """The sources that are `parked`, those that are `resuming`, and how many records each partition has of any."""

    parked: frozenset[str] = frozenset()
    resuming: frozenset[str] = frozenset()
    backlogs: Mapping[Backlog, int] = field(default_factory=dict[Backlog, int])

    def routed(self, home: TopicPartition) -> frozenset[str]:
        """The sources whose records of a partition have to be parked: what is folded must not overtake them."""
        if not self.resuming:
            return self.parked
        behind = {one.source for one in self.backlogs if one.source in self.resuming and one[1:] == home}
        return self.parked | behind

    def drainable(self, homes: Collection[TopicPartition]) -> list[Backlog]:
        """What is to be folded now of partitions, in the same order for every worker."""
        if not self.resuming:
            return []
        return sorted(one for one in self.backlogs if one.source in self.resuming and one[1:] in homes)

    @property
    def is_drained(self) -> bool:
        """Whether some source that resumes has nothing parked any more."""
        return not self.resuming <= {one.source for one in self.backlogs}

    def records(self) -> Mapping[str, int]:
        """How many records of each source are parked."""
        counts = dict.fromkeys(self.parked | self.resuming, 0)
        for backlog, records in self.backlogs.items():
            counts[backlog.source] = counts.get(backlog.source, 0) + records
        return counts


NOTHING_PARKED: Final = ParkingState()


def parkable(state: ParkingState, exceeded: Mapping[str, str]) -> Mapping[str, str]:
    """Those of some sources over their limit that are to be parked now, each with why."""
    known = state.parked | state.resuming | {CATALOGUE_SENDER}
    new = sorted(exceeded.keys() - known)
    return {source: exceeded[source] for source in new[: max(0, MOST_PARKED - len(state.parked))]}


def unparkable(state: ParkingState, exceeded: Mapping[str, str]) -> Mapping[str, str]:
    """Those that cannot be parked any more, so that the worker stops; a catalogue that cannot be read never can."""
    return {source: why for source, why in exceeded.items() if source not in state.parked | state.resuming}


def stop_reason(exceeded: Mapping[str, str]) -> str:
    """Why the worker stops, in words, from the sources that could not be parked any more."""
    what = "; ".join(f"{source}: {reason}" for source, reason in sorted(exceeded.items()))
    return (
        f"{what}. With that more than {MOST_PARKED} senders are over their limit; look at the dead letters and at what "
        "was deployed last, then resume or start again"
    )


class ParkingChanged(SoundingsError):
    """What was read does not fit to which sources are parked by now; nothing is written, and it is read again."""

    code: ClassVar[str] = "parking_changed"

    def __init__(self, state: ParkingState) -> None:
        super().__init__("which sources are parked has changed")
        self.state = state
