"""feedback-api as it is, with three more routes to compare it with: two validate the body, one does nothing."""

import gc

import uvicorn
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import ASGIApp, Receive, Scope, Send

from feedback_api.bootstrap import build_app
from feedback_api.responses.schemas import ResponseItem
from feedback_api.settings import FeedbackSettings
from soundings.access.policy import POLICY, AuthScheme
from soundings.kernel.ids import RECORD_ID_MAX
from soundings.telemetry.logging import configure_logs


class FormAnswer(BaseModel):
    """What a page sends to the public door of a form, as the record doors have `ResponseItem`."""

    model_config = ConfigDict(extra="forbid")

    id: str | None = Field(None, min_length=1, max_length=RECORD_ID_MAX)
    form_version: int | None = Field(None, ge=1)
    language: str | None = None
    page: str | None = Field(None, max_length=2000)
    website: str | None = None
    elapsed_ms: int | None = Field(None, ge=0)
    answers: dict[str, float | str | bool | list[str] | None]


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


def served(settings: FeedbackSettings) -> ASGIApp:
    """The app with the three routes.

    Those that validate stand behind the same middleware and access check as every route, read the body and check it as
    FastAPI does for any model, and answer in JSON; of our doors they lack key, origin, form, guard, redaction, and log.
    """
    app = build_app(settings)
    POLICY["bench.validates"] = POLICY["bench.validates_answer"] = AuthScheme.PUBLIC

    @app.post("/bench/validates", name="bench.validates", status_code=202)
    async def validates(item: ResponseItem) -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]
        return {"id": item.id or ""}

    @app.post("/bench/validates-answer", name="bench.validates_answer", status_code=202)
    async def validates_answer(item: FormAnswer) -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]
        return {"id": item.id or ""}

    # In front of all others, so that looking for them costs nothing: ours come after.
    app.router.routes[:0] = [app.router.routes.pop(), app.router.routes.pop()]
    return WithNothing(app)


if __name__ == "__main__":
    configure_logs()
    known = FeedbackSettings.from_environment()
    app = served(known)
    gc.collect()  # as the service itself does
    gc.freeze()
    uvicorn.run(app, host=known.host, port=known.port, log_level="warning", access_log=False)
