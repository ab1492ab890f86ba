"""``python -m benchmarks [B1 B2 …] [--quick]``: measure the bars and print the table.

All of them make RESULTS.md; some of them with ``--renew`` take the place of their rows in it.
"""

import argparse
import logging
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Final

import structlog

from benchmarks.b1_b2_intake import batches, singles
from benchmarks.b3_fold_throughput import folding
from benchmarks.b4_peers import peers
from benchmarks.b5_query_cost import querying
from benchmarks.b6_freshness import freshness
from benchmarks.b7_footprint import small
from benchmarks.b8_widget import widget
from benchmarks.b10_hostile_text import hostile
from benchmarks.backends import DISTRIBUTED, EMBEDDED, Mode
from benchmarks.machine_info import machine_text
from benchmarks.report import RESULTS, Line, document, renewed, table
from benchmarks.run_size import Extent, quick

BARS: Final[Mapping[str, Callable[[Extent, Mode], Sequence[Line]]]] = {
    "B1": singles,
    "B2": batches,
    "B3": folding,
    "B4": peers,
    "B5": querying,
    "B6": freshness,
    "B7": small,
    "B8": widget,
    "B10": hostile,
}
MODES: Final = {EMBEDDED.name: EMBEDDED, DISTRIBUTED.name: DISTRIBUTED}
_ONLY_IN: Final = {"B4": DISTRIBUTED, "B7": EMBEDDED, "B8": EMBEDDED, "B10": EMBEDDED}
_OTHERS_MAY_PASS: Final = 0o711
"""PostgreSQL does not run as root, and has its folder in ours."""
_LONGEST: Final = {False: 2400, True: 1200}
"""Seconds that all bars together may take, by whether it is a quick run; far more than they need."""


class TookTooLong(KeyboardInterrupt):
    """The time for all bars is up. Event loops let this kind of error through, as they do Ctrl-C."""


def main() -> int:
    """0 when every bar was measured; whether it was reached is for the reader to see."""
    given = _arguments()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    bars = [name for name in BARS if name in given.bars] or list(BARS)
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(_LONGEST[given.quick])
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="benchmarks-", dir=given.folder) as name:
        Path(name).chmod(_OTHERS_MAY_PASS)
        extent = quick(Path(name)) if given.quick else Extent(Path(name))
        machine = machine_text(extent.folder)
        _say(machine)
        modes = [mode for mode in MODES.values() if given.mode in {None, mode.name}]
        lines, failed = _measure([(bar, mode) for bar in bars for mode in modes if _is_for(bar, mode)], extent)
    seconds = time.perf_counter() - began
    print(table(renewed(lines)))
    whole = len(bars) == len(BARS) and given.mode is None and not given.quick
    out = given.out or (RESULTS if whole or given.renew else None)
    if out is not None and not failed:
        old = RESULTS.read_text("utf-8") if given.renew else ""
        out.write_text(document(renewed(lines, old), seconds, machine), "utf-8")
        _say(f"written to {out}")
    _say(f"{seconds:.0f} s" + (f"; failed: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


def _is_for(bar: str, mode: Mode) -> bool:
    return _ONLY_IN.get(bar, mode) is mode


def _measure(bars: Sequence[tuple[str, Mode]], extent: Extent) -> tuple[list[Line], list[str]]:
    """The lines of the bars that could be measured, and the names of those that could not."""
    lines: list[Line] = []
    failed: list[str] = []
    for bar, mode in bars:
        began, name = time.perf_counter(), f"{bar} {mode.name}"
        _say(f"{name} ...")
        try:
            lines += [replace(line, mode=mode.name) for line in BARS[bar](extent, mode)]
        except TookTooLong:
            _say("the time is up")
            return lines, [*failed, f"{name} and all that follows"]
        except Exception as error:  # noqa: BLE001 - the other bars are measured all the same
            failed.append(name)
            _say(f"{name} failed: {type(error).__name__}: {error}")
        _say(f"{name} took {time.perf_counter() - began:.0f} s")
    return lines, failed


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("bars", nargs="*", metavar="BAR", choices=[*BARS, []], help=f"some of {', '.join(BARS)}")
    parser.add_argument("--mode", choices=MODES, help="only this one of both")
    parser.add_argument("--quick", action="store_true", help="small amounts, to see that everything works")
    parser.add_argument("--folder", type=Path, help="where logs and databases are made; should be on a real disk")
    parser.add_argument("--out", type=Path, help="write the document here, also after a quick or partial run")
    parser.add_argument(
        "--renew", action="store_true", help="put the rows of these bars in RESULTS.md, keep the others"
    )
    return parser.parse_args()


def _too_long(_signal: int, _frame: FrameType | None) -> None:
    raise TookTooLong


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
