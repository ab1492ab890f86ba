"""The demo's figures for a terminal: a table of at most 100 columns that says all it says without colour."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from rich import box
from rich.console import Group, RenderableType
from rich.constrain import Constrain
from rich.table import Table
from rich.text import Text

from soundings_embedded.demo.agency import AGENCY_NAME, BENEFITS
from soundings_embedded.demo.results import DemoFigure, DemoResult, ServiceFigures

WIDTH: Final = 100
_LONGEST_NAME: Final = 22
_NEW_LINE: Final = "\n"
_LEGEND: Final = (
    "Satisfied: answers 4 and 5 on a scale of 1 to 5. In 20 s: of all calls that waited for a person, those "
    "answered within 20 seconds. Wait: average of answered calls, in minutes and seconds. *: fewer than 30, to be read "
    "with care."
)
_MINUTE: Final = 60
_ONE_DAY: Final = timedelta(days=1)
_WHY: Final = {"no_data": "none", "not_applicable": "n/a", "suppressed": "hidden", "coarser_only": "totals"}


def render_table(result: DemoResult) -> RenderableType:
    """What was measured: the table, what its marks mean, and the story in a sentence or two."""
    return Constrain(Group(_table(result), *_remarks(result)), WIDTH)


def _table(result: DemoResult) -> Table:
    title = f"{AGENCY_NAME}, a made-up agency: {_day(result.start)} to {_day(result.today - _ONE_DAY)}"
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        collapse_padding=True,
        pad_edge=False,
    )
    table.add_column("Service", max_width=_LONGEST_NAME)
    last = result.periods[-1].name
    columns = [("Satisfied", period.name) for period in result.periods]
    for what, when in (*columns, ("Contacts", "all weeks"), ("In 20 s", last), ("Wait", last)):
        table.add_column(f"{what}\n{when.replace(' ', _NEW_LINE, 1)}", justify="right", no_wrap=True)
    for service in result.services:
        table.add_row(*_row(service))
    return table


def _row(service: ServiceFigures) -> Iterator[str]:
    yield service.name
    for satisfied in service.satisfied:
        yield _with_n(satisfied)
    yield _plain(service.contacts)
    yield _with_n(service.within_20_s[1])
    yield _minutes(service.wait[1]) + _mark(service.wait[1])


def _remarks(result: DemoResult) -> Iterator[Text]:
    yield Text(_LEGEND)
    benefits = next((one for one in result.services if one.service == BENEFITS), None)
    if benefits is not None and all(figure.value is not None for figure in (*benefits.satisfied, *benefits.wait)):
        yield Text(f"\n{_story(result, benefits)}")


def _story(result: DemoResult, benefits: ServiceFigures) -> str:
    (_, worst, last), (waited_then, waited_now) = benefits.satisfied, benefits.wait
    _, then, now = result.periods
    return (
        f"{benefits.name}: in {then.name}, callers waited {_minutes(waited_then)} minutes and {worst.display} were "
        f"satisfied. On {_day(result.changed_on)}, callbacks and a page with the status of a claim came. In the "
        f"{now.name}, callers waited {_minutes(waited_now)} minutes and {last.display} were satisfied."
    )


def _with_n(figure: DemoFigure) -> str:
    if figure.value is None:
        return _why(figure)
    return f"{figure.display}{_mark(figure)}\nn = {figure.n:,}"


def _mark(figure: DemoFigure) -> str:
    return "*" if figure.status == "low_n" else ""


def _plain(figure: DemoFigure) -> str:
    return _why(figure) if figure.value is None else f"{figure.value:,.0f}"


def _minutes(figure: DemoFigure) -> str:
    """Seconds as minutes and seconds, with whole seconds rounded half up."""
    if figure.value is None:
        return _why(figure)
    minutes, seconds = divmod(int(figure.value + 0.5), _MINUTE)
    return f"{minutes}:{seconds:02}"


def _why(figure: DemoFigure) -> str:
    return _WHY.get(figure.status, figure.status)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
