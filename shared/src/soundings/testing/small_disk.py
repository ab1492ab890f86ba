"""A disk that fills quickly."""

import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def small_disk(megabytes: int, at: Path | None = None) -> Generator[Path]:
    """A folder with a disk of its own (needs root): a new one, or the one at ``at``.

    It may be none of pytest's folders: the disk of a run that was killed stays mounted, and pytest's clean-up of old
    folders would end every later run with an error.
    """
    folder = at or Path(tempfile.mkdtemp(prefix="soundings-disk-"))
    folder.mkdir(exist_ok=True, parents=True)
    options = f"size={megabytes}m,mode=0711"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)  # noqa: S603, S607
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S603, S607
        if at is None:
            folder.rmdir()
