"""Killing, freezing and taking away parts of a running cluster."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import asyncpg

from soundings_cluster.data_dir import open_place
from soundings_cluster.orphan_processes import process_identity
from tests.e2e.running import Cluster

PATIENCE = 180.0
POLITE = {"kafka": signal.SIGTERM, "postgres": signal.SIGINT}


def kill(cluster: Cluster, part: str) -> bool:
    """SIGKILL, wherever the part stands at this moment; False when it is down just now."""
    pid = cluster.pids().get(part)
    if pid is None:
        return False
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False  # it has just ended by itself, since another part that it needs is away
    return True


@contextmanager
def away(cluster: Cluster, parts: Sequence[str], seconds: float) -> Iterator[None]:
    """Stop parts properly, and let nobody start them again for so long; the block runs while they are away."""
    identities = {part: process_identity(cluster.pids()[part], POLITE[part]) for part in parts}
    os.kill(cluster.pid, signal.SIGSTOP)  # who would start them again
    try:
        for one in identities.values():
            os.kill(one.pid, one.signal)
        until(
            lambda: all(process_identity(one.pid, signal.SIGTERM).started != one.started for one in identities.values())
        )
        began = time.monotonic()
        yield
        time.sleep(max(0.0, seconds - (time.monotonic() - began)))
    finally:
        os.kill(cluster.pid, signal.SIGCONT)
    until(cluster.is_ready)


@contextmanager
def frozen(cluster: Cluster, part: str) -> Iterator[None]:
    """SIGSTOP and, after the block, SIGCONT."""
    pid = cluster.pids()[part]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def until(condition) -> None:
    """Wait for something that others bring about."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.1)


def command(cluster: Cluster, script: str) -> None:
    """Have the metrics database do something."""

    async def execute() -> None:
        connection = await asyncpg.connect(open_place(cluster.home).database_url("metrics"), timeout=30)
        try:
            await connection.execute(script)
        finally:
            await connection.close()

    asyncio.run(execute())


def ask(cluster: Cluster, statement: str, *values: object) -> list[tuple[object, ...]]:
    """What the metrics database says."""

    async def fetch() -> list[tuple[object, ...]]:
        connection = await asyncpg.connect(open_place(cluster.home).database_url("metrics"), timeout=30)
        try:
            return [tuple(row) for row in await connection.fetch(statement, *values)]
        finally:
            await connection.close()

    return asyncio.run(fetch())
