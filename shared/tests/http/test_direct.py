"""Direct routes answer what the framework would answer, refusals and failures too."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from functools import cache

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response
from structlog.testing import capture_logs

from soundings.access.policy import AuthScheme
from soundings.access.tokens import TokenVerifier
from soundings.http.app import ServiceSpec, service_app
from soundings.http.fast_path import FastPathMiddleware, FastPathRoute
from soundings.http.problems import ProblemException
from soundings.kernel.errors import FieldError, InvalidInput, ServiceUnavailable

RAISED: Mapping[str, Exception] = {
    "problem": ProblemException(409, "conflict", "It is there already.", headers={"x-more": "1"}),
    "refused": InvalidInput([FieldError("answers.q1", "missing", "is missing")]),
    "away": ServiceUnavailable("The log is away.", retry_after=7),
    "bug": RuntimeError("a bug"),
}
REQUESTS = [
    ("GET", "/v1/forms/visit"),
    ("GET", "/v1/forms/b%C3%BCrger"),
    *[("GET", f"/v1/forms/{name}") for name in RAISED],
    ("GET", "/v1/forms/visit%0A"),
    ("GET", "/v1/forms/a/b"),
    ("GET", "/v1/forms/"),
    ("DELETE", "/v1/forms/visit"),
    ("HEAD", "/v1/forms/visit"),
    ("POST", "/v1/forms/visit/responses"),
]


class Marked(FastPathRoute):
    """Says in its answers that it was here."""

    required_scheme = AuthScheme.PUBLIC
    headers = ((b"x-kind", b"direct"),)


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    yield


def made() -> FastAPI:
    router = APIRouter(route_class=Marked)

    @router.get("/v1/forms/{form_id}", name="feedback.forms.get")
    async def get(form_id: str, request: Request) -> Response:
        if form_id in RAISED:
            raise RAISED[form_id]
        return Response(f"{form_id} {request.path_params['form_id']} {request.scope['route'].name}")

    return service_app(ServiceSpec("direct", "Direct", "", [router], TokenVerifier("file:///nowhere"), lifespan))


@cache
def mounted(under: str) -> FastAPI:
    """The service, alone or under a path of a house."""
    room = made()
    if not under:
        return room
    house = FastAPI()
    house.mount(under, room)
    return house


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """What is logged of the bug takes seconds to be drawn for a terminal."""
    with capture_logs():
        yield


async def told(app: FastAPI, method: str, path: str) -> tuple[int, dict[str, str], bytes]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://direct") as http:
        answer = await http.request(method, path)
    headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    return answer.status_code, headers, answer.content


@pytest.mark.parametrize("under", ["", "/api/feedback"])
@pytest.mark.parametrize(("method", "path"), REQUESTS)
async def test_the_direct_way_answers_as_the_framework_does(monkeypatch, method, path, under):
    direct = await told(mounted(under), method, under + path)
    monkeypatch.setattr(FastPathMiddleware, "_find_route", lambda *_: None)
    assert direct == await told(mounted(under), method, under + path)


async def test_requests_to_direct_routes_pass_by_the_framework(monkeypatch):
    app = made()
    monkeypatch.setattr(app.router, "middleware_stack", None)  # whoever calls it fails
    status, headers, content = await told(app, "GET", "/v1/forms/visit")
    assert (status, content) == (200, b"visit visit feedback.forms.get")
    assert headers["x-kind"] == "direct"
    assert headers["x-content-type-options"] == "nosniff"


async def nothing(request: Request) -> Response:
    return Response(request.method)


def test_a_route_with_another_scheme_is_refused():
    router = APIRouter(route_class=Marked)
    with pytest.raises(ValueError, match="feedback.responses.submit does not have the scheme public"):
        router.add_api_route("/x", nothing, name="feedback.responses.submit")
