"""What looking after parked sources needs of the metrics database."""

from collections.abc import Sequence
from typing import Protocol

from metrics_worker.catalogue_view.agency_reach import AgencyReach
from metrics_worker.parked.domain import ParkedSource


class ParkedSourceStore(Protocol):
    """The parked sources. There are few: one more than a few stops the worker."""

    async def every(self, reach: AgencyReach) -> Sequence[ParkedSource]:
        """All that are reached, by name."""
        ...

    async def resume(self, source: str, reach: AgencyReach) -> ParkedSource | None:
        """Let the workers fold what is parked of a source; None when there is no such source, or it is not reached."""
        ...
