"""Servers in processes of their own: started, waited for, looked at, and always killed in the end."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from benchmarks.backends import Engines
from soundings_embedded.data_dir import open_home

READY_SECONDS = 60.0
_STOP_SECONDS = 30.0


class ServerFailed(RuntimeError):
    """A server ended by itself or did not become ready; the message has the end of what it wrote."""


def free_port() -> int:
    """A port of this machine on which nobody listens just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Doors:
    """Where responses are sent and metrics are asked for, and a token that may ask."""

    feedback_port: int
    feedback: str
    metrics_port: int
    metrics: str
    token: str


class Serving:
    """A server that is started from a command, and killed when the ``with`` block ends."""

    def __init__(
        self, command: Sequence[str], port: int, output: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.port = port
        self._command = command
        self._output = output
        self._environment = {**os.environ, **(environment or {})}
        # Whoever starts it twice has the modules compiled; a shell of developers may say otherwise.
        self._environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def start(self) -> float:
        """The seconds until it is ready."""
        began = time.perf_counter()
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own modules
                self._command, env=self._environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        with httpx.Client(timeout=2) as client:
            while time.perf_counter() - began < READY_SECONDS:
                if self._process.poll() is not None:
                    raise ServerFailed(f"ended with {self._process.returncode}: {self._last_words()}")
                if self._is_ready(client):
                    return time.perf_counter() - began
                time.sleep(0.01)
        raise ServerFailed(f"not ready after {READY_SECONDS:.0f} s: {self._last_words()}")

    def _is_ready(self, client: httpx.Client) -> bool:
        try:
            return client.get(f"http://127.0.0.1:{self.port}/readyz").is_success
        except httpx.TransportError:
            return False

    def _last_words(self) -> str:
        return self._output.read_text("utf-8", "replace")[-2000:]

    @property
    def pid(self) -> int:
        if self._process is None:
            raise ServerFailed("not started")
        return self._process.pid

    def kill(self) -> None:
        """The hard way, as the kernel would; nothing when it has ended."""
        if self._process is not None and self._process.poll() is None:
            os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def stop(self) -> None:
        """The polite way."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                raise ServerFailed(f"did not end after {_STOP_SECONDS:.0f} s: {self._last_words()}") from None

    def resident_bytes(self) -> int:
        """The memory that the process has in use (Linux)."""
        pages = Path(f"/proc/{self.pid}/statm").read_text("ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def processor_seconds(self) -> float:
        """The processor time that the process has used so far (Linux)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def embedded(home: Path) -> Serving:
    """``soundings serve`` on a home."""
    port = free_port()
    command = [sys.executable, "-m", "soundings_embedded", "serve", "--home", str(home), "--port", str(port)]
    command += ["--metrics-port", "0"]
    return Serving(command, port, home.with_suffix(".out"))


@contextlib.contextmanager
def whole(
    engines: Engines, folder: Path, settle: Callable[[str], None], store: Callable[[str], None] = lambda _: None
) -> Generator[Doors]:
    """Everything that listens and measures, once ``settle`` has written to the log and ``store`` to the database.

    In one process where the log is a file, else in one process for each service.
    """
    home = open_home(folder / "home")
    token = home.admin_token.read_text("ascii").strip()
    if engines.log_url.startswith("sqlite:"):
        settle(home.log_url)
        store(home.database_url("metrics"))
        with embedded(home.path) as server:
            server.start()
            yield Doors(server.port, "/api/feedback", server.port, "/api/metrics", token)
        return
    settle(engines.log_url)
    shared = {"SOUNDINGS_LOG_URL": engines.log_url, "SOUNDINGS_JWKS_URL": home.jwks_url}
    secret = {"SOUNDINGS_SECRET": home.secret()}
    database = {"SOUNDINGS_DATABASE_URL": engines.database_url()}
    store(database["SOUNDINGS_DATABASE_URL"])
    with (
        _service("feedback_api", folder, shared | secret) as listening,
        _service("metrics_worker", folder, shared | database) as measuring,
    ):
        listening.start()
        measuring.start()
        yield Doors(listening.port, "", measuring.port, "", token)


def _service(module: str, folder: Path, settings: Mapping[str, str]) -> Serving:
    port = free_port()
    environment = {**settings, "SOUNDINGS_PORT": str(port)}
    return Serving([sys.executable, "-m", module], port, folder / f"{module}.out", environment)


def listening_alone(log_url: str, folder: Path) -> Serving:
    """feedback-api in one process, with three routes beside its own that keep nothing."""
    jwks = folder / "jwks.json"
    jwks.write_text('{"keys": []}', "ascii")
    port = free_port()
    environment = {
        "SOUNDINGS_LOG_URL": log_url,
        "SOUNDINGS_SECRET": "b" * 64,
        "SOUNDINGS_JWKS_URL": jwks.as_uri(),
        "SOUNDINGS_PORT": str(port),
        "SOUNDINGS_FORM_LIMIT": "1000000/second",  # all load comes from one client
    }
    return Serving([sys.executable, "-m", "benchmarks.listening_server"], port, folder / "server.out", environment)
