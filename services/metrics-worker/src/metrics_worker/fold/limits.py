"""How many events may be refused before the worker stops and asks for a person."""

from collections import deque
from typing import Final

from metrics_worker.fold.errors import TooManyDeadLetters

WINDOW: Final = 1000
SHARE_PERCENT: Final = 5
IN_A_ROW: Final = 100


class DeadLetterLimit:
    """Watches the events of one worker in the order in which it takes them; a new one begins with a clean slate."""

    def __init__(self) -> None:
        self._seen = 0
        self._in_a_row = 0
        self._refused: deque[int] = deque()
        self.exceeded: TooManyDeadLetters | None = None

    def is_exceeded(self) -> bool:
        return self.exceeded is not None

    def accept(self, events: int = 1) -> None:
        """So many events were fine."""
        if events:
            self._seen += events
            self._in_a_row = 0

    def refuse(self) -> None:
        """One event was refused; `exceeded` tells from then on when that was one too many."""
        self._seen += 1
        self._in_a_row += 1
        self._refused.append(self._seen)
        while self._refused[0] <= self._seen - WINDOW:
            self._refused.popleft()
        if self._in_a_row >= IN_A_ROW:
            self._exceed(f"{IN_A_ROW} events in a row were refused")
        elif self._seen >= WINDOW and len(self._refused) * 100 > WINDOW * SHARE_PERCENT:
            self._exceed(f"more than {SHARE_PERCENT} % of the last {WINDOW} events were refused")

    def _exceed(self, what: str) -> None:
        self.exceeded = self.exceeded or TooManyDeadLetters(
            f"{what}; look at the dead letters and at what was deployed last, then resume or start again"
        )
