"""Why a database cannot be moved into."""

from typing import ClassVar

from soundings.kernel.errors import SoundingsError


class DatabaseInUse(SoundingsError):
    """A worker has written to the database already, so what it holds is not ours to replace."""

    code: ClassVar[str] = "database_in_use"
