"""Item parser of responses."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Final

from feedback_api.catalogue_projection.read_models import FormView
from feedback_api.intake.context import CHANNELS, CatalogueLookup, IntakeContext
from feedback_api.intake.errors import invalid_field, missing_field, unknown_field
from feedback_api.intake.field_readers import (
    Item,
    Redact,
    clean_text,
    read_choice,
    read_flag,
    read_label,
    read_revision,
    read_text,
)
from feedback_api.intake.form_lookup import resolve_form, resolve_form_service
from feedback_api.intake.invented_labels import InventedLabels
from feedback_api.intake.language_tags import language_tag
from feedback_api.intake.ports import Accepted, ParsedItem, RecordKind
from feedback_api.intake.pseudonym_field import Pseudonym, read_subject
from feedback_api.intake.record_builder import RecordBuilder
from feedback_api.intake.record_ids import record_id_of
from feedback_api.intake.timestamps import clamp_occurred_at, read_instant
from feedback_api.responses.form_validator import FormCheck, FormValidator
from feedback_api.spam.scorer import SpamCheck
from soundings.events.response import ResponseSubmitted
from soundings.events.topics import RESPONSES
from soundings.kernel.ids import new_id

FIELDS: Final = frozenset(
    {
        "id", "form_id", "form_version", "service_id", "channel", "touchpoint", "occurred_at", "language", "person",
        "contact_consent", "page", "device", "revision", "test", "answers",
    }
)  # fmt: skip
# Classes of device: all that is ever kept of a user agent.
DEVICES: Final[Mapping[str, str]] = {
    name: name for name in ("desktop", "mobile", "tablet", "wearable", "tv", "kiosk", "other")
}
_TOUCHPOINT_MAX: Final = 200
_PAGE_MAX: Final = 2000
_NOWHERE: Final[Mapping[str, object]] = {}
_NOT_JUDGED: Final[Mapping[str, object]] = {"quarantined": False}
_PATH_OF_SLUGS: Final = re.compile("(?:/[a-z_-]+)+/?")


class ResponseParser:
    """Parses responses and validates them against published forms."""

    accepted_as: Accepted = "responses"
    topic: str = RESPONSES.name
    receipt_kind: RecordKind | None = "response"

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
        self._maker = RecordBuilder(ResponseSubmitted, ResponseSubmitted.KIND)
        self._invented = InventedLabels()
        self._ready: dict[tuple[str, int], FormValidator] = {}

    def parse(self, item: Item, sender: IntakeContext, given_id: str | None) -> ParsedItem:
        """The record of a response. Raises InvalidInput."""
        if not item.keys() <= FIELDS:
            raise unknown_field(item, FIELDS)
        record_id = record_id_of(item, sender, given_id, self._new_id)
        form = self.ready_form(resolve_form(item, sender, self._directory))
        service_id = resolve_form_service(item, form.view, sender, self._directory)
        if "answers" not in item:
            raise missing_field("answers")
        given = form.check_answers(item["answers"])
        occurred_at, clamped = clamp_occurred_at(read_instant(item, "occurred_at"), sender.received_at)
        number = read_revision(item) or 0
        place, adjusted = self._touchpoint(item, sender, service_id)
        data = {
            "record_id": record_id,
            "source_id": sender.source.id,
            "revision": number,
            **self._context_fields(item, sender, form.view, service_id),
            **place,
            "answers": given.answers,
            "scores": given.scores,
            "comments": given.comments,
            **(
                _NOT_JUDGED
                if sender.spam_check is None
                else _spam_fields(record_id, form.written_answers(given), sender.spam_check)
            ),
            "occurred_at": occurred_at,
            "received_at": sender.received_at,
            "time_clamped": clamped or "occurred_at" in adjusted,
            "test": read_flag(item, "test"),
            "adjusted_fields": adjusted or None,
        }
        return self._maker.build_record(data, sender, record_id=record_id, revision=number, at=occurred_at)

    def ready_form(self, view: FormView) -> FormValidator:
        """The validator of a form version, cached because a published version never changes."""
        key = (view.form_id, view.version)
        ready = self._ready.get(key)
        if ready is None or ready.view is not view:
            ready = self._ready[key] = FormValidator(view, self._redact)
        return ready

    def read_fields(self, form: FormView, fields: Mapping[str, list[str]]) -> dict[str, object]:
        """The answers that the fields of a plain HTML form mean."""
        return self.ready_form(form).read_fields(fields)

    def validate_all(self, form: FormView, answers: Mapping[str, object]) -> FormCheck:
        """Which questions these answers lead to, and all that is wrong with the answers to them."""
        return self.ready_form(form).validate_all(answers)

    def _context_fields(self, item: Item, sender: IntakeContext, form: FormView, service_id: str) -> dict[str, object]:
        return {
            "agency_id": sender.agency.id,
            "time_zone": sender.agency.time_zone,
            "service_id": service_id,
            "channel": read_choice(item, "channel", CHANNELS) or sender.source.default_channel,
            "form_id": form.form_id,
            "form_version": form.version,
            "touchpoint": None,
            "stage": None,
            "language": language_tag(item),
            "subject": (person := read_subject(item, sender, self._pseudonym)),
            "contact_consent": _contact_consent(item, person),
            "page": self._page_url(item),
            "device": read_choice(item, "device", DEVICES),
        }

    def _touchpoint(
        self, item: Item, sender: IntakeContext, service_id: str
    ) -> tuple[Mapping[str, object], tuple[str, ...]]:
        """The touchpoint with its stage, and all fields that were adjusted.

        A touchpoint that is not in the catalogue is dropped for public items, and beyond a bound for a source.
        """
        touchpoint = read_label(item, "touchpoint", _TOUCHPOINT_MAX, self._redact)
        if touchpoint is None:
            return _NOWHERE, sender.adjusted
        known = self._directory.find_touchpoint(touchpoint)
        if known is not None and known.service_id == service_id:
            return {"touchpoint": touchpoint, "stage": known.stage}, sender.adjusted
        if sender.is_public or not self._invented.admits_label(sender.source.id, touchpoint):
            return _NOWHERE, (*sender.adjusted, "touchpoint")
        return {"touchpoint": touchpoint}, sender.adjusted

    def _page_url(self, item: Item) -> str | None:
        """The page without query and fragment, where tokens and personal data travel; the rest is redacted."""
        page = read_text(item, "page", _PAGE_MAX)
        if page is None:
            return None
        bare = page.partition("#")[0].partition("?")[0]
        if _PATH_OF_SLUGS.fullmatch(bare):
            return bare
        return clean_text(bare, _PAGE_MAX, self._redact) if bare else None


def _spam_fields(record_id: str, texts: Collection[str], judge: SpamCheck) -> Mapping[str, object]:
    """The spam fields of a response's event."""
    found = judge(record_id, texts)
    return {"spam_score": found.score, "spam_reasons": found.reasons or None, "quarantined": found.quarantined}


def _contact_consent(item: Item, person: str | None) -> bool | None:
    """Whether the person may be contacted; None where absent. Consent without ``person`` raises InvalidInput."""
    if item.get("contact_consent") is None:
        return None
    consents = read_flag(item, "contact_consent")
    if consents and person is None:
        raise invalid_field("contact_consent", "nobody", "can be given only where person says who gives it")
    return consents
