"""Processes that an earlier run of this cluster left behind when it was killed: found again, and stopped."""

import json
import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, cast

_PATIENCE_S = 30.0
_POLL_S = 0.05


class ProcessIdentity(NamedTuple):
    """A process that cannot be taken for another one that got its number later; `signal` asks it to stop."""

    pid: int
    started: int
    signal: int


def process_identity(pid: int, stop_signal: signal.Signals) -> ProcessIdentity:
    """The process that has this number now."""
    return ProcessIdentity(pid, _started(pid) or 0, stop_signal)


def write_register(path: Path, running: Mapping[str, ProcessIdentity]) -> None:
    """Write down what runs, so that the next run finds it."""
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(running))
    # Atomic, because this process may be killed at any moment and its successor reads the file.
    draft.replace(path)


def stop_orphans(path: Path, say: Callable[[str], None]) -> None:
    """Stop what an earlier run has left: politely, all at once, and after a while by force."""
    left = {name: one for name, one in _remembered(path).items() if _runs(one)}
    for name, one in left.items():
        say(f"{name} (process {one.pid}) was left over by a run that was killed; stopping it")
        _send(one, one.signal)
    deadline = time.monotonic() + _PATIENCE_S
    while any(map(_runs, left.values())):
        if time.monotonic() > deadline:
            for one in left.values():
                _send(one, signal.SIGKILL)
        time.sleep(_POLL_S)


def _remembered(path: Path) -> Mapping[str, ProcessIdentity]:
    if not path.exists():
        return {}
    noted = cast("dict[str, list[int]]", json.loads(path.read_text()))
    return {name: ProcessIdentity(*one) for name, one in noted.items()}


def _send(one: ProcessIdentity, number: int) -> None:
    if _runs(one):
        with suppress(ProcessLookupError):
            os.kill(one.pid, number)


def _runs(one: ProcessIdentity) -> bool:
    return _started(one.pid) == one.started


def _started(pid: int) -> int | None:
    """When a process began, in ticks since the machine did; None when there is none, or only its remains."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    # Field 22 of /proc/PID/stat; the start time distinguishes a process from a later one with its
    # pid.
    return None if fields[0] == "Z" else int(fields[19])
