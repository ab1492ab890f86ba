"""What happens to a tally: recorded and retracted."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from soundings.events.base import EventData, Instant, Revision
from soundings.events.topics import TALLIES, TopicSpec
from soundings.kernel.scales import MeasureScale
from soundings.kernel.vocabulary import CellGrain, ServiceChannel


class _OfTally(EventData):
    TOPIC: ClassVar[TopicSpec] = TALLIES
    KIND: ClassVar[str] = "tally"

    tally_id: str
    source_id: str

    def event_source(self) -> str:
        return f"/sources/{self.source_id}"

    def partition_key(self) -> str:
        return f"{self.source_id}/{self.tally_id}"


class TallyRecorded(_OfTally):
    """A total that someone else counted. ``start`` is a local date; ``total`` is seconds, or minor units of money."""

    TYPE: ClassVar[str] = "gov.soundings.tally.recorded.v1"

    revision: Revision
    agency_id: str
    time_zone: str
    service_id: str
    channel: ServiceChannel
    measure: str
    measure_version: int
    scale: MeasureScale
    grain: CellGrain
    start: date
    bins: dict[str, Annotated[int, Field(ge=0)]]
    total: float | int | None = None
    received_at: Instant

    def event_id(self) -> str:
        return f"tally:{self.tally_id}:{self.revision}"

    def event_time(self) -> datetime:
        return self.received_at


class TallyRetracted(_OfTally):
    """A tally is taken back for good."""

    TYPE: ClassVar[str] = "gov.soundings.tally.retracted.v1"

    reason: Literal["sender", "duplicate", "test_data"]
    retracted_at: Instant

    def event_id(self) -> str:
        return f"tally:{self.tally_id}:retracted"

    def event_time(self) -> datetime:
        return self.retracted_at
