"""The Kafka broker of the cluster."""

import socket
import subprocess
import sys
from pathlib import Path

from soundings_cluster.component import ClusterComponent
from soundings_cluster.data_dir import ClusterDir
from soundings_cluster.errors import ProgramMissing

SCRIPT = Path(__file__).parents[3] / "kafka" / "broker.py"
_CHECK_S = 1.0


def install_kafka() -> None:
    """Fetch Apache Kafka, unless it is there."""
    done = subprocess.run([sys.executable, str(SCRIPT), "install"], check=False)  # noqa: S603 - our own script
    if done.returncode != 0:
        raise ProgramMissing("Apache Kafka could not be fetched; what is missing stands above.")


def kafka_component(place: ClusterDir) -> ClusterComponent:
    """The broker as a part."""
    folder = place.folder("kafka")

    async def check() -> str | None:
        with socket.socket() as client:
            client.settimeout(_CHECK_S)
            return None if client.connect_ex(("127.0.0.1", place.kafka_port)) == 0 else "does not answer"

    return ClusterComponent(
        "kafka",
        [sys.executable, str(SCRIPT), "run", "--dir", str(folder), "--port", str(place.kafka_port)],
        place.folder("logs") / "kafka.log",
        place.kafka_port,
        check,
    )
