"""``soundings serve``: all services in one process."""

import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from soundings_embedded.commands.options import DEFAULT_HOME, HomeOption
from soundings_embedded.server_socket import listening_socket

if TYPE_CHECKING:
    from socket import socket

    from soundings.http.allowed_hosts import AllowedHosts

_SWITCH_SECONDS = 0.001


def serve(
    home: HomeOption = DEFAULT_HOME,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="The port to listen on.")] = 8000,
    host: Annotated[
        str, typer.Option("--host", help="The address to listen on; put TLS in front of any other.")
    ] = "127.0.0.1",
    metrics_port: Annotated[
        int, typer.Option("--metrics-port", min=0, max=65535, help="The loopback port for Prometheus; 0 for none.")
    ] = 9000,
    public_url: Annotated[
        str | None,
        typer.Option(
            "--public-url",
            envvar="SOUNDINGS_PUBLIC_URL",
            help="The address that people use, behind a proxy.",
        ),
    ] = None,
    allowed_hosts: Annotated[
        str, typer.Option("--allowed-hosts", envvar="SOUNDINGS_ALLOWED_HOSTS", help="More host names to answer to.")
    ] = "",
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

    from soundings.telemetry.logging import configure_logs
    from soundings.telemetry.tracing import start_traces
    from soundings_embedded.data_dir import DataDir, open_home
    from soundings_embedded.data_dir_permissions import check_writable, make_private
    from soundings_embedded.server_address import published_address

    configure_logs(log_level.upper())
    start_traces("soundings")
    hosts = _hosts(allowed_hosts, public_url, host)
    os.umask(0o077)  # databases, their journals and logs are made by libraries, which ask for the usual mode
    fresh = DataDir(home).is_empty
    place = open_home(home)
    with place.locked():
        for change in make_private(place.path):
            typer.echo(f"Others could read the home: {change}", err=True)
        check_writable(place.path)
        serving = ServeOptions(hosts, _base(host, port), metrics_port, with_demo=fresh and demo_if_empty)
        with listening_socket(host, port) as listener, published_address(place.path, serving.base):
            # Everything runs inside the lock: two servers on one data directory would both fold the
            # log.
            uvloop.run(_serve(place.path, listener, serving))


def _hosts(names: str, public_url: str | None, host: str) -> "AllowedHosts":
    from soundings.http.allowed_hosts import AllowedHosts

    try:
        return AllowedHosts.of(names, public_url, listens_on=host)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--public-url or --allowed-hosts") from error


def _base(host: str, port: int) -> str:
    """Where this machine finds the server, also when it listens on all of its addresses."""
    named = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{named}:{port}"


class ServeOptions(NamedTuple):
    """How one process serves; ``base`` is where this machine finds it."""

    hosts: "AllowedHosts"
    base: str
    metrics_port: int
    with_demo: bool


async def _serve(home: Path, listener: "socket", serving: ServeOptions) -> None:
    from soundings.http.limits import ServerLimits
    from soundings.http.metrics_listener import MetricsAddress
    from soundings.http.server import server_config
    from soundings_embedded.app import create_app
    from soundings_embedded.data_dir import DataDir
    from soundings_embedded.server import AnnouncingServer

    limits = ServerLimits.from_environment(os.environ)
    # Serving people matters more than being watched: a port that is in use is said, and stops nothing.
    metrics = MetricsAddress(serving.metrics_port, required=False) if serving.metrics_port else None
    app = create_app(DataDir(home), serving.hosts, metrics, limits)
    config = server_config(app, limits, stop_seconds=5)
    demos: list[subprocess.Popen[bytes]] = []

    def announce() -> None:
        _settle()
        _greet(home, serving.base)
        if app.state.metrics_fault is not None:
            typer.echo(f"  {app.state.metrics_fault}", err=True)
        if serving.with_demo:
            demos.append(_start_demo(home, serving.base))

    server = AnnouncingServer(config, announce)
    await server.serve(sockets=[listener])
    for demo in demos:
        demo.terminate()
        demo.wait()
    if not server.started:
        raise typer.Exit(1)


def _settle() -> None:
    """What was made to start will stay: spare the collector looking at it again, and let threads take turns fast."""
    gc.collect()
    gc.freeze()
    # The event loop shares the GIL with the fold thread; a shorter interval keeps request latency
    # low.
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
    # A process of its own, so that the demo does not slow down the event loop of the server.
    return subprocess.Popen(command)  # noqa: S603 - our own command
