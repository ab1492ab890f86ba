"""``soundings serve``: the whole house in one process."""

import gc
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from soundings_embedded.commands.connection import DEFAULT_HOME, HomeOption

_SWITCH_SECONDS = 0.001


def serve(
    home: HomeOption = DEFAULT_HOME,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="The port to listen on.")] = 8000,
    host: Annotated[
        str, typer.Option("--host", help="The address to listen on; put TLS in front of any other.")
    ] = "127.0.0.1",
    demo_if_empty: Annotated[
        bool, typer.Option("--demo-if-empty", help="Fill an empty home with the made-up agency of `soundings demo`.")
    ] = False,
    log_level: Annotated[str, typer.Option("--log-level", help="DEBUG, INFO, WARNING or ERROR.")] = "WARNING",
) -> None:
    """Serve everything from one directory: feedback, catalogue and metrics, on one port.

    The first run makes the directory, with a secret, a signing key and an admin token that only you can read. Stop it
    with Ctrl-C; killing it loses nothing that was acknowledged.
    """
    import uvloop

    from soundings.http.logs import configure_logs
    from soundings.traces import start_traces
    from soundings_embedded.home import Home, open_home

    configure_logs(log_level.upper())
    start_traces("soundings")
    fresh = Home(home).is_empty
    place = open_home(home)
    with place.locked():
        uvloop.run(_serve(place.path, host, port, with_demo=fresh and demo_if_empty))


async def _serve(home: Path, host: str, port: int, *, with_demo: bool) -> None:
    import uvicorn

    from soundings_embedded.home import Home
    from soundings_embedded.house import house
    from soundings_embedded.server import AnnouncingServer

    app = house(Home(home))
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
        server_header=False,
        lifespan="on",
    )
    base = f"http://{host}:{port}"
    demos: list[subprocess.Popen[bytes]] = []

    def announce() -> None:
        _settle()
        _greet(home, base)
        if with_demo:
            demos.append(_start_demo(home, base))

    server = AnnouncingServer(config, announce)
    await server.serve()
    for demo in demos:
        demo.terminate()
        demo.wait()
    if not server.started:
        raise typer.Exit(1)


def _settle() -> None:
    """What was made to start will stay: spare the collector looking at it again, and let threads take turns fast."""
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(_SWITCH_SECONDS)


def _greet(home: Path, base: str) -> None:
    typer.echo(f"Soundings serves on {base} from {home}")
    typer.echo(f"  front page       {base}/")
    for room, does in (("feedback", "listening"), ("catalogue", "knowing"), ("metrics", "measuring")):
        typer.echo(f"  {does:<16} {base}/api/{room}/docs")
    typer.echo(f"  admin token      {home / 'admin.token'}")


def _start_demo(home: Path, base: str) -> "subprocess.Popen[bytes]":
    """The demo in a process of its own: what it needs to invent an agency goes when it is done."""
    command = [sys.executable, "-m", "soundings_embedded", "demo", "--url", base, "--home", str(home)]
    return subprocess.Popen(command)  # noqa: S603 - our own command
