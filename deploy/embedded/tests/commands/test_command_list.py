"""The list of commands agrees with what it names, and help is given without importing what the commands need."""

import inspect
import json
import subprocess
import sys
from importlib import import_module

import pytest
import typer
from typer.testing import CliRunner

from soundings_embedded.__main__ import app
from soundings_embedded.commands.registry import COMMANDS

HEAVY = ("fastapi", "sqlalchemy", "httpx", "pydantic", "structlog", "rich", "faker")
# Runs help for every command in one process, and prints the exit codes and which of the packages were imported.
HELP_OF_ALL = f"""
import contextlib, io, json, sys
from soundings_embedded.__main__ import run_command
from soundings_embedded.commands.registry import COMMANDS
with contextlib.redirect_stdout(io.StringIO()):
    codes = [run_command([*words, "--help"]) for words in ([], *([name] for name in COMMANDS))]
print(json.dumps([codes, sorted(set({HEAVY!r}) & sys.modules.keys())]))
"""


@pytest.mark.parametrize("name", COMMANDS)
def test_a_summary_is_the_first_line_of_the_docstring(name: str):
    entry = COMMANDS[name]
    defined = getattr(import_module(entry.module), entry.attribute)
    function = defined.registered_callback.callback if isinstance(defined, typer.Typer) else defined
    assert (inspect.getdoc(function) or "").splitlines()[0] == entry.summary


def test_help_imports_nothing_that_only_commands_need():
    done = subprocess.run([sys.executable, "-c", HELP_OF_ALL], capture_output=True, text=True, check=True, timeout=120)  # noqa: S603
    codes, imported = json.loads(done.stdout)
    assert set(codes) == {0}
    assert len(codes) == 1 + len(COMMANDS)
    assert imported == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str):
    shown = CliRunner().invoke(app, [name, "--help"], prog_name="soundings")
    assert shown.exit_code == 0
    assert f"Usage: soundings {name}" in shown.output
    assert "Show this message and exit." in shown.output


def test_the_help_lists_every_command_and_a_slip_is_answered_with_the_nearest():
    lines = CliRunner().invoke(app, ["--help"]).output.splitlines()
    listed = [line.split()[0] for line in lines[lines.index("Commands:") + 1 :] if line.strip()]
    assert listed == list(COMMANDS)
    slip = CliRunner().invoke(app, ["bakup"])
    assert slip.exit_code == 2
    assert "Did you mean 'backup'?" in slip.output
