"""On what machine it was measured: processors, memory, the file system, and what it takes to make a page durable."""

import os
import platform
import statistics
import tempfile
import time
from pathlib import Path
from typing import Final

_PAGE: Final = b"x" * 4096
_TIMES: Final = 100


def machine_text(folder: Path) -> str:
    """One sentence or two about the machine and the disk below a folder."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}. Logs and databases on {_file_system(folder)}, where appending "
        f"4 KiB with fsync takes {1000 * _fsync_seconds(folder):.2f} ms (median)."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _file_system(folder: Path) -> str:
    """The type of the file system that holds a folder, by the longest mount point above it."""
    place = str(folder.resolve())
    try:
        mounts = [line.split() for line in Path("/proc/mounts").read_text("utf-8").splitlines()]
    except OSError:
        return "an unknown file system"
    above = [(len(point), kind) for _, point, kind, *_ in mounts if f"{place}/".startswith(point.rstrip("/") + "/")]
    return max(above)[1] if above else "an unknown file system"


def _fsync_seconds(folder: Path) -> float:
    times: list[float] = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(_TIMES):
            began = time.perf_counter()
            file.write(_PAGE)
            file.flush()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - began)
    return statistics.median(times)
