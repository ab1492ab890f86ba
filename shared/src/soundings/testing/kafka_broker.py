"""A real Kafka broker for tests: thrown away afterwards, and stopped or killed in between where that is the point."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

_SCRIPT = Path(__file__).parents[4] / "deploy" / "kafka" / "broker.py"


@dataclass(frozen=True, slots=True)
class KafkaBroker:
    """A broker on the loopback address whose data live in `home`."""

    home: Path
    port: int

    @property
    def broker_url(self) -> str:
        """The log on it, as `open_log` takes it."""
        return f"kafka://127.0.0.1:{self.port}"

    def start_broker(self) -> None:
        """Start it and return when it answers; what was stored before is there again."""
        self._call_script("start", "--port", str(self.port))

    def stop_broker(self) -> None:
        self._call_script("stop")

    def kill_broker(self) -> None:
        """End it without warning."""
        self.signal_broker(signal.SIGKILL)
        self._call_script("stop")

    def signal_broker(self, number: signal.Signals) -> None:
        """Freeze or thaw it, for example."""
        os.kill(int((self.home / "broker.pid").read_text()), number)

    def _call_script(self, *arguments: str) -> None:
        command = [sys.executable, str(_SCRIPT), *arguments, "--dir", str(self.home)]
        subprocess.run(command, check=True, timeout=300)  # noqa: S603 - our own script


def free_port() -> int:
    """A TCP port that is free at the moment."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


@pytest.fixture(scope="session")
def kafka_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker]:
    """One broker for all tests of a session; each makes topics of its own. Installs Kafka if that is missing."""
    broker = KafkaBroker(tmp_path_factory.mktemp("kafka"), free_port())
    broker.start_broker()
    yield broker
    broker.stop_broker()
