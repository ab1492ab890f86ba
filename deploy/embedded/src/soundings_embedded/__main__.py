"""The ``soundings`` command."""

import sys

import typer

from soundings.kernel.errors import SoundingsError
from soundings_embedded.commands.apply import apply
from soundings_embedded.commands.backup import backup, restore
from soundings_embedded.commands.demo import demo
from soundings_embedded.commands.doctor import doctor
from soundings_embedded.commands.export import export
from soundings_embedded.commands.import_records import import_records
from soundings_embedded.commands.maintenance import rebuild, resume, verify
from soundings_embedded.commands.move import move
from soundings_embedded.commands.privacy import erase, redaction, rotate
from soundings_embedded.commands.recover import recover
from soundings_embedded.commands.serve import serve
from soundings_embedded.commands.token import tokens

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Soundings hears the people a government serves on every channel, and measures what it hears.",
)
app.command()(serve)
app.add_typer(tokens, name="token")
app.command()(apply)
app.command("import")(import_records)
app.command("export")(export)
app.command()(demo)
app.command()(verify)
app.command()(rebuild)
app.command()(resume)
app.command()(erase)
app.command()(rotate)
app.command()(redaction)
app.command()(move)
app.command()(backup)
app.command()(restore)
app.command()(recover)
app.command()(doctor)


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
