"""What the fold refuses, and what can happen to it."""

from typing import ClassVar

from soundings.kernel.errors import SoundingsError


class LeaseLost(SoundingsError):
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
