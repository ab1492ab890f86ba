"""OpenAPI schema of an interaction record. Validation is in `parser`, without pydantic, for speed."""

from datetime import datetime

from pydantic import BaseModel, Field

from soundings.kernel.ids import RECORD_ID_MAX
from soundings.kernel.vocabulary import ContactDirection, ContactOutcome, ContactReason, InteractionKind, ServiceChannel


class InteractionItem(BaseModel):
    """One record of a contact; all records with one ``root_id`` are one contact. Times have an offset."""

    id: str | None = Field(None, min_length=1, max_length=RECORD_ID_MAX, description="Opaque; not `public:…`.")
    root_id: str | None = Field(None, min_length=1, max_length=RECORD_ID_MAX)
    service_id: str | None = Field(None, description="Needed where the source has several and no root_id is given.")
    channel: str | None = Field(None, json_schema_extra={"enum": [channel.value for channel in ServiceChannel]})
    kind: str = Field(json_schema_extra={"enum": [kind.value for kind in InteractionKind]})
    direction: str | None = Field(None, json_schema_extra={"enum": [direction.value for direction in ContactDirection]})
    topic: list[str] | None = Field(None, max_length=20)
    reason: str | None = Field(None, json_schema_extra={"enum": [reason.value for reason in ContactReason]})
    started_at: datetime
    enqueued_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    wait_s: float | None = Field(None, ge=0)
    talk_s: float | None = Field(None, ge=0)
    hold_s: float | None = Field(None, ge=0)
    wrap_up_s: float | None = Field(None, ge=0)
    outcome: str = Field(json_schema_extra={"enum": [outcome.value for outcome in ContactOutcome]})
    transferred_to: str | None = Field(None, max_length=200)
    team: str | None = Field(None, max_length=200)
    query: str | None = Field(None, max_length=1000)
    results: int | None = Field(None, ge=0)
    cost: int | None = Field(None, description="Minor units.")
    language: str | None = None
    person: str | None = Field(None, max_length=500, description="Any identifier; only its keyed hash goes on.")
    revision: int | None = Field(None, ge=0, le=2**63 - 1)
    attributes: dict[str, str] | None = Field(None, description="Raw values worth keeping; names are slugs.")
