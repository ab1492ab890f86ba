"""The home directory of an embedded Soundings: its secret, its signing key, its databases and its lock."""

import fcntl
import json
import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from joserfc.jwk import ECKey, KeySet

from soundings.access.roles import Role
from soundings.access.tokens import issue_token
from soundings.kernel.errors import SoundingsError

RESTORING = "restoring"
"""A file that lies in a home while a backup takes its place."""
_PRIVATE = 0o600
_DAY = 86_400
ADMIN_TOKEN_DAYS = 365


class HomeInUse(SoundingsError):
    """Another process serves from this home."""

    code: ClassVar[str] = "home_in_use"


class NoHome(SoundingsError):
    """There is no Soundings home here."""

    code: ClassVar[str] = "no_home"


@dataclass(frozen=True, slots=True)
class Home:
    """Where everything of one embedded Soundings lies."""

    path: Path

    @property
    def log_url(self) -> str:
        return f"sqlite:///{self.path / 'log.db'}"

    def database_url(self, service: str) -> str:
        """The URL of a service's own database."""
        return f"sqlite:///{self.path / f'{service}.db'}"

    @property
    def jwks_url(self) -> str:
        return (self.path / "jwks.json").as_uri()

    @property
    def admin_token(self) -> Path:
        return self.path / "admin.token"

    @property
    def is_empty(self) -> bool:
        """Whether nobody has served from here yet; a home that has lost its log is not empty."""
        return not any(self.path.glob("*.db"))

    def secret(self) -> str:
        """The root secret, from which the keys for pseudonyms and receipts are derived."""
        return (self.path / "secret").read_text("ascii").strip()

    def former_secrets(self) -> tuple[str, ...]:
        """Root secrets that were replaced, one a line; what they made is still recognised."""
        return self._lines("former_secrets")

    def place_names(self) -> frozenset[str]:
        """Streets, towns and firms, one a line, that redaction must not take for people."""
        return frozenset(self._lines("place_names"))

    def _lines(self, name: str) -> tuple[str, ...]:
        path = self.path / name
        if not path.exists():
            return ()
        return tuple(line.strip() for line in path.read_text("utf-8").splitlines() if line.strip())

    def issue(self, name: str, roles: list[Role], agency: str | None, days: int) -> str:
        """A staff token signed by this home's own key."""
        key = ECKey.import_key(json.loads((self.path / "signing-key.json").read_text("ascii")))
        return issue_token(key, name=name, roles=roles, agency=agency, seconds=days * _DAY)

    @contextmanager
    def locked(self) -> Generator[None, None, None]:
        """Hold the home for one serving process; :class:`HomeInUse` when another one has it."""
        with (self.path / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise HomeInUse(
                    f"Another soundings serves from {self.path}. Stop it first, or choose another home with --home."
                ) from error
            yield


def existing_home(path: Path) -> Home:
    """The home at ``path``; :class:`NoHome` when there is none."""
    _check_whole(path)
    if not (path / "secret").exists():
        raise NoHome(f"{path} is not a Soundings home. `soundings serve --home {path}` makes one.")
    return Home(path.resolve())


def open_home(path: Path) -> Home:
    """The home at ``path``, made ready on first use: secret, signing key and admin token, for the owner's eyes only."""
    _check_whole(path)
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    home = Home(path.resolve())
    if not (path / "secret").exists():
        _make_keys(path)
        _write_private(path / "secret", secrets.token_hex(32) + "\n")
    if not home.admin_token.exists():
        token = home.issue("admin", [Role.ADMIN], None, ADMIN_TOKEN_DAYS)
        _write_private(home.admin_token, token + "\n")
    return home


def _check_whole(path: Path) -> None:
    if (path / RESTORING).exists():
        raise NoHome(f"A restore of {path} was cut off. Run `soundings restore` again.")


def _make_keys(path: Path) -> None:
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, private=True)
    key.ensure_kid()
    _write_private(path / "signing-key.json", json.dumps(key.as_dict(private=True)))
    _write_private(path / "jwks.json", json.dumps(KeySet([key]).as_dict(private=False)))


def _write_private(path: Path, text: str) -> None:
    """Write the whole file or none of it, and let nobody else read it."""
    draft = path.with_suffix(path.suffix + ".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
