"""The table fits a terminal and says all it says without colour."""

from datetime import date

import pytest
from rich.console import Console

from soundings_embedded.demo.agency import BENEFITS, SERVICE_NAMES
from soundings_embedded.demo.event_stream import DemoHistory
from soundings_embedded.demo.results import DemoFigure, DemoResult, ServiceFigures, figures, periods
from soundings_embedded.demo.table import render_table

HISTORY = DemoHistory(date(2026, 1, 12), date(2026, 4, 13), {}, ())
NOTHING = DemoFigure("no_data", None, "", 0)


def share(value: float, n: int) -> DemoFigure:
    return DemoFigure("ok" if n >= 30 else "low_n", value, f"{100 * value:.1f} %", n)


def seconds(value: float) -> DemoFigure:
    return DemoFigure("ok", value, f"{value:.2f}", 400)


def service(service_id: str) -> ServiceFigures:
    return ServiceFigures(
        service=service_id,
        name=SERVICE_NAMES[service_id],
        satisfied=(share(0.616, 344), share(0.243, 1382), share(0.778, 9)),
        contacts=DemoFigure("ok", 1250.0, "1250", 1250),
        within_20_s=(share(0.05, 500), share(0.916, 249)),
        wait=(seconds(700.5), seconds(7.4)),
    )


def shown(*services: ServiceFigures, width: int = 200) -> str:
    result = DemoResult(HISTORY.start, HISTORY.today, 17_000, periods(HISTORY), services)
    console = Console(width=width, color_system=None, force_terminal=False)
    with console.capture() as capture:
        console.print(render_table(result))
    return capture.get()


@pytest.mark.parametrize("width", [80, 100, 200])
def test_no_line_is_longer_than_a_terminal_or_a_hundred_columns(width: int):
    text = shown(*map(service, SERVICE_NAMES), width=width)
    assert max(map(len, text.splitlines())) <= min(width, 100)
    assert "…" not in text


def test_figures_stand_with_their_n_and_small_ones_are_marked():
    text = shown(service(BENEFITS))
    for part in ("61.6 %", "n = 344", "n = 1,382", "77.8 %*", "1,250", "91.6 %", "0:07"):
        assert part in text


def test_the_story_is_told_in_words():
    text = " ".join(shown(service(BENEFITS)).split())
    assert "in weeks 5-8, callers waited 11:41 minutes and 24.3 % were satisfied" in text
    assert "On 9 March 2026, callbacks" in text
    assert "In the last 4 weeks, callers waited 0:07 minutes and 77.8 % were satisfied" in text


def test_the_dates_are_the_first_and_the_last_day():
    assert "12 January 2026 to 12 April 2026" in shown()


def test_missing_figures_have_words_and_no_story_is_told_of_them():
    bare = ServiceFigures(BENEFITS, "Benefits", (NOTHING,) * 3, NOTHING, (NOTHING,) * 2, (NOTHING,) * 2)
    text = shown(bare)
    assert text.count("none") == 6
    assert "callers" not in text


def test_rows_of_the_metrics_api_become_figures_by_service():
    row = {"group": {"service": BENEFITS}, "status": "ok", "value": 0.5, "display": "50.0 %", "n": 40}
    hidden = {"group": {"service": BENEFITS}, "status": "suppressed", "value": None, "display": None, "n": None}
    found = {one.service: one for one in figures([[row], [row], [hidden], [row], [], [row], [], [row]])}
    assert found[BENEFITS].satisfied == (share(0.5, 40), share(0.5, 40), DemoFigure("suppressed", None, "", None))
    assert found[BENEFITS].within_20_s == (NOTHING, share(0.5, 40))
    assert found["larkmere-food-assistance"].contacts == NOTHING
