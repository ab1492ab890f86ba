"""The public doors over HTTP: a form's definition, an answer to it, and its funnel."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from feedback_api.abuse.guard import Arrival, Guard
from feedback_api.forms import bodies, openapi
from feedback_api.forms.definition import definition_of, matches
from feedback_api.forms.limiting import ClientLimits
from feedback_api.forms.origins import PREFLIGHT, OpenRoute, device_class, may_send
from feedback_api.forms.pages import thank_you_page
from feedback_api.forms.ports import ResponseKind
from feedback_api.intake import answers
from feedback_api.intake.fields import Item
from feedback_api.intake.http import Desk, idempotency_key
from feedback_api.intake.kinds import Kind
from feedback_api.intake.reading import SINGLE_MAX_BYTES
from feedback_api.intake.receive import Entry, receive_one
from feedback_api.intake.sender import Sender
from feedback_api.projection.views import FormView, SourceView
from soundings.access.keys import PREFIX
from soundings.events.catalogue import Abuse
from soundings.http.access import bearer
from soundings.http.body import read_body
from soundings.http.problems import Problem
from soundings.kernel.errors import Refused

_FRESH_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class PublicDesk:
    """What the public doors need beside the desk of the record doors."""

    desk: Desk
    responses: ResponseKind
    funnel: Kind
    limits: ClientLimits
    guard: Guard

    async def form(self, form_id: str) -> FormView:
        """The newest published version of a form; 404 where there is none."""
        form = (await self.desk.door.directory()).form(form_id)
        if form is None:
            raise Problem(404, "not_found", "There is no such form, or it is no longer in use.")
        return form

    async def sender(self, request: Request, form: FormView) -> Sender:
        """The form's own source as the sender; 403 where it has none or the page is not its, 429 when too fast."""
        source = await self._source(form)
        if not may_send(request, source):
            raise Problem(
                403, "forbidden", "Pages of this origin may not send to this form; its source lists those that may."
            )
        wait = self.limits.wait_seconds(form.form_id, _client(request))
        if wait:
            raise Problem(
                429, "too_fast", "Too many answers came from here; try again soon.", headers={"Retry-After": str(wait)}
            )
        return self.desk.door.of(source, request)

    def judged(self, sender: Sender, form: FormView, request: Request, clues: bodies.Clues) -> Sender:
        """The sender of a response which the guard looks at by the form's rules."""
        origin = request.headers.get("origin", "")
        arrival = Arrival(form.form_id, origin, _client(request), clues.honeypot, clues.elapsed_ms)
        return replace(sender, judge=partial(self.guard.judge, arrival, form.body.form.abuse or Abuse()))

    async def _source(self, form: FormView) -> SourceView:
        source_id = form.body.form.source_id
        source = None if source_id is None else (await self.desk.door.directory()).source(source_id)
        if source is None or "responses" not in source.accepts:
            raise Problem(403, "forbidden", "This form is not on the web: it names no source that takes responses.")
        return source


def forms_router(public: PublicDesk) -> APIRouter:
    """The routes of the public doors; any page may read their answers."""
    router = APIRouter(tags=["forms"], route_class=OpenRoute)

    @router.get("/v1/forms/{form_id}", name="feedback.forms.get", responses=openapi.DEFINITION)
    async def get_form(form_id: str, request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        """The newest published version of a form."""
        definition = definition_of(await public.form(form_id))
        headers = {"etag": definition.etag, "cache-control": f"public, max-age={_FRESH_SECONDS}"}
        if matches(request.headers.get("if-none-match"), definition.etag):
            return Response(status_code=304, headers=headers)
        return Response(definition.content, media_type="application/json", headers=headers)

    @router.post(
        "/v1/forms/{form_id}/responses",
        name="feedback.forms.respond",
        status_code=202,
        openapi_extra=openapi.ANSWER_BODY,
        responses=openapi.ANSWERS,
    )
    async def respond(form_id: str, request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        """Answer a form from a web page."""
        return await _respond(public, form_id, request)

    @router.post(
        "/v1/forms/{form_id}/events",
        name="feedback.forms.event",
        status_code=202,
        openapi_extra=openapi.EVENT_BODY,
        responses=openapi.ANSWERS,
    )
    async def event(form_id: str, request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        """Say that a form was offered, shown or begun; with the source's key also how many times (``n``)."""
        return await _event(public, form_id, request)

    for path, name in (("responses", "feedback.forms.respond.preflight"), ("events", "feedback.forms.event.preflight")):
        router.add_api_route(
            f"/v1/forms/{{form_id}}/{path}", _preflight, methods=["OPTIONS"], name=name, include_in_schema=False
        )
    return router


async def _preflight() -> Response:
    return Response(status_code=204, headers=PREFLIGHT)


async def _respond(public: PublicDesk, form_id: str, request: Request) -> Response:
    form = await public.form(form_id)
    sender = await public.sender(request, form)
    by_script = bodies.script_type(request.headers.get("content-type"))
    body = await read_body(request, SINGLE_MAX_BYTES)
    try:
        if by_script:
            item = bodies.read_script(body, form_id, bodies.ANSWER_FIELDS)
        else:
            item = bodies.read_fields(body, form_id, form, public.responses)
        item, clues = bodies.clues_of(item)
        entry = Entry(public.responses, _with_device(item, request), idempotency_key(request))
        taken = await receive_one(entry, public.judged(sender, form, request, clues), public.desk.log)
    except Refused as refusal:
        return answers.one_refused(refusal)
    receipt = public.desk.receipt(public.responses, sender, taken) or ""
    if not by_script and "text/html" in request.headers.get("accept", ""):
        language = item.get("language")
        return thank_you_page(form, language if isinstance(language, str) else None, receipt)
    return answers.one_taken(taken.record_id, receipt)


async def _event(public: PublicDesk, form_id: str, request: Request) -> Response:
    form = await public.form(form_id)
    keyed = (bearer(request) or "").startswith(PREFIX)
    if keyed:
        sender = await public.desk.door.sender(request, "responses")
    else:
        sender = await public.sender(request, form)
    if not bodies.script_type(request.headers.get("content-type")):
        raise Problem(415, "unsupported_media_type", "Send application/json.")
    body = await read_body(request, SINGLE_MAX_BYTES)
    allowed = bodies.EVENT_FIELDS | {"n", "revision"} if keyed else bodies.EVENT_FIELDS
    try:
        entry = Entry(public.funnel, bodies.read_script(body, form_id, allowed), idempotency_key(request))
    except Refused as refusal:
        return answers.one_refused(refusal)
    return await public.desk.one(entry, sender)


def _client(request: Request) -> str:
    return request.client.host if request.client is not None else ""


def _with_device(item: Item, request: Request) -> Item:
    return item if item.get("device") is not None else {**item, "device": device_class(request)}
