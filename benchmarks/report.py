"""The table of what was measured: medians and spread of runs that stood side by side."""

import math
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

RESULTS: Final = Path(__file__).with_name("RESULTS.md")


@dataclass(frozen=True, slots=True)
class Spread:
    """Several runs of one contestant."""

    runs: Sequence[float]

    @property
    def median(self) -> float:
        return statistics.median(self.runs)

    def text(self, unit: str) -> str:
        return f"{_figure(self.median)} {unit} ({_figure(min(self.runs))}–{_figure(max(self.runs))})"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: the bar, what was measured, against what, the figure that counts, what it must reach."""

    bar: str
    measured: str
    against: str
    figure: str
    must: str
    mode: str = ""


def ratio(ours: Spread, theirs: Spread) -> str:
    """The median of the ratios of runs that stood side by side, with its spread."""
    each = Spread([mine / other for mine, other in zip(ours.runs, theirs.runs, strict=True)])
    return f"{each.median:.2f} × ({min(each.runs):.2f}–{max(each.runs):.2f})"


def percentile(times: Sequence[float], share: float) -> float:
    """The smallest of the times that so large a share of them does not exceed."""
    ordered = sorted(times)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def table(lines: Sequence[Line]) -> str:
    """The lines in Markdown."""
    rows = [f"| {one.bar} | {one.mode} | {one.measured} | {one.against} | {one.figure} | {one.must} |" for one in lines]
    return "\n".join(["| bar | mode | measured | against | figure | must reach |", "|---|---|---|---|---|---|", *rows])


def document(lines: Sequence[Line], seconds: float, machine: str) -> str:
    """RESULTS.md."""
    return f"""# What was measured
Written by `make bench` on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC in {seconds:.0f} s, at commit {_commit()}.

{machine}

Embedded: one process, SQLite with synchronous=FULL in WAL mode. Distributed: Apache Kafka (one broker, acks=all) and
PostgreSQL (fsync and synchronous_commit on) on the same cores as the services and the load. Medians of runs that
alternate in one go, with the smallest and the largest in brackets. Machines drift and are noisy: compare only what
stands in one line.

The peers of B4 (`benchmarks/peers`) count each score of a response in one table, as their documentation shows it and in
batches as large as ours. Our worker does more: it keeps every fact, corrects, stores what people said, and adds up by
hour, day and month. A rate leaves out the start of a process, but Java is still warming up in a run as short as this.
The processor's time is that of the process and of its sessions in the database. They are killed when they have counted
half, with the session timeouts that they come with; an error is the difference of all counts together, in scores.

{table(lines)}
"""


def _figure(number: float) -> str:
    """Three significant digits, without an exponent."""
    digits = 2 if abs(number) < 1 else 1 if abs(number) < 100 else 0  # noqa: PLR2004 - as people read numbers
    return f"{number:,.{digits}f}"


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=RESULTS.parent)  # noqa: S603 - fixed words
    return done.stdout.strip() or "unknown"
