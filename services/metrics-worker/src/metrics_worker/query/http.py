"""The metrics API over HTTP."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Request
from pydantic import Field, TypeAdapter, ValidationError
from starlette.responses import Response

from metrics_worker.formulas.figures import MetricFigure
from metrics_worker.formulas.parameters import PARAMETERS
from metrics_worker.query.domain.metric_query import CompareMode, Given, GroupDimension, MetricQuery, parse_metric_query
from metrics_worker.query.domain.result import AsOf, ComparedChange, MetricResult, ResultRow
from metrics_worker.query.errors import UnknownMetric, invalid_parameter, numbered_error
from metrics_worker.query.metric_catalogue import Described, DescribeMeasures, describe_metrics
from metrics_worker.query.use_cases import MOST_QUESTIONS, ReadMetrics
from soundings.http.auth import current_principal
from soundings.http.body import read_limited_body
from soundings.http.json_bounds import SMALL_JSON
from soundings.http.problems import ProblemException, field_error_from_pydantic
from soundings.kernel.agency_calendar import QueryInterval
from soundings.kernel.clock import from_epoch_ms
from soundings.kernel.errors import InvalidInput
from soundings.kernel.vocabulary import ServiceChannel

Asked = dict[str, str | int | float | list[str] | None]

QUERY_MAX_BYTES: Final = 256 * 1024
_FAULTS_MAX: Final = 100
_ASKED: Final = TypeAdapter(Annotated[list[Asked], Field(max_length=MOST_QUESTIONS)])
_ASKED_SCHEMA: Final = _ASKED.json_schema()
_WORDS: Final[Mapping[str, str]] = {
    "measure": "A measure; may be left out where the metric implies one.",
    "service": "One service.",
    "department": "A department with all below it.",
    "agency": "An agency; needed where several could be meant.",
    "channel": "One channel.",
    "touchpoint": "One touchpoint (analysts).",
    "from": "The first local date, YYYY-MM-DD.",
    "to": "The local date after the last, YYYY-MM-DD.",
    "interval": "A row for each of these; without it one row for the range.",
    "group_by": f"Rows for each of these, separated by commas: {', '.join(GroupDimension)}.",
    "compare": "Adds the change against the bucket before, or a year ago.",
    "version": "One version of the measure; without it the versions of one scale are pooled.",
}
_CHOICES: Final[Mapping[str, Sequence[str]]] = {
    "interval": list(QueryInterval),
    "compare": list(CompareMode),
    "channel": list(ServiceChannel),
}


def _openapi_parameters() -> list[dict[str, object]]:
    own: list[dict[str, object]] = [
        {
            "name": name,
            "in": "query",
            "required": name in {"from", "to"},
            "description": words,
            "schema": {"type": "string", **({"enum": _CHOICES[name]} if name in _CHOICES else {})},
        }
        for name, words in _WORDS.items()
    ]
    special: list[dict[str, object]] = [
        {"name": one.name, "in": "query", "required": False, "description": one.words, "schema": {"type": "string"}}
        for one in PARAMETERS.values()
    ]
    return [*own, *special]


def query_router(read: ReadMetrics, measures: DescribeMeasures) -> APIRouter:
    """The routes of the metrics API."""
    routes = APIRouter(tags=["metrics"])

    @routes.get("/v1/metrics", name="metrics.metrics.list", summary="The metrics and their formulas")
    async def list_metrics() -> Response:  # pyright: ignore[reportUnusedFunction]
        return _json_body({"items": describe_metrics()})

    @routes.get("/v1/measures", name="metrics.measures.list", summary="The measures")
    async def list_measures(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        return _json_body({"items": await measures.list_measures(current_principal(request))})

    @routes.get(
        "/v1/metrics/{metric_id}",
        name="metrics.metrics.get",
        summary="One metric, by bucket and group",
        openapi_extra={"parameters": _openapi_parameters()},
    )
    async def get_metric(metric_id: str, request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        answer = await read.query_one(metric_id, _once_each(request), current_principal(request))
        return _json_body(answer_body(answer))

    @routes.post(
        "/v1/query",
        name="metrics.query",
        summary="Several metrics from one state of the cells",
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _ASKED_SCHEMA}}}},
    )
    async def query(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        questions = [_numbered_query(number, one) for number, one in enumerate(await _asked(request))]
        answers = await read.query_many(questions, current_principal(request))
        return _json_body({"answers": [answer_body(answer) for answer in answers]})

    return routes


def _json_body(body: Described) -> Response:
    return Response(orjson.dumps(body), media_type="application/json")


async def _asked(request: Request) -> list[Asked]:
    """The questions of a body, of the right shape; what they ask is looked at later."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise ProblemException(415, "unsupported_media_type", "Send application/json.")
    body = await read_limited_body(request, QUERY_MAX_BYTES)
    excess = SMALL_JSON.excess(body)
    if excess is not None:
        raise ProblemException(413, "too_large", f"The body {excess}.")
    try:
        value: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ProblemException(400, "unreadable", "The body is not JSON.") from error
    try:
        return _ASKED.validate_python(value)
    except ValidationError as error:
        faults = [
            field_error_from_pydantic({**entry})
            for entry in error.errors(include_url=False, include_input=False)[:_FAULTS_MAX]
        ]
        raise InvalidInput(faults) from error


