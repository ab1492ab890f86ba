"""Serving one service alone, the same way for all of them."""

import gc

import uvicorn
from fastapi import FastAPI


def serve(app: FastAPI, host: str, port: int) -> None:
    """Serve until told to stop; the server's own lines go the way of all log lines."""
    # What is loaded by now stays for good: without this every full collection walks through it again under load.
    gc.collect()
    gc.freeze()
    uvicorn.run(app, host=host, port=port, access_log=False, server_header=False, log_config=None)
