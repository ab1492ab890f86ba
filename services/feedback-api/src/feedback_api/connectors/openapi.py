"""OpenAPI parts of the connector endpoints."""

from typing import Any, Final

from feedback_api.intake.openapi import MANY, RECORD_ANSWERS, json_answer, problem_answer

_RECORD: Final[dict[str, Any]] = {"type": "object", "description": "A record in the vendor's own shape."}
_RECEIVED: Final[dict[str, Any]] = {
    "allOf": [
        MANY,
        {
            "type": "object",
            "required": ["ignored", "without_service"],
            "properties": {
                "ignored": {"type": "integer", "description": "Records that tell of no contact."},
                "without_service": {
                    "type": "integer",
                    "description": "Accepted records for which no rule names a service; they count once one does.",
                },
            },
        },
    ]
}
_PREVIEW: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["records", "unmapped"],
    "properties": {
        "records": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "index": {"type": "integer"},
                    "id": {"type": ["string", "null"]},
                    "interactions": {"type": "array", "items": {"type": "object"}},
                    "ignored": {"type": "boolean"},
                    "has_service": {"type": "boolean"},
                    "fault": {"type": ["object", "null"]},
                },
            },
        },
        "unmapped": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string"},
                    "value": {"type": "string"},
                    "records": {"type": "integer"},
                },
            },
        },
    },
}
_RECORDS: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        "application/json": {"schema": {"oneOf": [_RECORD, {"type": "array", "items": _RECORD, "maxItems": 10_000}]}},
        "application/x-ndjson": {"schema": {"type": "string", "description": "One record per line."}},
        "text/csv": {"schema": {"type": "string", "description": "Only for generic-csv: a header, then rows."}},
    },
}
RECEIVE_BODY: Final[dict[str, Any]] = {"security": [{"SourceKey": []}], "requestBody": _RECORDS}
SEAL_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["secret"],
                    "properties": {"secret": {"type": "string", "minLength": 1, "maxLength": 1000}},
                }
            }
        },
    }
}
_UNKNOWN: Final[dict[int | str, dict[str, Any]]] = {404: problem_answer("No such vendor, or no such source.")}
RECEIVE_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    **RECORD_ANSWERS,
    **_UNKNOWN,
    200: json_answer("Durable: the answer to a delivery of Amazon Data Firehose.", {"type": "object"}),
    202: json_answer("Durable; what became of each record.", _RECEIVED),
}
PREVIEW_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    **_UNKNOWN,
    200: json_answer("What the records would become; nothing was written.", _PREVIEW),
}
SEAL_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    **_UNKNOWN,
    200: json_answer(
        "The secret, sealed for this source and vendor.",
        {"type": "object", "required": ["sealed"], "properties": {"sealed": {"type": "string"}}},
    ),
}
