"""The PostgreSQL of the cluster: a server of its own, with one database for each service that keeps one."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterable
from pathlib import Path

import asyncpg

from soundings_cluster.component import ClusterComponent
from soundings_cluster.data_dir import ClusterDir
from soundings_cluster.errors import ProgramMissing

DATABASES = ("catalogue", "metrics")
_DEBIAN = Path("/usr/lib/postgresql")
_ELSEWHERE = Path("/var/lib/soundings")
_CHECK_S = 3.0


def postgres_component(place: ClusterDir) -> ClusterComponent:
    """The server as a part; the first time its data are laid out."""
    user = _user()
    folder = _folder(place.path / "postgres", user)
    programs = _programs(folder / "data")
    if not (folder / "data" / "PG_VERSION").exists():
        _lay_out(programs, folder, place.password(), user)
    # No Unix socket: its path could exceed the limit of 107 bytes in a deep directory.
    options = {"port": str(place.postgres_port), "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
    settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]

    async def check() -> str | None:
        try:
            await (await _connect(place, "postgres")).close()
        except (OSError, asyncpg.PostgresError) as error:
            return f"does not answer: {error}"
        return None

    return ClusterComponent(
        "postgres",
        [str(programs / "postgres"), "-D", str(folder / "data"), *settings],
        place.folder("logs") / "postgres.log",
        place.postgres_port,
        check,
        user=user,
        stop_signal=signal.SIGINT,  # a fast shutdown: it does not wait for clients to go
    )


async def make_databases(place: ClusterDir, names: Iterable[str] = DATABASES) -> None:
    """Create the databases that are missing on a server that is up."""
    connection = await _connect(place, "postgres")
    try:
        for name in names:
            if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name) is None:
                # CREATE DATABASE takes no parameters; the names are constants.
                await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()


async def _connect(place: ClusterDir, database: str) -> "asyncpg.Connection[asyncpg.Record]":
    return await asyncpg.connect(place.database_url(database), timeout=_CHECK_S)


def _user() -> str | None:
    """PostgreSQL refuses to run as root; then the user of the Debian package is taken, else an unprivileged one."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _folder(wanted: Path, user: str | None) -> Path:
    """The server's folder; when its user cannot get there, a link leads to one that lies where he can."""
    if wanted.is_symlink() or wanted.exists():
        return wanted.resolve()
    folder = wanted
    if user is not None and not _may_pass(wanted.parent, user):
        _ELSEWHERE.mkdir(parents=True, exist_ok=True)
        folder = _ELSEWHERE / secrets.token_hex(8)
        wanted.symlink_to(folder)
    folder.mkdir(mode=0o700)
    if user is not None:
        shutil.chown(folder, user)
    return folder


def _may_pass(folder: Path, user: str) -> bool:
    done = subprocess.run(["/usr/bin/test", "-x", str(folder)], user=user, cwd="/", check=False)  # noqa: S603 - our own
    return done.returncode == 0


def _programs(data: Path) -> Path:
    """Where the programs are: those of the version that laid out the data, or the newest."""
    version = data / "PG_VERSION"
    wanted = version.read_text("ascii").strip() if version.exists() else "*"
    found = sorted(_DEBIAN.glob(f"{wanted}/bin"), key=lambda path: float(path.parent.name))
    beside = shutil.which("initdb")
    if found:
        return found[-1]
    if beside is None:
        raise ProgramMissing(
            f"PostgreSQL {wanted if wanted != '*' else ''} is not installed (Debian: apt-get install postgresql)."
        )
    return Path(beside).resolve().parent


def _lay_out(programs: Path, folder: Path, password: str, user: str | None) -> None:
    """Lay the data out under another name first, so that half of them never count."""
    half, secret = folder / "data.new", folder / "password"
    shutil.rmtree(half, ignore_errors=True)
    secret.write_text(password)
    secret.chmod(0o600)
    if user is not None:
        shutil.chown(secret, user)
    command = [str(programs / "initdb"), "-D", str(half), "-U", "soundings", "-E", "UTF8", "--locale=C.UTF-8"]
    command += ["-A", "scram-sha-256", f"--pwfile={secret}"]
    subprocess.run(command, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
    secret.unlink()
    half.rename(folder / "data")
