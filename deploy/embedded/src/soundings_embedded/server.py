"""A uvicorn server that says when it has begun to listen."""

from collections.abc import Callable
from socket import socket

import uvicorn


class AnnouncingServer(uvicorn.Server):
    """Calls ``announce`` once, when it accepts connections."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()
