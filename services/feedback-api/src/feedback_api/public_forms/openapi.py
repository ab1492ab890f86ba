"""OpenAPI parts of the public form endpoints."""

from typing import Any, Final

from feedback_api.intake.openapi import ONE, RETRIED, json_answer, problem_answer
from soundings.events.forms import FormBody

_CHANNEL: Final = {
    "type": "string",
    "description": "One that the form lists under `channels`; for any other the source's own stands in, flagged.",
}
_OCCURRED_AT: Final = {
    "type": "string",
    "format": "date-time",
    "description": "Within 25 hours before the arrival; for any other time the arrival stands in, flagged.",
}
_ANSWER: Final[dict[str, object]] = {
    "type": "object",
    "required": ["answers"],
    "properties": {
        "id": {
            "type": "string",
            "format": "uuid",
            "description": "A UUID, made by the sender before the first try, so that a retry counts once.",
        },
        "answers": {"type": "object", "description": "Answers by question id."},
        "form_version": {"type": "integer"},
        "service_id": {"type": "string"},
        "channel": _CHANNEL,
        "touchpoint": {
            "type": "string",
            "description": "One that the catalogue has for the service; any other is left out and flagged.",
        },
        "occurred_at": _OCCURRED_AT,
        "language": {"type": "string"},
        "page": {"type": "string"},
        "device": {"type": "string"},
        "test": {"type": "boolean"},
        "website": {"type": "string", "description": "Left empty: people do not see this field, programs fill it in."},
        "elapsed_ms": {"type": "integer", "minimum": 0, "description": "Milliseconds since the form was shown."},
        "contact_consent": {"type": "boolean", "description": "Where the form asks whether it may get in touch."},
        "contact_address": {
            "type": "string",
            "description": "E-mail address or telephone number; only its keyed hash is kept, and only with consent.",
        },
    },
}
ANSWER_BODY: Final[dict[str, object]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": _ANSWER},
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "description": "answers.{question}, and the other fields by their names."}
            },
        },
    }
}
EVENT_BODY: Final[dict[str, object]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["stage"],
                    "properties": {
                        "id": {"type": "string", "description": "A UUID; with the source's key any id of its own."},
                        "stage": {"enum": ["invited", "shown", "started"]},
                        "n": {"type": "integer", "minimum": 1, "description": "Only with the source's key."},
                        "service_id": {"type": "string"},
                        "channel": _CHANNEL,
                        "occurred_at": _OCCURRED_AT,
                        "test": {"type": "boolean"},
                    },
                }
            }
        },
    }
}
DEFINITION: Final[dict[int | str, dict[str, Any]]] = {
    200: json_answer("The form's newest published version.", {"type": "object", "title": FormBody.__name__}),
    304: {"description": "Not changed."},
    404: problem_answer("No such form."),
}
ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    202: json_answer("Durable.", ONE),
    400: problem_answer("Not JSON."),
    403: problem_answer("The form is not on the web, not on this page, or not open now (`form_closed`)."),
    404: problem_answer("No such form."),
    413: problem_answer("Over 1 MiB."),
    415: problem_answer("Neither JSON nor the fields of a form."),
    422: problem_answer("An answer that does not hold; `errors` names its field."),
    429: problem_answer("Too fast; Retry-After says when to send again."),
    **RETRIED,
}


def _page_answer(description: str) -> dict[str, Any]:
    """A page for people, or a problem where no page can be shown."""
    return {
        "description": description,
        "content": {"text/html": {"schema": {"type": "string"}}, **problem_answer(description)["content"]},
    }


PAGES: Final[dict[int | str, dict[str, Any]]] = {
    403: _page_answer("The form is not open, or not on the web."),
    404: _page_answer("No such form, or its address is not complete."),
    413: problem_answer("Over 1 MiB."),
    415: problem_answer("Not the fields of a form."),
    422: _page_answer("The step again, with what is wrong in it."),
    429: problem_answer("Too fast; Retry-After says when to send again."),
    **RETRIED,
}
