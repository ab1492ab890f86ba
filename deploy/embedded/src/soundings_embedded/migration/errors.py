"""Why a home cannot be moved."""

from typing import ClassVar

from soundings.kernel.errors import SoundingsError


class OtherSecret(SoundingsError):
    """The new processes would have another root secret than the home."""

    code: ClassVar[str] = "other_secret"


class LogInUse(SoundingsError):
    """The new log holds records that do not come from this home."""

    code: ClassVar[str] = "log_in_use"


class NotMoved(SoundingsError):
    """The new log did not take a record, or gave something else back."""

    code: ClassVar[str] = "not_moved"
