"""Starting a cluster on this machine: ``python -m soundings_cluster``."""

import asyncio
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from soundings.kernel.errors import SoundingsError
from soundings_cluster.banner import print_banner, write_environment
from soundings_cluster.cli_calls import fill_with_demo, move_in
from soundings_cluster.data_dir import ClusterDir, check_ports, open_place
from soundings_cluster.health import show_health
from soundings_cluster.kafka import install_kafka, kafka_component
from soundings_cluster.orphan_processes import stop_orphans
from soundings_cluster.postgres import make_databases, postgres_component
from soundings_cluster.services import METRICS_PORTS, ServiceEndpoints, service_components
from soundings_cluster.status_line import Console
from soundings_cluster.supervisor import Supervisor


@dataclass(frozen=True, slots=True)
class ClusterOptions:
    """What was asked for."""

    doors: ServiceEndpoints
    with_demo: bool = False
    from_home: Path | None = None


def cluster(
    folder: Annotated[Path, typer.Option("--dir", help="Where everything of this cluster lies.")] = Path(
        ".soundings/cluster"
    ),
    feedback_port: Annotated[int, typer.Option(help="Where feedback-api listens.")] = 8001,
    catalogue_port: Annotated[int, typer.Option(help="Where catalogue-api listens.")] = 8002,
    metrics_port: Annotated[
        list[int] | None, typer.Option(help="Where a metrics-worker listens; give it once for each.")
    ] = None,
    demo_if_empty: Annotated[
        bool, typer.Option("--demo-if-empty", help="Fill a new cluster with the made-up agency of `soundings demo`.")
    ] = False,
    from_home: Annotated[
        Path | None, typer.Option("--from-home", help="Begin with everything that `soundings serve` keeps there.")
    ] = None,
) -> None:
    """Run Kafka, PostgreSQL, feedback-api, catalogue-api and metrics-workers on this machine until Ctrl-C.

    The first run makes the directory, with a secret, a signing key and an admin token that only you can read. A part
    that dies is started again; a second run finds everything as it was.
    """
    doors = ServiceEndpoints(feedback_port, catalogue_port, tuple(metrics_port or METRICS_PORTS))
    console = Console()
    install_kafka()
    place = open_place(folder, from_home)
    with place.home.locked():
        stop_orphans(place.path / "running.json", console.say)
        order = (
            ClusterOptions(doors)
            if place.was_up_before
            else ClusterOptions(doors, demo_if_empty and not from_home, from_home)
        )
        asyncio.run(_run(place, order, console))


async def _run(place: ClusterDir, order: ClusterOptions, console: Console) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    supervisor = Supervisor(console, place.path / "running.json")
    work = asyncio.create_task(_serve(place, order, console, supervisor))
    waiting = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait([work, waiting], return_when=asyncio.FIRST_COMPLETED)
    finally:
        console.leave()
        failed = work.done()
        waiting.cancel()
        work.cancel()
        console.say("Stopping ...")
        await supervisor.stop()
        with suppress(asyncio.CancelledError):
            await work
    if not failed:
        console.say("Everything has stopped; what was acknowledged is kept.")


async def _serve(place: ClusterDir, order: ClusterOptions, console: Console, supervisor: Supervisor) -> None:
    """Bring everything up and watch it, until cancelled."""
    foundations = [kafka_component(place), postgres_component(place)]
    rooms = service_components(place, order.doors)
    check_ports((part.name, part.port) for part in (*foundations, *rooms))
    write_environment(place, order.doors)
    console.say("Starting Kafka and PostgreSQL ...")
    await supervisor.start(foundations)
    await make_databases(place)
    if order.from_home is not None:
        await move_in(place, order.from_home)
    console.say("Starting the services ...")
    await supervisor.start(rooms)
    place.note_that_it_is_up()
    print_banner(place, order.doors, console)
    if order.with_demo:
        await fill_with_demo(place, order.doors, console)
    await show_health(supervisor.parts, console)


def main() -> None:
    """Run the command; what goes wrong is said in one line, with what to do about it."""
    try:
        typer.run(cluster)
    except SoundingsError as error:
        typer.echo(f"cluster: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
