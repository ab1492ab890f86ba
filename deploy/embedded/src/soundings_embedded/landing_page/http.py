"""The front page over HTTP; it asks the metrics API the same way as anyone else, without a login."""

import re
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from importlib.resources import files
from time import monotonic
from typing import cast

import httpx
from fastapi import APIRouter, Request
from jinja2 import Environment
from starlette.responses import HTMLResponse

from soundings_embedded.landing_page.domain import Json, ServiceLine, questions, report_months, service_lines

_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_FRESH_SECONDS = 5.0
_OK = 200
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:]+\](:\d{1,5})?")


class FrontPage:
    """Gathers and renders the page for one showcase agency; figures are kept for a few seconds."""

    def __init__(
        self, client: httpx.AsyncClient, *, agency: str, agency_name: str, form: str, names: dict[str, str]
    ) -> None:
        self._client = client
        self._agency, self._agency_name, self._form, self._names = agency, agency_name, form, names
        self._template = Environment(autoescape=True).from_string(
            (files("soundings_embedded.landing_page") / "page.html").read_text(encoding="utf-8")
        )
        self._kept: tuple[float, date, list[ServiceLine], bool] | None = None

    async def render(self, today: date, scheme: str, host: str) -> str:
        """The page's HTML. ``scheme`` and ``host`` say how the reader reached us, if the latter looks like a host."""
        found, form = await self._figures(today)
        return self._template.render(
            lines=found,
            agency=self._agency_name,
            month=report_months(today)[1].strftime("%B %Y"),
            month_before=report_months(today)[0].strftime("%B"),
            form=self._form if form else None,
            base=f"{scheme}://{host}" if _HOST.fullmatch(host) else "http://127.0.0.1:8000",
            version=version("soundings"),
        )

    async def _figures(self, today: date) -> tuple[list[ServiceLine], bool]:
        kept = self._kept
        if kept is None or kept[1] != today or monotonic() - kept[0] > _FRESH_SECONDS:
            self._kept = kept = (monotonic(), today, await self._ask(today), await self._form_is_open())
        return kept[2], kept[3]

    async def _ask(self, today: date) -> list[ServiceLine]:
        answer = await self._client.post("/api/metrics/v1/query", json=questions(self._agency, today))
        if answer.status_code != _OK:
            return []
        answers = cast("list[dict[str, list[Json]]]", answer.json()["answers"])
        return service_lines([result["rows"] for result in answers], today, self._names)

    async def _form_is_open(self) -> bool:
        answer = await self._client.get(f"/api/feedback/v1/forms/{self._form}")
        return answer.status_code == _OK


def router(page: Callable[[], FrontPage], today: Callable[[], date]) -> APIRouter:
    """The route of ``/``."""
    routes = APIRouter()

    @routes.get("/", name="front_page", include_in_schema=False)
    async def front_page(request: Request) -> HTMLResponse:  # pyright: ignore[reportUnusedFunction]
        html = await page().render(today(), request.url.scheme, request.headers.get("host", ""))
        return HTMLResponse(html, headers={"content-security-policy": _CSP})

    return routes