def _once_each(request: Request) -> Given:
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in given:
            raise invalid_parameter(name, "repeated", "is given twice")
        given[name] = value
    return given


def _numbered_query(number: int, asked: Asked) -> MetricQuery:
    """One of several questions; what is wrong with it is named under its number."""
    try:
        if not all(map(str.isprintable, asked)):
            raise invalid_parameter("", "unknown", "the name of a parameter is not plain text")
        given = {
            name: _plain_value(name, value) for name, value in asked.items() if name != "metric" and value is not None
        }
        metric = asked.get("metric")
        if not isinstance(metric, str):
            raise invalid_parameter("metric", "required", "is needed: the id of a metric")
        return parse_metric_query(metric, given)
    except InvalidInput as error:
        raise numbered_error(error, number) from error
    except UnknownMetric as error:
        raise invalid_parameter(f"{number}.metric", "unknown", str(error)) from error


def _plain_value(name: str, value: str | float | list[str] | None) -> str | float:
    if isinstance(value, list) and name == "group_by":
        return ",".join(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise invalid_parameter(name, "not_text", "must be text or a number")
    return value


def answer_body(answer: MetricResult) -> Described:
    """An answer in the shape of the API."""
    question = answer.question
    return {
        "metric": question.formula.id,
        "formula": question.formula.formula,
        "measure": question.measure or (question.queried_measures[0] if len(question.queried_measures) == 1 else None),
        "versions": answer.versions,
        "range": {"from": question.start, "to": question.end, "time_zone": answer.time_zone},
        "interval": question.interval,
        "group_by": question.group_by,
        "as_of": _as_of(answer.as_of),
        "rows": [_row_body(row) for row in answer.rows],
    }


def _as_of(as_of: AsOf) -> Described:
    through = None if as_of.through is None else _instant_text(as_of.through)
    body: Described = {"through": through, "lag_events": as_of.lag_events, "generation": as_of.generation}
    return body | ({"parked_events": as_of.parked_events} if as_of.parked_events else {})


def _instant_text(ms: int) -> str:
    return from_epoch_ms(ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _row_body(row: ResultRow) -> Described:
    body: Described = {"group": row.group, "bucket": row.slot.bucket, "status": row.status, **_figure_body(row.figure)}
    if row.slot.partial:
        body["partial"] = True
    if row.left_out:
        body["left_out"] = [{"measure": one.measure, "grain": one.grain, "start": one.bucket} for one in row.left_out]
    if row.compared is not None:
        body["change"] = _change_body(row.compared)
    return body


def _figure_body(figure: MetricFigure | None) -> Described:
    if figure is None:
        return {"value": None, "display": None, "n": None, "low": None, "high": None}
    body: Described = {
        "value": figure.value,
        "display": figure.display,
        "n": figure.n,
        "low": figure.low,
        "high": figure.high,
    }
    rest: Described = {
        "numerator": figure.numerator,
        "sum": figure.sum,
        "distribution": figure.distribution,
        "label": figure.label,
    }
    return body | {name: value for name, value in rest.items() if value is not None}


def _change_body(compared: ComparedChange) -> Described:
    change = compared.change
    return {
        "base": {"from": compared.start, "to": compared.end, "value": compared.value, "n": compared.n},
        "value": change.value if change else None,
        "low": change.low if change else None,
        "high": change.high if change else None,
        "verdict": change.verdict if change else None,
    }
