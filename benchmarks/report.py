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

    def row(self, commit: str) -> str:
        """The line in Markdown, measured at a commit."""
        cells = (self.bar, self.mode, self.measured, self.against, self.figure, self.must, commit)
        return f"| {' | '.join(cells)} |"


def ratio(ours: Spread, theirs: Spread) -> str:
    """The median of the ratios of runs that stood side by side, with its spread."""
    each = Spread([mine / other for mine, other in zip(ours.runs, theirs.runs, strict=True)])
    return f"{each.median:.2f} × ({min(each.runs):.2f}–{max(each.runs):.2f})"


def percentile(times: Sequence[float], share: float) -> float:
    """The smallest of the times that so large a share of them does not exceed."""
    ordered = sorted(times)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def table(rows: Sequence[str]) -> str:
    """The rows in Markdown below their headings."""
    heads = "| bar | mode | measured | against | figure | must reach | commit |"
    return "\n".join([heads, f"|{'---|' * 7}", *rows])


def renewed(lines: Sequence[Line], old: str = "") -> Sequence[str]:
    """The rows of lines, and from an old document those of bars and modes that were not measured now; in order."""
    commit = _commit()
    measured = {(line.bar, line.mode) for line in lines}
    kept = [row for row in old.splitlines() if row.startswith("| B") and _place(row) not in measured]
    return sorted(
        [*kept, *(line.row(commit) for line in lines)], key=lambda row: (_place(row)[0], _place(row)[1] != "embedded")
    )


def _place(row: str) -> tuple[str, str]:
    """The bar and the mode of a row."""
    _, bar, mode, *_ = (cell.strip() for cell in row.split("|"))
    return bar, mode


def document(rows: Sequence[str], seconds: float, machine: str) -> str:
    """RESULTS.md."""
    return f"""# What was measured
Written by `make bench` on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC after {seconds:.0f} s, at commit {_commit()}.
Each row says at which commit it was measured, for a bar can be measured again without the others.

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

{table(rows)}
"""


def _figure(number: float) -> str:
    """Three significant digits, without an exponent."""
    digits = 2 if abs(number) < 1 else 1 if abs(number) < 100 else 0  # noqa: PLR2004 - as people read numbers
    return f"{number:,.{digits}f}"


def _commit() -> str:
    """The commit, marked where anything was changed since but the results themselves."""
    known = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ":/", f":(exclude){RESULTS.name}")
    return (known or "unknown") + ("-dirty" if changed else "")


def _git(*words: str) -> str:
    command = ["git", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=RESULTS.parent)  # noqa: S603 - fixed words
    return done.stdout.strip()
