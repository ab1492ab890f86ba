"""What a benchmark runs on: a SQLite file, or a real Kafka broker and a real PostgreSQL, both writing to the disk."""

import tempfile
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from soundings.testing.kafka_broker import KafkaBroker, free_port
from soundings.testing.postgres import throw_away_cluster


@dataclass(frozen=True, slots=True)
class Engines:
    """An empty log, and as many new databases as are asked for, each by its URL."""

    log_url: str
    database_url: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Mode:
    """A way to run; `open` makes its engines in a folder, and they go with the block."""

    name: str
    log: str
    database: str
    open: Callable[[Path], AbstractContextManager[Engines]]


@contextmanager
def _embedded(folder: Path) -> Generator[Engines]:
    with tempfile.TemporaryDirectory(dir=folder) as name:
        numbers = count()
        yield Engines(f"sqlite:///{name}/log.db", lambda: f"sqlite:///{name}/metrics-{next(numbers)}.db")


@contextmanager
def _distributed(folder: Path) -> Generator[Engines]:
    with (
        tempfile.TemporaryDirectory(dir=folder, prefix="kafka-") as name,
        throw_away_cluster(folder=folder, durable=True) as cluster,
    ):
        broker = KafkaBroker(Path(name), free_port())
        broker.start_broker()
        try:
            yield Engines(broker.broker_url, cluster.new_database)
        finally:
            broker.stop_broker()


EMBEDDED: Final = Mode("embedded", "SQLite", "SQLite", _embedded)
DISTRIBUTED: Final = Mode("distributed", "Kafka", "PostgreSQL", _distributed)
