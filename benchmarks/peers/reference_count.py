"""What every Python peer does with a response: five counts, added to one table. Needs nothing of ours but orjson."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson

TOPIC: Final = "soundings.responses.v1"
UPSERT: Final = """
INSERT INTO counted AS held (day, service, channel, measure, bin, n)
SELECT * FROM unnest({0}::text[], {1}::text[], {2}::text[], {3}::text[], {4}::text[], {5}::bigint[])
ON CONFLICT (day, service, channel, measure, bin) DO UPDATE SET n = held.n + excluded.n
"""
ASYNCPG: Final = UPSERT.format("$1", "$2", "$3", "$4", "$5", "$6")
PSYCOPG: Final = UPSERT.format(*["%s"] * 6)
Cell = tuple[str, ...]
"""Day, service, channel, measure and bin."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a peer is started with: Kafka, PostgreSQL, a name for its group, events in a batch, and a folder."""

    brokers: str
    dsn: str
    group: str
    batch: int
    folder: str


def arguments() -> Arguments:
    """From the command line, in this order."""
    brokers, dsn, group, batch, folder = sys.argv[1:6]
    return Arguments(brokers, dsn, group, int(batch), folder)


def cells(event: dict[str, Any]) -> list[Cell]:
    """The cells in which a response counts."""
    day, service, channel = event["occurred_at"][:10], event["service_id"], event["channel"]
    return [(day, service, channel, score["measure"], str(score["value"])) for score in event["scores"]]


def decoded(values: Iterable[bytes | None]) -> Iterator[dict[str, Any]]:
    """The responses among what stands on the log; what is no JSON is skipped."""
    for value in values:
        try:
            yield orjson.loads(value or b"")
        except orjson.JSONDecodeError:
            continue


def counted(events: Iterable[dict[str, Any]]) -> Counter[Cell]:
    """How often each cell occurs in a batch."""
    return Counter(cell for event in events for cell in cells(event))


def columns(counts: Counter[Cell]) -> list[list[Any]]:
    """The parameters of the upsert. In one order, so that two peers can never wait for each other."""
    ordered = sorted(counts.items())
    return [*map(list, zip(*(cell for cell, _ in ordered), strict=True)), [n for _, n in ordered]]
