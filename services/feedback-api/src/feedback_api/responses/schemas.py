"""What a response looks like on the wire, for the documentation; the checking itself is done by hand, for speed."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from soundings.kernel.ids import RECORD_ID_MAX


class ResponseItem(BaseModel):
    """One person's filled form."""

    id: str | None = Field(None, min_length=1, max_length=RECORD_ID_MAX, description="Opaque; not `public:…`.")
    form_id: str
    form_version: int | None = Field(None, ge=1, description="The newest published one where left out.")
    service_id: str | None = Field(None, description="Needed where neither the form nor the source has exactly one.")
    channel: str | None = Field(None, description="One of the fifteen channels; the source's own where left out.")
    touchpoint: str | None = Field(None, max_length=200)
    occurred_at: datetime | None = Field(None, description="With an offset; the time received where left out.")
    language: str | None = Field(None, description="A language tag.")
    person: str | None = Field(None, max_length=500, description="Any identifier; only its keyed hash goes on.")
    contact_consent: bool | None = Field(None, description="The person may be contacted; only with `person`.")
    page: str | None = Field(None, max_length=2000, description="Its query and fragment are cut off.")
    device: Literal["desktop", "mobile", "tablet", "wearable", "tv", "kiosk", "other"] | None = None
    revision: int | None = Field(None, ge=0, le=2**63 - 1, description="0 where left out; a higher one corrects.")
    test: bool | None = Field(None, description="Contributes nothing and is listed as a test.")
    answers: dict[str, float | str | bool | list[str] | None] = Field(description="Answers by question id.")
