"""``soundings demo``: fill a running Soundings with a made-up agency."""

from datetime import UTC, datetime

from soundings_embedded.commands.connection import (
    DEFAULT_HOME,
    DEFAULT_URL,
    HomeOption,
    TokenOption,
    UrlOption,
    staff_token,
)


def demo(url: UrlOption = DEFAULT_URL, token: TokenOption = None, home: HomeOption = DEFAULT_HOME) -> None:
    """Send 13 weeks of a made-up agency through the public doors, and show what was measured.

    Three channels, English and Spanish, one service with a problem that is seen and mended. Running it again on the
    same day changes no figure; on a later day it adds the days since.
    """
    show_demo(url, staff_token(token, home))


def show_demo(url: str, token: str) -> None:
    """Run the demo against a server with progress bars, and print its table."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    from soundings.client import Soundings
    from soundings_embedded.demo.domain.times import agency_today
    from soundings_embedded.demo.table import render
    from soundings_embedded.demo.use_cases import Tell, run_demo

    columns = (TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    tasks: list[TaskID] = []
    console = Console()
    with Soundings(url, token=token) as client, Progress(*columns, console=console) as bar:
        tell = Tell(
            begins=lambda part, steps: tasks.append(bar.add_task(part, total=steps)),
            advances=lambda steps: bar.advance(tasks[-1], steps),
        )
        result = run_demo(client, agency_today(datetime.now(UTC)), tell)
    console.print(render(result))
