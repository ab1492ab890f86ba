"""What the fold refuses of a single event."""

from typing import ClassVar

from soundings.kernel.errors import SoundingsError


class InconsistentEvent(SoundingsError):
    """An event that keeps its contract and still cannot be counted: it contradicts itself or what is known."""

    code: ClassVar[str] = "contradiction"


class WrongPartition(InconsistentEvent):
    """An event of a unit that lives on another partition."""

    code: ClassVar[str] = "wrong_partition"
