"""What happens to a response: submitted, reviewed, retracted; and the funnel that leads to it."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from soundings.events.base import EventData, Instant, Revision
from soundings.events.topics import RESPONSES, TopicSpec
from soundings.kernel.scales import MeasureScale
from soundings.kernel.vocabulary import FunnelStage, ServiceChannel

AnswerValue = int | str | list[str]
AdjustedFields = Annotated[
    tuple[str, ...] | None,
    Field(description="Fields that did not stay as they were sent: `occurred_at`, `channel`, `touchpoint`."),
]


class ScoredAnswer(EventData):
    """A scored answer with the measure, version and scale it had when it was given.

    The value is a point, or the code of an option where the scale is one of categories; a question of which several
    options can be chosen has a score for each.
    """

    question_id: str
    measure: str
    measure_version: int
    scale: MeasureScale
    value: int | str


class _OfSource(EventData):
    TOPIC: ClassVar[TopicSpec] = RESPONSES
    KIND: ClassVar[str] = "response"

    record_id: str
    source_id: str

    def event_source(self) -> str:
        return f"/sources/{self.source_id}"

    def partition_key(self) -> str:
        return f"{self.source_id}/{self.record_id}"


class ResponseSubmitted(_OfSource):
    """One person's filled form. Free text is in ``comments`` only, and has been redacted."""

    TYPE: ClassVar[str] = "gov.soundings.response.submitted.v1"

    revision: Revision = 0
    agency_id: str
    time_zone: str
    service_id: str
    channel: ServiceChannel
    form_id: str
    form_version: int
    touchpoint: str | None = None
    stage: str | None = None
    language: str | None = None
    subject: str | None = None
    contact_consent: bool | None = None
    page: str | None = None
    device: str | None = None
    answers: dict[str, AnswerValue] = {}
    scores: tuple[ScoredAnswer, ...] = ()
    comments: dict[str, str] = {}
    spam_score: float | None = None
    spam_reasons: tuple[str, ...] | None = None
    quarantined: bool = False
    occurred_at: Instant
    received_at: Instant
    time_clamped: bool = False
    test: bool = False
    adjusted_fields: AdjustedFields = None

    def event_id(self) -> str:
        return f"response:{self.record_id}:{self.revision}"

    def event_time(self) -> datetime:
        return self.occurred_at


class ResponseReviewed(_OfSource):
    """A person decided whether a response counts; the highest ``revision`` outranks the event's own flag."""

    TYPE: ClassVar[str] = "gov.soundings.response.reviewed.v1"

    revision: Revision
    verdict: Literal["quarantined", "released"]
    reason: str
    reviewed_at: Instant

    def event_id(self) -> str:
        return f"response:{self.record_id}:review-{self.revision}"

    def event_time(self) -> datetime:
        return self.reviewed_at


class ResponseRetracted(_OfSource):
    """A response is taken back for good: all its revisions, also those that come later."""

    TYPE: ClassVar[str] = "gov.soundings.response.retracted.v1"

    reason: Literal["erasure", "sender", "duplicate", "test_data"]
    retracted_at: Instant

    def event_id(self) -> str:
        return f"response:{self.record_id}:retracted"

    def event_time(self) -> datetime:
        return self.retracted_at


class FormFunnelStep(_OfSource):
    """A form was offered, shown or begun ``n`` times: the way to a response."""

    TYPE: ClassVar[str] = "gov.soundings.form.shown.v1"
    KIND: ClassVar[str] = "funnel"

    revision: Revision = 0
    agency_id: str
    time_zone: str
    service_id: str
    channel: ServiceChannel
    form_id: str
    stage: FunnelStage
    n: Annotated[int, Field(ge=1)] = 1
    occurred_at: Instant
    received_at: Instant
    time_clamped: bool = False
    test: bool = False
    adjusted_fields: AdjustedFields = None

    def event_id(self) -> str:
        return f"funnel:{self.record_id}:{self.revision}"

    def event_time(self) -> datetime:
        return self.occurred_at
