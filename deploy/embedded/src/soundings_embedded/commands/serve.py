"""``soundings serve``: the whole house in one process."""

import threading
from pathlib import Path
from typing import Annotated

import typer

from soundings_embedded.commands.connection import DEFAULT_HOME, HomeOption


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
    from soundings_embedded.home import open_home

    configure_logs(log_level.upper())
    fresh = not (home / "log.db").exists()
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
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
        server_header=False,
        lifespan="on",
    )
    base = f"http://{host}:{port}"
    server = AnnouncingServer(config, lambda: _greet(home, base, with_demo=with_demo))
    await server.serve()
    if not server.started:
        raise typer.Exit(1)


def _greet(home: Path, base: str, *, with_demo: bool) -> None:
    typer.echo(f"Soundings serves on {base} from {home}")
    typer.echo(f"  front page       {base}/")
    for room, does in (("feedback", "listening"), ("catalogue", "knowing"), ("metrics", "measuring")):
        typer.echo(f"  {does:<16} {base}/api/{room}/docs")
    typer.echo(f"  admin token      {home / 'admin.token'}")
    if with_demo:
        threading.Thread(target=_demo, args=(home, base), daemon=True).start()


def _demo(home: Path, base: str) -> None:
    from soundings.kernel.errors import SoundingsError
    from soundings_embedded.commands.demo import show_demo

    try:
        show_demo(base, (home / "admin.token").read_text("ascii").strip())
    except SoundingsError as error:
        typer.echo(f"The demo could not be completed: {error}. Run `soundings demo` to try again.", err=True)
