"""A part that runs: started, kept running, and stopped."""

import asyncio
import signal
import time
from collections.abc import Callable
from contextlib import suppress

from soundings_cluster.component import ClusterComponent
from soundings_cluster.orphan_processes import ProcessIdentity, process_identity

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 15.0
_STEADY_S = 10.0
"""Who ran for so long has not failed to start, so the next pause is a short one again."""
_STOP_S = 40.0


class SupervisedProcess:
    """One process at a time; ``changed`` is called whenever there is another one, or none."""

    def __init__(self, part: ClusterComponent, say: Callable[[str], None], changed: Callable[[], None]) -> None:
        self.part = part
        self.identity: ProcessIdentity | None = None
        self._say = say
        self._changed = changed
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()

    async def keep(self) -> None:
        """Start it, and start it again whenever it ends, until `stop`."""
        pause = _FIRST_PAUSE_S
        while not self._stopping.is_set():
            began = time.monotonic()
            code = await self._run()
            if self._stopping.is_set():
                return
            pause = _FIRST_PAUSE_S if time.monotonic() - began > _STEADY_S else pause
            self._say(f"{self.part.name} {_ended(code)}; starting it again in {pause:g} s (see {self.part.log})")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            # Exponential back-off: a component that fails at start must not use up the machine.
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    async def _run(self) -> int:
        """Run the process once; its exit code, negative for a signal."""
        with self.part.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self.part.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(self.part.environment) or None,
                # PostgreSQL runs as another user, who may not enter our working directory.
                cwd="/",
                user=self.part.user,
                extra_groups=None if self.part.user is None else (),
                start_new_session=True,  # so that Ctrl-C reaches us alone, and we stop the parts in order
            )
        self.identity = process_identity(self._process.pid, self.part.stop_signal)
        self._changed()
        if self._stopping.is_set():  # told to stop while it started
            self._send(self.part.stop_signal)
        code = await self._process.wait()
        self.identity = None
        self._changed()
        return code

    async def stop(self) -> None:
        """Ask it to stop, and insist when it does not within a while."""
        self._stopping.set()
        if self._process is None or self._process.returncode is not None:
            return
        self._send(self.part.stop_signal)
        try:
            await asyncio.wait_for(self._process.wait(), _STOP_S)
        except TimeoutError:
            self._say(f"{self.part.name} does not stop; ending it by force")
            self._send(signal.SIGKILL)
            await self._process.wait()

    def _send(self, number: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)


def _ended(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
