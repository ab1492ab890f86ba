"""The command group: complete, readable, and light."""

import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from soundings_embedded.__main__ import app
from soundings_embedded.commands.command_group import COMMANDS, load_command

HEAVY = ("fastapi", "sqlalchemy", "httpx", "pydantic", "structlog", "rich.console", "faker", "yaml", "orjson")
COUNT_IMPORTS = f"""
import sys
from soundings_embedded.__main__ import app
try:
    app(["--help"])
finally:
    print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
"""


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str):
    done = CliRunner().invoke(app, [name, "--help"])
    assert done.exit_code == 0, done.output
    assert f"Usage: root {name}" in done.output or f"{name} [OPTIONS]" in done.output
    assert load_command(name, COMMANDS[name]).help


def test_the_help_page_names_every_command_with_its_summary_on_one_line():
    lines = CliRunner().invoke(app, ["--help"]).output.splitlines()
    for name, entry in COMMANDS.items():
        assert any(line.split() == [name, *entry.summary.split()] for line in lines), name


def test_an_unknown_command_is_refused_in_a_sentence():
    done = CliRunner().invoke(app, ["nothing"])
    assert done.exit_code == 2
    assert "No such command 'nothing'" in done.output


def test_help_imports_no_server_and_no_client():
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", COUNT_IMPORTS], capture_output=True, text=True, timeout=120, check=True
    )
    assert "Usage:" in done.stdout
    assert done.stderr.strip() == "[]"


def test_groups_of_commands_keep_their_subcommands():
    group = load_command("token", COMMANDS["token"])
    assert set(group.list_commands(typer.Context(group))) == {"list", "revoke", "withdraw-key"}
