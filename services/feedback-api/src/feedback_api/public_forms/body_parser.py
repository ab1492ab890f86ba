"""Body parser of public submissions: JSON from a script, or the fields of a plain HTML form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from feedback_api.catalogue_projection.read_models import FormView
from feedback_api.intake.body_parser import UnreadableBody, UnsupportedType, media_type, parse_body
from feedback_api.intake.errors import invalid_field, unknown_field, wrong_type
from feedback_api.intake.field_readers import Item, is_object, read_text, whole_number
from feedback_api.responses.parser import ResponseParser

HTML_FORM: Final = "application/x-www-form-urlencoded"
# A script may send its JSON as text/plain, which spares the browser a request that asks for permission.
SCRIPT: Final = frozenset({"application/json", "text/plain"})
ANSWER_FIELDS: Final = frozenset(
    {
        "id", "form_id", "form_version", "service_id", "channel", "touchpoint", "occurred_at", "language", "page",
        "device", "test", "answers", "contact_consent", "contact_address", "website", "elapsed_ms",
    }
)  # fmt: skip
EVENT_FIELDS: Final = frozenset(
    {"id", "form_id", "form_version", "service_id", "channel", "stage", "occurred_at", "test"}
)
_FIELDS_MAX: Final = 1000
_CLUES: Final = frozenset({"website", "elapsed_ms"})
_ELAPSED_MAX: Final = 10**12
_WEBSITE_MAX: Final = 10_000
_ANSWER: Final = "answers."


@dataclass(frozen=True, slots=True)
class SpamSignals:
    """Whether the honeypot field was filled in, and milliseconds since the form was shown (None if unknown)."""

    honeypot: bool
    elapsed_ms: int | None


def read_script(body: bytes, form_id: str, allowed: frozenset[str]) -> Item:
    """The item that a script sent to a form. Fields reserved for sources with a key raise InvalidInput."""
    value = parse_body(body)
    if not is_object(value):
        raise wrong_type("", "an object")
    if not value.keys() <= allowed:
        raise unknown_field(value, allowed)
    if value.get("form_id", form_id) != form_id:
        raise invalid_field("form_id", "not_this_form", "must be the form of the address, or be left out")
    return {**value, "form_id": form_id}


def read_fields(body: bytes, form_id: str, form: FormView, reader: ResponseParser) -> Item:
    """The item that a plain HTML form sent: ``answers.{question}`` by their types, and a response's own fields as text.

    Fields of other names (a button's, say) are passed over.
    """
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_FIELDS_MAX)
    except ValueError:
        raise UnreadableBody("The form's fields are not UTF-8, or there are too many of them.") from None
    answers: dict[str, list[str]] = {}
    item: dict[str, object] = {}
    for name, value in pairs:
        if name.startswith(_ANSWER):
            answers.setdefault(name[len(_ANSWER) :], []).append(value)
        elif name in ANSWER_FIELDS and value:
            item[name] = value
    return {**_typed_item(item), "form_id": form_id, "answers": reader.read_fields(form, answers)}


def split_spam_signals(item: Item) -> tuple[Item, SpamSignals]:
    """The item without the spam signals, and the signals."""
    clues = SpamSignals(
        honeypot=read_text(item, "website", _WEBSITE_MAX) is not None,
        elapsed_ms=whole_number(item, "elapsed_ms", 0, _ELAPSED_MAX),
    )
    return {name: value for name, value in item.items() if name not in _CLUES}, clues


def script_type(content_type: str | None) -> bool:
    """Whether the body is JSON from a script; False for a plain HTML form, UnsupportedType for anything else."""
    kind = media_type(content_type)
    if kind in SCRIPT:
        return True
    if kind == HTML_FORM:
        return False
    raise UnsupportedType(f"Send application/json or {HTML_FORM}.")


def _typed_item(item: Mapping[str, object]) -> dict[str, object]:
    typed = dict(item)
    for name in ("form_version", "elapsed_ms"):
        number = typed.get(name)
        if isinstance(number, str) and number.isascii() and number.isdigit() and len(number) <= 9:  # noqa: PLR2004
            typed[name] = int(number)
    for name in ("test", "contact_consent"):
        if name in typed:
            typed[name] = typed[name] in {"1", "true", "on"}
    return typed
