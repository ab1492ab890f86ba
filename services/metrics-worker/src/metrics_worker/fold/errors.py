"""What the fold refuses, and what can happen to it."""

from typing import ClassVar

from soundings.kernel.errors import SoundingsError


class Contradiction(SoundingsError):
    """An event that keeps its contract and still cannot be counted: it contradicts itself or what is known."""

    code: ClassVar[str] = "contradiction"


class WrongPartition(Contradiction):
    """An event of a unit that lives on another partition."""

    code: ClassVar[str] = "wrong_partition"


class FenceLost(SoundingsError):
    """A partition belongs to another worker now; what was read of it is dropped."""

    code: ClassVar[str] = "fence_lost"

    def __init__(self, topic: str, partition: int) -> None:
        super().__init__(f"{topic}/{partition} was taken by another worker")
        self.home = (topic, partition)


class TooManyDeadLetters(SoundingsError):
    """More events were refused than bad senders explain; a person should look before the rest goes the same way."""

    code: ClassVar[str] = "too_many_dead_letters"


class WorkerEnds(SoundingsError):
    """The worker is to stop while it prepares."""

    code: ClassVar[str] = "worker_ends"
