"""What one screen of a form shows: its questions with what was filled in, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from feedback_api.hosted_forms.form_state import FormState, stage_id
from feedback_api.hosted_forms.localisation import FormLocaliser, LocalisedText
from feedback_api.hosted_forms.wizard_steps import WizardStep
from feedback_api.public_forms.scale_labels import points_of
from soundings.events.forms import FormQuestion, FormVersion
from soundings.kernel.errors import FieldError

# Characters where the form sets no limit of its own, as the door has them.
_TEXT_LIMITS: Final[Mapping[str, int]] = {"short_text": 500, "long_text": 10_000}
_TEXTS: Final = frozenset({"short_text", "long_text"})
_YES_FIRST: Final = frozenset({"thumbs", "yes_no"})
_OF_CODE: Final[Mapping[str, str]] = {"too_long": "too_long", "not_a_date": "bad_date"}
_OF_CONTACT: Final[Mapping[tuple[str, str], str]] = {
    ("contact_consent", "missing"): "contact_consent_missing",
    ("contact_address", "missing"): "contact_address_missing",
    ("contact_address", "not_an_address"): "contact_address_invalid",
}


@dataclass(frozen=True, slots=True)
class ChoiceModel:
    """Something that can be chosen."""

    value: str
    text: LocalisedText | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class QuestionModel:
    """A question on the page. ``choices`` are its points or options; ``shown_when`` is for scripts."""

    id: str
    type: str
    text: LocalisedText
    help: LocalisedText | None
    required: bool
    choices: Sequence[ChoiceModel]
    value: str
    limit: int | None
    error: str | None
    is_shown: bool
    shown_when: tuple[str, Sequence[str]] | None

    @property
    def described_by(self) -> str:
        """The ids of what else is said of it."""
        parts = (
            ("help", self.help),
            ("limit", self.limit if self.type == "long_text" else None),
            ("error", self.error),
        )
        return " ".join(f"{name}-{self.id}" for name, there in parts if there)

    @property
    def first_control(self) -> str:
        """The id of the control that a link from the summary leads to."""
        return f"q-{self.id}-0" if self.choices and self.type != "dropdown" else f"q-{self.id}"


@dataclass(frozen=True, slots=True)
class ErrorSummaryLink:
    """A line of the summary: where it leads and what it says."""

    target: str
    text: str


@dataclass(frozen=True, slots=True)
class ScreenModel:
    """What is known of a screen before it is drawn: the form, the step, the sheet, and which questions are asked."""

    form: FormVersion
    step: WizardStep
    sheet: FormState
    speech: FormLocaliser
    asked: Sequence[str]
    faults: Sequence[FieldError] = ()

    def question_models(self) -> list[QuestionModel]:
        """The questions of the step; in a live page also those that are not asked now."""
        live = self.sheet.live
        return [
            self._question_model(one) for one in self.step.questions if _is_seen(one) and (live or one.id in self.asked)
        ]

    def hidden_fields(self) -> list[QuestionModel]:
        """The questions behind the step on its page, for scripts to show at once."""
        return [self._question_model(one) for one in self.step.rest if _is_seen(one)]

    def carried_fields(self) -> list[tuple[str, str]]:
        """The answers that are not on this screen, as fields and their values."""
        here = {one.id for one in self.step.questions if _is_seen(one)}
        given = ((name, value) for name, values in self.sheet.answers.items() for value in values if name not in here)
        return [(f"answers.{name}", value) for name, value in given]

    @property
    def started_id(self) -> str:
        """The id under which the page says that it was begun; it is counted once with what the server says itself."""
        return stage_id(self.sheet.record_id, "started")

    def contact_error(self, field: str) -> str | None:
        """What is wrong with the consent or the address."""
        return next((self._words_of(fault) for fault in self.faults if fault.field == field), None)

    def error_summary(self) -> list[ErrorSummaryLink]:
        """Everything that is wrong, in the order of the page; what has no place on it leads to the form itself."""
        asked = {f"answers.{one.id}": one for one in self.question_models()}
        return [self._summary_link(fault, asked.get(fault.field)) for fault in self.faults]

    def _summary_link(self, fault: FieldError, asked: QuestionModel | None) -> ErrorSummaryLink:
        if asked is not None:
            return ErrorSummaryLink(asked.first_control, f"{asked.text.text} – {asked.error}")
        if (fault.field, fault.code) in _OF_CONTACT:
            return ErrorSummaryLink(fault.field, self._words_of(fault))
        return ErrorSummaryLink("form", f"{fault.field}: {fault.detail}")

    def _question_model(self, question: FormQuestion) -> QuestionModel:
        values = self.sheet.answers.get(question.id, [])
        fault = next((one for one in self.faults if one.field == f"answers.{question.id}"), None)
        shown = question.show_when
        return QuestionModel(
            id=question.id,
            type=question.type,
            text=self.speech.localise_text(question.text) or LocalisedText(""),
            help=self.speech.localise_text(question.help),
            required=question.required,
            choices=self._choice_models(question, values),
            value=values[0] if values else "",
            limit=question.max_length or _TEXT_LIMITS.get(question.type),
            error=None if fault is None else self._words_of(fault, question),
            is_shown=question.id in self.asked,
            shown_when=None if shown is None else (shown.question, [str(value) for value in shown.in_]),
        )

    def _choice_models(self, question: FormQuestion, values: Sequence[str]) -> list[ChoiceModel]:
        if question.options:
            options = ((one.code, self.speech.localise_text(one.text)) for one in question.options)
        else:
            points = points_of(question, self.form, self.speech.language, self.speech.form_messages)
            options = ((str(one.value), None if one.text is None else LocalisedText(one.text)) for one in points)
        models = [ChoiceModel(value, text, value in values) for value, text in options]
        # As in the widget, the positive answer stands first.
        return models[::-1] if question.type in _YES_FIRST else models

    def _words_of(self, fault: FieldError, question: FormQuestion | None = None) -> str:
        words = self.speech.form_messages
        contact = _OF_CONTACT.get((fault.field, fault.code))
        if contact is not None:
            return words[contact]
        if fault.code == "missing":
            kind = "" if question is None else question.type
            return words["missing_text" if kind in _TEXTS else "missing_date" if kind == "date" else "missing_choice"]
        limit = None if question is None else question.max_length or _TEXT_LIMITS.get(question.type)
        return words[_OF_CODE.get(fault.code, "invalid")].replace("{limit}", str(limit))


def _is_seen(question: FormQuestion) -> bool:
    return question.type != "hidden"
