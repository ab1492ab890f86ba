"""What the public doors need of the kinds behind them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from feedback_api.catalogue_projection.read_models import FormView
from feedback_api.intake.ports import ItemParser
from soundings.kernel.errors import FieldError


class FormCheck(Protocol):
    """The questions that are asked after some answers, the answers to them, and what is wrong, in the form's order."""

    @property
    def asked_questions(self) -> Sequence[str]: ...
    @property
    def answers(self) -> Mapping[str, object]: ...
    @property
    def faults(self) -> Sequence[FieldError]: ...


class ReadsFields(Protocol):
    """Turns the fields of a plain HTML form into answers, by the types of its questions."""

    def read_fields(self, form: FormView, fields: Mapping[str, list[str]]) -> dict[str, object]: ...


class ResponseKind(ItemParser, ReadsFields, Protocol):
    """Responses, whose answers may also come as the fields of a plain HTML form, page by page."""

    def validate_all(self, form: FormView, answers: Mapping[str, object]) -> FormCheck:
        """Which questions these answers lead to, and all that is wrong with the answers to them."""
        ...
