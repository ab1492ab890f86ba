"""The services of the cluster, each as its own process with settings from its environment."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx

from soundings_cluster.component import ClusterComponent, UpCheck
from soundings_cluster.data_dir import ClusterDir

METRICS_PORTS = (8003, 8004)
_METRICS_ABOVE = 1000
_PORT_MAX = 65_535
_CHECK_S = 5.0
_READY = 200
# What else of the environment a service may see: where programs and certificates are, and how text is written.
_PASSED_ON = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("SOUNDINGS_ALLOWED_HOSTS", "SOUNDINGS_PUBLIC_URL"),
)


@dataclass(frozen=True, slots=True)
class ServiceEndpoints:
    """Where the services listen on the loopback address; there is one metrics-worker for each of its ports."""

    feedback: int = 8001
    catalogue: int = 8002
    metrics: Sequence[int] = METRICS_PORTS

    @property
    def urls(self) -> Mapping[str, str]:
        """The base URLs of the three APIs; all metrics-workers serve the same data, so the first one is used."""
        ports = {"feedback": self.feedback, "catalogue": self.catalogue, "metrics": self.metrics[0]}
        return {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}


def service_components(place: ClusterDir, doors: ServiceEndpoints) -> Sequence[ClusterComponent]:
    """In the order in which they are stopped: first who takes in, last who counts."""
    catalogue, metrics = place.database_url("catalogue"), place.database_url("metrics")
    knowing = {"SOUNDINGS_DATABASE_URL": catalogue, "SOUNDINGS_PUBLIC_FEEDBACK_URL": doors.urls["feedback"]}
    spool = {"SOUNDINGS_SECRET": place.home.secret(), "SOUNDINGS_SPOOL_DIR": str(place.folder("spool"))}
    return [
        _service(place, "feedback-api", "feedback_api", doors.feedback, spool),
        _service(place, "catalogue-api", "catalogue_api", doors.catalogue, knowing),
        *(
            _service(
                place,
                f"metrics-worker-{number}",
                "metrics_worker",
                port,
                {"SOUNDINGS_DATABASE_URL": metrics, "SOUNDINGS_WORKER_ID": f"worker-{number}"},
            )
            for number, port in enumerate(doors.metrics, 1)
        ),
    ]


def _service(place: ClusterDir, name: str, module: str, port: int, settings: Mapping[str, str]) -> ClusterComponent:
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment |= {
        "SOUNDINGS_LOG_URL": place.log_url,
        "SOUNDINGS_JWKS_URL": place.home.jwks_url,
        "SOUNDINGS_HOST": "127.0.0.1",
        "SOUNDINGS_PORT": str(port),
        "SOUNDINGS_METRICS_PORT": str(metrics_port(port)),
        **settings,
    }
    root = f"http://127.0.0.1:{port}"
    return ClusterComponent(
        name,
        [sys.executable, "-m", module],
        place.folder("logs") / f"{name}.log",
        port,
        _ready(f"{root}/readyz"),
        environment,
        metrics_url=f"http://127.0.0.1:{metrics_port(port)}/metrics",
    )


def metrics_port(port: int) -> int:
    """Where a service that listens on a port shows its Prometheus metrics."""
    return port + _METRICS_ABOVE if port + _METRICS_ABOVE <= _PORT_MAX else port - _METRICS_ABOVE


def _ready(url: str) -> UpCheck:
    async def check() -> str | None:
        try:
            async with httpx.AsyncClient(timeout=_CHECK_S) as client:
                answer = await client.get(url)
        except httpx.TransportError:
            return "does not answer"
        if answer.status_code == _READY:
            return None
        return "; ".join(map(str, answer.json()["reasons"]))

    return check
