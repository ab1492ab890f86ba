"""A real Soundings in a process of its own, which tests start, kill and start again."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from soundings.client import Soundings

READY_SECONDS = 120.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Running:
    """``soundings serve`` on its own home and port."""

    def __init__(self, home: Path, *, port: int | None = None) -> None:
        self.home = home
        self.port = port or free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self._http = httpx.Client(timeout=5)  # one for all: making one costs more than a request
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Running":
        self.home.parent.mkdir(parents=True, exist_ok=True)
        with (self.home.parent / "serve.log").open("ab") as output:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "soundings_embedded",
                    "serve",
                    "--home",
                    str(self.home),
                    "--port",
                    str(self.port),
                ],
                stdout=output,
                stderr=output,
            )
        self._wait_until_ready()
        return self

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            assert self._process is not None
            assert self._process.poll() is None, (self.home.parent / "serve.log").read_text()[-3000:]
            try:
                if self._http.get(f"{self.base}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError("not ready in time: " + (self.home.parent / "serve.log").read_text()[-3000:])

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """The hard way: SIGKILL, as a power cut or the kernel would."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> int:
        """The polite way, and the last: SIGTERM; the exit code, 0 when it was never started."""
        self._http.close()
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.terminate()
        return self._process.wait(timeout=20)

    @property
    def token(self) -> str:
        return (self.home / "admin.token").read_text().strip()

    def client(self) -> Soundings:
        return Soundings(self.base, token=self.token)

    def settled(self, **query: str) -> dict[str, object]:
        """The answer of count.v1 once nothing lags."""
        end = time.monotonic() + 60
        with self.client() as client:
            while time.monotonic() < end:
                answer = client.metric("count.v1", **query)
                if answer["as_of"]["lag_events"] == 0:
                    return answer
                time.sleep(0.05)
        raise AssertionError("the fold did not catch up in a minute")
