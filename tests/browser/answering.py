"""What tests look at while the widget is filled in on a page, and what came of it in the metrics API."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Locator, Page

from tests.e2e.running import Embedded

KEPT = "Object.keys(localStorage).filter(key => key.startsWith('soundings:unsent:'))"


def heard(page: Page) -> list[str]:
    return [name for name, _ in page.evaluate("heard")]


def point(page: Page, value: int) -> Locator:
    return page.locator(".likert input").nth(value - 1)


def thanks(page: Page) -> Locator:
    return page.locator(".box code")


def counted(house: Embedded, measure: str = "responses") -> int:
    """How many the metrics API knows of, once nothing lags."""
    day = datetime.now(UTC).date()
    query = {"from": day.isoformat(), "to": (day + timedelta(days=1)).isoformat()}
    (row,) = house.settled(measure=measure, service="permit", **query)["rows"]
    return int(row["n"] or 0)
