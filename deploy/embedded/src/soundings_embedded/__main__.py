"""The ``soundings`` command."""

import sys

import typer

from soundings.kernel.errors import SoundingsError
from soundings_embedded.commands.command_group import LazyCommandGroup
from soundings_embedded.commands.help_option import HelpOption

app = typer.Typer(
    cls=LazyCommandGroup,
    no_args_is_help=True,
    add_help_option=False,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Soundings collects the feedback of the people a government serves on every channel, and measures it.",
)


@app.callback()
def common_options(*, show_help: HelpOption = False) -> None:
    """The options of every command; there is only the one that shows help."""


def main() -> None:
    """Run the command of this process."""
    sys.exit(run_command(None))


def run_command(words: list[str] | None) -> int:
    """Run the command that the words name (None for those of this process); its exit code.

    What goes wrong is written in one line, with what to do about it.
    """
    try:
        app(words)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except SoundingsError as error:
        message = str(error)
    except FileNotFoundError as error:
        message = f"{error.filename}: there is no such file or folder"
    except OSError as error:
        message = f"{error.filename or 'the operating system'}: {error.strerror or error}"
    else:
        return 0
    typer.echo(f"soundings: {message}", err=True)
    return 1


if __name__ == "__main__":
    main()
