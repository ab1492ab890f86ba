"""What is said when a cluster is up: where everything is, and how to talk to it."""

import os
import shlex
from collections.abc import Mapping

from soundings_cluster.data_dir import ClusterDir
from soundings_cluster.services import ServiceEndpoints
from soundings_cluster.status_line import Console


def write_environment(place: ClusterDir, doors: ServiceEndpoints) -> None:
    """A file to ``source``, after which the ``soundings`` command speaks to this cluster."""
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in _environment(place, doors).items()]
    with os.fdopen(os.open(place.path / "environment", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.writelines(lines)


def _environment(place: ClusterDir, doors: ServiceEndpoints) -> Mapping[str, str]:
    urls = {f"SOUNDINGS_{name.upper()}_URL": url for name, url in doors.urls.items()}
    return {
        **urls,
        "SOUNDINGS_HOME": str(place.path),
        "SOUNDINGS_LOG_URL": place.log_url,
        "SOUNDINGS_CATALOGUE_DATABASE": place.database_url("catalogue"),
        "SOUNDINGS_METRICS_DATABASE": place.database_url("metrics"),
    }


def print_banner(place: ClusterDir, doors: ServiceEndpoints, console: Console) -> None:
    """Print the addresses."""
    more = "".join(f", and {port}" for port in doors.metrics[1:])
    console.say(f"Soundings runs as a cluster from {place.path}")
    for room, does in (("feedback", "listening"), ("catalogue", "knowing"), ("metrics", "measuring")):
        console.say(f"  {does:<16} {doors.urls[room]}/docs{more if room == 'metrics' else ''}")
    console.say(f"  Kafka            127.0.0.1:{place.kafka_port}")
    console.say(f"  PostgreSQL       127.0.0.1:{place.postgres_port}, user soundings, password in postgres.password")
    console.say(f"  admin token      {place.home.admin_token}")
    console.say(f"  commands         source {place.path / 'environment'}")
