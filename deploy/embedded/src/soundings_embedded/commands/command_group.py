"""The ``soundings`` command group, which imports the module of a command only when that command is called.

Importing every command would import FastAPI, SQLAlchemy and httpx: seconds of processor time for one page of help.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final, NamedTuple, cast

import typer
from typer.core import TyperGroup


class CommandEntry(NamedTuple):
    """One command: the module under ``soundings_embedded.commands``, the function or group in it, and a summary."""

    module: str
    attribute: str
    summary: str


COMMANDS: Final[dict[str, CommandEntry]] = {
    "serve": CommandEntry("serve", "serve", "Serve everything from one directory, on one port."),
    "token": CommandEntry("token", "tokens", "Make, list and revoke staff tokens."),
    "apply": CommandEntry("apply", "apply", "Declare agencies, services, forms and sources in a file."),
    "import": CommandEntry("import_records", "import_records", "Import records from CSV, Excel or JSON Lines."),
    "export": CommandEntry("export", "export", "Export responses, interactions or metrics."),
    "demo": CommandEntry("demo", "demo", "Send 13 weeks of records of an invented agency."),
    "verify": CommandEntry("maintenance", "verify", "Compute every cell again and compare."),
    "rebuild": CommandEntry("maintenance", "rebuild", "Compute every cell again and swap."),
    "resume": CommandEntry("maintenance", "resume", "Count the parked records of a source."),
    "erase": CommandEntry("privacy", "erase", "Erase what an agency has from one person."),
    "rotate": CommandEntry("privacy", "rotate", "Rotate the key of an agency's pseudonyms."),
    "redaction": CommandEntry("privacy", "redaction", "Measure how well redaction finds personal data."),
    "move": CommandEntry("move", "move", "Move a home to Kafka and PostgreSQL."),
    "backup": CommandEntry("backup", "backup", "Copy a home, also while it serves."),
    "restore": CommandEntry("backup", "restore", "Make a home from a backup."),
    "recover": CommandEntry("recover", "recover", "Recover after the log was lost or replaced."),
    "doctor": CommandEntry("doctor", "doctor", "Check this machine, the home and the server."),
}
"""Every command, in the order of the help page."""


class LazyCommandGroup(TyperGroup):
    """A group whose commands are imported one at a time; the help page needs none of them."""

    def list_commands(self, ctx: object) -> list[str]:  # noqa: ARG002 - the shape of the base class
        """The names of all commands, in the order of `COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, ctx: object, cmd_name: str) -> Any:  # noqa: ARG002 - typer's class is private
        """The command of a name; None where there is none."""
        entry = COMMANDS.get(cmd_name)
        return None if entry is None else load_command(cmd_name, entry)

    def format_commands(self, ctx: object, formatter: Any) -> None:  # noqa: ARG002 - typer's class is private
        """Write the names and summaries of all commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])


def load_command(name: str, entry: CommandEntry) -> Any:
    """Import the module of a command and make the command from its function or group."""
    found = getattr(import_module(f"soundings_embedded.commands.{entry.module}"), entry.attribute)
    if isinstance(found, typer.Typer):
        group = found
    else:
        group = typer.Typer(add_completion=False, rich_markup_mode=None)
        group.command(name)(cast("Callable[..., None]", found))
    command = typer.main.get_command(group)
    command.name = name
    return command
