"""``soundings backup`` and ``restore``: a copy of a home, and a home from a copy."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from soundings_embedded.commands.options import DEFAULT_HOME, HomeOption

_INTO = typer.Argument(help="A folder for the copy, which must not exist yet or be empty.", show_default=False)
_FROM = typer.Argument(help="The folder of a backup.", show_default=False)
_YES = typer.Option("--yes", help="Do not ask before a home is replaced.")


def backup(folder: Annotated[Path, _INTO], home: HomeOption = DEFAULT_HOME) -> None:
    """Copy a home, also while it serves: the databases first and the log last, with a manifest of digests.

    The copy holds all secrets of this Soundings and what people wrote: keep it where only you can read it.
    """
    from soundings_embedded.backups.use_cases import back_up
    from soundings_embedded.data_dir import existing_home

    manifest = back_up(existing_home(home), folder, datetime.now(UTC))
    size = sum(one.bytes for one in manifest.files.values())
    typer.echo(f"{len(manifest.files)} files, {size:,} bytes, are in {folder}. It holds secrets: keep it private.")


def restore(
    folder: Annotated[Path, _FROM], home: HomeOption = DEFAULT_HOME, yes: Annotated[bool, _YES] = False
) -> None:
    """Make a home from a backup, after checking that nothing of it is missing, changed, or at odds with the rest.

    Stop the server first. What is in the home now is put aside, in a folder of the home.
    """
    from soundings_embedded.backups.use_cases import restore_backup as carry_out

    if not yes and (home / "log.db").exists():
        typer.confirm(f"Put aside what is in {home}, and restore the backup in its place?", abort=True)
    aside = asyncio.run(carry_out(folder, home, datetime.now(UTC)))
    if aside is not None:
        typer.echo(f"What was there is in {aside}; delete it when you no longer need it.")
    typer.echo(f"Restored. Start it: soundings serve --home {home}")
