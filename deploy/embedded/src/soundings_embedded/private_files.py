"""Files that only their owner may read, written whole or not at all."""

import os
from pathlib import Path

PRIVATE = 0o600


def write_private(path: Path, text: str) -> None:
    """Write a file atomically with mode 0600."""
    draft = path.with_suffix(path.suffix + ".new")
    draft.unlink(missing_ok=True)  # what an earlier try left could be readable to others
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "w") as file:
        file.write(text)
        file.flush()
        # Before the rename: otherwise a power failure could leave an empty file under the final
        # name.
        os.fsync(file.fileno())
    draft.replace(path)


def append_private(path: Path, line: str) -> None:
    """Append one line, in one write, to a file that only its owner may read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE), "w") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())
