"""What the front page shows: the two newest whole months of each service, as the public may see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

Json = Mapping[str, object]

HIDDEN = "hidden"
NOTHING = "no data"


@dataclass(frozen=True, slots=True)
class LandingFigure:
    """One number as it is shown, with how many answers or contacts stand behind it."""

    display: str
    n: int | None

    @property
    def is_known(self) -> bool:
        """Whether there is a number: neither hidden nor missing."""
        return bool(self.n)


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A service with its figures: satisfied people this month and the month before, contacts, and waiting."""

    service: str
    satisfied: LandingFigure
    satisfied_before: LandingFigure
    contacts: LandingFigure
    within_20_s: LandingFigure


def report_months(today: date) -> tuple[date, date, date]:
    """The first days of the month before the last whole month, of the last whole month, and of the current month."""
    this = today.replace(day=1)
    last = _month_before(this)
    return _month_before(last), last, this


def _month_before(first: date) -> date:
    return first.replace(year=first.year - 1, month=12) if first.month == 1 else first.replace(month=first.month - 1)


def questions(agency: str, today: date) -> list[dict[str, str]]:
    """What the page asks the metrics API, by the names that :func:`lines` expects, in order."""
    before, last, this = report_months(today)
    shared = {"agency": agency, "group_by": "service", "interval": "month", "to": this.isoformat()}
    two = {**shared, "from": before.isoformat()}
    one = {**shared, "from": last.isoformat()}
    return [
        {"metric": "top2.v1", "measure": "satisfaction", **two},
        {"metric": "count.v1", "measure": "contacts", **one},
        {"metric": "service_level.answered_offered.v1", "channel": "phone", **one},
    ]


def service_lines(answers: Sequence[Sequence[Json]], today: date, names: Mapping[str, str]) -> list[ServiceLine]:
    """One line per service from the rows of the three answers."""
    before, last, _ = (day.isoformat() for day in report_months(today))
    satisfied, contacts, waiting = answers
    services = sorted({_service(row) for rows in answers for row in rows}, key=lambda one: names.get(one, one))
    return [
        ServiceLine(
            service=names.get(service, service),
            satisfied=_figure(satisfied, service, last),
            satisfied_before=_figure(satisfied, service, before),
            contacts=_figure(contacts, service, last),
            within_20_s=_figure(waiting, service, last),
        )
        for service in services
    ]


def _service(row: Json) -> str:
    group = row["group"]
    return str(group.get("service")) if isinstance(group, dict) else ""  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


def _figure(rows: Sequence[Json], service: str, bucket: str) -> LandingFigure:
    for row in rows:
        if _service(row) == service and row["bucket"] == bucket:
            return _shown(row)
    return LandingFigure(NOTHING, 0)


def _shown(row: Json) -> LandingFigure:
    if row["status"] == "suppressed":
        return LandingFigure(HIDDEN, None)
    if row["status"] not in ("ok", "low_n"):
        return LandingFigure(NOTHING, 0)
    return LandingFigure(str(row["display"]), int(str(row["n"])))
