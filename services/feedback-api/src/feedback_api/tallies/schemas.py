"""What a tally looks like on the wire, for the documentation; the checking itself is done by hand."""

import datetime as dt
from typing import Literal

from pydantic import BaseModel, Field

from soundings.kernel.ids import RECORD_ID_MAX
from soundings.kernel.vocabulary import ServiceChannel


class TallyItem(BaseModel):
    """A total that someone else counted."""

    id: str | None = Field(None, min_length=1, max_length=RECORD_ID_MAX, description="Derived where left out.")
    service_id: str | None = Field(None, description="Needed where the source has several.")
    channel: str = Field(json_schema_extra={"enum": [channel.value for channel in ServiceChannel]})
    measure: str
    version: int | None = Field(None, ge=1, description="The one in force at `start` where left out.")
    grain: Literal["day", "month", "quarter", "year"] = Field(description="Quarter and year are fiscal.")
    start: dt.date = Field(description="The local date on which the period begins.")
    bins: dict[str, int] = Field(min_length=1, max_length=1000, description="Counts by bin.")
    total: float | None = Field(None, description="Seconds (9e9 at most), or minor units of money; needed for both.")
    revision: int | None = Field(None, ge=0, le=2**63 - 1, description="The time received where left out.")
