"""Who waits for which partitions, in whatever thread or event loop, and who is to be woken after a commit."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True, slots=True, eq=False)
class LogWaiter:
    """One waiting task: `wake` is to be set in its own `loop`."""

    loop: asyncio.AbstractEventLoop
    wake: asyncio.Event
    positions: Mapping[int, int]

    async def sleep_until_woken(self, seconds: float) -> None:
        """Until woken, but no longer than `seconds`."""
        alarm = self.loop.call_later(seconds, self.wake.set)
        try:
            await self.wake.wait()
        finally:
            alarm.cancel()
        self.wake.clear()


class WaiterRegistry:
    """The waiting tasks of one file by slot; may be used from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._by_slot: dict[int, set[LogWaiter]] = {}

    def add_waiter(self, positions: Mapping[int, int]) -> LogWaiter:
        """Register a waiter in the running loop. Read the log after this call, or a wake-up may be missed."""
        waiter = LogWaiter(asyncio.get_running_loop(), asyncio.Event(), positions)
        with self._lock:
            for slot in positions:
                self._by_slot.setdefault(slot, set()).add(waiter)
        return waiter

    def remove_waiter(self, waiter: LogWaiter) -> None:
        with self._lock:
            for slot in waiter.positions:
                self._by_slot[slot].discard(waiter)

    def due_waiters(self, ends: Mapping[int, int]) -> Collection[LogWaiter]:
        """Those who wait for a slot at a position before its new end."""
        with self._lock:
            return {
                waiter
                for slot, end in ends.items()
                for waiter in self._by_slot.get(slot, ())
                # Compared under the lock with the waiter's own position, so appends elsewhere wake
                # no reader.
                if waiter.positions[slot] < end
            }

    def all_waiters(self) -> Collection[LogWaiter]:
        with self._lock:
            return set[LogWaiter]().union(*self._by_slot.values())


def wake_all(waiters: Iterable[LogWaiter]) -> None:
    """Set the event of each waiter in its own loop; a closed loop has no waiters left."""
    for waiter in waiters:
        try:
            waiter.loop.call_soon_threadsafe(waiter.wake.set)
        except RuntimeError:
            continue
