"""Validator of answers to a published form, built once per form version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from feedback_api.catalogue_projection.read_models import FormView
from feedback_api.intake.errors import invalid_field, shown_text, wrong_type
from feedback_api.intake.field_readers import Redact, is_list, is_object
from feedback_api.responses.question_validators import (
    AnswerValue,
    ChoiceQuestion,
    DateQuestion,
    MultiQuestion,
    PointQuestion,
    QuestionValidator,
    Scores,
    StatementQuestion,
    TextQuestion,
    ValidatedAnswers,
)
from soundings.events import forms
from soundings.kernel.errors import FieldError, InvalidInput
from soundings.kernel.scales import MeasureScale, allowed_scales, scale_points

# Characters where the form sets no limit of its own.
_TEXT_LIMITS: Final[Mapping[str, int]] = {"short_text": 500, "long_text": 10_000, "hidden": 500}
_ONE_OF: Final = frozenset({"single_choice", "dropdown"})


@dataclass(frozen=True, slots=True)
class ShowCondition:
    """Holds when the answer to an earlier question is among some values."""

    question: str
    values: frozenset[str | int]

    def holds_for(self, seen: Mapping[str, AnswerValue]) -> bool:
        answer = seen.get(self.question)
        if is_list(answer):
            return not self.values.isdisjoint(answer)
        return answer in self.values


@dataclass(frozen=True, slots=True)
class FormCheck:
    """The questions that are asked after some answers, the answers to them, and what is wrong, in the form's order."""

    asked_questions: Sequence[str]
    answers: Mapping[str, object]
    faults: Sequence[FieldError]


@dataclass(frozen=True, slots=True)
class FormStep:
    """A question in the order of the form."""

    question: QuestionValidator
    required: bool
    condition: ShowCondition | None


class FormValidator:
    """Checks answers against one version of a form."""

    def __init__(self, view: FormView, redact: Redact) -> None:
        self.view: Final = view
        self._steps = tuple(_form_step(question, view.body, redact) for question in view.body.form.questions)
        self._questions = {step.question.id: step.question for step in self._steps}
        self._required = tuple(step.question.id for step in self._steps if step.required)
        self._written = frozenset(
            question.id for question in view.body.form.questions if question.type in {"short_text", "long_text"}
        )
        self._branches = any(step.condition is not None for step in self._steps)

    def check_answers(self, answers: object) -> ValidatedAnswers:
        """The validated answers. Raises InvalidInput at ``answers.{question}`` for the first invalid one.

        An answer of null, blank text or an empty list is no answer. A question that is not reached takes none.
        """
        if not is_object(answers):
            raise wrong_type("answers", "an object that maps question ids to answers")
        given = ValidatedAnswers()
        if self._branches:
            self._walk_steps(answers, given)
        else:
            self._take_all(answers, given)
        return given

    def validate_all(self, answers: Mapping[str, object]) -> FormCheck:
        """Which questions these answers lead to, and all that is wrong with the answers to them; nothing is taken in.

        Answers to questions that are not asked are left out. An answer that does not hold leads nowhere.
        """
        given, seen = ValidatedAnswers(keeps_text=False), dict[str, AnswerValue]()
        asked: list[str] = []
        faults: list[FieldError] = []
        for step in self._steps:
            question = step.question
            if step.condition is not None and not step.condition.holds_for(seen):
                continue
            asked.append(question.id)
            value = answers.get(question.id)
            try:
                seen[question.id] = None if value is None else question.validate_value(value, given)
            except InvalidInput as refusal:
                faults += refusal.faults
            else:
                if step.required and seen[question.id] is None:
                    faults.append(_missing_answer(question.id).faults[0])
        return FormCheck(asked, {name: answers[name] for name in asked if name in answers}, faults)

    def written_answers(self, given: ValidatedAnswers) -> list[str]:
        """The texts that a person wrote, redacted; not those of hidden questions, which the page filled in."""
        return [text for question, text in given.comments.items() if question in self._written]

    def read_fields(self, fields: Mapping[str, list[str]]) -> dict[str, object]:
        """The answers that the fields of a plain HTML form mean; fields of unknown questions stay as they are."""
        read: dict[str, object] = {}
        for name, texts in fields.items():
            question = self._questions.get(name)
            value = texts[0] if question is None else question.from_texts(texts)
            if value is not None:
                read[name] = value
        return read

    def _take_all(self, answers: Mapping[str, object], given: ValidatedAnswers) -> None:
        questions = self._questions
        for question_id, value in answers.items():
            question = questions.get(question_id)
            if question is None:
                raise _unknown_question(question_id)
            if value is not None:
                question.validate_value(value, given)
        for question_id in self._required:
            if question_id not in given.answers and question_id not in given.comments:
                raise _missing_answer(question_id)

    def _walk_steps(self, answers: Mapping[str, object], given: ValidatedAnswers) -> None:
        for question_id in answers:
            if question_id not in self._questions:
                raise _unknown_question(question_id)
        seen: dict[str, AnswerValue] = {}
        for step in self._steps:
            question = step.question
            value = answers.get(question.id)
            reachable = step.condition is None or step.condition.holds_for(seen)
            if value is not None and reachable:
                seen[question.id] = question.validate_value(value, given)
            elif value is not None:
                raise _unreachable_answer(question.id)
            if step.required and reachable and seen.get(question.id) is None:
                raise _missing_answer(question.id)


