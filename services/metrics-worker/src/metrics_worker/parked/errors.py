"""What can go wrong with parked sources."""

from typing import ClassVar

from soundings.kernel.errors import SoundingsError


class NoSuchParkedSource(SoundingsError):
    """No source of this name is parked, or none that the caller reaches."""

    code: ClassVar[str] = "not_found"
