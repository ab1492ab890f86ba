"""What the doors of source keys refuse beyond what every door refuses."""

from typing import ClassVar

from soundings.kernel.errors import SoundingsError


class KeyNotFound(SoundingsError):
    """The source has no such key."""

    code: ClassVar[str] = "not_found"


class TooManyKeys(SoundingsError):
    """A source has as many keys in force as it may."""

    code: ClassVar[str] = "too_many_keys"
