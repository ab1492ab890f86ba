"""Errors specific to the endpoints of source keys."""

from typing import ClassVar

from soundings.kernel.errors import SoundingsError


class KeyNotFound(SoundingsError):
    """The source has no such key."""

    code: ClassVar[str] = "not_found"


class TooManyKeys(SoundingsError):
    """A source has as many keys in force as it may."""

    code: ClassVar[str] = "too_many_keys"
