"""The ``soundings`` command."""

import sys

import typer

from soundings.kernel.errors import SoundingsError
from soundings_embedded.commands.lazy_group import HelpOption, LazyGroup, new_app

app = new_app()


@app.callback(cls=LazyGroup, no_args_is_help=True, add_help_option=False)
def soundings(*, show_help: HelpOption = False) -> None:
    """Soundings hears the people a government serves on every channel, and measures what it hears."""


def main() -> None:
    """Run the command; what goes wrong is said in one line, with what to do about it."""
    sys.exit(run_command(None))


def run_command(words: list[str] | None) -> int:
    """Run the command that the words name (None for those of this process); its exit code."""
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
