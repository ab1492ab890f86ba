"""``soundings move``: from a home to a cluster."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from soundings_embedded.commands.options import DEFAULT_HOME, HomeOption

if TYPE_CHECKING:
    from soundings_embedded.data_dir import DataDir
    from soundings_embedded.migration.ports import Report
    from soundings_embedded.migration.use_cases import MigrationTarget

_LOG = typer.Option("--log", envvar="SOUNDINGS_LOG_URL", help="The new log, such as kafka://broker:9092.")
_CATALOGUE = typer.Option(
    "--catalogue-database", envvar="SOUNDINGS_CATALOGUE_DATABASE", help="catalogue-api's database: postgresql://..."
)
_METRICS = typer.Option(
    "--metrics-database", envvar="SOUNDINGS_METRICS_DATABASE", help="metrics-worker's database: postgresql://..."
)
_SECRET = typer.Option(
    "--secret", envvar="SOUNDINGS_SECRET", help="The secret that feedback-api is given there; it must be the home's."
)


def move(
    log: Annotated[str, _LOG],
    catalogue_database: Annotated[str, _CATALOGUE],
    metrics_database: Annotated[str, _METRICS],
    secret: Annotated[str, _SECRET],
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Move a home to Kafka and PostgreSQL: copy the log and the databases, and prove that both hold the same.

    Stop the server first, and start the services of the cluster afterwards. Topics and databases must be new. The home
    stays as it is. Run it again when it was cut off. The exit code is 1 when anything differs. See docs/moving.md.
    """
    from soundings.db import DatabaseFailed
    from soundings_embedded.data_dir import existing_home
    from soundings_embedded.migration.use_cases import MigrationTarget

    place = existing_home(home)
    to = MigrationTarget(log, catalogue_database, metrics_database, secret)
    try:
        with place.locked():
            report = asyncio.run(_with_bars(place, to))
    except (DatabaseFailed, OSError) as error:
        typer.echo(f"soundings: a database cannot be used: {error}", err=True)
        raise typer.Exit(1) from error
    _show(report)
    if not all(one.is_equal for one in report):
        typer.echo("What is there is not what is here. Run `soundings move` again; nothing was lost.", err=True)
        raise typer.Exit(1)
    typer.echo("Everything is there. Start the services, and keep this home until you have seen your figures.")


async def _with_bars(home: "DataDir", to: "MigrationTarget") -> "Report":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    from soundings_embedded.migration.use_cases import migrate_home as carry_out

    columns = (TextColumn("{task.description:<20}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    tasks: dict[str, TaskID] = {}
    with Progress(*columns) as bar:

        def show_progress(part: str, done: int, steps: int) -> None:
            if part not in tasks:
                tasks[part] = bar.add_task(part)
            bar.update(tasks[part], completed=done, total=steps)

        return await carry_out(home, to, show_progress)


def _show(report: "Report") -> None:
    width = max(len(one.what) for one in report)
    typer.echo(f"{'':<{width}}  {'here':>12}  {'there':>12}")
    for one in report:
        typer.echo(f"{one.what:<{width}}  {one.here:>12,}  {one.there:>12,}  {'same' if one.is_equal else 'DIFFERENT'}")
