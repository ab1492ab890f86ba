"""The embedded mode: an ASGI application that mounts the three services under one address, and the landing page."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import httpx
from fastapi import FastAPI
from starlette.responses import JSONResponse

import catalogue_api.bootstrap
import feedback_api.bootstrap
import metrics_worker.bootstrap
from catalogue_api.settings import Settings as CatalogueSettings
from feedback_api.settings import FeedbackSettings
from metrics_worker.settings import MetricsSettings
from soundings.http.allowed_hosts import AllowedHosts, HostCheck
from soundings.http.app import TELEMETRY
from soundings.http.limits import ServerLimits
from soundings.http.metrics_listener import MetricsAddress, Refresh, serving_metrics
from soundings.http.problems import register_problem_handlers
from soundings.http.request_middleware import RequestMiddleware
from soundings_embedded import demo
from soundings_embedded.data_dir import DataDir
from soundings_embedded.landing_page.http import FrontPage, router
from soundings_embedded.log_maintenance import log_maintenance
from soundings_embedded.root_alias import RootAlias

LOOPBACK = AllowedHosts()
BODY_LIMIT = 8 * 1024 * 1024
"""The most that any service takes; each has its own limit below it."""
_AT_THE_ROOT = ("/f/", "/r/", "/widget.js", "/widget/", "/v1/forms/")
"""What pages load of listening also stands at the root, with the forms that the widget then asks for there."""
_SMALL_BATCH = 10_000
"""Events folded at once: half of what a worker takes that has a machine for itself."""


def service_apps(home: DataDir) -> dict[str, FastAPI]:
    """The three services by the path below which each is mounted, all with URLs into the home."""
    return {
        "/api/catalogue": catalogue_api.bootstrap.build(
            CatalogueSettings(
                log_url=home.log_url,
                database_url=home.database_url("catalogue"),
                jwks_url=home.jwks_url,
                feedback_url="/api/feedback",
            )
        ),
        "/api/feedback": feedback_api.bootstrap.build_app(
            FeedbackSettings(
                log_url=home.log_url,
                jwks_url=home.jwks_url,
                secret=home.secret(),
                former_secrets=home.former_secrets(),
                place_names=home.place_names(),
            )
        ),
        "/api/metrics": metrics_worker.bootstrap.build_app(
            MetricsSettings(
                log_url=home.log_url,
                database_url=home.database_url("metrics"),
                jwks_url=home.jwks_url,
                batch_events=_SMALL_BATCH,
            )
        ),
    }


def create_app(
    home: DataDir,
    allowed_hosts: AllowedHosts = LOOPBACK,
    metrics: MetricsAddress | None = None,
    limits: ServerLimits | None = None,
) -> FastAPI:
    """One app that serves everything under these host names; it starts and stops the services with itself.

    Prometheus finds all of them at ``metrics``. Where that is in use and not required the app serves without, and says
    so in ``app.state.metrics_fault``.
    """
    rooms = service_apps(home)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
        async with AsyncExitStack() as stack:
            for room in rooms.values():
                # Starlette does not run the lifespans of mounted applications.
                await stack.enter_async_context(room.router.lifespan_context(room))
            await stack.enter_async_context(log_maintenance(home.path / "log.db"))
            refresh: list[Refresh] = [room.state.show_ready for room in rooms.values()]
            listener = serving_metrics(metrics, refresh)
            app.state.metrics_fault = await stack.enter_async_context(listener)
            # The landing page reads the public API like any client, so it shows what the public may
            # see.
            transport = httpx.ASGITransport(app)
            inside = await stack.enter_async_context(
                httpx.AsyncClient(transport=transport, base_url="http://localhost")
            )
            app.state.inside, app.state.front_page = inside, _front_page(inside)
            yield

    app = FastAPI(
        title="Soundings", lifespan=lifespan, telemetry=TELEMETRY, docs_url=None, redoc_url=None, openapi_url=None
    )
    register_problem_handlers(app, {})
    app.add_middleware(HostCheck, allowed=allowed_hosts)
    app.add_middleware(RequestMiddleware, service="embedded", body_limit=BODY_LIMIT, limits=limits)
    app.include_router(router(lambda: app.state.front_page, lambda: datetime.now(UTC).date()))
    for check in ("livez", "readyz"):
        app.add_api_route(f"/{check}", _of_all(app, rooms, check), name=check, include_in_schema=False)
    for path, room in rooms.items():
        app.mount(path, room)
    # Appended last, so that the routes of the embedded application itself have precedence.
    app.router.routes.append(RootAlias(_AT_THE_ROOT, rooms["/api/feedback"]))
    return app


def _of_all(app: FastAPI, rooms: Iterable[str], check: str) -> Callable[[], Awaitable[JSONResponse]]:
    async def verdict() -> JSONResponse:
        inside: httpx.AsyncClient = app.state.inside
        # Asked through ASGI, without sockets, so health works also while all connections are in
        # use.
        answers = {path.rpartition("/")[2]: await inside.get(f"{path}/{check}") for path in rooms}
        ok = all(answer.is_success for answer in answers.values())
        return JSONResponse({"ok": ok, **{name: one.json() for name, one in answers.items()}}, 200 if ok else 503)

    return verdict


def _front_page(client: httpx.AsyncClient) -> FrontPage:
    return FrontPage(
        client,
        agency=demo.AGENCY_ID,
        agency_name=demo.AGENCY_NAME,
        form=demo.FORM_ID,
        names=demo.SERVICE_NAMES,
    )
