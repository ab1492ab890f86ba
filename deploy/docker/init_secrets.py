"""What a set of containers on one machine needs once: a home with keys, and for each container what it alone may read.

``init_secrets.py HOME SHARES`` makes HOME as `soundings serve` would, and below SHARES a folder for each container.
What exists already stays as it is, so a second start changes nothing.
"""

import secrets
import shutil
import sys
from pathlib import Path

from soundings_embedded.data_dir import DataDir, open_home

_WITH_DATABASE = {"catalogue-api": "catalogue", "metrics-worker": "metrics"}


def lay_out(home: DataDir, shares: Path) -> None:
    """Write what each container may read; the owners of a share see nothing but their own volume."""
    _write_once(shares / "postgres" / "postgres", secrets.token_urlsafe(24))
    for service, database in _WITH_DATABASE.items():
        password = _write_once(shares / "postgres" / database, secrets.token_urlsafe(24))
        _write_once(shares / service / "database-url", f"postgresql://{database}:{password}@postgres:5432/{database}")
    _write_once(shares / "feedback-api" / "secret", home.secret())
    for service in ("feedback-api", *_WITH_DATABASE):
        shutil.copyfile(home.path / "jwks.json", shares / service / "jwks.json")


def _write_once(path: Path, text: str) -> str:
    """What the file holds; the first time that is ``text``."""
    if not path.exists():
        draft = path.with_name(path.name + ".new")
        draft.write_text(text + "\n", encoding="ascii")
        # The reader runs as a user of its own, and only its container has this volume.
        draft.chmod(0o444)
        draft.replace(path)
    return path.read_text("ascii").strip()


def main() -> None:
    """Lay out what is missing."""
    home, shares = Path(sys.argv[1]), Path(sys.argv[2])
    lay_out(open_home(home), shares)
    sys.stdout.write(f"keys are in {home}; the admin token is {home / 'admin.token'}\n")


if __name__ == "__main__":
    main()
