"""What voices need from outside: a snapshot of what people said."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from metrics_worker.catalogue_view.domain import CatalogueView
from metrics_worker.responses.domain import Position, ReadableService, Search, Voice


class VoiceSnapshot(Protocol):
    """One consistent state of the voices; what was taken back is in none."""

    async def structure(self) -> CatalogueView: ...

    async def heard(
        self, reach: Sequence[ReadableService], search: Search, before: Position | None, limit: int
    ) -> Sequence[Voice]:
        """The newest voices within reach, on the channel and with the words of the search, newest first."""
        ...

    async def named(self, record_id: str, source: str | None) -> Sequence[Voice]:
        """The responses with an id, of one source or of every source that is known."""
        ...


class VoiceStore(Protocol):
    """The store of what people said."""

    def snapshot(self) -> AbstractAsyncContextManager[VoiceSnapshot]: ...
