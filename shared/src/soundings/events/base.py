"""What all events have in common: a frozen model that names its type, its topic and its key."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from soundings.events.topics import TopicSpec

REVISION_MAX = 2**63 - 1
_NUMBER = re.compile(r"\s*[+-]?[0-9_.]+\s*")


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("lies outside the calendar of years 1 to 9999, as UTC counts them") from error


def _not_a_number(at: object) -> object:
    if isinstance(at, (int, float, Decimal)) or (isinstance(at, str) and _NUMBER.fullmatch(at)):
        raise ValueError("must be a text such as 2026-05-01T09:00:00Z, not a number")
    return at


Instant = Annotated[AwareDatetime, BeforeValidator(_not_a_number), AfterValidator(_in_utc)]
"""An instant; written with an offset, kept in UTC. A number is none, since nobody can see what it counts."""

Revision = Annotated[int, Field(ge=0, le=REVISION_MAX)]


class EventData(BaseModel):
    """The data of one event version. Producers may not add fields; consumers decode with ``extra="ignore"``."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null", allow_inf_nan=False)

    TYPE: ClassVar[str]
    TOPIC: ClassVar[TopicSpec]

    def event_source(self) -> str:
        """The CloudEvents ``source``."""
        raise NotImplementedError

    def event_id(self) -> str:
        """The CloudEvents ``id``, unique within the source."""
        raise NotImplementedError

    def partition_key(self) -> str:
        """The record's key on the log: what must stay in order shares it."""
        raise NotImplementedError

    def event_time(self) -> datetime:
        """When it happened."""
        raise NotImplementedError

    def root_key(self) -> str | None:
        """The root of an interaction, which travels as an extension of its own."""
        return None
