"""The directory of a cluster: its keys, the ports and password that were chosen once, and the data of its parts."""

import json
import os
import secrets
import shutil
import socket
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from soundings_cluster.errors import PortTaken
from soundings_embedded.data_dir import DataDir, existing_home, open_home
from soundings_embedded.data_dir_permissions import PRIVATE_FOLDER, SECRET_FILES, make_private

_PREFERRED: Mapping[str, int] = {"kafka": 9092, "postgres": 5432}
_OWNER_AND_PASSERS_BY = 0o711
"""Others may pass through to what is theirs, as PostgreSQL must, and see nothing on the way."""
_SECRETS = (*SECRET_FILES, "postgres.password", "environment")


@dataclass(frozen=True, slots=True)
class ClusterDir:
    """Where everything of one cluster lies."""

    home: DataDir
    kafka_port: int
    postgres_port: int

    @property
    def path(self) -> Path:
        return self.home.path

    @property
    def log_url(self) -> str:
        return f"kafka://127.0.0.1:{self.kafka_port}"

    def database_url(self, name: str) -> str:
        """The URL of a service's own database, with its password."""
        return f"postgresql://soundings:{self.password()}@127.0.0.1:{self.postgres_port}/{name}"

    def password(self) -> str:
        return (self.path / "postgres.password").read_text("ascii").strip()

    @property
    def was_up_before(self) -> bool:
        """Whether every part has once been up together."""
        return (self.path / "was-up").exists()

    def note_that_it_is_up(self) -> None:
        (self.path / "was-up").touch()

    def folder(self, name: str) -> Path:
        """A folder below the place, for the owner's eyes only."""
        path = self.path / name
        path.mkdir(mode=0o700, exist_ok=True)
        return path


def open_place(path: Path, from_home: Path | None = None) -> ClusterDir:
    """The place at ``path``, made ready on first use; it then takes over the secrets of a home that is to move in."""
    if from_home is not None and not (path / "secret").exists():
        _take_over(existing_home(from_home), path)
    home = open_home(path)
    mode = _OWNER_AND_PASSERS_BY if os.geteuid() == 0 else PRIVATE_FOLDER
    for change in make_private(home.path, folder_mode=mode, files=[home.path / name for name in _SECRETS]):
        sys.stderr.write(f"Others could read the cluster's home: {change}\n")
    home.path.chmod(mode)
    # Written once: PostgreSQL keeps the password that it was initialised with.
    _write_once(home.path / "postgres.password", secrets.token_urlsafe(24))
    chosen = _write_once(
        home.path / "ports.json", json.dumps({name: _choose(port) for name, port in _PREFERRED.items()})
    )
    ports = cast("dict[str, int]", json.loads(chosen))
    return ClusterDir(home, ports["kafka"], ports["postgres"])


def check_ports(ports: Iterable[tuple[str, int]]) -> None:
    """Raises `PortTaken` when one of the ports is in use."""
    for name, port in ports:
        if not _is_free(port):
            raise PortTaken(f"Port {port}, which {name} needs, is in use. Stop what listens there, or choose another.")


def _write_once(path: Path, text: str) -> str:
    """What the file holds; the first time that is ``text``."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text + "\n")
    return path.read_text("ascii")


def _take_over(home: DataDir, path: Path) -> None:
    """Receipts, pseudonyms and tokens must go on to be good. The secret comes last: it says that all is there."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in ("signing-key.json", "jwks.json", "admin.token", "secret"):
        shutil.copy(home.path / name, path / f"{name}.new")
        (path / f"{name}.new").replace(path / name)


def _choose(preferred: int) -> int:
    """The port that people expect, or else any that is free."""
    if _is_free(preferred):
        return preferred
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
