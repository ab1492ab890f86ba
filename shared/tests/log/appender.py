"""Appends without end and prints what was acknowledged; a test kills it. Arguments: file, then what to begin with."""

import asyncio
import sys
from pathlib import Path

from soundings.log.port import LogRecord
from soundings.log.sqlite import SqliteLog


async def main(path: str, run: str) -> None:
    log = await SqliteLog.open_log(Path(path))

    async def one_writer(writer: int) -> None:
        for number in range(1_000_000):
            value = f"{run}-{writer}-{number}"
            await log.append_records("t", [LogRecord(value.encode(), value.encode() * 20)])
            sys.stdout.write(f"{value}\n")
            sys.stdout.flush()

    await asyncio.gather(*map(one_writer, range(8)))


asyncio.run(main(*sys.argv[1:]))
