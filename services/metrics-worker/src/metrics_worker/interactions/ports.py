"""What listing interaction records needs of the metrics database."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, Protocol

from metrics_worker.catalogue_view.domain import CatalogueView
from metrics_worker.interactions.domain import InteractionSearch, StoredInteraction


class FactStretch(NamedTuple):
    """The records in one stretch of the facts, and the place of its last fact; None where the facts end."""

    records: Sequence[StoredInteraction]
    next: int | None


class InteractionSnapshot(Protocol):
    """One consistent state of the facts."""

    async def structure(self) -> CatalogueView: ...

    async def stretch(self, search: InteractionSearch, after: int, span: int) -> FactStretch:
        """Records that are not taken back among the next facts, of the service and channel of the search."""
        ...


class InteractionStore(Protocol):
    """The facts."""

    def snapshot(self) -> AbstractAsyncContextManager[InteractionSnapshot]: ...
