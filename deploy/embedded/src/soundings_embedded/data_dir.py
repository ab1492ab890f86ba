"""The home directory of an embedded Soundings: its secret, its signing key, its databases and its lock."""

import errno
import fcntl
import json
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from soundings.access.roles import EVERY_AGENCY, StaffRole
from soundings.access.tokens import new_token, sign_token
from soundings.kernel.clock import Clock, system_clock
from soundings.kernel.errors import SoundingsError
from soundings_embedded.admin_token import reason_to_renew
from soundings_embedded.data_dir_permissions import HomeUnusable, check_owner, readable_errors
from soundings_embedded.issued_tokens import IssuedToken, IssuedTokens
from soundings_embedded.private_files import write_private

RESTORING = "restoring"
"""A file that lies in a home while a backup takes its place."""
_DAY = 86_400
ADMIN_TOKEN_DAYS = 365
TOKEN_DAYS_MAX = 365


class HomeInUse(SoundingsError):
    """Another process serves from this home."""

    code: ClassVar[str] = "home_in_use"


class NoHome(SoundingsError):
    """There is no Soundings home here."""

    code: ClassVar[str] = "no_home"


@dataclass(frozen=True, slots=True)
class DataDir:
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
        """Whether this data directory was never used; one that has lost its log is not empty."""
        # Any database counts: treating a damaged directory as new would create fresh secrets next
        # to old data.
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

    def issue(
        self, name: str, roles: list[StaffRole], agency: str | None, days: int, *, clock: Clock = system_clock
    ) -> str:
        """A staff token signed by this home's own key, noted in its list; ``agency`` is one, ``*`` for all, or None."""
        # Read every time: withdraw-key may have replaced it while this process runs.
        key = self.signing_key()
        token = new_token(name=name, roles=roles, agency=agency, seconds=days * _DAY, clock=clock)
        self.issued_tokens.add(IssuedToken.of(token, key.kid or ""))
        return sign_token(key, token)

    @property
    def issued_tokens(self) -> IssuedTokens:
        return IssuedTokens(self.path / "issued-tokens.jsonl")

    def signing_key(self) -> ECKey:
        """The private key that signs this home's tokens. Raises HomeUnusable when its file is damaged."""
        path = self.path / "signing-key.json"
        try:
            return ECKey.import_key(json.loads(path.read_text("ascii")))
        except (ValueError, TypeError, JoseError) as error:
            raise HomeUnusable(f"{path} is damaged; restore it from your backup.") from error

    def renew_admin_token(self, *, clock: Clock = system_clock) -> str | None:
        """Write a new admin token where the old one is about to lock its admin out; the reason, or None."""
        text = self.admin_token.read_text("ascii", "replace").strip() if self.admin_token.exists() else None
        revoked = self.issued_tokens.revoked()
        reason = reason_to_renew(text, self.signing_key(), revoked, clock().timestamp())
        if reason is not None:
            token = self.issue("admin", [StaffRole.ADMIN], EVERY_AGENCY, ADMIN_TOKEN_DAYS, clock=clock)
            write_private(self.admin_token, token + "\n")
        return reason

    def withdraw_signing_key(self, *, clock: Clock = system_clock) -> None:
        """Make another signing key: tokens of the old one stop working, and a new admin token is written."""
        _make_keys(self.path)
        self.renew_admin_token(clock=clock)

    @contextmanager
    def locked(self) -> Generator[None, None, None]:
        """Hold the home for one serving process; :class:`HomeInUse` when another one has it."""
        with readable_errors(self.path):
            lock = (self.path / "lock").open("w")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno not in (errno.EAGAIN, errno.EACCES):
                    raise HomeUnusable(f"{self.path} cannot be locked: {error.strerror}.") from error
                raise HomeInUse(
                    f"Another soundings serves from {self.path}. Stop it first, or choose another home with --home."
                ) from error
            yield


def existing_home(path: Path) -> DataDir:
    """The home at ``path``. Raises :class:`NoHome` when there is none, HomeUnusable when it cannot be read."""
    with readable_errors(path):
        if path.exists() and not path.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "not a folder", str(path))
        _check_whole(path)
        there = (path / "secret").exists()
    if not there:
        raise NoHome(f"{path} is not a Soundings home. `soundings serve --home {path}` makes one.")
    return DataDir(path.resolve())


def open_home(path: Path, *, clock: Clock = system_clock) -> DataDir:
    """The home at ``path``, made ready on first use: secret, signing key and admin token, for the owner's eyes only.

    The admin token is renewed where it would soon be of no use. Raises HomeUnusable.
    """
    with readable_errors(path):
        _check_whole(path)
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        check_owner(path)
        home = DataDir(path.resolve())
        if not (path / "secret").exists():
            _make_keys(path)
            write_private(path / "secret", secrets.token_hex(32) + "\n")
        _publish_key(home)
        home.renew_admin_token(clock=clock)
    return home


def _check_whole(path: Path) -> None:
    if (path / RESTORING).exists():
        raise NoHome(f"A restore of {path} was cut off. Run `soundings restore` again.")


def _make_keys(path: Path) -> None:
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, private=True)
    key.ensure_kid()
    write_private(path / "signing-key.json", json.dumps(key.as_dict(private=True)))
    _publish(path, key)


def _publish(path: Path, key: ECKey) -> None:
    write_private(path / "jwks.json", json.dumps(KeySet([key]).as_dict(private=False)))


def _publish_key(home: DataDir) -> None:
    """Finish a change of keys that was cut off between its two files; a set that someone added keys to stays."""
    path, key = home.path / "jwks.json", home.signing_key()
    published = path.read_text("utf-8", "replace") if path.exists() else ""
    if f'"{key.kid}"' not in published:
        _publish(home.path, key)
