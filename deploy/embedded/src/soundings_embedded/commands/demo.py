"""``soundings demo``: fill a running Soundings with a made-up agency."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from soundings_embedded.commands.options import (
    DEFAULT_HOME,
    CatalogueOption,
    FeedbackOption,
    HomeOption,
    MetricsOption,
    TokenOption,
    UrlOption,
    server_url,
    staff_token,
)

if TYPE_CHECKING:
    from soundings.client import Soundings


def demo(
    url: UrlOption = None,
    feedback: FeedbackOption = None,
    catalogue: CatalogueOption = None,
    metrics: MetricsOption = None,
    token: TokenOption = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Send 13 weeks of records of an invented agency through the public APIs, and print the resulting metrics.

    Three channels, English and Spanish, one service with a problem that is seen and mended. Running it again on the
    same day changes no figure; on a later day it adds the days since.
    """
    from soundings.client import Soundings

    bearer = staff_token(token, home)
    with Soundings(
        server_url(url, home), token=bearer, feedback=feedback, catalogue=catalogue, metrics=metrics
    ) as client:
        _show_demo(client)


def _show_demo(client: "Soundings") -> None:
    """Run the demo with progress bars, and print its table."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    from soundings_embedded.demo.local_times import agency_today
    from soundings_embedded.demo.table import render_table
    from soundings_embedded.demo.use_cases import DemoProgress, run_demo

    columns = (TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    tasks: list[TaskID] = []
    console = Console()
    with Progress(*columns, console=console) as bar:
        tell = DemoProgress(
            begins=lambda part, steps: tasks.append(bar.add_task(part, total=steps)),
            advances=lambda steps: bar.advance(tasks[-1], steps),
        )
        result = run_demo(client, agency_today(datetime.now(UTC)), tell)
    console.print(render_table(result))
