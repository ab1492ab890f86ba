"""What is refused of revocations beyond what every endpoint refuses."""

from typing import ClassVar

from soundings.kernel.errors import SoundingsError


class EveryAgencyNeeded(SoundingsError):
    """Tokens of any agency can be revoked, so only whoever reaches every agency may do it."""

    code: ClassVar[str] = "forbidden"


class TooManyRevocations(SoundingsError):
    """As many tokens are revoked as every service can hold."""

    code: ClassVar[str] = "too_many_revocations"
