"""Parts are started, kept running, stopped in order, and found again when all was killed."""

# ruff: noqa: ASYNC110 - what other processes bring about is looked for, with a deadline

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from soundings_cluster.component import ClusterComponent
from soundings_cluster.errors import PartFailed
from soundings_cluster.orphan_processes import process_identity, stop_orphans, write_register
from soundings_cluster.status_line import Console
from soundings_cluster.supervisor import Supervisor

PATIENCE = 30.0
# Notes that it began, and that it was told to stop.
STEADY = """
import signal, sys
def note(what):
    with open(sys.argv[1], "a") as file: file.write(f"{sys.argv[2]} {what}\\n")
def end(*_):
    note("ended"); sys.exit(0)
signal.signal(signal.SIGTERM, end)
note("began")
signal.pause(); signal.pause()
"""


def part(tmp_path: Path, name: str, *, service: bool = False) -> ClusterComponent:
    diary = tmp_path / "diary"

    async def check() -> str | None:
        return None if diary.exists() and f"{name} began" in diary.read_text() else "has not begun"

    return ClusterComponent(
        name,
        [sys.executable, "-c", STEADY, str(diary), name],
        tmp_path / f"{name}.log",
        1,
        check,
        metrics_url="http://127.0.0.1:1" if service else None,
    )


async def until(condition) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)


def pids(tmp_path: Path) -> dict[str, int]:
    return {name: one[0] for name, one in json.loads((tmp_path / "running.json").read_text()).items()}


async def test_what_takes_in_is_stopped_before_what_it_stands_on(tmp_path: Path):
    supervisor = Supervisor(Console(io.StringIO()), tmp_path / "running.json")
    await supervisor.start([part(tmp_path, "kafka"), part(tmp_path, "postgres")])
    await supervisor.start([part(tmp_path, "feedback-api", service=True), part(tmp_path, "worker", service=True)])
    await supervisor.stop()
    lines = (tmp_path / "diary").read_text().splitlines()
    assert lines[-4:] == ["feedback-api ended", "worker ended", "kafka ended", "postgres ended"]
    assert pids(tmp_path) == {}


async def test_a_part_that_dies_is_started_again_and_that_is_said(tmp_path: Path):
    out = io.StringIO()
    supervisor = Supervisor(Console(out), tmp_path / "running.json")
    await supervisor.start([part(tmp_path, "worker")])
    os.kill(pids(tmp_path)["worker"], signal.SIGKILL)
    await until(lambda: (tmp_path / "diary").read_text().count("worker began") == 2)
    await supervisor.stop()
    assert "worker was ended by SIGKILL; starting it again in 0.5 s" in out.getvalue()


async def test_a_part_that_does_not_come_up_fails_with_the_end_of_its_log(tmp_path: Path):
    async def check() -> str | None:
        return "does not answer"

    broken = ClusterComponent("kafka", [sys.executable, "-c", "print('no java')"], tmp_path / "kafka.log", 1, check)
    supervisor = Supervisor(Console(io.StringIO()), tmp_path / "running.json", up_within_s=1.0)
    with pytest.raises(PartFailed, match=r"kafka is not up after 1 s: does not answer\.\nThe end of .*\nno java"):
        await supervisor.start([broken])
    await supervisor.stop()


def test_processes_that_an_earlier_run_left_are_stopped_and_others_left_alone(tmp_path: Path):
    left = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    other = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    running = {
        "kafka": process_identity(left.pid, signal.SIGTERM),
        # The number is in use again, by a process that began at another time.
        "postgres": process_identity(other.pid, signal.SIGTERM)._replace(started=1),
    }
    write_register(tmp_path / "running.json", running)
    said: list[str] = []
    stop_orphans(tmp_path / "running.json", said.append)
    assert left.wait(PATIENCE) == -signal.SIGTERM
    assert other.poll() is None
    other.kill()
    other.wait()
    assert said == [f"kafka (process {left.pid}) was left over by a run that was killed; stopping it"]
