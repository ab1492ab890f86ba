"""A group of commands that imports a command only when it is run, so that help and errors are quick."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from soundings_embedded.commands.registry import COMMANDS, CommandEntry

if TYPE_CHECKING:
    # Typer has no public name for the type of its contexts and commands.
    from typer._click import Command, Context


def _print_help(context: typer.Context, wanted: bool) -> None:
    if wanted:
        typer.echo(context.get_help())
        raise typer.Exit


# Typer's own option of a group has no value when it is not given, and imports pydantic (0.2 s) to convert that.
HelpOption = Annotated[
    bool,
    typer.Option("--help", is_eager=True, expose_value=False, callback=_print_help, help="Show this message and exit."),
]


def new_app() -> typer.Typer:
    """A Typer application with what all commands have in common."""
    # Without Rich, which takes longer to import than most commands take to run.
    return typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


class LazyGroup(TyperGroup):
    """Lists every command by its summary; the module of a command is imported when the command is chosen."""

    def __init__(self, **settings: object) -> None:
        super().__init__(**settings)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        for name, entry in COMMANDS.items():
            self.add_command(TyperCommand(name, help=entry.summary, rich_markup_mode=None))

    def resolve_command(self, ctx: "Context", args: list[str]) -> "tuple[str | None, Command | None, list[str]]":
        """The command that the first argument names, imported now."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, listed if name is None else load_command(name, COMMANDS[name]), rest


def load_command(name: str, entry: CommandEntry) -> "Command":
    """The command of an entry: a function becomes one command, an application of several a group."""
    defined: object = getattr(import_module(entry.module), entry.attribute)
    if isinstance(defined, typer.Typer):
        return get_command(defined)
    app = new_app()
    app.command(name)(cast("Callable[..., None]", defined))
    return get_command(app)
