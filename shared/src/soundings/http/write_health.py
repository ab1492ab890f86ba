"""Whether a service can still write: by what became of its last write, and now and then by a small one of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final

from soundings.kernel.errors import ServiceUnavailable

PROBE_EVERY_SECONDS: Final = 10.0
_PATIENCE_SECONDS: Final = 3.0

WriteProbe = Callable[[], Awaitable[None]]
"""Writes next to nothing durably; raises Unavailable where that fails."""


class WriteHealth:
    """A readiness check. It probes when it is asked, at most every few seconds, so that an idle disk may rest.

    After a failed write, a successful probe counts only some seconds later: a small probe may fit
    on a disk where the write did not. A write that succeeds ends that at once.
    """

    def __init__(
        self, probe: WriteProbe, *, every: float = PROBE_EVERY_SECONDS, clock: Callable[[], float] = monotonic
    ) -> None:
        self._probe = probe
        self._every = every
        self._clock = clock
        self._fault: str | None = None
        self._known_at = clock() - every

    def succeeded(self) -> None:
        """Note that something was made durable."""
        self._fault, self._known_at = None, self._clock()

    def failed(self, error: Exception) -> None:
        """Note that something could not be made durable."""
        self._fault, self._known_at = f"nothing can be written: {error}", self._clock()

    async def unready_reason(self) -> str | None:
        """Why nothing can be written, in words; None while it can."""
        # Real writes count as probes, so a busy service is never probed.
        if self._clock() - self._known_at >= self._every:
            self._known_at = self._clock()  # whoever asks meanwhile has the old answer
            try:
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    await self._probe()
            except TimeoutError:
                self.failed(ServiceUnavailable("it takes too long"))
            except ServiceUnavailable as error:
                self.failed(error)
            else:
                self.succeeded()
        return self._fault
