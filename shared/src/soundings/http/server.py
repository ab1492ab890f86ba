"""Serving one service alone, the same way for all of them."""

import gc
import sys
from typing import Final

import uvicorn
from fastapi import FastAPI

from soundings.http.limits import ServerLimits
from soundings.http.server_protocol import limited_protocol

_NOT_STARTED: Final = 3


def server_config(
    app: FastAPI, limits: ServerLimits, *, host: str = "127.0.0.1", port: int = 0, stop_seconds: int | None = None
) -> uvicorn.Config:
    """The configuration of every server here: no lines of uvicorn's own, no web sockets, and our time-outs.

    At shutdown running requests get ``stop_seconds`` to finish; None: no limit.
    """
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=limited_protocol(limits),
        ws="none",
        lifespan="on",
        access_log=False,
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=stop_seconds,
    )


def serve_app(app: FastAPI, host: str, port: int, limits: ServerLimits | None = None) -> None:
    """Serve until a stop signal; the server's own log lines go through the common log configuration."""
    # What is loaded by now stays for good: without this every full collection walks through it again under load.
    gc.collect()
    gc.freeze()
    server = uvicorn.Server(server_config(app, limits or ServerLimits(), host=host, port=port))
    server.run()
    if not server.started:
        sys.exit(_NOT_STARTED)
