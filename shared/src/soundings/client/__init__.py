"""A typed client of the three APIs: listening, knowing and measuring.

Errors::

    ClientError
    ├── Unreachable        nobody answered, even after trying again
    └── RefusedByServer    a problem came back; status, code, detail and errors say what is wrong
"""

from soundings.client.api import Soundings, Taken
from soundings.client.errors import ClientError, RefusedByServer, Unreachable

__all__ = ["ClientError", "RefusedByServer", "Soundings", "Taken", "Unreachable"]
