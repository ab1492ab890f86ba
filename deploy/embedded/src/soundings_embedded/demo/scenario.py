"""The story of thirteen weeks: the telephone of one service breaks down in week five, and is mended in week nine."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from soundings_embedded.demo.agency import BENEFITS

DAYS: Final = 91
TROUBLE_BEGINS: Final = 28
CHANGE: Final = 56
"""The day on which callers may ask to be called back, and the status of a claim can be seen on the website."""
_WORSENS_FOR: Final = 3
_MENDS_FOR: Final = 7
_GROWTH_PER_DAY: Final = 0.0016
_BY_WEEKDAY: Final = (1.22, 1.1, 1.0, 0.95, 0.83)
_WEEKEND: Final = 0.45


@dataclass(frozen=True, slots=True)
class DemoScenario:
    """What happens from ``start`` until the day before ``today``; every day is drawn by itself.

    So a longer story holds the same days as a shorter one, and telling it again sends the same records.
    """

    seed: int
    start: date
    today: date

    def days(self) -> Iterator[date]:
        for number in range((self.today - self.start).days):
            yield self.start + timedelta(days=number)

    def chance(self, stream: str, service: str, day: date) -> Random:
        """The dice of one stream of records of one service on one day."""
        # A generator for each stream, service and day: a later day cannot change the records of an
        # earlier one.
        return Random(f"{self.seed}/{stream}/{service}/{day.isoformat()}")

    def trouble(self, service: str, day: date) -> float:
        """How bad it is, from 0 to 1."""
        age = (day - self.start).days
        if service != BENEFITS or age < TROUBLE_BEGINS:
            return 0.0
        if age < CHANGE:
            return min(1.0, (age - TROUBLE_BEGINS + 1) / _WORSENS_FOR)
        return max(0.0, 1 - (age - CHANGE + 1) / _MENDS_FOR)

    def relief(self, service: str, day: date) -> float:
        """How much better than at first it has become, from 0 to 1."""
        age = (day - self.start).days
        return min(1.0, (age - CHANGE + 1) / _MENDS_FOR) if service == BENEFITS and age >= CHANGE else 0.0

    def changed(self, service: str, day: date) -> bool:
        """Whether the change has been made."""
        return service == BENEFITS and (day - self.start).days >= CHANGE

    def _growth(self, day: date) -> float:
        return 1 + _GROWTH_PER_DAY * (day - self.start).days

    def how_many(self, chance: Random, usual: float, day: date, *, weekends: bool) -> int:
        """Number of contacts on a day, around the mean of its weekday; zero at weekends where the channel is closed."""
        weekday = day.weekday()
        is_weekend = weekday >= len(_BY_WEEKDAY)
        if is_weekend and not weekends:
            return 0
        expected = usual * self._growth(day) * (_WEEKEND if is_weekend else _BY_WEEKDAY[weekday])
        return max(0, int(expected + chance.gauss(0, 0.4 * expected**0.5) + chance.random()))