def _form_step(question: forms.FormQuestion, body: forms.FormVersion, redact: Redact) -> FormStep:
    shown_when = question.show_when
    condition = None if shown_when is None else ShowCondition(shown_when.question, frozenset(shown_when.in_))
    return FormStep(_question_validator(question, body, redact), question.required, condition)


def _question_validator(question: forms.FormQuestion, body: forms.FormVersion, redact: Redact) -> QuestionValidator:
    if question.type in _TEXT_LIMITS:
        return TextQuestion(question.id, question.max_length or _TEXT_LIMITS[question.type], redact)
    if question.type == "date":
        return DateQuestion(question.id)
    if question.type == "statement":
        return StatementQuestion(question.id)
    codes = frozenset(option.code for option in question.options)
    if question.type in _ONE_OF:
        return ChoiceQuestion(question.id, codes, _scored_values(question, body, codes))
    if question.type == "multi_choice":
        return MultiQuestion(question.id, codes, _scored_values(question, body, codes))
    scale = body.scales.get(question.id) or next(iter(allowed_scales(question.type)))
    points = scale_points(scale)
    return PointQuestion(
        question.id, points, scale is MeasureScale.BINARY, _scored_values(question, body, frozenset(points))
    )


def _scored_values(
    question: forms.FormQuestion, body: forms.FormVersion, values: frozenset[str] | frozenset[int]
) -> Scores:
    """The score JSON of each possible answer; empty where the question is not scored."""
    scale = body.scales.get(question.id)
    version = body.measure_versions.get(question.id)
    if question.measure is None or scale is None or version is None:
        return {}
    return {
        value: orjson.Fragment(
            orjson.dumps(
                {
                    "question_id": question.id,
                    "measure": question.measure,
                    "measure_version": version,
                    "scale": scale.value,
                    "value": value,
                }
            )
        )
        for value in values
    }


def _unknown_question(question_id: str) -> Exception:
    return invalid_field(
        shown_text(question_id, of="answers"), "unknown_question", "is not a question of this version of the form"
    )


def _missing_answer(question_id: str) -> InvalidInput:
    return invalid_field(f"answers.{question_id}", "missing", "needs an answer")


def _unreachable_answer(question_id: str) -> Exception:
    detail = "is not asked after these answers: its condition does not hold"
    return invalid_field(f"answers.{question_id}", "unreachable", detail)
