"""Opening a log from its URL; the adapter it names is imported only then."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from soundings.log.port import BadLogUrl, EventLog


async def open_log(url: str) -> EventLog:
    """The log at `sqlite:///path`, or `kafka://host:port,host:port`; options follow as a query.

    sqlite: `max_bytes`. kafka: see `soundings.log.kafka.settings`. Raises `BadLogUrl`.
    """
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    match parts.scheme:
        case "sqlite":
            return await _open_sqlite(parts.netloc, parts.path, options)
        case "kafka":
            # Imported here, so that an embedded installation neither needs nor loads aiokafka.
            from soundings.log.kafka import KafkaLog

            return await KafkaLog.open_log(parts.netloc, options)
        case _:
            raise BadLogUrl(f"a log is sqlite:///path or kafka://host:port, not {url!r}")


@asynccontextmanager
async def opened_log(url: str) -> AsyncGenerator[EventLog]:
    """`open_log` for the length of a block."""
    log = await open_log(url)
    try:
        yield log
    finally:
        await log.close_log()


async def _open_sqlite(host: str, path: str, options: dict[str, str]) -> EventLog:
    from soundings.log.sqlite import SqliteLog

    if host or len(path) < len("/x") or options.keys() - {"max_bytes"}:
        raise BadLogUrl(
            "a log in a file is sqlite:///relative/path or sqlite:////absolute/path, with max_bytes at most"
        )
    bound = options.get("max_bytes")
    if bound is not None and not bound.isdecimal():
        raise BadLogUrl(f"max_bytes is a whole number, not {bound!r}")
    # As in SQLAlchemy URLs the first slash belongs to the URL: sqlite:///x is relative,
    # sqlite:////x absolute.
    return await SqliteLog.open_log(Path(path[1:]), max_bytes=None if bound is None else int(bound))
