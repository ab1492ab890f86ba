"""Generic CSV: one contact per row, with a map from the fields of an interaction record to the file's columns."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from feedback_api.connectors.caller_id import set_caller
from feedback_api.connectors.draft import DraftInteraction, MappingContext
from feedback_api.connectors.record_reader import FieldValue
from feedback_api.intake.errors import invalid_field, missing_field, wrong_type
from feedback_api.intake.field_readers import REVISION_MAX, Item
from soundings.kernel.vocabulary import ContactDirection, ContactOutcome, ContactReason, InteractionKind, ServiceChannel
from soundings.kernel.zone_names import split_zone

_TIMES: Final = ("started_at", "enqueued_at", "answered_at", "ended_at")
_DURATIONS: Final = ("wait_s", "talk_s", "hold_s", "wrap_up_s")
_NUMBERS: Final = ("results", "cost", "revision")
_TEXTS: Final = ("id", "root_id", "service_id", "transferred_to", "team", "query", "language")
_CLOSED: Final[Mapping[str, frozenset[str]]] = {
    "kind": frozenset(InteractionKind),
    "channel": frozenset(ServiceChannel),
    "direction": frozenset(ContactDirection),
    "reason": frozenset(ContactReason),
    "outcome": frozenset(ContactOutcome),
}
_FIELDS: Final = (*_TEXTS, *_TIMES, *_DURATIONS, *_NUMBERS, *_CLOSED, "topic", "person")
_ABSENT: Final = frozenset({"", "-", "n/a", "null", "none"})
_CLOCK: Final = re.compile(r"(?:([0-9]{1,5}):)?([0-9]{1,5}):([0-9]{2}(?:\.[0-9]{1,6})?)")
_SECONDS: Final = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,6})?")
_WHOLE: Final = re.compile(r"(-?[0-9]{1,19})(?:\.0{0,9})?")
_OFFSET: Final = re.compile(r"(?:Z|z|[+-][0-9]{2}:?[0-9]{2})$")
_SIXTY: Final = 60
_FORMATS: Final[Mapping[str, Sequence[str]]] = {
    "iso": ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S.%f",
            "%Y-%m-%dT%H:%M:%S.%f"),
    "day_first": ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d-%m-%Y %H:%M:%S",
                  "%d/%m/%Y %I:%M:%S %p", "%d/%m/%Y %I:%M %p"),
    "month_first": ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p",
                    "%m-%d-%Y %H:%M:%S"),
}  # fmt: skip


def map_generic_csv(record: Item, setting: MappingContext) -> Sequence[DraftInteraction]:
    """The draft of a row; columns that have no place of their own are seen by the rules only."""
    row = _CsvRow(record, setting)
    draft = DraftInteraction()
    for name in _TEXTS:
        draft.put_value(name, row.cell_text(name))
    if isinstance(language := draft.item.get("language"), str):
        draft.item["language"] = language.replace("_", "-")  # `en_US` is how operating systems write it
    _put_times(draft, row)
    for name in _DURATIONS:
        draft.put_value(name, row.read_seconds(name))
    for name in _NUMBERS:
        draft.put_value(name, row.read_integer(name))
    if "id" not in draft.item:
        raise missing_field(row.column_of("id"))
    topics = row.cell_text("topic")
    if topics.value is not None:
        draft.put_value("topic", FieldValue([part.strip() for part in str(topics.value).split(";")], topics.path))
    set_caller(draft, row.cell_text("person"))
    for name, members in _CLOSED.items():
        _put_closed_value(draft, name, row.cell_text(name), members)
    _put_defaults(draft)
    personal = row.column_of("person")
    for column, value in record.items():
        if column != personal:
            draft.read_fact(column, value)
    return (draft,)


class _CsvRow:
    """A row with the names that its source gives to columns; a field without one is looked for by its own name."""

    def __init__(self, record: Item, setting: MappingContext) -> None:
        self._record = record
        self._columns: Mapping[str, str] = {str(name): column for name, column in setting.connector.columns.items()}
        zone = setting.connector.time_zone
        self._zone = setting.zone if zone is None else ZoneInfo(zone)
        self._formats = (*_FORMATS[setting.connector.dates], *_FORMATS["iso"])

    def column_of(self, name: str) -> str:
        return self._columns.get(name, name)

    def cell_text(self, name: str) -> FieldValue:
        """The cell as text; None where it is blank, or says that there is nothing."""
        column = self.column_of(name)
        value = self._record.get(column)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if value is not None and not isinstance(value, str):
            raise wrong_type(column, "text")
        text = "" if value is None else value.strip()
        return FieldValue(None if text.casefold() in _ABSENT else text, column)

    def read_instant(self, name: str) -> tuple[FieldValue, datetime | None]:
        """A time, and what its clock says where it has no offset: it is local to the connector's zone, or the agency's.

        Of two instants with one local time it is the first.
        """
        found = self.cell_text(name)
        if found.value is None or _OFFSET.search(str(found.value)):
            return found, None
        text = str(found.value)
        at = self._local_instant(text)
        if at is not None:
            at = at.replace(tzinfo=self._zone)
            return FieldValue(at.isoformat(), found.path), at
        parts = split_zone(text, {})
        zoned = None if parts is None else self._local_instant(parts[0])
        if parts is None or zoned is None:
            wanted = {"%d/%m/%Y %H:%M:%S": "31/12/2026 13:45:00", "%m/%d/%Y %H:%M:%S": "12/31/2026 13:45:00"}
            example = wanted.get(self._formats[0], "2026-12-31 13:45:00")
            raise invalid_field(found.path, "not_a_time", f"must be a time such as {example}, or one with an offset")
        return FieldValue(zoned.replace(tzinfo=parts[1]).isoformat(), found.path), None

    def _local_instant(self, text: str) -> datetime | None:
        for form in self._formats:
            try:
                return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is added by the caller
            except ValueError:
                continue
        return None

    def read_seconds(self, name: str) -> FieldValue:
        """A duration as HH:MM:SS, MM:SS or seconds."""
        found = self.cell_text(name)
        if found.value is None:
            return found
        text = str(found.value)
        if _SECONDS.fullmatch(text):
            return FieldValue(float(text), found.path)
        clock = _CLOCK.fullmatch(text)
        if clock is None or float(clock[3]) >= _SIXTY or (clock[1] is not None and int(clock[2]) >= _SIXTY):
            raise invalid_field(found.path, "not_a_duration", "must be a duration as HH:MM:SS, MM:SS, or seconds")
        return FieldValue((int(clock[1] or 0) * _SIXTY + int(clock[2])) * _SIXTY + float(clock[3]), found.path)

    def read_integer(self, name: str) -> FieldValue:
        """A whole number."""
        found = self.cell_text(name)
        if found.value is None:
            return found
        parts = _WHOLE.fullmatch(str(found.value))
        if parts is None or int(parts[1]) > REVISION_MAX:
            raise invalid_field(found.path, "not_a_number", "must be a whole number")
        return FieldValue(int(parts[1]), found.path)


def _put_times(draft: DraftInteraction, row: _CsvRow) -> None:
    """The times of a row. In the night when clocks go back, a time before an earlier one is its second hour."""
    latest: float | None = None
    for name in _TIMES:
        found, local = row.read_instant(name)
        if local is not None:
            second = local.replace(fold=1)
            if latest is not None and local.timestamp() < latest <= second.timestamp():
                local, found = second, FieldValue(second.isoformat(), found.path)
            latest = local.timestamp() if latest is None else max(latest, local.timestamp())
        draft.put_value(name, found)


def _put_closed_value(draft: DraftInteraction, name: str, found: FieldValue, members: frozenset[str]) -> None:
    """One of our own words where the cell is one; any other is kept raw, for a rule to speak of."""
    if found.value is None:
        return
    word = "_".join(str(found.value).lower().replace("-", " ").split())
    if word in members:
        draft.put_value(name, FieldValue(word, found.path))
        return
    draft.keep_attribute(name, found.value)
    if name == "outcome":
        draft.put_fact("outcome", "failed")
    elif name == "reason":
        draft.put_fact("reason", "other")


def _put_defaults(draft: DraftInteraction) -> None:
    item = draft.item
    item.setdefault("kind", "call")
    if "outcome" in item:
        return
    # Reports write 00:00:00 as the talk time of calls that nobody answered.
    if "answered_at" in item or item.get("talk_s", 0):
        item["outcome"] = "answered"
    elif "ended_at" in item or "wait_s" in item:
        waited = "enqueued_at" in item or "wait_s" in item
        item["outcome"] = "abandoned" if waited else "contained"
    else:
        item["outcome"] = "open"
