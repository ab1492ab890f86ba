"""What voices need from outside: a snapshot of what people said."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from metrics_worker.catalogue_view.domain import CatalogueView
from metrics_worker.responses.domain import ReadableService, ResponseVoice, VoicePosition, VoiceSearch


class VoiceSnapshot(Protocol):
    """One consistent state of the voices; what was taken back is in none."""

    async def catalogue_view(self) -> CatalogueView: ...

    async def search_voices(
        self, reach: Sequence[ReadableService], search: VoiceSearch, before: VoicePosition | None, limit: int
    ) -> Sequence[ResponseVoice]:
        """The newest voices within reach, on the channel and with the words of the search, newest first."""
        ...

    async def find_voices(self, record_id: str, source: str | None) -> Sequence[ResponseVoice]:
        """The responses with an id, of one source or of every source that is known."""
        ...


class VoiceStore(Protocol):
    """The store of what people said."""

    def open_snapshot(self) -> AbstractAsyncContextManager[VoiceSnapshot]: ...
