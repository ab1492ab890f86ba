"""HTTP endpoints of the widget script: immutable versions and the newest one."""

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from feedback_api.widget.bundles import WidgetFile, newest_bundle, widget_files
from soundings.http.problems import ProblemException

_FOR_EVER: Final = "public, max-age=31536000, immutable"
_FOR_AN_HOUR: Final = "public, max-age=3600"
# Any page may load it, with its integrity checked, and look how long that took.
_OPEN: Final = {
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "timing-allow-origin": "*",
    "vary": "accept-encoding",
}
_SCRIPT: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The script.", "content": {"text/javascript": {"schema": {"type": "string"}}}},
    304: {"description": "Not changed."},
}


def widget_router() -> APIRouter:
    """The routes of the static files."""
    router = APIRouter(tags=["widget"])

    @router.get("/widget.js", name="feedback.widget.newest", responses=_SCRIPT, response_class=Response)
    async def newest_widget(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        """The newest version of the widget; kept for an hour, so it has no integrity that a page could name."""
        return _file_reply(request, newest_bundle(), _FOR_AN_HOUR)

    @router.get("/widget/{version}.js", name="feedback.widget.version", responses=_SCRIPT, response_class=Response)
    async def widget(version: str, request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        """One version of the widget, for a page that names its integrity; it never changes."""
        found = widget_files().get(version)
        if found is None:
            raise ProblemException(404, "not_found", "There is no such version of the widget.")
        return _file_reply(request, found, _FOR_EVER)

    return router


def _file_reply(request: Request, file: WidgetFile, kept: str) -> Response:
    zipped = "gzip" in request.headers.get("accept-encoding", "")
    headers = {**_OPEN, "etag": file.zipped_etag if zipped else file.etag, "cache-control": kept}
    if headers["etag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if zipped:
        headers["content-encoding"] = "gzip"
    content = file.zipped if zipped else file.plain
    return Response(content, media_type="text/javascript", headers=headers)
