"""``soundings verify``, ``rebuild`` and ``resume``: looking after the numbers."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from soundings_embedded.commands.options import (
    DEFAULT_HOME,
    HomeOption,
    MetricsDatabaseOption,
    MetricsOption,
    TokenOption,
    UrlOption,
    server_url,
    staff_token,
)

_Done = TypeVar("_Done")
Tell = Callable[[int, int], None]


def verify(home: HomeOption = DEFAULT_HOME, database: MetricsDatabaseOption = None) -> None:
    """Compute every cell again from the stored facts and compare; changes nothing, and nothing waits meanwhile.

    The exit code is 1 when something differs; then `soundings rebuild` puts it right.
    """
    from metrics_worker import bootstrap

    url = _metrics_database(home, database)
    done = _run(_with_bar("Verifying", lambda tell: bootstrap.verify_cells(url, tell)))
    if done.comparison.differences:
        for one in done.comparison.examples:
            typer.echo(f"differs: {one}", err=True)
        typer.echo(f"{done.comparison.differences:,} rows of cells differ from {done.facts:,} facts.", err=True)
        raise typer.Exit(1)
    typer.echo(f"All cells of generation {done.generation} equal what {done.facts:,} facts say.")
    _print_parked(done.parked)


def rebuild(home: HomeOption = DEFAULT_HOME, database: MetricsDatabaseOption = None) -> None:
    """Compute every cell again into a new generation, and swap it with the old one in one transaction.

    Queries are answered from the old generation until then; new events wait in the log and are folded afterwards.
    """
    from metrics_worker import bootstrap

    url = _metrics_database(home, database)
    done = _run(_with_bar("Rebuilding", lambda tell: bootstrap.rebuild_cells(url, tell)))
    typer.echo(
        f"Generation {done.generation} was computed from {done.facts:,} facts and is in force; "
        f"{done.comparison.differences:,} rows differed from the one before."
    )
    _print_parked(done.parked)


def resume(
    source: Annotated[str | None, typer.Argument(help="The id of a parked source.")] = None,
    home: HomeOption = DEFAULT_HOME,
    database: MetricsDatabaseOption = None,
    url: UrlOption = None,
    metrics: MetricsOption = None,
    token: TokenOption = None,
) -> None:
    """Count what was parked of a source; without one, let workers go on that stopped for too many dead letters.

    Look first at GET /api/metrics/v1/parked-sources and /dead-letters, which say why, and mend the cause.
    """
    if source is not None:
        from soundings.client import Soundings

        with Soundings(server_url(url, home), token=staff_token(token, home), metrics=metrics) as client:
            found = client.resume(source)
        typer.echo(f"{source} resumes: its {found['records']} parked records are being counted, then what it sends.")
        return
    from metrics_worker import bootstrap

    resumed = _run(bootstrap.resume_workers(_metrics_database(home, database)))
    typer.echo(f"Resumed: {', '.join(resumed)}." if resumed else "No worker has stopped; there is nothing to resume.")


def _print_parked(records: int) -> None:
    if records:
        typer.echo(f"{records:,} records of parked sources are not counted; see GET /api/metrics/v1/parked-sources.")


def _metrics_database(home: Path, database: str | None) -> str:
    from soundings_embedded.data_dir import existing_home

    return database or existing_home(home).database_url("metrics")


def _run(work: Coroutine[object, object, _Done]) -> _Done:
    """Run to the end; a database that cannot be read or written is said in one sentence."""
    from soundings.db import DatabaseFailed

    try:
        return asyncio.run(work)
    except (DatabaseFailed, OSError) as error:
        reason = getattr(error, "orig", None) or error
        typer.echo(f"soundings: the metrics database cannot be used: {reason}", err=True)
        raise typer.Exit(1) from error


async def _with_bar(title: str, work: Callable[[Tell], Awaitable[_Done]]) -> _Done:
    from rich.progress import Progress

    with Progress() as bar:
        task = bar.add_task(title, total=None)
        return await work(lambda done, total: bar.update(task, completed=done, total=total))
