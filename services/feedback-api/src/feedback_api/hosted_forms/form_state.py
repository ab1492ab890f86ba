"""What a page of a form carries from step to step, as the fields of its HTML form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl
from uuid import UUID, uuid5

from feedback_api.intake.body_parser import UnreadableBody

# What the address of the page may say of the answer; each is checked when the answer is taken.
CARRIED: Final = ("service_id", "channel", "touchpoint", "test", "form_version")
_STAGES: Final = UUID("6f2f7a0e-6a53-4a4b-9d0e-1b5d1c6f7c11")
_FIELDS_MAX: Final = 1000
_ANSWER: Final = "answers."
_VALUE_MAX: Final = 40_000


@dataclass(frozen=True, slots=True)
class FormState:
    """Everything that was filled in so far, as texts; ``go`` is what the person pressed, ``at`` the step they saw."""

    answers: Mapping[str, list[str]] = field(default_factory=dict[str, list[str]])
    carried: Mapping[str, str] = field(default_factory=dict[str, str])
    record_id: str = ""
    start: str = ""
    at: str = ""
    go: str = ""
    live: bool = False
    language: str = ""
    trap: str = ""
    contact_consent: str = ""
    contact_address: str = ""


def stage_id(record_id: str, stage: str) -> str:
    """The id of a funnel stage: a UUID derived from record and stage, so that each stage counts once."""
    return str(uuid5(_STAGES, f"{record_id}/{stage}"))


def read_form_state(body: bytes) -> FormState:
    """The form state in a posted body. Raises UnreadableBody."""
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_FIELDS_MAX)
    except ValueError:
        raise UnreadableBody("The form's fields are not UTF-8, or there are too many of them.") from None
    answers: dict[str, list[str]] = {}
    single: dict[str, str] = {}
    for name, value in pairs:
        if name.startswith(_ANSWER):
            answers.setdefault(name[len(_ANSWER) :], []).append(value)
        else:
            single[name] = value[:_VALUE_MAX]
    return FormState(
        answers=answers,
        carried={name: single[name] for name in CARRIED if single.get(name)},
        record_id=single.get("id", ""),
        start=single.get("start", ""),
        at=single.get("at", ""),
        go=single.get("go", ""),
        live=single.get("live") == "1",
        language=single.get("language", ""),
        trap=single.get("website", ""),
        contact_consent=single.get("contact_consent", ""),
        contact_address=single.get("contact_address", "").strip(),
    )


def initial_form_state(
    query: Mapping[str, str], hidden: Sequence[str], record_id: str, start: str, version: int
) -> FormState:
    """The form state of a first visit, from the query parameters."""
    carried = {name: query[name] for name in CARRIED if query.get(name)}
    return FormState(
        answers={name: [query[name]] for name in hidden if query.get(name)},
        carried={**carried, "form_version": str(version)},
        record_id=record_id,
        start=start,
    )
