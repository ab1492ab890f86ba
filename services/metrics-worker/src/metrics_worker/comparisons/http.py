"""Comparing records over HTTP, for the source that sends them."""

from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from metrics_worker.comparisons.domain import AskedRecord
from metrics_worker.comparisons.use_cases import CompareRecords, UnknownKey
from soundings.http.auth import bearer_token
from soundings.http.body import read_limited_body
from soundings.http.problems import ProblemException, field_error_from_pydantic
from soundings.kernel.errors import InvalidInput
from soundings.kernel.ids import RECORD_ID_MAX

_MOST_BYTES: Final = 8 * 1024 * 1024
_MOST_RECORDS: Final = 10_000
_Id = Annotated[str, Field(min_length=1, max_length=RECORD_ID_MAX)]


class RecordQuestion(BaseModel):
    """One record: its id as it is sent, and its event as a preview gives it where contents are to be compared."""

    model_config = ConfigDict(extra="forbid")

    id: _Id
    root_id: _Id | None = None
    event: dict[str, object] | None = None


class ComparisonQuestion(BaseModel):
    """The body of POST /v1/records/compare."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[str, Field(pattern="^(responses|interactions|tallies)$")]
    records: Annotated[list[RecordQuestion], Field(max_length=_MOST_RECORDS)]


def router(compare_records: CompareRecords) -> APIRouter:
    """POST /v1/records/compare."""
    routes = APIRouter(tags=["records"])

    @routes.post(
        "/v1/records/compare",
        name="metrics.records.compare",
        summary="Which of your records are stored already, and whether they say the same",
        openapi_extra={
            "security": [{"SourceKey": []}],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": ComparisonQuestion.model_json_schema()}},
            },
        },
    )
    async def compare(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        source_id = await _source(request, compare_records)
        asked = _question(await read_limited_body(request, _MOST_BYTES))
        records = [
            AskedRecord(index, one.id, one.root_id, None if one.event is None else orjson.dumps(one.event))
            for index, one in enumerate(asked.records)
        ]
        compared = await compare_records.compare(source_id, asked.kind, records)
        found = [{"index": one.index, "state": one.state, "revision": one.revision} for one in compared.records]
        return Response(
            orjson.dumps({"records": found, "lag_events": compared.lag_events}), media_type="application/json"
        )

    return routes


async def _source(request: Request, compare_records: CompareRecords) -> str:
    secret = bearer_token(request)
    try:
        return await compare_records.source_of(secret or "")
    except UnknownKey as error:
        raise ProblemException(401, error.code, str(error), headers={"WWW-Authenticate": "Bearer"}) from None


def _question(body: bytes) -> ComparisonQuestion:
    try:
        return ComparisonQuestion.model_validate_json(body)
    except ValidationError as error:
        raise InvalidInput([field_error_from_pydantic(one) for one in error.errors(include_url=False)]) from error
