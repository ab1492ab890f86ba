"""The committed file of the widget is what its source says."""

import subprocess
from pathlib import Path

import pytest

from feedback_api.widget.bundles import widget_files
from soundings.widget_release import VERSION

SOURCE = Path(__file__).resolve().parents[1] / "widget"

pytestmark = [pytest.mark.slow, pytest.mark.needs_machine]


def run(*command: str) -> None:
    done = subprocess.run(command, cwd=SOURCE, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_types_hold():
    run("node_modules/.bin/tsc", "--noEmit")


def test_building_it_again_gives_the_same_bytes(tmp_path):
    run("node", "build.mjs", str(tmp_path))
    built = (tmp_path / f"{VERSION}.js").read_bytes()
    assert built == widget_files()[VERSION].plain, "run `npm run build` in services/feedback-api/widget"
