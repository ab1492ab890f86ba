"""Ids of records: what senders with a key may choose, and the name space of ids from public endpoints."""

import re
from collections.abc import Callable
from typing import Final

from feedback_api.intake.context import IntakeContext
from feedback_api.intake.errors import invalid_field
from feedback_api.intake.field_readers import Item, checked_id, read_identifier

# What the id of a record from a public endpoint begins with, on the log and in lists, reviews and erasures.
PUBLIC_PREFIX: Final = "public:"
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID in its usual form of 8-4-4-4-12 hexadecimal digits."""
    return _UUID.fullmatch(text) is not None


def public_id(given: str, field: str = "id") -> str:
    """The log id of a public record: the UUID with the public prefix. Raises InvalidInput at ``field`` for other ids.

    UUIDs of others cannot be guessed, and senders with a key cannot use ids of this name space.
    """
    if not is_uuid(given):
        raise invalid_field(field, "not_a_uuid", "must be a UUID, such as 0190d3a5-5d2c-7a41-b1f4-3f0c9a5e7d10")
    return PUBLIC_PREFIX + given


def client_id(record_id: str) -> str:
    """The id of a record as its sender gave it."""
    return record_id.removeprefix(PUBLIC_PREFIX)


def keyed_id(given: str, field: str) -> str:
    """An id from a sender with a key; refuses the name space of public endpoints, at ``field``."""
    if given.startswith(PUBLIC_PREFIX):
        raise invalid_field(
            field, "reserved", f"must not begin with {PUBLIC_PREFIX}, which marks ids of public endpoints"
        )
    return given


def keyed_identifier(item: Item, field: str) -> str | None:
    """An id that an item of a sender with a key has in a field."""
    given = read_identifier(item, field)
    return None if given is None else keyed_id(given, field)


def keyed_path_id(given: str, field: str) -> str:
    """An id that a sender with a key has put into the address."""
    return keyed_id(checked_id(given, field), field)


def record_id_of(item: Item, sender: IntakeContext, given_id: str | None, new_id: Callable[[], str]) -> str:
    """The id of an item's record: its own, else ``given_id``, else a new one.

    Public items have their prefixed id already.
    """
    if sender.is_public:
        return read_identifier(item, "id") or public_id(new_id())
    own = keyed_identifier(item, "id")
    if own is not None:
        return own
    return new_id() if given_id is None else keyed_id(given_id, "id")
