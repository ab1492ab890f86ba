"""The log as requests use it: opened at the first use, so that a service starts also while the log is away."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from soundings.log.port import AppendFailed, Log, LogUnavailable, Place, Record, TopicPartition

OpenLog = Callable[[str], Awaitable[Log]]

_OPEN_SECONDS: Final = 5.0


class LateLog:
    """What of the log port requests need. Every call may raise `LogUnavailable`."""

    def __init__(self, url: str, open_log: OpenLog) -> None:
        self._url = url
        self._open_log = open_log
        self._opened: Log | None = None
        self._opening = asyncio.Lock()

    async def append(self, topic: str, records: Sequence[Record]) -> Sequence[Place | AppendFailed]:
        return await (await self._log()).append(topic, records)

    async def ends(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        return await (await self._log()).ends(topics)

    async def close(self) -> None:
        log, self._opened = self._opened, None
        if log is not None:
            await log.close()

    async def _log(self) -> Log:
        if self._opened is None:
            async with self._opening:
                if self._opened is None:
                    self._opened = await self._open()
        return self._opened

    async def _open(self) -> Log:
        try:
            async with asyncio.timeout(_OPEN_SECONDS):
                return await self._open_log(self._url)
        except (OSError, TimeoutError) as error:
            raise LogUnavailable(f"the log cannot be opened: {error}") from error
