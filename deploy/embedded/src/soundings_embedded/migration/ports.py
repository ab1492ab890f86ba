"""Progress callbacks and findings of a migration."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Tell = Callable[[str, int, int], None]
"""Told now and then of which part how many steps are done, of how many."""


class StepMeter:
    """Counts the steps of one part."""

    def __init__(self, tell: Tell, part: str, steps: int) -> None:
        self._tell, self._part, self._steps = tell, part, steps
        self._done = 0
        tell(part, 0, steps)

    def advance(self, steps: int) -> None:
        self._done += steps
        self._tell(self._part, self._done, self._steps)


@dataclass(frozen=True, slots=True)
class CopyComparison:
    """Something that was moved: how much of it is here and there, and whether it is the same."""

    what: str
    here: int
    there: int
    is_equal: bool


Report = Sequence[CopyComparison]
