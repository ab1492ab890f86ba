"""HTTP endpoints of public forms: definition, response, and funnel event."""

from collections.abc import Callable
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from feedback_api.intake import replies
from feedback_api.intake.body_parser import PUBLIC_MAX_BYTES
from feedback_api.intake.field_readers import Item
from feedback_api.intake.http import idempotency_key
from feedback_api.intake.use_cases import IncomingItem
from feedback_api.public_forms import body_parser, openapi
from feedback_api.public_forms.availability import form_availability, must_be_open
from feedback_api.public_forms.cors import PREFLIGHT, PublicCorsRoute
from feedback_api.public_forms.definition import DefinitionCache, etag_matches
from feedback_api.public_forms.submissions import FormSubmissions, with_device
from soundings.access.keys import PREFIX
from soundings.events.forms import FormBody
from soundings.http.auth import bearer_token
from soundings.http.body import read_limited_body
from soundings.http.problems import ProblemException
from soundings.kernel.clock import Clock
from soundings.kernel.errors import InvalidInput

_FRESH_SECONDS: Final = 60
# Renders the page after a plain HTML post: of a form, in the language asked for, for a request, with a receipt.
ThankYouPage = Callable[[FormBody, str, Request, str], Response]


def forms_router(public: FormSubmissions, clock: Clock, thank_you_page: ThankYouPage) -> APIRouter:
    """The routes of public forms. Any page may read the replies."""
    router = APIRouter(tags=["forms"], route_class=PublicCorsRoute)
    definitions = DefinitionCache()

    @router.get("/v1/forms/{form_id}", name="feedback.forms.get", responses=openapi.DEFINITION)
    async def get_form(form_id: str, request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        """The newest published version of a form, with all that a page needs to show it."""
        form = await public.find_form(form_id)
        definition = definitions.definition_of(form, form_availability(form.body.form, clock()))
        headers = {"etag": definition.etag, "cache-control": f"public, max-age={_FRESH_SECONDS}"}
        if etag_matches(request.headers.get("if-none-match"), definition.etag):
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
        return await _receive_response(public, thank_you_page, form_id, request)

    @router.post(
        "/v1/forms/{form_id}/events",
        name="feedback.forms.event",
        status_code=202,
        openapi_extra=openapi.EVENT_BODY,
        responses=openapi.ANSWERS,
    )
    async def event(form_id: str, request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        """Say that a form was offered, shown or begun; with the source's key also how many times (``n``)."""
        return await _receive_event(public, form_id, request)

    for path, name in (("responses", "feedback.forms.respond.preflight"), ("events", "feedback.forms.event.preflight")):
        router.add_api_route(
            f"/v1/forms/{{form_id}}/{path}", _preflight_reply, methods=["OPTIONS"], name=name, include_in_schema=False
        )
    return router


async def _preflight_reply(form_id: str, request: Request) -> Response:  # noqa: ARG001 - as every endpoint here
    return Response(status_code=204, headers=PREFLIGHT)


async def _receive_response(
    public: FormSubmissions, thank_you_page: ThankYouPage, form_id: str, request: Request
) -> Response:
    form = await public.find_form(form_id)
    sender = await public.sender_of(request, form)
    by_script = body_parser.script_type(request.headers.get("content-type"))
    body = await read_limited_body(request, PUBLIC_MAX_BYTES)
    try:
        if by_script:
            item = body_parser.read_script(body, form_id, body_parser.ANSWER_FIELDS)
        else:
            item = body_parser.read_fields(body, form_id, form, public.responses)
        key = idempotency_key(request)
        item, clues = body_parser.split_spam_signals(item)
        sender = public.with_spam_check(sender, form, request, clues)
        answered = await public.accept_item(form, sender, with_device(item, request), key)
    except InvalidInput as refusal:
        return replies.rejected_reply(refusal)
    if not by_script and "text/html" in request.headers.get("accept", ""):
        return thank_you_page(form.body.form, str(item.get("language") or ""), request, answered.receipt)
    return replies.accepted_reply(answered.record_id, answered.receipt)


async def _receive_event(public: FormSubmissions, form_id: str, request: Request) -> Response:
    form = await public.find_form(form_id)
    if (bearer_token(request) or "").startswith(PREFIX):
        return await _keyed_event(public, form_id, request)
    sender = await public.sender_of(request, form)
    must_be_open(form.body.form, sender.received_at)
    item = await _event_item(form_id, request, body_parser.EVENT_FIELDS)
    try:
        return replies.accepted_reply(await public.count(form, sender, item, idempotency_key(request)), None)
    except InvalidInput as refusal:
        return replies.rejected_reply(refusal)


async def _keyed_event(public: FormSubmissions, form_id: str, request: Request) -> Response:
    sender = await public.intake.authenticator.authenticate_sender(request, "responses")
    item = await _event_item(form_id, request, body_parser.EVENT_FIELDS | {"n", "revision"})
    try:
        entry = IncomingItem(public.funnel, item, idempotency_key(request))
    except InvalidInput as refusal:
        return replies.rejected_reply(refusal)
    return await public.intake.receive_one(entry, sender)


async def _event_item(form_id: str, request: Request, allowed: frozenset[str]) -> Item:
    if not body_parser.script_type(request.headers.get("content-type")):
        raise ProblemException(415, "unsupported_media_type", "Send application/json.")
    return body_parser.read_script(await read_limited_body(request, PUBLIC_MAX_BYTES), form_id, allowed)
