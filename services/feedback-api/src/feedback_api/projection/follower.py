"""Keeping the projection up to date: the catalogue's topic is read from its beginning at every start, then followed."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from feedback_api.projection.projection import Projection
from soundings.events.catalogue import CatalogueChanged
from soundings.events.envelope import Undecodable, decode
from soundings.events.topics import CATALOGUE
from soundings.kernel.errors import Unavailable
from soundings.log.port import Batch, Log, Stored

_READ_MAX: Final = 1000
_WAIT_SECONDS: Final = 30.0
_log = logging.getLogger("feedback_api.projection")


class Follower:
    """Feeds a projection from the log. It has caught up once it has taken in all that the log held when it began."""

    def __init__(self, log: Log, projection: Projection, *, retry_seconds: float = 1.0) -> None:
        self._log = log
        self._projection = projection
        self._retry_seconds = retry_seconds
        self._caught_up = asyncio.Event()
        self._position = 0
        self._task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def following(self) -> AsyncGenerator[None]:
        """Follow the topic in the background for as long as the context lasts."""
        self._task = asyncio.create_task(self._run(), name="follow the catalogue")
        try:
            yield
        finally:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def not_ready(self) -> str | None:
        """Why requests cannot be answered yet; None when they can."""
        return None if self._caught_up.is_set() else "the catalogue is still being read"

    async def not_alive(self) -> str | None:
        """Why the process should be started again; None when all is well."""
        stopped = self._task is not None and self._task.done()
        return "the catalogue is not followed any more" if stopped else None

    async def ready(self, seconds: float) -> None:
        """Wait until the projection has caught up; Unavailable when that takes longer than ``seconds``."""
        if self._caught_up.is_set():
            return
        try:
            async with asyncio.timeout(seconds):
                await self._caught_up.wait()
        except TimeoutError:
            raise Unavailable("The service has just started and still reads the catalogue.") from None

    async def _run(self) -> None:
        """Follow until cancelled. While the log is away the projection stays as it was."""
        while True:
            try:
                await self._follow()
            except Unavailable as error:
                _log.warning("the catalogue cannot be followed for the moment: %s", error)
                await asyncio.sleep(self._retry_seconds)

    async def _follow(self) -> None:
        target = await self._log.end(CATALOGUE.name, 0)
        while True:
            batch = await self._log.read(CATALOGUE.name, 0, self._position, _READ_MAX)
            self._take(batch)
            if self._position >= target:
                self._caught_up.set()
            if not batch.records:
                await self._log.wait({(CATALOGUE.name, 0): self._position}, _WAIT_SECONDS)

    def _take(self, batch: Batch) -> None:
        for record in batch.records:
            self._apply(record)
        self._position = max(self._position, batch.next)

    def _apply(self, record: Stored) -> None:
        if record.value is None:
            self._projection.forget(record.key.decode("utf-8", "replace"))
            return
        try:
            event = decode(record)
            if isinstance(event, CatalogueChanged):
                self._projection.apply(event)
        except (Undecodable, ValueError) as error:
            # An entity of a newer release, perhaps: what it says stays unknown here, and the doors go on.
            _log.warning("passed over what stands at %s of the catalogue: %s", record.position, error)
