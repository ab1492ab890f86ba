"""Why a home is not backed up or restored."""

from typing import ClassVar

from soundings.kernel.errors import SoundingsError


class BackupRefused(SoundingsError):
    """The folder for a backup is taken, or what should be copied cannot be."""

    code: ClassVar[str] = "backup_refused"


class RestoreRefused(SoundingsError):
    """A backup is not whole, does not fit together, or comes from a newer version."""

    code: ClassVar[str] = "restore_refused"
