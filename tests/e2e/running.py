"""A real Soundings in processes of its own, which tests start, kill and start again, in either way to run it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

import httpx

from soundings.client import Soundings

READY_SECONDS = 120.0
STOP_SECONDS = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Running(ABC):
    """A Soundings with a home, whose three APIs have their roots at `feedback`, `catalogue` and `metrics`."""

    feedback: str
    catalogue: str
    metrics: str
    kills: int
    """How often a test may kill it; starting again takes longer when there is more to start."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.output = home.parent / "output.log"
        self._http = httpx.Client(timeout=5)  # one for all: making one costs more than a request
        self._process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def command(self) -> Sequence[str]:
        """What starts it, after the name of the Python program."""

    @property
    @abstractmethod
    def environment(self) -> Mapping[str, str]:
        """What tells the `soundings` command where it is."""

    @abstractmethod
    def ready_urls(self) -> Sequence[str]: ...

    @abstractmethod
    def kill(self) -> None:
        """The hard way: SIGKILL for every process at once, as the kernel would."""

    @abstractmethod
    def files(self) -> Iterator[Path]:
        """Everything it keeps."""

    def start(self) -> "Running":
        self.launch()
        self._wait_until_ready()
        return self

    def launch(self) -> None:
        """Start it, without waiting until it is ready."""
        self.home.parent.mkdir(parents=True, exist_ok=True)
        with self.output.open("ab") as output:
            self._process = subprocess.Popen([sys.executable, *self.command], stdout=output, stderr=output)

    def unready_reasons(self, words: str) -> str:
        """What readiness says, once it says no with these words."""
        end = time.monotonic() + READY_SECONDS
        while True:
            with suppress(httpx.TransportError):
                for url in self.ready_urls():
                    answer = self._http.get(url)
                    if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE and words in answer.text:
                        return answer.text
            assert self.runs, self.output.read_text()[-3000:]
            assert time.monotonic() < end, f"nothing says {words!r}"
            time.sleep(0.05)

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + READY_SECONDS
        while not self.is_ready():
            assert self.runs, self.output.read_text()[-3000:]
            assert time.monotonic() < end, "not ready in time: " + self.output.read_text()[-3000:]
            time.sleep(0.05)

    def is_ready(self) -> bool:
        with suppress(httpx.TransportError):
            return all(self._http.get(url).status_code == 200 for url in self.ready_urls())
        return False

    def stop(self) -> int:
        """The polite way: SIGTERM; the exit code, 0 when it was never started."""
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.terminate()
        return self._process.wait(timeout=STOP_SECONDS)

    def close(self) -> None:
        """Stop it for good."""
        self.stop()
        self._http.close()

    @property
    def token(self) -> str:
        return (self.home / "admin.token").read_text().strip()

    def client(self) -> Soundings:
        return Soundings(token=self.token, feedback=self.feedback, catalogue=self.catalogue, metrics=self.metrics)

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


class Embedded(Running):
    """``soundings serve`` on its own home and port."""

    kills = 8

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.metrics_port = free_port()
        self.metrics_page = f"http://127.0.0.1:{self.metrics_port}/metrics"
        self.feedback, self.catalogue, self.metrics = (
            f"{self.base}/api/{room}" for room in ("feedback", "catalogue", "metrics")
        )

    @property
    def command(self) -> Sequence[str]:
        ports = ["--port", str(self.port), "--metrics-port", str(self.metrics_port)]
        return ["-m", "soundings_embedded", "serve", "--home", str(self.home), *ports]

    @property
    def environment(self) -> Mapping[str, str]:
        return {"SOUNDINGS_URL": self.base, "SOUNDINGS_HOME": str(self.home)}

    def ready_urls(self) -> Sequence[str]:
        return [f"{self.base}/readyz"]

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def files(self) -> Iterator[Path]:
        return self.home.iterdir()


class Cluster(Running):
    """``make cluster`` on its own directory and ports: Kafka, PostgreSQL and every service as its own process."""

    kills = 4

    def __init__(self, *options: str) -> None:
        folder = Path(mkdtemp(prefix="soundings-cluster-", dir="/tmp"))
        folder.chmod(0o711)  # PostgreSQL, which is not root, must get through
        super().__init__(folder / "cluster")
        self._options = options
        self._ports = [free_port() for _ in range(4)]
        self._urls = [f"http://127.0.0.1:{port}" for port in self._ports]
        self.feedback, self.catalogue, self.metrics, self.other_metrics = self._urls

    @property
    def command(self) -> Sequence[str]:
        options = ["--feedback-port", "--catalogue-port", "--metrics-port", "--metrics-port"]
        ports = [word for pair in zip(options, map(str, self._ports), strict=True) for word in pair]
        return ["-m", "soundings_cluster", "--dir", str(self.home), *ports, *self._options]

    @property
    def environment(self) -> Mapping[str, str]:
        lines = (self.home / "environment").read_text().splitlines()
        return dict(line.removeprefix("export ").split("=", 1) for line in lines)

    def ready_urls(self) -> Sequence[str]:
        return [f"{url}/readyz" for url in self._urls]

    @property
    def pid(self) -> int:
        """The process that keeps the others running."""
        assert self._process is not None
        return self._process.pid

    def pids(self) -> Mapping[str, int]:
        """The processes that run, by the name of the part."""
        return {name: one[0] for name, one in json.loads((self.home / "running.json").read_text()).items()}

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()  # first, or it would start the others again
        self._process.wait()
        for pid in self.pids().values():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def files(self) -> Iterator[Path]:
        return (path for path in self.home.rglob("*") if path.is_file())

    def close(self) -> None:
        super().close()
        if kept := os.environ.get("KEEP_LOGS"):  # where to, for who looks into a failure
            shutil.copytree(self.home / "logs", kept, dirs_exist_ok=True)
            shutil.copy(self.output, kept)
        shutil.rmtree(self.home.parent)
