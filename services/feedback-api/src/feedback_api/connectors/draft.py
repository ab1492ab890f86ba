"""Draft of an interaction item mapped from a vendor's record, with the facts that mapping rules match on."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from feedback_api.connectors.record_reader import FieldValue
from feedback_api.intake.field_readers import Item
from soundings.events.catalogue import ConnectorBody

VALUE_MAX: Final = 500
_ATTRIBUTES_MAX: Final = 20
_NOT_IN_SLUGS: Final = re.compile(r"[^a-z0-9]+")
_SLUG_MAX: Final = 60


@dataclass(slots=True)
class DraftInteraction:
    """An item of ``POST /v1/interactions`` under construction.

    ``facts`` are vendor values by vendor field name; rules match on them only.
    ``places`` maps a field of the item to its path in the vendor's record.
    """

    item: dict[str, object] = field(default_factory=dict[str, object])
    facts: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    places: dict[str, str] = field(default_factory=dict[str, str])
    attributes: dict[str, str] = field(default_factory=dict[str, str])

    def put_value(self, name: str, found: FieldValue) -> None:
        """A field of the item, exactly as the vendor has it; nothing where the vendor has nothing."""
        if found.value is not None:
            self.item[name] = found.value
            self.places[name] = found.path

    def put_fact(self, name: str, value: object) -> None:
        """Set a field derived from several vendor fields; None leaves it unset."""
        if value is not None:
            self.item[name] = value

    def read_fact(self, name: str, *values: object) -> None:
        """Something that the rules may look at: short text, numbers and truth values; all else is passed over."""
        if texts := tuple(text for value in values if (text := as_text(value))):
            self.facts[name] = (*self.facts.get(name, ()), *texts)

    def keep_attribute(self, name: str, value: object) -> None:
        """Keep a raw vendor value as an attribute, where no field of the item fits."""
        if (text := as_text(value)) is not None and (slug := slug_of(name)):
            self.attributes.setdefault(slug, text)

    def to_item(self) -> Item:
        """The item with what is kept as its attributes."""
        if self.attributes:
            self.item["attributes"] = dict(list(self.attributes.items())[:_ATTRIBUTES_MAX])
        return self.item


@dataclass(frozen=True, slots=True)
class MappingContext:
    """Input of a mapping besides the record: connector configuration, agency time zone, callbacks of the delivery."""

    connector: ConnectorBody
    zone: ZoneInfo
    # Contacts that another record of the same delivery calls back, by the vendor's id.
    called_back: frozenset[str] = frozenset()


# Drafts of a vendor's record, none where it describes no contact; raises InvalidInput with the vendor's own field.
Mapper = Callable[[Item, MappingContext], Sequence[DraftInteraction]]


def as_text(value: object) -> str | None:
    """Short text of a plain value; None for anything else and for blank text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        value = str(value)
    if not isinstance(value, str):
        return None
    return value.replace("\x00", "").strip()[:VALUE_MAX] or None


def slug_of(name: str) -> str:
    """A slug that resembles a vendor's name for something; "" where nothing of it can stay."""
    return _NOT_IN_SLUGS.sub("-", name.lower()).strip("-")[:_SLUG_MAX].strip("-")


def first_of(table: Mapping[str, str], value: str | None) -> str | None:
    """What a table says of a value, whatever its case."""
    return None if value is None else table.get(value.lower())
