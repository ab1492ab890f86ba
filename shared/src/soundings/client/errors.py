"""What can go wrong when calling Soundings."""

from typing import ClassVar

from soundings.kernel.errors import SoundingsError


class ClientError(SoundingsError):
    """A call that did not succeed."""

    code: ClassVar[str] = "client_error"


class Unreachable(ClientError):
    """No server answered, even after retries."""

    code: ClassVar[str] = "unreachable"


class RefusedByServer(ClientError):
    """A problem came back. ``errors`` holds the fields that it names."""

    code: ClassVar[str] = "refused_by_server"

    def __init__(self, status: int, problem: dict[str, object], where: str) -> None:
        self.status = status
        self.problem = problem
        detail = problem.get("detail") or problem.get("title") or "no reason given"
        super().__init__(f"{where}: {status} {detail}")


class BufferFull(ClientError):
    """A buffer holds as much as it may."""

    code: ClassVar[str] = "buffer_full"
