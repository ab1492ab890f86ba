"""The app of a service: problems, access, health, documentation and observation set up once for all."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version as installed_version
from importlib.resources import files

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.telemetry import TelemetryConfig
from starlette.responses import HTMLResponse, JSONResponse, Response

from soundings.access.policy import POLICY
from soundings.access.tokens import TokenVerifier
from soundings.http.allowed_hosts import AllowedHosts, HostCheck
from soundings.http.auth import enforce_policy
from soundings.http.fast_path import FastPathMiddleware
from soundings.http.limits import ServerLimits
from soundings.http.metrics_listener import MetricsAddress, serving_metrics
from soundings.http.problems import MEDIA_TYPE, ProblemException, register_problem_handlers
from soundings.http.request_middleware import RequestMiddleware
from soundings.telemetry.metrics import READY

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
Check = Callable[[], Awaitable[str | None]]
"""A readiness check: None when all is well, else the reason in words."""

TELEMETRY: TelemetryConfig = {
    "tracing": True,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""What FastAPI itself may tell: spans of requests, once traces are started; its logs would quote errors."""
_ASSETS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
# Swagger UI needs inline scripts and styles, and nothing from other hosts.
_DOCS_CSP = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """What a service passes to the application factory. ``prefix`` is that of its operations in the policy table."""

    name: str
    title: str
    description: str
    routers: Sequence[APIRouter]
    verifier: TokenVerifier
    lifespan: Lifespan
    status_of: Mapping[str, int] = field(default_factory=dict[str, int])
    ready: Sequence[Check] = ()
    live: Sequence[Check] = ()
    notes: Sequence[Check] = ()
    """What readiness tells besides: something is out of the ordinary, and requests are answered all the same."""
    body_limit: int = 1024 * 1024
    """The most bytes of any body. Routes may take less, never more."""
    allowed_hosts: AllowedHosts | None = None
    """Names under which the service answers; None where whoever mounts it looks at them."""
    limits: ServerLimits = field(default_factory=ServerLimits)
    metrics: MetricsAddress | None = None
    """Where Prometheus finds the service; None: nowhere."""


def service_app(spec: ServiceSpec) -> FastAPI:
    """The FastAPI app with the spec's routers; every route's name is its operation in the policy table.

    ``app.state.show_ready`` brings the gauge of readiness up to date.
    """

    async def show_ready() -> None:
        READY.labels(spec.name).set(not await _failed_checks(spec.ready))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with spec.verifier.refreshing(), spec.lifespan(app), serving_metrics(spec.metrics, [show_ready]):
            yield

    app = FastAPI(
        title=spec.title,
        description=spec.description,
        version=installed_version("soundings"),
        lifespan=lifespan,
        # The documentation routes are our own: their assets come from the package, not from a CDN.
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        telemetry=TELEMETRY,
        generate_unique_id_function=lambda route: route.name,
        responses={"4XX": {"description": "A problem that says what is wrong.", "content": {MEDIA_TYPE: {}}}},
        dependencies=[Depends(enforce_policy(POLICY, spec.verifier))],
    )
    app.state.show_ready = show_ready
    on_error = register_problem_handlers(app, spec.status_of)
    routes = [route for router in spec.routers for route in router.routes]
    # Starlette runs the middleware that was added last first: request middleware, Host check, fast
    # path.
    app.add_middleware(FastPathMiddleware, routes=routes, on_error=on_error)
    if spec.allowed_hosts is not None:
        app.add_middleware(HostCheck, allowed=spec.allowed_hosts)
    app.add_middleware(RequestMiddleware, service=spec.name, body_limit=spec.body_limit, limits=spec.limits)
    for router in spec.routers:
        app.include_router(router)
    app.include_router(_health_router(spec))
    app.include_router(_docs_router(app))
    return app


def _health_router(spec: ServiceSpec) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/livez", name="livez")
    async def livez() -> Response:  # pyright: ignore[reportUnusedFunction]
        return await _health_reply(spec.live)

    @router.get("/readyz", name="readyz")
    async def readyz() -> Response:  # pyright: ignore[reportUnusedFunction]
        return await _health_reply(spec.ready, [*spec.notes, spec.verifier.note])

    @router.get("/version", name="version")
    async def version() -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]
        return {"service": spec.name, "version": installed_version("soundings")}

    return router


async def _health_reply(checks: Sequence[Check], remarks: Sequence[Check] = ()) -> Response:
    reasons = await _failed_checks(checks)
    notes = await _failed_checks(remarks)
    verdict = {"ok": not reasons, "reasons": reasons} | ({"notes": notes} if notes else {})
    return JSONResponse(verdict, 503 if reasons else 200)


async def _failed_checks(checks: Sequence[Check]) -> list[str]:
    return [words for check in checks if (words := await check()) is not None]


def _docs_router(app: FastAPI) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/openapi.json", name="openapi")
    async def openapi(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        schema = app.openapi()
        root: str = request.scope.get("root_path", "")
        return JSONResponse({**schema, "servers": [{"url": root or "/"}]})

    @router.get("/docs", name="docs")
    async def docs(request: Request) -> HTMLResponse:  # pyright: ignore[reportUnusedFunction]
        root: str = request.scope.get("root_path", "")
        page = get_swagger_ui_html(
            openapi_url=f"{root}/openapi.json",
            title=app.title,
            swagger_js_url=f"{root}/docs/swagger-ui-bundle.js",
            swagger_css_url=f"{root}/docs/swagger-ui.css",
            swagger_favicon_url="data:,",
        )
        page.headers["content-security-policy"] = _DOCS_CSP
        return page

    @router.get("/docs/{asset}", name="docs_asset")
    async def docs_asset(asset: str) -> Response:  # pyright: ignore[reportUnusedFunction]
        if asset not in _ASSETS:
            raise ProblemException(404, "not_found", "There is no such file.")
        return Response(
            _docs_asset(asset), media_type=_ASSETS[asset], headers={"cache-control": "public, max-age=86400"}
        )

    return router


@cache
def _docs_asset(name: str) -> bytes:
    return (files("fastapi_swagger") / "resources" / name).read_bytes()
