"""Errors as RFC 9457 problem details: one shape for every refusal, naming the field wherever there is one."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import cast

import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from soundings.kernel.errors import FieldError, InvalidInput, ServiceUnavailable, SoundingsError

MEDIA_TYPE = "application/problem+json"
REQUEST_ID = "soundings.request_id"
"""Where the scope holds the id of a request."""
TYPE_BASE = "https://soundings.example/problems/"

# The phrases of RFC 9110. http.HTTPStatus has older ones for some, which differ between versions of Python.
TITLES: Mapping[int, str] = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    408: "Request Timeout",
    409: "Conflict",
    412: "Precondition Failed",
    413: "Content Too Large",
    414: "URI Too Long",
    415: "Unsupported Media Type",
    421: "Misdirected Request",
    422: "Unprocessable Content",
    428: "Precondition Required",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
STATUS_OF: Mapping[str, int] = {
    "invalid": 422,
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "precondition_failed": 412,
    "unavailable": 503,
    "too_fast": 429,
    "too_large": 413,
    "unsupported_media_type": 415,
    "unreadable": 400,
}
_CODES: Mapping[int, str] = {
    400: "unreadable", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
    408: "timeout", 413: "too_large", 415: "unsupported_media_type", 422: "invalid", 429: "too_fast",
    503: "unavailable",
}  # fmt: skip

OnError = Callable[[Request, Exception], Awaitable[Response]]
"""Answers an error that an endpoint has raised."""

_log = structlog.get_logger("soundings.http")


class ProblemException(HTTPException):
    """A refusal raised at the HTTP edge; an HTTPException, so that the framework lets it pass while it reads bodies."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, dict(headers) if headers else None)
        self.code = code
        self.errors = tuple(errors)


def problem_body(status: int, code: str, detail: str) -> dict[str, object]:
    """The document of a refusal that names no fields."""
    return {
        "type": TYPE_BASE + code,
        "title": TITLES.get(status, "Refused"),
        "status": status,
        "detail": detail,
        "code": code,
    }


def problem_reply(
    status: int, code: str, detail: str, errors: Sequence[FieldError] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """The answer for a refusal: ``{type, title, status, detail, code, errors?}``."""
    body = problem_body(status, code, detail)
    if errors:
        body["errors"] = [{"field": fault.field, "code": fault.code, "detail": fault.detail} for fault in errors]
    return Response(orjson.dumps(body), status, media_type=MEDIA_TYPE, headers=dict(headers) if headers else None)


def internal_error_reply() -> Response:
    """The answer where we do not know what went wrong."""
    return problem_reply(500, "internal", "Something went wrong on our side; it has been logged.")


def route_of(scope: Scope) -> str:
    """The name of the route that a request took, which is its operation in the policy table; never its path."""
    return str(getattr(scope.get("route"), "name", "unmatched"))


def field_error_from_pydantic(error: Mapping[str, object], *, skip: int = 0) -> FieldError:
    """A pydantic error entry as a fault; ``skip`` leaves out that many leading parts of its place."""
    place = error["loc"]
    parts = [str(part) for part in cast("tuple[object, ...]", place)][skip:] if isinstance(place, tuple) else []
    return FieldError(".".join(parts), str(error["type"]), str(error["msg"]))


def register_problem_handlers(app: FastAPI, status_of: Mapping[str, int]) -> OnError:
    """Answer every error of the app with a problem; ``status_of`` adds the service's own codes to :data:`STATUS_OF`.

    The result answers those that endpoints raise, where they are called without the app.
    """
    table = {**STATUS_OF, **status_of}

    async def on_error(request: Request, error: Exception) -> Response:
        if isinstance(error, SoundingsError):
            return _of_domain_error(error, table, request)
        return _of_http_exception(error)

    app.add_exception_handler(SoundingsError, on_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, on_error)
    return on_error


def _of_domain_error(error: SoundingsError, table: Mapping[str, int], request: Request) -> Response:
    status = table.get(error.code, 500)
    # An error without a mapped status is a bug: it is logged, and its text is not shown to the
    # client.
    if status >= 500 and not isinstance(error, ServiceUnavailable):  # noqa: PLR2004 - HTTP's own border
        request_id = request.scope.get(REQUEST_ID)
        _log.error("unmapped_error", route=route_of(request.scope), request_id=request_id, exc_info=error)
        return internal_error_reply()
    headers: dict[str, str] = {}
    if isinstance(error, ServiceUnavailable):
        headers["Retry-After"] = str(error.retry_after)
    if status == 401:  # noqa: PLR2004 - HTTP's own number
        headers["WWW-Authenticate"] = "Bearer"
    errors = error.faults if isinstance(error, InvalidInput) else ()
    return problem_reply(status, error.code, str(error), errors, headers)


async def _on_invalid_request(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    entries = error.errors()
    if any(entry["type"] == "json_invalid" for entry in entries):
        return problem_reply(400, "unreadable", "The body is not JSON.")
    faults = [field_error_from_pydantic(entry, skip=1) for entry in entries]
    named = "; ".join(f"{fault.field or 'body'}: {fault.detail}" for fault in faults[:5])
    return problem_reply(422, "invalid", named, faults)


def _of_http_exception(error: Exception) -> Response:
    if isinstance(error, ProblemException):
        return problem_reply(error.status_code, error.code, error.detail, error.errors, error.headers)
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    code = _CODES.get(error.status_code, "error")
    return problem_reply(error.status_code, code, str(error.detail), (), error.headers)
