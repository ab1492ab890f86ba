"""Whether a home can be used at all, and whether only its owner can: checks before anything is opened in it."""

import errno
import os
import pwd
import sqlite3
import stat
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ClassVar, Final

from soundings.kernel.errors import SoundingsError

PRIVATE_FOLDER: Final = 0o700
SECRET_FILES: Final = ("secret", "former_secrets", "signing-key.json", "admin.token", "issued-tokens.jsonl")
_OTHERS: Final = 0o077
_PROBE: Final = ".write-check"
_PROBE_BYTES: Final = 64 * 1024
_FOLDERS: Final = ("imports", "spool")
_ADVICE: Final = {
    errno.EACCES: "this user may not write there; run as its owner, or choose another home with --home",
    errno.EPERM: "this user may not change it; run as its owner, or choose another home with --home",
    errno.EROFS: "it is on a read-only file system; choose another home with --home",
    errno.ENOSPC: "its disk is full; make room there",
    errno.EDQUOT: "the disk quota of this user is used up; make room there",
    errno.ENOTDIR: "a file stands where a folder should be; choose another home with --home",
    errno.EEXIST: "a file stands where a folder should be; choose another home with --home",
    errno.ENAMETOOLONG: "the name is too long",
}


class HomeUnusable(SoundingsError):
    """The home cannot be read or written; the message says why and what to do."""

    code: ClassVar[str] = "home_unusable"


@contextmanager
def readable_errors(home: Path) -> Generator[None]:
    """Raises HomeUnusable in place of what the operating system says of a home."""
    try:
        yield
    except OSError as error:
        raise HomeUnusable(f"The home {home} cannot be used: {advice_for(error)}.") from error
    except UnicodeDecodeError as error:
        raise HomeUnusable(f"A file in the home {home} is not text; restore it from your backup.") from error


def advice_for(error: OSError) -> str:
    """What an error of the operating system means for a home, in words."""
    place = f" ({error.filename})" if error.filename else ""
    return _ADVICE.get(error.errno or 0, error.strerror or type(error).__name__) + place


def check_owner(home: Path, user: int | None = None) -> None:
    """Raises HomeUnusable when the home belongs to another user than the one who runs this, unless that is root."""
    with readable_errors(home):
        owner = home.stat().st_uid
    if (os.geteuid() if user is None else user) not in (0, owner):
        raise HomeUnusable(
            f"The home {home} belongs to {_user_name(owner)}. Run as that user, or choose another home with --home."
        )


def make_private(home: Path, *, folder_mode: int = PRIVATE_FOLDER, files: Iterable[Path] | None = None) -> list[str]:
    """Take from everybody but the owner what they may do in a home; what was changed, in words.

    ``files`` are those of the whole home unless given. Links are left alone: what they lead to is not in the home.
    """
    check_owner(home)
    changed: list[str] = []
    with readable_errors(home):
        changed += _restrict(home, folder_mode)
        for path in _files(home) if files is None else files:
            changed += _restrict(path, None)
    return changed


def _files(home: Path) -> Iterator[Path]:
    yield from sorted(path for path in home.iterdir() if not path.is_dir())
    for name in _FOLDERS:
        folder = home / name
        if folder.is_dir() and not folder.is_symlink():
            yield folder
            yield from sorted(folder.iterdir())


def _restrict(path: Path, wanted: int | None) -> Sequence[str]:
    """Change the mode of a file or folder; ``wanted`` None takes everything from group and others."""
    try:
        # lstat: a link must not be followed, as chmod would change a file elsewhere.
        found = path.lstat()
    except FileNotFoundError:
        return ()
    mode = stat.S_IMODE(found.st_mode)
    allowed = mode & ~_OTHERS if wanted is None else mode & ~(_OTHERS & ~wanted)
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)) or mode == allowed:
        return ()
    path.chmod(allowed)
    return (f"{path}: {mode:04o} is now {allowed:04o}",)


def check_writable(home: Path) -> None:
    """Raises HomeUnusable when nothing can be written in a home, or when one of its databases cannot be written."""
    with readable_errors(home):
        _write_probe(home / _PROBE)
    for path in sorted(home.glob("*.db")):
        _check_database(path)


def _write_probe(path: Path) -> None:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(bytes(_PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _check_database(path: Path) -> None:
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=1, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        finally:
            connection.close()
    except sqlite3.Error as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return  # another command works on it, and will be done
        raise HomeUnusable(f"{path} cannot be used: {error}. `soundings doctor` says what to do.") from error


def _user_name(uid: int) -> str:
    try:
        return f"the user {pwd.getpwuid(uid).pw_name}"
    except KeyError:
        return f"the user {uid}"
