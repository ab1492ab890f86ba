"""What can go wrong with dead letters."""

from typing import ClassVar

from soundings.kernel.errors import ServiceUnavailable, SoundingsError


class NoSuchDeadLetter(SoundingsError):
    """There is no dead letter with this id."""

    code: ClassVar[str] = "not_found"


class NotReplayed(ServiceUnavailable):
    """The log did not take the event again."""
