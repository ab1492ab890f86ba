"""What the `soundings` command does for a new cluster, in a process of its own that draws on our terminal."""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from soundings_cluster.data_dir import ClusterDir
from soundings_cluster.errors import PartFailed
from soundings_cluster.services import ServiceEndpoints
from soundings_cluster.status_line import Console


async def fill_with_demo(place: ClusterDir, doors: ServiceEndpoints, console: Console) -> None:
    """Invent an agency and send what its systems saw."""
    urls = [word for name, url in doors.urls.items() for word in (f"--{name}", url)]
    if await _soundings("demo", "--home", str(place.path), *urls) != 0:
        console.say("The demo did not finish; `soundings demo` goes on with it.")


async def move_in(place: ClusterDir, home: Path) -> None:
    """Copy what an embedded Soundings keeps; raises `PartFailed` when that does not succeed."""
    settings = {
        "SOUNDINGS_LOG_URL": place.log_url,
        "SOUNDINGS_CATALOGUE_DATABASE": place.database_url("catalogue"),
        "SOUNDINGS_METRICS_DATABASE": place.database_url("metrics"),
        "SOUNDINGS_SECRET": place.home.secret(),
    }
    if await _soundings("move", "--home", str(home), settings=settings) != 0:
        raise PartFailed(f"{home} was not moved; why stands above. Nothing in it has changed.")


async def _soundings(*arguments: str, settings: Mapping[str, str] | None = None) -> int:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "soundings_embedded", *arguments),
        env={**os.environ, **(settings or {})},
        start_new_session=True,
    )
    try:
        return await process.wait()
    except asyncio.CancelledError:
        process.terminate()
        await process.wait()
        raise
