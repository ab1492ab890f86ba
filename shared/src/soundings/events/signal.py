"""What the numbers show that is worth a person's attention: raised and cleared."""

from datetime import datetime
from typing import ClassVar, Literal

from soundings.events.base import EventData, Instant
from soundings.events.topics import SIGNALS, TopicSpec


class _SignalEvent(EventData):
    TOPIC: ClassVar[TopicSpec] = SIGNALS

    signal_id: str
    agency_id: str
    service_id: str
    kind: Literal["threshold_missed", "shift", "sudden_volume", "silence"]
    at: Instant

    def event_source(self) -> str:
        return "/metrics"

    def partition_key(self) -> str:
        return self.service_id

    def event_time(self) -> datetime:
        return self.at


class SignalRaised(_SignalEvent):
    """A signal was raised; ``detail`` describes the numbers in words."""

    TYPE: ClassVar[str] = "gov.soundings.signal.raised.v1"

    metric: str | None = None
    detail: str

    def event_id(self) -> str:
        return f"signal:{self.signal_id}:raised"


class SignalCleared(_SignalEvent):
    """A signal was cleared."""

    TYPE: ClassVar[str] = "gov.soundings.signal.cleared.v1"

    def event_id(self) -> str:
        return f"signal:{self.signal_id}:cleared"
