"""A container without an engine: an environment built by the recipe's own commands, and what runs in it."""

import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.programs import ROOT
from tests.deploy.recipe import STAGES

SCRIPTS = ROOT / "deploy" / "docker"
READY_SECONDS = 120
STOP_SECONDS = 30
PAUSE_SECONDS = 0.5


@dataclass(frozen=True)
class Image:
    """What `/opt/soundings` and `/opt/container` are in an image."""

    name: str
    environment: Path
    scripts: Path

    @property
    def command(self) -> list[str]:
        """What the image starts: its entry point, and then its program."""
        (program,) = STAGES[self.name].all("CMD")
        python, *arguments = [word.strip(' "') for word in program.strip("[]").split(",")]
        started = self.python if python == "python" else python
        return [self.python, str(self.scripts / "entrypoint.py"), started, *arguments]

    @property
    def python(self) -> str:
        return str(self.environment / "bin" / "python")


def build(name: str, folder: Path) -> Image:
    """Follow the recipe of an image below `folder`: copy what it copies, run what it runs."""
    context, image = folder / "build", Image(name, folder / "opt", folder / "container")
    for word, rest in (*STAGES["build"].lines, *STAGES[f"build-{name}"].lines):
        if word == "COPY":
            *sources, target = rest.split()
            for source in sources:
                _copy(ROOT / source, context / target, into=len(sources) > 1 or target.endswith("/"))
        elif word == "RUN" and rest.startswith("uv "):
            _run_uv(shlex.split(rest)[1:], context, image.environment)
    shutil.copytree(SCRIPTS, image.scripts)
    return image


def _copy(source: Path, target: Path, *, into: bool) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("tests", "__pycache__"), dirs_exist_ok=True)
        return
    target = target / source.name if into else target
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _run_uv(arguments: list[str], context: Path, environment: Path) -> None:
    settings = {
        "UV_PROJECT_ENVIRONMENT": str(environment),
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_PYTHON": str(Path(sys.executable).resolve()),
    }
    uv = str(ROOT / ".tools" / "bin" / "uv")
    subprocess.run([uv, "--quiet", *arguments], cwd=context, env=os.environ | settings, check=True)


class Container:
    """A program of an image that runs, and knows of no other place to write to than its volume."""

    def __init__(self, image: Image, volume: Path, settings: Mapping[str, str]) -> None:
        self._image = image
        self._volume = volume
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        self._settings = {**settings, "SOUNDINGS_PORT": str(port), "PYTHONDONTWRITEBYTECODE": "1"}

    @contextmanager
    def running(self) -> Iterator["Container"]:
        """It runs and is ready; it is stopped as an engine stops it, and must heed that."""
        output = (self._volume.parent / "output.log").open("wb")
        with output, subprocess.Popen(self._image.command, stdout=output, stderr=output, **self._how()) as process:
            try:
                end = time.monotonic() + READY_SECONDS
                while self.run("healthcheck.py", "/readyz").returncode != 0:
                    with suppress(subprocess.TimeoutExpired):
                        process.wait(PAUSE_SECONDS)
                    told = (self._volume.parent / "output.log").read_text()
                    assert process.returncode is None, told
                    assert time.monotonic() < end, told
                yield self
            finally:
                process.terminate()
                process.wait(STOP_SECONDS)

    def run(self, script: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a script of the image inside, as probes and hooks do."""
        command = [self._image.python, str(self._image.scripts / script), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, **self._how())

    def _how(self) -> dict[str, object]:
        return {"env": self._settings, "cwd": self._volume}
