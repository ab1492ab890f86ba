"""What the public doors need of the kinds behind them."""

from collections.abc import Mapping
from typing import Protocol

from feedback_api.intake.kinds import Kind
from feedback_api.projection.views import FormView


class ReadsFields(Protocol):
    """Turns the fields of a plain HTML form into answers, by the types of its questions."""

    def read_fields(self, form: FormView, fields: Mapping[str, list[str]]) -> dict[str, object]: ...


class ResponseKind(Kind, ReadsFields, Protocol):
    """Responses, whose answers may also come as the fields of a plain HTML form."""
