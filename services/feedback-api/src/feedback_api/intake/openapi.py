"""OpenAPI parts of the record endpoints, which parse bodies without FastAPI for speed."""

from functools import cache
from typing import Any, Final

from pydantic import BaseModel

from soundings.http.problems import MEDIA_TYPE

_REJECTION: Final = {
    "type": "object",
    "required": ["index", "id", "code", "field", "detail"],
    "properties": {
        "index": {"type": "integer", "description": "Place of the item in the list, from 0."},
        "id": {"type": ["string", "integer", "null"], "description": "The id that the sender gave."},
        "code": {"type": "string"},
        "field": {"type": "string", "description": "Dotted path into the item."},
        "detail": {"type": "string"},
    },
}
ONE: Final = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "string"}, "receipt": {"type": "string"}},
}
MANY: Final = {
    "type": "object",
    "required": ["accepted", "rejected"],
    "properties": {"accepted": {"type": "integer"}, "rejected": {"type": "array", "items": _REJECTION}},
}
_PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("field", "code", "detail")},
            },
        },
    },
}


def problem_answer(description: str) -> dict[str, Any]:
    return {"description": description, "content": {MEDIA_TYPE: {"schema": _PROBLEM}}}


def json_answer(description: str, *schemas: dict[str, Any]) -> dict[str, Any]:
    schema = schemas[0] if len(schemas) == 1 else {"oneOf": list(schemas)}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


RETRIED: Final[dict[int | str, dict[str, Any]]] = {
    503: problem_answer("The log cannot take it just now; Retry-After says when to send again."),
}
REFUSED: Final[dict[str, Any]] = {
    "description": "Refused: a problem for one item, the list of refusals where all items of a list were refused.",
    "content": {MEDIA_TYPE: {"schema": _PROBLEM}, "application/json": {"schema": MANY}},
}
RECORD_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    202: json_answer("Durable: one item with its receipt, or what became of each item of a list.", ONE, MANY),
    400: problem_answer("Not JSON."),
    401: problem_answer("No source key, or one that is not known."),
    403: problem_answer("Not this source's right."),
    413: problem_answer("Over 1 MiB single, 8 MiB or 10,000 items in a list."),
    415: problem_answer("Neither JSON nor lines of JSON."),
    422: REFUSED,
    **RETRIED,
}

_PREVIEWED: Final = {
    "type": "object",
    "required": ["index", "id", "event"],
    "properties": {
        "index": {"type": "integer", "description": "Place of the item in the list, from 0."},
        "id": {"type": "string"},
        "root_id": {"type": ["string", "null"]},
        "event": {"type": "object", "description": "The event that the item would become."},
    },
}
PREVIEWS: Final = {
    "type": "object",
    "required": ["records", "rejected"],
    "properties": {
        "records": {"type": "array", "items": _PREVIEWED},
        "rejected": {"type": "array", "items": _REJECTION},
    },
}
RECORD_PREVIEWS: Final[dict[int | str, dict[str, Any]]] = {
    200: json_answer("What each item would be stored as; nothing was stored.", PREVIEWS),
    **{status: answer for status, answer in RECORD_ANSWERS.items() if status not in {202, 422, 503}},
}


@cache
def record_body(shape: type[BaseModel]) -> dict[str, Any]:
    """The request body of a record endpoint (one item, an array, or JSON lines) and its security scheme."""
    item = shape.model_json_schema()
    return {
        "security": [{"SourceKey": []}],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"oneOf": [item, {"type": "array", "items": item, "maxItems": 10_000}]}},
                "application/x-ndjson": {"schema": {"type": "string", "description": "One item per line."}},
            },
        },
    }


KEYED: Final[dict[str, object]] = {"security": [{"SourceKey": []}]}
TAKEBACK_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    401: problem_answer("No source key, or one that is not known."),
    403: problem_answer("Not this source's right."),
    409: problem_answer("A legal hold keeps everything of this source; nothing was erased."),
    **RETRIED,
}
ERASURE_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    404: problem_answer("Not a receipt that we gave."),
    409: TAKEBACK_ANSWERS[409],
    **RETRIED,
}
REVIEW_BODY: Final[dict[str, object]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["source_id", "id", "verdict", "reason"],
                    "properties": {
                        "source_id": {"type": "string"},
                        "id": {
                            "type": "string",
                            "description": "As its sender gave it; from a web page: `public:` and its UUID.",
                        },
                        "verdict": {"enum": ["quarantined", "released"]},
                        "reason": {"type": "string", "maxLength": 1000},
                    },
                }
            }
        },
    }
}


def events_body(types: list[str]) -> dict[str, object]:
    """The request body of the CloudEvents endpoint."""
    event = {
        "type": "object",
        "required": ["specversion", "id", "source", "type", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string"},
            "source": {"type": "string"},
            "type": {"enum": types},
            "data": {"type": "object", "description": "The item, as the door of its kind takes it."},
        },
    }
    return {
        "security": [{"SourceKey": []}],
        "requestBody": {
            "required": True,
            "content": {
                "application/cloudevents+json": {"schema": event},
                "application/cloudevents-batch+json": {"schema": {"type": "array", "items": event}},
                "application/json": {
                    "schema": {"type": "object", "description": "Binary mode: attributes in ce- headers."}
                },
            },
        },
    }
