"""The ``soundings`` command."""

import sys

import typer

from soundings.kernel.errors import SoundingsError
from soundings_embedded.commands.command_group import LazyCommandGroup

app = typer.Typer(
    cls=LazyCommandGroup,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Soundings collects the feedback of the people a government serves on every channel, and measures it.",
)


@app.callback()
def run_command() -> None:
    """The options of every command; there are none."""


def main() -> None:
    """Run the command; what goes wrong is said in one line, with what to do about it."""
    try:
        app()
    except SoundingsError as error:
        typer.echo(f"soundings: {error}", err=True)
        sys.exit(1)
    except FileNotFoundError as error:
        typer.echo(f"soundings: {error.filename}: there is no such file or folder", err=True)
        sys.exit(1)
    except OSError as error:
        typer.echo(f"soundings: {error.filename or 'the operating system'}: {error.strerror or error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
