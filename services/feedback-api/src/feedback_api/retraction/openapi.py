"""OpenAPI parts of the data subject endpoints."""

from typing import Any, Final

from feedback_api.intake.openapi import MANY, REFUSED, RETRIED, json_answer, problem_answer

_SUBJECTS: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["agency_id", "subjects"],
    "properties": {
        "agency_id": {"type": "string"},
        "subjects": {"type": "array", "items": {"type": "string"}, "description": "The newest first."},
    },
}
_RECORD: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["source_id", "kind", "id"],
    "properties": {
        "source_id": {"type": "string"},
        "kind": {"enum": ["response", "interaction"]},
        "id": {"type": "string", "description": "As its sender gave it; from a web page: `public:` and its UUID."},
        "root_id": {"type": "string", "description": "Of an interaction that belongs to another root than itself."},
    },
}
_REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    400: problem_answer("Not JSON."),
    413: problem_answer("Over 8 MiB, or over 10,000 records."),
    415: problem_answer("Not JSON by its type."),
}


def _body_schema(required: list[str], properties: dict[str, Any]) -> dict[str, object]:
    schema = {"type": "object", "required": required, "properties": properties}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


FIND_BODY: Final = _body_schema(
    ["agency_id", "person"],
    {
        "agency_id": {"type": "string"},
        "person": {"type": "string", "maxLength": 500, "description": "The identifier, as senders give it."},
    },
)
FIND_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: json_answer("All pseudonyms that the person has had.", _SUBJECTS),
    422: problem_answer("A field that does not hold; `errors` names it."),
    **_REFUSALS,
}
ERASE_BODY: Final = _body_schema(["records"], {"records": {"type": "array", "items": _RECORD, "maxItems": 10_000}})
ERASE_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    202: json_answer("What became of each record.", MANY),
    422: REFUSED,
    **_REFUSALS,
    **RETRIED,
}
