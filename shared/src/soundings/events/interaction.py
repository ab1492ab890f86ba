"""What happens to an interaction record: recorded and retracted."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from soundings.events.base import EventData, Instant, Revision
from soundings.events.topics import INTERACTIONS, TopicSpec
from soundings.kernel.vocabulary import ContactDirection, ContactOutcome, ContactReason, InteractionKind, ServiceChannel

Seconds = Annotated[float, Field(ge=0, le=3_200_000_000)]


class _OfRoot(EventData):
    TOPIC: ClassVar[TopicSpec] = INTERACTIONS
    KIND: ClassVar[str] = "interaction"

    record_id: str
    source_id: str
    root_id: str

    def event_source(self) -> str:
        return f"/sources/{self.source_id}"

    def partition_key(self) -> str:
        return f"{self.source_id}/{self.root_id}"

    def root_key(self) -> str | None:
        return self.root_id


class InteractionRecorded(_OfRoot):
    """One record of a contact; records of one ``root_id`` are one contact. Durations: seconds; cost: minor units."""

    TYPE: ClassVar[str] = "gov.soundings.interaction.recorded.v1"

    revision: Revision = 0
    agency_id: str
    time_zone: str
    service_id: str | None = None
    channel: ServiceChannel | None = None
    kind: InteractionKind
    direction: ContactDirection = ContactDirection.INBOUND
    topic: tuple[str, ...] = ()
    reason: ContactReason | None = None
    started_at: Instant
    enqueued_at: Instant | None = None
    answered_at: Instant | None = None
    ended_at: Instant | None = None
    wait_s: Seconds | None = None
    talk_s: Seconds | None = None
    hold_s: Seconds | None = None
    wrap_up_s: Seconds | None = None
    outcome: ContactOutcome
    transferred_to: str | None = None
    team: str | None = None
    query: str | None = None
    results: Annotated[int, Field(ge=0)] | None = None
    cost: int | None = None
    language: str | None = None
    subject: str | None = None
    attributes: dict[str, str] = {}
    received_at: Instant
    time_clamped: bool = False

    def event_id(self) -> str:
        return f"interaction:{self.record_id}:{self.revision}"

    def event_time(self) -> datetime:
        return self.started_at


class InteractionRetracted(_OfRoot):
    """An interaction record is taken back for good."""

    TYPE: ClassVar[str] = "gov.soundings.interaction.retracted.v1"

    reason: Literal["erasure", "sender", "duplicate", "test_data"]
    retracted_at: Instant

    def event_id(self) -> str:
        return f"interaction:{self.record_id}:retracted"

    def event_time(self) -> datetime:
        return self.retracted_at
