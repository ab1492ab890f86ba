"""Why a cluster cannot be started; each message says what to do."""

from typing import ClassVar

from soundings.kernel.errors import SoundingsError


class ProgramMissing(SoundingsError):
    """A program that the cluster needs is not installed."""

    code: ClassVar[str] = "program_missing"


class PortTaken(SoundingsError):
    """Another process listens where a part of the cluster is to listen."""

    code: ClassVar[str] = "port_taken"


class PartFailed(SoundingsError):
    """A part of the cluster did not come up."""

    code: ClassVar[str] = "part_failed"
