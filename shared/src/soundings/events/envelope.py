"""The envelope: CloudEvents 1.0 in Kafka's binary mode, attributes in ``ce_`` headers and the data as JSON value."""

import re
from typing import ClassVar

from pydantic import ValidationError

from soundings.events import catalogue, forms, interaction, response, signal, tally
from soundings.events.base import EventData
from soundings.kernel.errors import SoundingsError
from soundings.log.port import LogRecord, StoredRecord

EVENT_TYPES: tuple[type[EventData], ...] = (
    response.ResponseSubmitted,
    response.ResponseReviewed,
    response.ResponseRetracted,
    response.FormFunnelStep,
    interaction.InteractionRecorded,
    interaction.InteractionRetracted,
    tally.TallyRecorded,
    tally.TallyRetracted,
    catalogue.AgencyChanged,
    catalogue.DepartmentChanged,
    catalogue.ServiceChanged,
    catalogue.MeasureChanged,
    forms.FormChanged,
    forms.FormVersionChanged,
    catalogue.SourceChanged,
    catalogue.SourceKeyChanged,
    catalogue.StandardChanged,
    catalogue.TouchpointChanged,
    catalogue.ArticleChanged,
    catalogue.PersonaChanged,
    catalogue.TokenRevocationChanged,
    signal.SignalRaised,
    signal.SignalCleared,
)
BY_TYPE = {event.TYPE: event for event in EVENT_TYPES}
_FAMILY = re.compile(r"(?P<family>.+)\.v\d+")
_FAMILIES = {event.TYPE.rpartition(".v")[0] for event in EVENT_TYPES}


class UndecodableRecord(SoundingsError):
    """A record on the log that is not an event we know; ``detail`` says why."""

    code: ClassVar[str] = "undecodable"


class UnknownEventType(UndecodableRecord):
    code: ClassVar[str] = "unknown_type"


class UnknownMajor(UndecodableRecord):
    code: ClassVar[str] = "unknown_major"


class MalformedEvent(UndecodableRecord):
    code: ClassVar[str] = "malformed"


def encode_event(event: EventData, traceparent: str | None = None) -> LogRecord:
    """The event as a record: key, ``ce_`` headers and JSON value; absent fields are left out."""
    key = event.partition_key()
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_type", event.TYPE.encode()),
        ("ce_source", event.event_source().encode()),
        ("ce_id", event.event_id().encode("utf-8", "surrogatepass")),
        ("ce_time", event.event_time().isoformat().encode()),
        ("ce_partitionkey", key.encode("utf-8", "surrogatepass")),
        ("content-type", b"application/json"),
    ]
    root = event.root_key()
    if root is not None:
        headers.append(("ce_rootid", root.encode("utf-8", "surrogatepass")))
    if traceparent is not None:
        headers.append(("ce_traceparent", traceparent.encode()))
    value = event.model_dump_json(exclude_none=True, by_alias=True).encode()
    return LogRecord(key=key.encode("utf-8", "surrogatepass"), value=value, headers=tuple(headers))


def type_of(record: StoredRecord | LogRecord) -> str:
    """The record's CloudEvents type, or "" where it has none."""
    for name, value in record.headers:
        if name == "ce_type":
            return value.decode("utf-8", "replace")
    return ""


def model_of(type_name: str) -> type[EventData]:
    """The model of a type; :class:`UnknownEventType` or :class:`UnknownMajor` where we have none."""
    model = BY_TYPE.get(type_name)
    if model is not None:
        return model
    family = _FAMILY.fullmatch(type_name)
    if family is not None and family["family"] in _FAMILIES:
        raise UnknownMajor(f"no model for this major version: {type_name}")
    raise UnknownEventType(f"no model for the type {type_name!r}")


def decode_event(record: StoredRecord) -> EventData:
    """The event in a record; fields of a newer minor version are ignored. Raises :class:`Undecodable`."""
    model = model_of(type_of(record))
    if record.value is None:
        raise MalformedEvent("an event without data")
    try:
        return model.model_validate_json(record.value, extra="ignore")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise MalformedEvent(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from error
