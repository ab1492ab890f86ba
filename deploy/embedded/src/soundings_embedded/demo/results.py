"""What was measured of the demo: the figures that the metrics API gives to anyone with a staff token."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, cast

from soundings_embedded.demo.agency import SERVICES
from soundings_embedded.demo.event_stream import DemoHistory
from soundings_embedded.demo.forms import Json
from soundings_embedded.demo.scenario import CHANGE, TROUBLE_BEGINS

_FOUR_WEEKS: Final = timedelta(days=28)
_SHOWN: Final = ("ok", "low_n")


@dataclass(frozen=True, slots=True)
class DateRange:
    """A range of local dates; the last one is not included."""

    name: str
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class DemoFigure:
    """One number of the metrics API. ``value`` is None where there is none, and ``status`` says why."""

    status: str
    value: float | None
    display: str
    n: int | None


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """The figures of one service.

    ``satisfied`` in the first, the middle and the last weeks; ``within_20_s`` and ``wait`` (seconds) of callers in the
    middle and in the last weeks; ``contacts`` of the whole time.
    """

    service: str
    name: str
    satisfied: tuple[DemoFigure, DemoFigure, DemoFigure]
    contacts: DemoFigure
    within_20_s: tuple[DemoFigure, DemoFigure]
    wait: tuple[DemoFigure, DemoFigure]


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What a demo did and what came of it. ``sent`` counts items, also those that had been sent before."""

    start: date
    today: date
    sent: int
    periods: tuple[DateRange, DateRange, DateRange]
    services: tuple[ServiceFigures, ...]

    @property
    def changed_on(self) -> date:
        """The day on which the troubled service was mended."""
        return self.start + timedelta(days=CHANGE)


@dataclass(frozen=True, slots=True)
class DemoQuery:
    """A question to the metrics API: a metric, its parameters, and a period."""

    metric: str
    params: Mapping[str, str]
    period: DateRange


def periods(history: DemoHistory) -> tuple[DateRange, DateRange, DateRange]:
    """The first four weeks, the four weeks of trouble, and the last four."""
    trouble = history.start + timedelta(days=TROUBLE_BEGINS)
    mended = history.start + timedelta(days=CHANGE)
    return (
        DateRange("weeks 1-4", history.start, history.start + _FOUR_WEEKS),
        DateRange("weeks 5-8", trouble, mended),
        DateRange("last 4 weeks", history.today - _FOUR_WEEKS, history.today),
    )


def questions(history: DemoHistory) -> tuple[DemoQuery, ...]:
    """What is asked, in the order in which :func:`figures` expects the answers."""
    first, middle, last = periods(history)
    whole = DateRange("all weeks", history.start, history.today)
    satisfied = {"measure": "satisfaction"}
    callers = {"channel": "phone"}
    return (
        *(DemoQuery("top2.v1", satisfied, period) for period in (first, middle, last)),
        DemoQuery("count.v1", {"measure": "contacts"}, whole),
        *(DemoQuery("service_level.answered_offered.v1", callers, period) for period in (middle, last)),
        *(DemoQuery("asa.v1", callers, period) for period in (middle, last)),
    )


def figures(answers: Iterable[list[Json]]) -> tuple[ServiceFigures, ...]:
    """The figures of every service from the rows of the answers."""
    by_service = [dict(map(_of_service, rows)) for rows in answers]
    return tuple(_service(profile.id, profile.en, by_service) for profile in SERVICES)


def _service(service: str, name: str, by_service: list[dict[str, DemoFigure]]) -> ServiceFigures:
    nothing = DemoFigure("no_data", None, "", 0)
    first, middle, last, contacts, *calls = [found.get(service, nothing) for found in by_service]
    within_then, within_now, wait_then, wait_now = calls
    return ServiceFigures(
        service, name, (first, middle, last), contacts, (within_then, within_now), (wait_then, wait_now)
    )


def _of_service(row: Json) -> tuple[str, DemoFigure]:
    group = cast("Json", row["group"])
    status, value, n = str(row["status"]), row.get("value"), row.get("n")
    known = status in _SHOWN and isinstance(value, int | float)
    return str(group.get("service")), DemoFigure(
        status=status,
        value=float(value) if known and isinstance(value, int | float) else None,
        display=str(row.get("display") or "") if known else "",
        n=n if isinstance(n, int) else None,
    )
