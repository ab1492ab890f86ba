"""The option ``--help`` of a group of commands."""

from typing import Annotated

import typer


def _print_help(context: typer.Context, wanted: bool) -> None:
    if wanted:
        typer.echo(context.get_help())
        raise typer.Exit


# Typer's own option of a group has no value when it is not given, and imports pydantic (0.2 s) to convert that.
HelpOption = Annotated[
    bool,
    typer.Option("--help", is_eager=True, expose_value=False, callback=_print_help, help="Show this message and exit."),
]
