"""Validators of question types, built once per form version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import orjson

from feedback_api.intake.errors import invalid_field, wrong_type
from feedback_api.intake.field_readers import Redact, checked_text, is_list, truncate_redacted
from feedback_api.intake.timestamps import checked_date

# An answer as conditions compare it: a point, a code, a list of codes, or text; None where nothing was answered.
AnswerValue = object

# Characters of free text in one response, all questions together.
TEXT_MAX: Final = 50_000
# Score JSON by answer value, serialised once.
Scores = Mapping[object, orjson.Fragment]

_NONE: Final[Scores] = {}


class ValidatedAnswers:
    """The answers of one response, as far as they have been taken in; text is redacted only where it is kept."""

    __slots__ = ("answers", "characters", "comments", "keeps_text", "scores")

    def __init__(self, *, keeps_text: bool = True) -> None:
        self.keeps_text = keeps_text
        self.answers: dict[str, object] = {}
        self.scores: list[orjson.Fragment] = []
        self.comments: dict[str, str] = {}
        self.characters = 0


class QuestionValidator(Protocol):
    """A question of one type."""

    @property
    def id(self) -> str: ...

    def validate_value(self, value: object, given: ValidatedAnswers) -> AnswerValue:
        """Validate an answer and add it to ``given``. Raises InvalidInput; returns None for a blank answer."""
        ...

    def from_texts(self, texts: Sequence[str]) -> object:
        """The answer that the fields of a plain HTML form mean; None where they are empty."""
        ...


@dataclass(frozen=True, slots=True)
class PointQuestion:
    """An answer on a scale of whole numbers; on a scale of two, true and false are 1 and 0."""

    id: str
    points: range
    binary: bool
    scores: Scores = field(default_factory=lambda: _NONE)

    def validate_value(self, value: object, given: ValidatedAnswers) -> AnswerValue:
        if not isinstance(value, int | float) or (isinstance(value, bool) and not self.binary):
            raise wrong_type(f"answers.{self.id}", "a number")
        if value not in self.points:
            detail = f"must be a whole number from {self.points[0]} to {self.points[-1]}"
            raise invalid_field(f"answers.{self.id}", "out_of_scale", detail)
        point = int(value)
        given.answers[self.id] = point
        score = self.scores.get(point)
        if score is not None:
            given.scores.append(score)
        return point

    def from_texts(self, texts: Sequence[str]) -> object:
        word = texts[0].strip() if texts else ""
        if not word:
            return None
        if self.binary and word.lower() in _WORDS:
            return _WORDS[word.lower()]
        return int(word) if word.isascii() and word.isdigit() and len(word) <= 2 else word  # noqa: PLR2004 - 0 to 10


_WORDS: Final = {"yes": 1, "no": 0, "up": 1, "down": 0, "true": 1, "false": 0}


@dataclass(frozen=True, slots=True)
class ChoiceQuestion:
    """One code out of the form's options."""

    id: str
    codes: frozenset[str]
    scores: Scores = field(default_factory=lambda: _NONE)

    def validate_value(self, value: object, given: ValidatedAnswers) -> AnswerValue:
        if not isinstance(value, str):
            raise wrong_type(f"answers.{self.id}", "the code of an option, as text")
        if value not in self.codes:
            raise _unknown_option(self.id, self.codes)
        given.answers[self.id] = value
        score = self.scores.get(value)
        if score is not None:
            given.scores.append(score)
        return value

    def from_texts(self, texts: Sequence[str]) -> object:
        return texts[0] if texts and texts[0] else None


@dataclass(frozen=True, slots=True)
class MultiQuestion:
    """Any number of codes out of the form's options, none of them twice."""

    id: str
    codes: frozenset[str]
    scores: Scores = field(default_factory=lambda: _NONE)

    def validate_value(self, value: object, given: ValidatedAnswers) -> AnswerValue:
        if not is_list(value):
            raise wrong_type(f"answers.{self.id}", "a list of option codes")
        chosen = [code for code in value if isinstance(code, str) and code in self.codes]
        if len(chosen) != len(value):
            raise _unknown_option(self.id, self.codes)
        if len(set(chosen)) != len(chosen):
            raise invalid_field(f"answers.{self.id}", "duplicate", "names an option twice")
        if not chosen:
            return None
        given.answers[self.id] = chosen
        given.scores += [self.scores[code] for code in chosen if code in self.scores]
        return chosen

    def from_texts(self, texts: Sequence[str]) -> object:
        return [text for text in texts if text] or None


@dataclass(frozen=True, slots=True)
class TextQuestion:
    """Free or hidden text, which is redacted before it goes on."""

    id: str
    limit: int
    redact: Redact

    def validate_value(self, value: object, given: ValidatedAnswers) -> AnswerValue:
        text = checked_text(value, f"answers.{self.id}", self.limit)
        if not text:
            return None
        room = TEXT_MAX - given.characters
        if len(text) > room:
            detail = f"all text of one response together may have {TEXT_MAX} characters"
            raise invalid_field(f"answers.{self.id}", "too_long", detail)
        if given.keeps_text:
            kept = given.comments[self.id] = truncate_redacted(self.redact(text), min(self.limit, room))
            given.characters += max(len(text), len(kept))
        else:
            given.characters += len(text)
        return text

    def from_texts(self, texts: Sequence[str]) -> object:
        return texts[0] if texts else None


@dataclass(frozen=True, slots=True)
class DateQuestion:
    """A calendar date."""

    id: str

    def validate_value(self, value: object, given: ValidatedAnswers) -> AnswerValue:
        day = checked_date(value, f"answers.{self.id}").isoformat()
        given.answers[self.id] = day
        return day

    def from_texts(self, texts: Sequence[str]) -> object:
        return texts[0] if texts and texts[0] else None


@dataclass(frozen=True, slots=True)
class StatementQuestion:
    """Text that a form shows; nothing can be answered to it."""

    id: str

    def validate_value(self, value: object, given: ValidatedAnswers) -> AnswerValue:  # noqa: ARG002 - as all questions do
        raise invalid_field(f"answers.{self.id}", "takes_no_answer", "is a statement, which takes no answer")

    def from_texts(self, texts: Sequence[str]) -> object:
        return texts[0] if texts and texts[0] else None


def _unknown_option(question_id: str, codes: frozenset[str]) -> Exception:
    few = f"; there are {', '.join(sorted(codes))}" if len(codes) <= 20 else ""  # noqa: PLR2004 - a readable sentence
    return invalid_field(f"answers.{question_id}", "unknown_option", f"is not an option of this question{few}")
