"""Revision numbers from the clock, for records that replace an earlier one."""

import threading

from soundings.kernel.clock import Clock, epoch_ms


class MonotonicRevisions:
    """Milliseconds since 1970, each at least one above the last that this object gave."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0
        self._lock = threading.Lock()

    def next_revision(self) -> int:
        """The next revision. It rises even if the clock stops or goes back."""
        with self._lock:
            self._last = max(epoch_ms(self._clock()), self._last + 1)
            return self._last
