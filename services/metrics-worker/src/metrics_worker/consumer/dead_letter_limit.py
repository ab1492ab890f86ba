"""How many events of one source may be refused before its records are parked."""

from collections import Counter, OrderedDict, deque
from collections.abc import Iterable, Mapping
from typing import Final

WINDOW: Final = 1000
SHARE_PERCENT: Final = 5
IN_A_ROW: Final = 100
MOST_WATCHED: Final = 1000
"""Sources that are watched at once; of more, the one whose last refusal is longest ago is forgotten."""


class _Watched:
    """The events of one source since the first that was refused."""

    __slots__ = ("in_a_row", "refused", "seen")

    def __init__(self) -> None:
        self.seen = 0
        self.in_a_row = 0
        self.refused: deque[int] = deque()

    def accept(self, events: int) -> None:
        self.seen += events
        self.in_a_row = 0
        self._forget_old()

    def refuse(self) -> str | None:
        self.seen += 1
        self.in_a_row += 1
        self.refused.append(self.seen)
        self._forget_old()
        if self.in_a_row >= IN_A_ROW:
            return f"{IN_A_ROW} events in a row were refused"
        if self.seen >= WINDOW and len(self.refused) * 100 > WINDOW * SHARE_PERCENT:
            return f"more than {SHARE_PERCENT} % of the last {WINDOW} events were refused"
        return None

    def _forget_old(self) -> None:
        while self.refused and self.refused[0] <= self.seen - WINDOW:
            self.refused.popleft()


class DeadLetterLimit:
    """Watches sources of which something was refused, in the order in which one worker takes their events.

    A source without any refusal costs nothing, so that fine events are counted only while some source is watched.
    """

    def __init__(self) -> None:
        self._watched: OrderedDict[str, _Watched] = OrderedDict()
        self._exceeded: dict[str, str] = {}

    @property
    def exceeded(self) -> Mapping[str, str]:
        """The sources of which too much was refused, each with what was too much."""
        return self._exceeded

    @property
    def is_watching(self) -> bool:
        """Whether `accept` has anything to count."""
        return bool(self._watched)

    def count_accepted(self, sources: Iterable[str]) -> None:
        """Events of these sources were fine; one source comes once for each event."""
        for source, events in Counter(sources).items():
            watched = self._watched.get(source)
            if watched is None:
                continue
            watched.accept(events)
            if not watched.refused:
                del self._watched[source]

    def count_refused(self, source: str) -> bool:
        """One event was refused; whether that was one too many of its source."""
        watched = self._watched.get(source)
        if watched is None:
            if len(self._watched) >= MOST_WATCHED:
                self._watched.popitem(last=False)
            watched = self._watched[source] = _Watched()
        self._watched.move_to_end(source)
        reason = watched.refuse()
        if reason is not None:
            self._exceeded.setdefault(source, reason)
        return reason is not None

    def forget(self, sources: Iterable[str]) -> None:
        """Begin with a clean slate for these sources."""
        for source in tuple(sources):
            self._watched.pop(source, None)
            self._exceeded.pop(source, None)
