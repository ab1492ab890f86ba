"""``soundings doctor``: what is missing or wrong, and what to do about it."""

import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import typer

from soundings_embedded.commands.options import (
    DEFAULT_HOME,
    DEFAULT_URL,
    CatalogueOption,
    FeedbackOption,
    HomeOption,
    LogOption,
    MetricsDatabaseUrlOption,
    MetricsOption,
    UrlOption,
    server_url,
)

if TYPE_CHECKING:
    from soundings_embedded.data_dir import DataDir

_FREE_BYTES = 1_000_000_000
_SQLITE = (3, 37, 0)


@dataclass(frozen=True, slots=True)
class DoctorFinding:
    """One thing that was looked at; ``advice`` says what to do when it is not well."""

    well: bool
    what: str
    advice: str = ""


def doctor(
    home: HomeOption = DEFAULT_HOME,
    url: UrlOption = None,
    feedback: FeedbackOption = None,
    catalogue: CatalogueOption = None,
    metrics: MetricsOption = None,
    log: LogOption = None,
    metrics_database: MetricsDatabaseUrlOption = None,
) -> None:
    """Look at this machine, the home directory and the running server, and say what to do about what is wrong.

    The exit code is 1 when something needs doing.
    """
    alone = [root for root in (feedback, catalogue, metrics) if root]
    servers = [one for root in alone or [_home_url(url, home)] for one in _server(root)]
    findings = [*_machine(), *_home(home), *_log_fits(home, log, metrics_database), *servers]
    for one in findings:
        typer.echo(f"{'ok  ' if one.well else 'LOOK'}  {one.what}")
        if not one.well:
            typer.echo(f"      {one.advice}")
    if not all(one.well for one in findings):
        raise typer.Exit(1)


def _home_url(url: str | None, home: Path) -> str:
    from soundings_embedded.data_dir_permissions import HomeUnusable

    try:
        return server_url(url, home)
    except HomeUnusable:  # told by what looks at the home
        return DEFAULT_URL


def _machine() -> Iterator[DoctorFinding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield DoctorFinding(sys.version_info >= (3, 11), f"Python {version}", "Install Python 3.11 or newer.")
    yield DoctorFinding(
        sqlite3.sqlite_version_info >= _SQLITE,
        f"SQLite {sqlite3.sqlite_version}",
        "Use a Python that was built with SQLite 3.37 or newer.",
    )
    memory = sqlite3.connect(":memory:")
    has_search = ("ENABLE_FTS5",) in memory.execute("PRAGMA compile_options").fetchall()
    memory.close()
    yield DoctorFinding(has_search, "SQLite's full-text search (FTS5)", "Use a Python whose SQLite has FTS5.")


def _home(home: Path) -> Iterator[DoctorFinding]:
    import shutil

    from soundings_embedded.data_dir import NoHome, existing_home
    from soundings_embedded.data_dir_permissions import HomeUnusable, check_owner

    try:
        place = existing_home(home)
        check_owner(place.path)
        served = _is_served(place)
    except (NoHome, HomeUnusable) as error:
        yield DoctorFinding(well=False, what=f"home {home}", advice=str(error))
        return
    try:
        yield from _privacy(place)
    except HomeUnusable as error:
        yield DoctorFinding(well=False, what="the signing key can be read", advice=str(error))
    free = shutil.disk_usage(place.path).free
    yield DoctorFinding(
        free > _FREE_BYTES, f"{free // 1_000_000:,} MB free on the disk of {home}", "Make room on this disk."
    )
    yield DoctorFinding(served, f"a server holds {home}", f"Start it: soundings serve --home {home}")
    for path in sorted(place.path.glob("*.db")):
        yield _database(path)


def _is_served(place: "DataDir") -> bool:
    from soundings_embedded.data_dir import HomeInUse

    try:
        with place.locked():
            return False
    except HomeInUse:
        return True


def _privacy(place: "DataDir") -> Iterator[DoctorFinding]:
    for name in ("secret", "signing-key.json", "admin.token"):
        path = place.path / name
        private = path.exists() and path.stat().st_mode & 0o077 == 0
        yield DoctorFinding(
            private, f"{path} is for its owner only", f"chmod 600 {path} (or restore it from your backup)"
        )
    from soundings.kernel.clock import system_clock
    from soundings_embedded.admin_token import reason_to_renew

    text = place.admin_token.read_text("ascii", "replace").strip() if place.admin_token.exists() else None
    reason = reason_to_renew(text, place.signing_key(), place.issued_tokens.revoked(), system_clock().timestamp())
    advice = f"Because {reason}: start the server again, which renews it."
    yield DoctorFinding(reason is None, "the admin token is good for another month", advice)


def _database(path: Path) -> DoctorFinding:
    try:
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=10)
        verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        connection.close()
    except sqlite3.Error as error:
        verdict = str(error)
    return DoctorFinding(
        verdict == "ok", f"{path.name} is sound", f"SQLite says: {verdict}. Restore it from your backup."
    )


def _log_fits(home: Path, log: str | None, metrics: str | None) -> Iterator[DoctorFinding]:
    import asyncio

    from soundings.db import DatabaseFailed
    from soundings.kernel.errors import SoundingsError
    from soundings_embedded.data_dir import DataDir
    from soundings_embedded.recovery.use_cases import partition_states

    if not (log and metrics):
        if not all((home / name).exists() for name in ("log.db", "metrics.db")):
            return
        place = DataDir(home.resolve())
        log, metrics = place.log_url, place.database_url("metrics")
    what = "the log is the one that was counted"
    try:
        states = asyncio.run(partition_states(log, metrics, may_write=False))
    except (DatabaseFailed, SoundingsError, OSError) as error:
        yield DoctorFinding(well=False, what=what, advice=f"It cannot be compared: {error}")
        return
    for problem in [state.problem for state in states if state.problem is not None]:
        yield DoctorFinding(well=False, what=what, advice=f"{problem}. See `soundings recover` and docs/backup.md.")
    if all(state.problem is None for state in states):
        yield DoctorFinding(well=True, what=what)


def _server(url: str) -> Iterator[DoctorFinding]:
    import httpx

    try:
        answer = httpx.get(f"{url}/readyz", timeout=5)
    except httpx.TransportError as error:
        yield DoctorFinding(
            well=False, what=f"{url} answers", advice=f"Nobody answers there ({error}); is --url right?"
        )
        return
    verdict: dict[str, object] = answer.json()
    rooms = cast("dict[str, dict[str, list[str]]]", verdict if "reasons" not in verdict else {url: verdict})
    for name, room in rooms.items():
        if name != "ok":
            reasons = ", ".join(room["reasons"])
            yield DoctorFinding(not reasons, f"{name} is ready", reasons)
