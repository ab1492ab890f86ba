"""Reader of vendor records by path. Absent fields give None; wrong types raise InvalidInput with the path."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from feedback_api.intake.errors import invalid_field, missing_field, wrong_type
from feedback_api.intake.field_readers import Item, is_list, is_object
from feedback_api.intake.timestamps import read_instant

_MILLISECONDS_MAX: Final = 3_200_000_000_000


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A value of a vendor's record (None where there is none) and the path to it."""

    value: object
    path: str


@dataclass(frozen=True, slots=True)
class UnreadRow:
    """A CSV row that cannot be read, with the reason."""

    detail: str


class RecordReader:
    """A part of a vendor's record: an object, where every field may be absent or null."""

    __slots__ = ("_names", "_path", "_value")

    def __init__(self, value: Item, path: str = "", *, any_case: bool = False) -> None:
        self._value = value
        self._path = path
        self._names = {name.casefold(): name for name in value} if any_case else None

    def value_at(self, name: str) -> FieldValue:
        """A field, whatever it holds."""
        given = name if self._names is None else self._names.get(name.casefold(), name)
        return FieldValue(self._value.get(given), self.path_of(given))

    def path_of(self, name: str) -> str:
        """The field's dotted path as used in error replies."""
        return f"{self._path}.{name}" if self._path else name

    def sub_record(self, *names: str) -> "RecordReader":
        """The object in the first of these fields that is there; an empty one where none is."""
        for name in names:
            found = self.value_at(name)
            if found.value is None:
                continue
            if not is_object(found.value):
                raise wrong_type(found.path, "an object")
            return RecordReader(found.value, found.path, any_case=self._names is not None)
        return RecordReader({}, self.path_of(names[0]), any_case=self._names is not None)

    def sub_records(self, name: str) -> "list[RecordReader]":
        """The objects of a list."""
        found = self.value_at(name)
        if found.value is None:
            return []
        if not is_list(found.value):
            raise wrong_type(found.path, "a list of objects")
        return [self._sub_record(entry, f"{found.path}.{index}") for index, entry in enumerate(found.value)]

    def _sub_record(self, entry: object, path: str) -> "RecordReader":
        if not is_object(entry):
            raise wrong_type(path, "an object")
        return RecordReader(entry, path, any_case=self._names is not None)

    def has_value(self, name: str) -> bool:
        return self.value_at(name).value is not None

    def read_text(self, name: str) -> str | None:
        """Text without outer space; a whole number counts as text. None where it is absent or blank."""
        found = self.value_at(name)
        value = found.value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if value is not None and not isinstance(value, str):
            raise wrong_type(found.path, "text")
        return None if value is None else value.strip() or None

    def required_text(self, name: str) -> FieldValue:
        """Text that must be there."""
        value = self.read_text(name)
        if value is None:
            raise missing_field(self.value_at(name).path)
        return FieldValue(value, self.value_at(name).path)

    def read_instant(self, name: str) -> datetime | None:
        """A time with an offset."""
        found = self.value_at(name)
        return read_instant({found.path: found.value}, found.path)

    def read_milliseconds(self, name: str) -> float | None:
        """A duration in milliseconds."""
        found = self.value_at(name)
        value = found.value
        if value is None:
            return None
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise wrong_type(found.path, "a number")
        if not 0 <= value <= _MILLISECONDS_MAX:
            raise invalid_field(found.path, "out_of_range", f"must be from 0 to {_MILLISECONDS_MAX}")
        return value

    def plain_facts(self) -> Iterator[tuple[str, object]]:
        """The fields by name."""
        yield from self._value.items()
