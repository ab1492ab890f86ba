"""Telling the tools of the log how far the worker has come; what counts are the rows of its own database."""

import asyncio
from collections.abc import Mapping
from typing import Final

import structlog

from soundings.kernel.errors import SoundingsError, safe_error_reason
from soundings.log.port import PublishesOffsets, TopicPartition

GROUP: Final = "soundings-metrics-worker"
"""The consumer group under which lag tools find the workers."""

_EVERY_S: Final = 1.0
_AGAIN_AFTER: Final = 60
"""So many rounds later everything is told again: a worker that was replaced may have told something older."""
_log = structlog.get_logger("metrics_worker.consumer")


class OffsetPublisher:
    """Collects positions that were written and publishes those that changed, at most once in `every_s` seconds."""

    def __init__(self, *, every_s: float = _EVERY_S) -> None:
        self._every_s = every_s
        self._noted: dict[TopicPartition, int] = {}
        self._told: dict[TopicPartition, int] = {}

    def note_positions(self, positions: Mapping[TopicPartition, int]) -> None:
        """Positions up to which everything is written now."""
        self._noted.update(positions)

    async def run_publisher(self, log: PublishesOffsets) -> None:
        """Publish offsets until cancelled; retries while the log is unavailable, without blocking the fold."""
        rounds = 0
        while True:
            await asyncio.sleep(self._every_s)
            rounds += 1
            if rounds % _AGAIN_AFTER == 0:
                self._told.clear()
            noted, self._noted = self._noted, {}
            news = {home: next_ for home, next_ in noted.items() if self._told.get(home) != next_}
            if news:
                await self._publish_changed(log, news)

    async def _publish_changed(self, log: PublishesOffsets, news: Mapping[TopicPartition, int]) -> None:
        try:
            await log.publish_offsets(GROUP, news)
        except (SoundingsError, OSError) as error:
            _log.debug("hint_failed", reason=safe_error_reason(error))
            self._noted = {**news, **self._noted}
        else:
            self._told.update(news)
