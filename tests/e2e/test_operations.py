"""Whatever is sent to any operation, as its description allows or forbids: nobody meets an error of the server."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import declare, new_town
from tests.e2e.running import Embedded

pytestmark = [pytest.mark.slow]

PROGRAM = Path(sys.executable).with_name("st")
CHECKS = "not_a_server_error,content_type_conformance"


CALLERS = [("feedback", "staff"), ("feedback", "source"), ("catalogue", "staff"), ("metrics", "staff")]


# The phase "coverage" sends most: every constraint of every parameter, kept and broken.
PHASES = ["examples,fuzzing", pytest.param("examples,coverage,fuzzing", marks=pytest.mark.full)]


@pytest.mark.parametrize("phases", PHASES)
@pytest.mark.parametrize(("service", "caller"), CALLERS)
def test_no_operation_answers_with_an_error_of_the_server(
    embedded: Embedded, service: str, caller: str, phases: str, tmp_path: Path
):
    with embedded.client() as client:
        key = declare(client, new_town())
    bearer = embedded.token if caller == "staff" else key
    command = [
        str(PROGRAM), "--config-file", "/dev/null", "run", f"{embedded.base}/api/{service}/openapi.json",
        "--header", f"Authorization: Bearer {bearer}", "--checks", CHECKS, "--phases", phases,
        "--max-examples", "4", "--seed", "5", "--request-timeout", "30", "--no-color", "--continue-on-failure",
    ]  # fmt: skip
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=280, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
