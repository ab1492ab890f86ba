"""Item parser of interaction records."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from feedback_api.intake.context import CHANNELS, CatalogueLookup, IntakeContext, named_service, own_service
from feedback_api.intake.errors import invalid_field, missing_field, unknown_field
from feedback_api.intake.field_readers import (
    COUNT_MAX,
    DURATION_SECONDS_MAX,
    Item,
    Redact,
    read_choice,
    read_label,
    read_number,
    read_revision,
    read_text,
    required_choice,
    truncate_redacted,
    whole_number,
)
from feedback_api.intake.language_tags import language_tag
from feedback_api.intake.ports import Accepted, ParsedItem, RecordKind
from feedback_api.intake.pseudonym_field import Pseudonym, read_subject
from feedback_api.intake.record_builder import RecordBuilder
from feedback_api.intake.record_ids import keyed_identifier, record_id_of
from feedback_api.intake.timestamps import EARLIEST_YEAR, TOLERANCE, read_instant
from feedback_api.interactions.free_text_fields import read_attributes, read_topics
from soundings.events.interaction import InteractionRecorded
from soundings.events.topics import INTERACTIONS
from soundings.kernel.ids import new_id
from soundings.kernel.vocabulary import ContactDirection, ContactOutcome, ContactReason, InteractionKind

FIELDS: Final = frozenset(
    {
        "id", "root_id", "service_id", "channel", "kind", "direction", "topic", "reason", "started_at", "enqueued_at",
        "answered_at", "ended_at", "wait_s", "talk_s", "hold_s", "wrap_up_s", "outcome", "transferred_to", "team",
        "query", "results", "cost", "language", "person", "revision", "attributes",
    }
)  # fmt: skip
_LABEL_MAX: Final = 200
_QUERY_MAX: Final = 1000
_LONGEST: Final = timedelta(seconds=DURATION_SECONDS_MAX)


def _closed_values(members: type[StrEnum]) -> Mapping[str, str]:
    return {member.value: member.value for member in members}


_KINDS: Final = _closed_values(InteractionKind)
_DIRECTIONS: Final = _closed_values(ContactDirection)
_REASONS: Final = _closed_values(ContactReason)
_OUTCOMES: Final = _closed_values(ContactOutcome)


@dataclass(frozen=True, slots=True)
class InteractionTimes:
    """The times of a record. ``clamped`` is set where they were moved because they lay in the future."""

    started_at: datetime
    enqueued_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    clamped: bool


class InteractionParser:
    """Parses interaction records of a source's services."""

    accepted_as: Accepted = "interactions"
    topic: str = INTERACTIONS.name
    receipt_kind: RecordKind | None = "interaction"

    def __init__(
        self,
        directory: CatalogueLookup,
        redact: Redact,
        pseudonym: Pseudonym,
        *,
        new_record_id: Callable[[], str] = new_id,
    ) -> None:
        self._directory = directory
        self._redact = redact
        self._pseudonym = pseudonym
        self._new_id = new_record_id
        self._maker = RecordBuilder(InteractionRecorded, InteractionRecorded.KIND)

    def parse(self, item: Item, sender: IntakeContext, given_id: str | None) -> ParsedItem:
        """The record of an interaction. Raises InvalidInput."""
        if not item.keys() <= FIELDS:
            raise unknown_field(item, FIELDS)
        record_id = record_id_of(item, sender, given_id, self._new_id)
        root_id = keyed_identifier(item, "root_id")
        service_id = self._service_id(item, sender, has_root=root_id is not None)
        root_id = root_id or record_id
        revised = read_revision(item) or 0
        times = _read_times(item, sender.received_at)
        data = {
            "record_id": record_id,
            "source_id": sender.source.id,
            "root_id": root_id,
            "revision": revised,
            "agency_id": sender.agency.id,
            "time_zone": sender.agency.time_zone,
            "service_id": service_id,
            **self._contact_fields(item, sender),
            "started_at": times.started_at,
            "enqueued_at": times.enqueued_at,
            "answered_at": times.answered_at,
            "ended_at": times.ended_at,
            **self._course_fields(item, sender),
            "received_at": sender.received_at,
            "time_clamped": times.clamped,
        }
        return self._maker.build_record(
            data, sender, record_id=record_id, revision=revised, at=times.started_at, root_id=root_id
        )

    def _contact_fields(self, item: Item, sender: IntakeContext) -> dict[str, object]:
        return {
            "channel": read_choice(item, "channel", CHANNELS) or sender.source.default_channel,
            "kind": required_choice(item, "kind", _KINDS),
            "direction": read_choice(item, "direction", _DIRECTIONS) or ContactDirection.INBOUND.value,
            "topic": read_topics(item, self._redact),
            "reason": read_choice(item, "reason", _REASONS),
        }

    def _course_fields(self, item: Item, sender: IntakeContext) -> dict[str, object]:
        query = read_text(item, "query", _QUERY_MAX)
        return {
            "wait_s": read_number(item, "wait_s", 0, DURATION_SECONDS_MAX),
            "talk_s": read_number(item, "talk_s", 0, DURATION_SECONDS_MAX),
            "hold_s": read_number(item, "hold_s", 0, DURATION_SECONDS_MAX),
            "wrap_up_s": read_number(item, "wrap_up_s", 0, DURATION_SECONDS_MAX),
            "outcome": required_choice(item, "outcome", _OUTCOMES),
            "transferred_to": read_label(item, "transferred_to", _LABEL_MAX, self._redact),
            "team": read_label(item, "team", _LABEL_MAX, self._redact),
            "query": None if query is None else truncate_redacted(self._redact(query), _QUERY_MAX),
            "results": whole_number(item, "results", 0, COUNT_MAX),
            "cost": whole_number(item, "cost", -COUNT_MAX, COUNT_MAX),
            "language": language_tag(item),
            "subject": read_subject(item, sender, self._pseudonym),
            "attributes": read_attributes(item, self._redact),
        }

    def _service_id(self, item: Item, sender: IntakeContext, *, has_root: bool) -> str | None:
        """The service named, or the source's only one; only a record of a named root may leave it to other records."""
        named = named_service(item, sender, self._directory)
        if named is not None:
            return named
        if sender.source.only_service is not None:
            return own_service(sender.source.only_service, sender, self._directory)
        if has_root:
            return None
        raise missing_field("service_id")


