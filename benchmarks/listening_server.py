"""feedback-api as it is, with two more routes to compare it with: one validates the body, one does nothing."""

import gc

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from feedback_api.bootstrap import build
from feedback_api.responses.shape import ResponseItem
from feedback_api.settings import Settings
from soundings.access.policy import POLICY, Door
from soundings.http.logs import configure_logs


class WithNothing:
    """Answers one path before anything else is asked."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/bench/nothing":
            await self._app(scope, receive, send)
            return
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"{}"})


def served(settings: Settings) -> ASGIApp:
    """The app with the two routes.

    The one that validates stands behind the same middleware and access check as every route, reads its body and checks
    it as FastAPI does for any model, and answers in JSON; of our door it lacks the key, the form, redaction, and log.
    """
    app = build(settings)
    POLICY["bench.validates"] = Door.PUBLIC

    @app.post("/bench/validates", name="bench.validates", status_code=202)
    async def validates(item: ResponseItem) -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]
        return {"id": item.id or ""}

    # In front of all others, so that looking for it costs nothing: ours is second.
    app.router.routes.insert(0, app.router.routes.pop())
    return WithNothing(app)


if __name__ == "__main__":
    configure_logs()
    known = Settings.from_environment()
    app = served(known)
    gc.collect()  # as the service itself does
    gc.freeze()
    uvicorn.run(app, host=known.host, port=known.port, log_level="warning", access_log=False)
