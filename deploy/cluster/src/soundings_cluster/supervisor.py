"""Running the parts together: started in order, kept running, watched, and stopped in order."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from soundings_cluster.component import ClusterComponent
from soundings_cluster.errors import PartFailed
from soundings_cluster.orphan_processes import write_register
from soundings_cluster.status_line import Console
from soundings_cluster.supervised_process import SupervisedProcess

_UP_WITHIN_S = 180.0
_POLL_S = 0.1
_SHOWN_OF_LOG = 12


class Supervisor:
    """Keeps every part that was started running until `stop`. ``register`` is where it notes what runs."""

    def __init__(self, console: Console, register: Path, *, up_within_s: float = _UP_WITHIN_S) -> None:
        self._console = console
        self._register = register
        self._up_within_s = up_within_s
        self._children: list[SupervisedProcess] = []
        self._keeping: set[asyncio.Task[None]] = set()

    @property
    def parts(self) -> Sequence[ClusterComponent]:
        return [child.part for child in self._children]

    async def start(self, parts: Sequence[ClusterComponent]) -> None:
        """Start some parts at once and wait until each is up; raises `PartFailed` when one is not in time."""
        for part in parts:
            child = SupervisedProcess(part, self._console.say, self._remember)
            self._children.append(child)
            task = asyncio.create_task(child.keep(), name=part.name)
            self._keeping.add(task)
            task.add_done_callback(self._keeping.discard)
        await asyncio.gather(*(_until_up(part, self._up_within_s) for part in parts))

    async def stop(self) -> None:
        """Stop the parts in order: first the services, as they were started, then what they stand on."""
        for child in self._in_stopping_order():
            await child.stop()
        await asyncio.gather(*self._keeping)

    def _in_stopping_order(self) -> Sequence[SupervisedProcess]:
        services = [child for child in self._children if child.part.metrics_url is not None]
        return services + [child for child in self._children if child not in services]

    def _remember(self) -> None:
        running = {child.part.name: child.identity for child in self._children if child.identity is not None}
        write_register(self._register, running)


async def _until_up(part: ClusterComponent, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while (reason := await part.check()) is not None:
        if time.monotonic() > deadline:
            raise PartFailed(f"{part.name} is not up after {seconds:.0f} s: {reason}.\n{_tail(part.log)}")
        await asyncio.sleep(_POLL_S)


def _tail(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").splitlines()[-_SHOWN_OF_LOG:] if log.exists() else []
    return "\n".join([f"The end of {log}:", *lines])
