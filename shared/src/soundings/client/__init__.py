"""A typed client of the three APIs: listening, knowing and measuring; blocking or awaited, with a buffer on disk.

Errors::

    ClientError
    ├── Unreachable        no server answered, even after retries
    ├── RefusedByServer    a problem came back; status, code, detail and errors say what is wrong
    └── BufferFull         a buffer on disk holds as much as it may
"""

from soundings.client.async_client import AsyncSoundings
from soundings.client.errors import BufferFull, ClientError, RefusedByServer, Unreachable
from soundings.client.offline_queue import Buffer, RefusedItem
from soundings.client.requests import BatchResult
from soundings.client.sync_client import Soundings

__all__ = [
    "AsyncSoundings",
    "BatchResult",
    "Buffer",
    "BufferFull",
    "ClientError",
    "RefusedByServer",
    "RefusedItem",
    "Soundings",
    "Unreachable",
]
