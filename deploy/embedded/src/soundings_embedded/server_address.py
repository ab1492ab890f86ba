"""Where the server of a home listens: written into the home while it serves, for the commands on this machine."""

import json
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, cast

from soundings_embedded.private_files import write_private

_FILE: Final = "server.json"


@contextmanager
def published_address(home: Path, url: str) -> Generator[None]:
    """Keep the address in the home for as long as the block lasts."""
    path = home / _FILE
    write_private(path, json.dumps({"url": url, "pid": os.getpid()}))
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()


def served_address(home: Path) -> str | None:
    """The address of the server that serves from this home now; None when none does."""
    try:
        found: object = json.loads((home / _FILE).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    fields = cast("dict[str, object]", found) if isinstance(found, dict) else {}
    url, pid = fields.get("url"), fields.get("pid")
    # The file of a server that was killed stays; what listens on its port by now must not be sent a token.
    return url if isinstance(url, str) and isinstance(pid, int) and _is_running(pid) else None


def _is_running(pid: int) -> bool:
    if pid <= 0:  # a group of processes
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return True