def _read_times(item: Item, received_at: datetime) -> InteractionTimes:
    """The record's times; none of them lies in the future by more than five minutes.

    A record that begins in the future is moved as a whole, so that its durations stay what they were. Any other time in
    the future becomes the time received.
    """
    started = read_instant(item, "started_at")
    if started is None:
        raise missing_field("started_at")
    ended = read_instant(item, "ended_at")
    if ended is not None and ended < started:
        raise invalid_field("ended_at", "before_start", "lies before started_at")
    others = (
        _near(item, "enqueued_at", started),
        _near(item, "answered_at", started),
        _near(item, "ended_at", started),
    )
    if started - received_at > TOLERANCE:
        enqueued, answered, ended = (_clamp_instant(at, started, received_at) for at in others)
        return InteractionTimes(received_at, enqueued, answered, ended, clamped=True)
    latest = received_at + TOLERANCE
    if all(at is None or at <= latest for at in others):
        return InteractionTimes(started, *others, clamped=False)
    now = max(received_at, started)
    enqueued, answered, ended = (now if at is not None and at > latest else at for at in others)
    return InteractionTimes(started, enqueued, answered, ended, clamped=True)


def _near(item: Item, field: str, started: datetime) -> datetime | None:
    """A time that lies within a hundred years of the start, so that its distance can be summed up."""
    at = read_instant(item, field)
    if at is not None and abs(at - started) > _LONGEST:
        raise invalid_field(field, "out_of_range", "lies more than a hundred years from started_at")
    return at


def _clamp_instant(at: datetime | None, started: datetime, received_at: datetime) -> datetime | None:
    """A time as far from the time received as it was from the start; one that would leave the calendar stays."""
    if at is None:
        return None
    try:
        moved = received_at + (at - started)
    except OverflowError:
        return min(at, received_at)
    return moved if moved.year >= EARLIEST_YEAR else min(at, received_at)
