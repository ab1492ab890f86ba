"""Revisions made of time, for what replaces an earlier statement about the same thing."""

import threading

from soundings.kernel.clock import Clock, epoch_ms


class MonotonicRevisions:
    """Milliseconds since 1970, each at least one above the last that this object gave."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0
        self._lock = threading.Lock()

    def next_revision(self) -> int:
        """The next revision; it rises even while the clock stands still or runs back."""
        with self._lock:
            self._last = max(epoch_ms(self._clock()), self._last + 1)
            return self._last
