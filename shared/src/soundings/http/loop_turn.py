"""Giving way in long loops, so that no request holds the event loop for long."""

import asyncio
import time
from typing import Final

# Short enough for the latency of other requests, long enough that yielding costs nothing.
_SLICE_SECONDS: Final = 0.005


class LoopTurn:
    """A loop's turn on the event loop: after 5 ms others have theirs."""

    __slots__ = ("_ends",)

    def __init__(self) -> None:
        self._ends = time.perf_counter() + _SLICE_SECONDS

    async def give_way(self) -> None:
        """Let others run when the turn is over; returns at once while it is not."""
        if time.perf_counter() > self._ends:
            await asyncio.sleep(0)
            self._ends = time.perf_counter() + _SLICE_SECONDS
