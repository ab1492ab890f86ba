"""RESULTS.md: one table of bars with medians, spread, machine and commit."""

import os
import platform
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")


@dataclass(frozen=True, slots=True)
class Spread:
    """Several runs of one contestant."""

    runs: Sequence[float]

    @property
    def median(self) -> float:
        return statistics.median(self.runs)

    def text(self, unit: str) -> str:
        return f"{self.median:,.4g} {unit} ({min(self.runs):,.4g}–{max(self.runs):,.4g})"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: the bar, what was measured, against what, the figure that counts, and what it must reach."""

    bar: str
    measured: str
    against: str
    figure: str
    must: str


def ratio(ours: Spread, theirs: Spread) -> str:
    """The median of the ratios of runs that stood side by side, with its spread."""
    each = Spread([mine / other for mine, other in zip(ours.runs, theirs.runs, strict=True)])
    return f"{each.median:.2f} × ({min(each.runs):.2f}–{max(each.runs):.2f})"


def write(lines: Sequence[Line], seconds: float) -> None:
    """Write RESULTS.md, and print the table."""
    table = "\n".join(f"| {one.bar} | {one.measured} | {one.against} | {one.figure} | {one.must} |" for one in lines)
    text = f"""# What was measured
Written by `make bench` on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC in {seconds:.0f} s, at commit {_commit()}.
{_machine()}. Medians of runs that alternate in one go, with the smallest and the largest; machines drift, so only what stands in
one line may be compared. Embedded mode: SQLite with synchronous=FULL, one process.

| bar | measured | against | figure | must reach |
|---|---|---|---|---|
{table}
"""
    RESULTS.write_text(text, "utf-8")
    print(table)


def _commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)  # noqa: S607 - git from the PATH
    return done.stdout.strip() or "unknown"


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    return f"{os.cpu_count()} cores, {memory} GiB, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
