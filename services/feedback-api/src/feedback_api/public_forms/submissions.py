"""Use cases of public forms: origin and rate checks, availability, and the durable append."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from fastapi import Request

from feedback_api.catalogue_projection.read_models import FormView, SourceView
from feedback_api.intake.context import IntakeContext
from feedback_api.intake.field_readers import Item
from feedback_api.intake.http import RecordIntake
from feedback_api.intake.ports import ItemParser
from feedback_api.intake.record_ids import client_id
from feedback_api.intake.use_cases import IncomingItem, receive_one
from feedback_api.public_forms.availability import must_be_open
from feedback_api.public_forms.body_parser import SpamSignals
from feedback_api.public_forms.contact_consent import with_person
from feedback_api.public_forms.cors import device_class, may_send
from feedback_api.public_forms.public_items import public_item
from feedback_api.public_forms.rate_limit import ClientLimits
from feedback_api.responses.parser import ResponseParser
from feedback_api.spam.scorer import SpamScorer, SubmissionContext
from soundings.events.forms import AbusePolicy
from soundings.http.problems import ProblemException

# The rules of forms that set none.
_USUAL: Final = AbusePolicy()


@dataclass(frozen=True, slots=True)
class SubmittedResponse:
    """A durable response, and the receipt code that can erase it."""

    record_id: str
    receipt: str


@dataclass(frozen=True, slots=True)
class FormSubmissions:
    """Use cases of public forms: accept responses and funnel events without a source key."""

    intake: RecordIntake
    responses: ResponseParser
    funnel: ItemParser
    limits: ClientLimits
    guard: SpamScorer

    async def find_form(self, form_id: str) -> FormView:
        """The newest published version of a form; 404 where there is none."""
        form = (await self.intake.authenticator.ready_catalogue()).find_form(form_id)
        if form is None:
            raise ProblemException(404, "not_found", "There is no such form, or it is no longer in use.")
        return form

    async def sender_of(self, request: Request, form: FormView) -> IntakeContext:
        """The form's own source as the sender; 403 where it has none or the page is not its, 429 when too fast."""
        source = await self._form_source(form)
        if not may_send(request, source):
            raise ProblemException(
                403, "forbidden", "Pages of this origin may not send to this form; its source lists those that may."
            )
        wait = self.limits.wait_seconds(form.form_id, client_of(request))
        if wait:
            raise ProblemException(
                429, "too_fast", "Too many answers came from here; try again soon.", headers={"Retry-After": str(wait)}
            )
        return replace(self.intake.authenticator.context_of(source, request), is_public=True)

    def with_spam_check(
        self, sender: IntakeContext, form: FormView, request: Request, clues: SpamSignals
    ) -> IntakeContext:
        """The context with a spam check by the form's rules."""
        origin = request.headers.get("origin", "")
        arrival = SubmissionContext(form.form_id, origin, client_of(request), clues.honeypot, clues.elapsed_ms)
        return replace(sender, spam_check=partial(self.guard.score_submission, arrival, form.body.form.abuse or _USUAL))

    async def accept_item(
        self, form: FormView, sender: IntakeContext, item: Item, given_id: str | None = None
    ) -> SubmittedResponse:
        """Accept a response; durable on return. Raises InvalidInput, ServiceUnavailable, or 403 for a closed form."""
        public = public_item(item, form.body.form, sender, given_id)
        must_be_open(form.body.form, sender.received_at, public.given_at)
        entry = IncomingItem(self.responses, with_person(public.item, form.body.form))
        taken = await receive_one(entry, replace(sender, adjusted=public.adjusted), self.intake.log)
        return SubmittedResponse(
            client_id(taken.record_id), self.intake.issue_receipt(self.responses, sender, taken, form.form_id) or ""
        )

    async def count(self, form: FormView, sender: IntakeContext, item: Item, given_id: str | None = None) -> str:
        """Accept a funnel event; durable on return of its id. Raises InvalidInput and ServiceUnavailable."""
        public = public_item(item, form.body.form, sender, given_id)
        entry = IncomingItem(self.funnel, public.item)
        taken = await receive_one(entry, replace(sender, adjusted=public.adjusted), self.intake.log)
        return client_id(taken.record_id)

    async def _form_source(self, form: FormView) -> SourceView:
        source_id = form.body.form.source_id
        source = (
            None if source_id is None else (await self.intake.authenticator.ready_catalogue()).find_source(source_id)
        )
        if source is None or "responses" not in source.accepts:
            raise ProblemException(
                403, "forbidden", "This form is not on the web: it names no source that takes responses."
            )
        return source


def client_of(request: Request) -> str:
    """The address of the client, for use in memory only."""
    return request.client.host if request.client is not None else ""


def with_device(item: Item, request: Request) -> Item:
    """The item with the class of device that sent it, unless it says one itself."""
    return item if item.get("device") is not None else {**item, "device": device_class(request)}
