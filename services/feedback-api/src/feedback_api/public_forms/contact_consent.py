"""Contact consent: the consent is stored, the address only as a pseudonym."""

import re
from typing import Final

from feedback_api.intake.errors import invalid_field
from feedback_api.intake.field_readers import Item, read_flag, read_text
from soundings.events.forms import FormBody

CONSENT: Final = "contact_consent"
ADDRESS: Final = "contact_address"
_ADDRESS_MAX: Final = 500
_BLANK: Final = re.compile(r"\s")
_TELEPHONE: Final = re.compile(r"\+?[0-9 ().\-/]+")
_FEWEST_DIGITS: Final = 7


def with_person(item: Item, form: FormBody) -> Item:
    """The item with the contact address as its ``person``, which is pseudonymised before the log.

    Raises InvalidInput where the form does not ask for contact, or where consent or address is missing.
    """
    if CONSENT not in item and ADDRESS not in item:
        return item
    consents, address = read_flag(item, CONSENT), read_text(item, ADDRESS, _ADDRESS_MAX)
    rest = {name: value for name, value in item.items() if name not in {CONSENT, ADDRESS}}
    if not consents and address is None:
        return rest
    if form.contact is None:
        raise invalid_field(CONSENT if consents else ADDRESS, "not_asked", "this form does not ask for it")
    if not consents:
        raise invalid_field(CONSENT, "missing", "an address is taken only with the consent to use it")
    if address is None:
        raise invalid_field(ADDRESS, "missing", "whoever may be contacted leaves an address")
    if not _is_address(address):
        raise invalid_field(ADDRESS, "not_an_address", "must be an e-mail address or a telephone number")
    return {**rest, "person": address, CONSENT: True}


def _is_address(address: str) -> bool:
    if _TELEPHONE.fullmatch(address):
        return sum(character.isdigit() for character in address) >= _FEWEST_DIGITS
    local, _, domain = address.partition("@")
    return bool(local) and "@" not in domain and "." in domain[1:-1] and _BLANK.search(address) is None
