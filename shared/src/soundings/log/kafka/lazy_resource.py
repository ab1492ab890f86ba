"""Connections that are made when they are first needed, and made anew when they were no good."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Generic, TypeVar

from soundings.log.kafka.aiokafka_internals import KafkaError
from soundings.log.port import LogClosed, LogUnavailable

T = TypeVar("T")

# During an outage at most two connection attempts per second, whatever the number of requests.
_TRY_AGAIN_AFTER = 0.5


class LazyResource(Generic[T]):
    """Something that takes time to open. Who asks while it cannot be opened is refused at once, most of the time."""

    def __init__(
        self, opening: Callable[[], Awaitable[T]], closing: Callable[[T], Awaitable[None]], *, deadline: float
    ) -> None:
        self._opening = opening
        self._closing = closing
        self._deadline = deadline
        self._lock = asyncio.Lock()
        self._opened: T | None = None
        self._refused_until = 0.0
        self._leaving: set[asyncio.Task[None]] = set()
        self._closed = False

    async def get_or_open(self) -> T:
        """Raises `LogUnavailable` when it cannot be opened in time."""
        if self._opened is not None:
            return self._opened
        async with self._lock:
            # Checked under the lock, so that a late caller cannot open a connection after
            # close_resource.
            if self._closed:
                raise LogClosed("the log is closed")
            if self._opened is None:
                self._opened = await self._open_once()
            return self._opened

    async def _open_once(self) -> T:
        if monotonic() < self._refused_until:
            raise LogUnavailable("the Kafka cluster cannot be reached")
        try:
            async with asyncio.timeout(self._deadline):
                return await self._opening()
        except (KafkaError, OSError) as error:  # a timeout is one too
            self._refused_until = monotonic() + _TRY_AGAIN_AFTER
            raise LogUnavailable(f"the Kafka cluster cannot be reached: {error or 'no answer in time'}") from error

    def discard_broken(self, opened: T) -> None:
        """Open another one next time; this one is closed in the background."""
        if self._opened is opened:
            self._opened = None
            task = asyncio.create_task(self._close_opened(opened))
            # The event loop keeps weak references only; the set keeps the task alive until it is
            # done.
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def close_resource(self) -> None:
        """Close for good what is open or still being closed."""
        async with self._lock:
            self._closed = True
            opened, self._opened = self._opened, None
        if opened is not None:
            await self._close_opened(opened)
        await asyncio.gather(*self._leaving)

    async def _close_opened(self, opened: T) -> None:
        try:
            await self._closing(opened)
        except (KafkaError, OSError):
            return
