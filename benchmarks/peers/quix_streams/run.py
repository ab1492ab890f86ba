"""Quix Streams into a sink; with the word ``exactly-once`` also with its transactions and a state that knows keys."""

import sys
from collections import Counter
from typing import Any

import psycopg
from counting import PSYCOPG, TOPIC, Cell, arguments, cells, columns
from quixstreams import Application, State
from quixstreams.sinks import BaseSink


class CountingSink(BaseSink):
    """Adds up until the checkpoint, and then writes everything in one transaction."""

    def __init__(self, dsn: str) -> None:
        super().__init__()
        self._dsn = dsn
        self._counts: Counter[Cell] = Counter()

    def setup(self) -> None:
        self._database = psycopg.connect(self._dsn, autocommit=True)

    def add(self, value: Any, **_where: Any) -> None:
        self._counts.update(cells(value))

    def flush(self) -> None:
        if self._counts:
            self._database.execute(PSYCOPG, columns(self._counts))
            self._counts.clear()

    def on_paused(self) -> None:
        """What was not written will be read again."""
        self._counts.clear()


def is_new(_event: Any, state: State) -> bool:
    """State belongs to the record's key, which is the same for a duplicate."""
    if state.exists("seen"):
        return False
    state.set("seen", value=True)
    return True


def skip(_error: Exception, _where: object, _logger: object) -> bool:
    """True: go on with the next message."""
    return True


def main() -> None:
    given, exactly_once = arguments(), "exactly-once" in sys.argv
    app = Application(
        broker_address=given.brokers,
        consumer_group=given.group,
        auto_offset_reset="earliest",
        commit_every=given.batch,
        state_dir=given.folder,
        on_consumer_error=skip,
        loglevel="WARNING",
        processing_guarantee="exactly-once" if exactly_once else "at-least-once",
    )
    stream = app.dataframe(app.topic(TOPIC, value_deserializer="json", key_deserializer="bytes"))
    if exactly_once:
        stream = stream.filter(is_new, stateful=True)
    stream.sink(CountingSink(given.dsn))
    app.run()


main()
