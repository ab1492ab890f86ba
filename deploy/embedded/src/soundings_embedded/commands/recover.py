"""``soundings recover``: after a log was lost, made again or restored."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from soundings_embedded.commands.options import (
    DEFAULT_HOME,
    CatalogueDatabaseOption,
    HomeOption,
    LogOption,
    MetricsDatabaseUrlOption,
)

if TYPE_CHECKING:
    from soundings_embedded.recovery.use_cases import PartitionState, RecoveryUrls

_YES = typer.Option("--yes", help="Do not ask.")
_FORCE = typer.Option("--force", help="Read everything again although the log fits what was counted.")


def recover(
    home: HomeOption = DEFAULT_HOME,
    log: LogOption = None,
    catalogue_database: CatalogueDatabaseOption = None,
    metrics_database: MetricsDatabaseUrlOption = None,
    yes: Annotated[bool, _YES] = False,
    force: Annotated[bool, _FORCE] = False,
) -> None:
    """Mend a Soundings whose log was lost, made again, trimmed or restored from an older copy.

    Shows what does not fit, asks, has the log read again from its beginning, and announces the catalogue again. No
    record is counted twice, so no figure changes but for records that were not counted. See docs/backup.md.
    """
    from soundings.db import DatabaseFailed
    from soundings_embedded.recovery import use_cases

    addresses = given_addresses(home, log, catalogue_database, metrics_database)
    try:
        states = asyncio.run(use_cases.partition_states(addresses.log_url, addresses.metrics_url))
        wrong = [state for state in states if state.problem is not None]
        _show(wrong)
        if not wrong:
            typer.echo(f"The log fits what was counted, in each of {len(states)} partitions.")
            if not force:
                return
        if not yes:
            typer.confirm("Read the log again from its beginning, and announce the catalogue again?", abort=True)
        done = asyncio.run(use_cases.recover_log(addresses))
    except (DatabaseFailed, OSError) as error:
        typer.echo(f"soundings: a database cannot be used: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{done.partitions} partitions are read again; {done.announced} entities and keys were announced again.")
    typer.echo("Workers that run go on within seconds; if none does, start the server. `soundings verify` compares.")


def given_addresses(home: Path, log: str | None, catalogue: str | None, metrics: str | None) -> "RecoveryUrls":
    """The addresses that were given, all three; or else those of the home."""
    from soundings_embedded.data_dir import existing_home
    from soundings_embedded.recovery.use_cases import RecoveryUrls, addresses_of

    if log and catalogue and metrics:
        return RecoveryUrls(log, catalogue, metrics)
    if log or catalogue:
        raise typer.BadParameter("give --log, --catalogue-database and --metrics-database together, or --home alone")
    return addresses_of(existing_home(home))


def _show(states: "Sequence[PartitionState]") -> None:
    if not states:
        return
    width = max(len(state.topic) for state in states)
    typer.echo(f"{'topic':<{width}}  {'partition':>9}  {'read up to':>10}  {'begins':>9}  {'ends':>9}")
    for one in states:
        typer.echo(f"{one.topic:<{width}}  {one.partition:>9}  {one.position:>10}  {one.beginning:>9}  {one.end:>9}")
    for one in states:
        typer.echo(f"- {one.problem}")
