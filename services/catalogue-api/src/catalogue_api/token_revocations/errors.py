"""What is refused of revocations beyond what every endpoint refuses."""

from typing import ClassVar

from soundings.kernel.errors import SoundingsError


class EveryAgencyNeeded(SoundingsError):
    """Revocation affects tokens of any agency, so the caller needs access to every agency."""

    code: ClassVar[str] = "forbidden"


class TooManyRevocations(SoundingsError):
    """As many tokens are revoked as every service can hold."""

    code: ClassVar[str] = "too_many_revocations"
