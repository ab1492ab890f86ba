"""What the catalogue refuses, whatever the kind of entity."""

from typing import ClassVar

from soundings.kernel.errors import SoundingsError


class NotFound(SoundingsError):
    """There is nothing of that name."""

    code: ClassVar[str] = "not_found"


class WrongAgency(SoundingsError):
    """The caller acts for another agency."""

    code: ClassVar[str] = "forbidden"


class AdminOnly(SoundingsError):
    """Agencies come and go by the hand of an admin."""

    code: ClassVar[str] = "forbidden"


class PreconditionFailed(SoundingsError):
    """The entity is not in the state that the caller's condition names."""

    code: ClassVar[str] = "precondition_failed"


class EntityRetired(SoundingsError):
    """The entity is no longer in force; a PUT would revive it."""

    code: ClassVar[str] = "retired"


class EntityInUse(SoundingsError):
    """Others that are in force refer to the entity."""

    code: ClassVar[str] = "in_use"
