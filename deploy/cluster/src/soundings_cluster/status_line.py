"""What the person in front of the cluster sees: lines of news, and one line of health that is always the last."""

import sys
import time
from typing import TextIO

_RARELY_S = 60.0
_CLEAR = "\r\x1b[K"


class Console:
    """On a terminal the line of health is written over; elsewhere it is written when what is up changes, or rarely."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._live = out.isatty()
        self._shown = ""
        self._state = ""
        self._next = 0.0

    def say(self, line: str) -> None:
        """One line of news."""
        self._write(f"{_CLEAR}{line}\n{self._shown}" if self._live else f"{line}\n")

    def show(self, state: str, figures: str) -> None:
        """Print which components are up, followed by the current figures."""
        line = f"{time.strftime('%H:%M:%S')}  {state}  {figures}"
        if self._live:
            self._shown = line
            self._write(_CLEAR + line)
        elif state != self._state or time.monotonic() >= self._next:
            self._next = time.monotonic() + _RARELY_S
            self._write(line + "\n")
        self._state = state

    def leave(self) -> None:
        """Let the line of health stand as it is."""
        if self._shown:
            self._write("\n")
            self._shown = ""

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
