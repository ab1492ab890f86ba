"""People in items: their identifier becomes a keyed pseudonym before anything is written."""

from collections.abc import Callable
from typing import Final

from feedback_api.intake.context import IntakeContext
from feedback_api.intake.errors import invalid_field
from feedback_api.intake.field_readers import Item, read_text
from feedback_api.pseudonyms.domain import BlankPerson

# The pseudonym of a person (second) under the key of an agency (first).
Pseudonym = Callable[[str, str], str]

_PERSON_MAX: Final = 500


def read_subject(item: Item, sender: IntakeContext, pseudonym: Pseudonym) -> str | None:
    """The pseudonym of the item's ``person``; None where there is none, or a blank one."""
    person = read_text(item, "person", _PERSON_MAX)
    try:
        return None if person is None else pseudonym(sender.agency.id, person)
    except BlankPerson:
        raise invalid_field("person", "blank", "must name somebody, or be left out") from None
