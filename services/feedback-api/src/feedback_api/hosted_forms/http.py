"""The hosted page of a form over HTTP: shown, filled in step by step, sent."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from feedback_api.catalogue_projection.read_models import FormView
from feedback_api.hosted_forms.form_state import FormState, initial_form_state, read_form_state, stage_id
from feedback_api.hosted_forms.localisation import FormLocaliser, choose_localiser
from feedback_api.hosted_forms.rendering import notice_page, screen_page, static_asset, thank_you_page
from feedback_api.hosted_forms.start_token import StartTokens
from feedback_api.hosted_forms.view_model import ScreenModel
from feedback_api.hosted_forms.wizard_steps import WizardStep, next_step, step_at, step_before, steps_of
from feedback_api.intake.body_parser import PUBLIC_MAX_BYTES, media_type
from feedback_api.intake.context import IntakeContext
from feedback_api.intake.field_readers import Item
from feedback_api.public_forms.availability import form_availability
from feedback_api.public_forms.body_parser import HTML_FORM, SpamSignals
from feedback_api.public_forms.contact_consent import with_person
from feedback_api.public_forms.cors import device_class
from feedback_api.public_forms.openapi import PAGES
from feedback_api.public_forms.submissions import FormSubmissions, with_device
from feedback_api.responses.form_validator import FormCheck
from soundings.events.forms import FormBody
from soundings.http.body import read_limited_body
from soundings.http.problems import ProblemException
from soundings.kernel.clock import Clock
from soundings.kernel.errors import FieldError, InvalidInput, ServiceUnavailable
from soundings.kernel.ids import new_id

_DIGITS_MAX: Final = 6
_ROBOTS: Final = ("bot", "crawl", "spider", "preview")
_PREFETCHES: Final = frozenset({"prefetch", "prerender", "preview"})


def hosted_router(page: "HostedPage") -> APIRouter:
    """The routes of the page and of the files that it loads."""
    router = APIRouter(tags=["forms"])

    @router.get("/f/{form_id}", name="feedback.page.show", response_class=HTMLResponse, responses=PAGES)
    async def show(form_id: str, request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        """A form on a page of its own; `?lang=` chooses the language, hidden questions can be filled by their ids."""
        return await page.show_page(form_id, request)

    @router.post("/f/{form_id}", name="feedback.page.go_on", response_class=HTMLResponse, responses=PAGES)
    async def go_on(form_id: str, request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        """The next step of a form, what is wrong with this one, or thanks."""
        return await page.go_on(form_id, request)

    @router.get("/f/-/{version}/{name}", name="feedback.page.asset", include_in_schema=False)
    async def file(version: str, name: str) -> Response:  # pyright: ignore[reportUnusedFunction]
        return static_asset(version, name)

    return router


@dataclass(frozen=True, slots=True)
class WizardRequest:
    """One request: the form, what was filled in so far, what that leads to, and the step that the person saw."""

    request: Request
    view: FormView
    sheet: FormState
    speech: FormLocaliser
    looked: FormCheck

    @property
    def published_form(self) -> FormBody:
        return self.view.body.form

    @property
    def wizard_steps(self) -> Sequence[WizardStep]:
        return steps_of(self.published_form, live=self.sheet.live)

    @property
    def current_step(self) -> int:
        return step_at(self.wizard_steps, self.sheet.at)

    def render_screen(self, number: int, faults: Sequence[FieldError] = ()) -> Response:
        """A step, with what is wrong in it."""
        step = self.wizard_steps[number]
        shown = ScreenModel(
            self.view.body, step, replace(self.sheet, at=step.step_id), self.speech, self.looked.asked_questions, faults
        )
        pages = len({question.page for question in self.published_form.questions})
        return screen_page(shown, pages=pages, status=422 if faults else 200)

    def render_refusal(self, refusal: InvalidInput) -> Response:
        """The step in which something is wrong, or the last one where it has no place in any."""
        _, _, name = refusal.faults[0].field.rpartition("answers.")
        known = any(name == question.id for question in self.published_form.questions)
        return self.render_screen(
            step_at(self.wizard_steps, name) if known else len(self.wizard_steps) - 1, refusal.faults
        )


@dataclass(frozen=True, slots=True)
class HostedPage:
    """Shows forms and takes what is filled in. Nothing is kept between two steps but in the page itself."""

    public: FormSubmissions
    start_tokens: StartTokens
    clock: Clock

    async def show_page(self, form_id: str, request: Request) -> Response:
        """The first step of the form for a new visit."""
        view = await self._find_form(form_id)
        if view is None or not await self._is_about_one_service(view, request):
            return notice_page(None, "no_form", 404)
        form, query = view.body.form, request.query_params
        speech = choose_localiser(form, query.get("lang", ""), request.headers.get("accept-language", ""))
        state = form_availability(form, self.clock())
        if state != "open":
            return notice_page(speech, state, 403)
        record_id, hidden = new_id(), [one.id for one in form.questions if one.type == "hidden"]
        start = self.start_tokens.issue_token(form_id, record_id, self.clock())
        visit = self._wizard_request(
            request, view, initial_form_state(query, hidden, record_id, start, view.version), speech
        )
        if _hidden_faults(visit):
            return notice_page(None, "no_form", 404)
        if _is_watched(request):
            with suppress(ProblemException):
                await self._count_stage(visit, await self.public.sender_of(request, view), "shown")
        return visit.render_screen(next_step(visit.wizard_steps, -1, visit.looked.asked_questions, ends=True) or 0)

    async def go_on(self, form_id: str, request: Request) -> Response:
        """What follows from what was filled in and pressed."""
        if media_type(request.headers.get("content-type")) != HTML_FORM:
            raise ProblemException(415, "unsupported_media_type", f"Send {HTML_FORM}.")
        sheet = read_form_state(await read_limited_body(request, PUBLIC_MAX_BYTES))
        view = await self._find_form(form_id, sheet.carried.get("form_version", ""))
        if view is None:
            return notice_page(None, "no_form", 404)
        sender = await self.public.sender_of(request, view)
        asked_for = sheet.go.removeprefix("lang:") if sheet.go.startswith("lang:") else sheet.language
        speech = choose_localiser(view.body.form, asked_for, request.headers.get("accept-language", ""))
        visit = self._wizard_request(request, view, sheet, speech)
        if sheet.go == "back":
            return visit.render_screen(
                step_before(visit.wizard_steps, visit.current_step, visit.looked.asked_questions)
            )
        if sheet.go.startswith("lang:"):
            return visit.render_screen(visit.current_step)
        return await self._next_step(visit, sender)

    async def _next_step(self, visit: WizardRequest, sender: IntakeContext) -> Response:
        later = next_step(
            visit.wizard_steps,
            visit.current_step,
            visit.looked.asked_questions,
            ends=visit.published_form.contact is not None,
        )
        faults = _of_step(visit.looked, visit.wizard_steps[visit.current_step])
        if later is None:
            faults += _of_contact(visit.sheet, visit.published_form)
        if faults:
            return visit.render_screen(visit.current_step, faults)
        await self._count_stage(visit, sender, "started")
        return await self._send_answers(visit, sender) if later is None else visit.render_screen(later)

    async def _send_answers(self, visit: WizardRequest, sender: IntakeContext) -> Response:
        """Thanks once the answer is durable; else the step in which something is wrong."""
        view, sheet = visit.view, visit.sheet
        elapsed = self.start_tokens.elapsed_ms(sheet.start, view.form_id, sheet.record_id, self.clock())
        judged = self.public.with_spam_check(sender, view, visit.request, SpamSignals(bool(sheet.trap), elapsed))
        try:
            answered = await self.public.accept_item(view, judged, with_device(_response_item(visit), visit.request))
        except InvalidInput as refusal:
            return visit.render_refusal(refusal)
        except ProblemException as problem:
            if problem.code != "form_closed":
                raise
            return notice_page(visit.speech, form_availability(visit.published_form, self.clock()), problem.status_code)
        return thank_you_page(visit.speech, answered.receipt)

    def _wizard_request(
        self, request: Request, view: FormView, sheet: FormState, speech: FormLocaliser
    ) -> WizardRequest:
        answers = self.public.responses.read_fields(view, dict(sheet.answers))
        return WizardRequest(request, view, sheet, speech, self.public.responses.validate_all(view, answers))

    async def _find_form(self, form_id: str, version: str = "") -> FormView | None:
        """The version that the person began with, else the newest one; None where there is none to be shown here."""
        directory = await self.public.intake.authenticator.ready_catalogue()
        number = int(version) if version.isascii() and version.isdigit() and len(version) <= _DIGITS_MAX else None
        view = directory.find_form(form_id, number) or directory.find_form(form_id)
        return view if view is not None and _is_offered(view.body.form) else None

    async def _is_about_one_service(self, view: FormView, request: Request) -> bool:
        """Whether the service is known: from the address, or because there is only one."""
        if view.only_service is not None or request.query_params.get("service_id"):
            return True
        source = (await self.public.intake.authenticator.ready_catalogue()).find_source(view.body.form.source_id or "")
        return source is not None and source.only_service is not None

    async def _count_stage(self, visit: WizardRequest, sender: IntakeContext, stage: str) -> None:
        """Count a funnel stage once per visit. Errors of the count are ignored, so that the page is still shown."""
        sheet = visit.sheet
        item: dict[str, object] = {"id": stage_id(sheet.record_id, stage), "form_id": visit.view.form_id}
        item |= {name: value for name, value in sheet.carried.items() if name in {"service_id", "channel"}}
        with suppress(InvalidInput, ServiceUnavailable):
            await self.public.count(
                visit.view, sender, {**item, "stage": stage, "test": bool(sheet.carried.get("test"))}
            )


def _is_offered(form: FormBody) -> bool:
    return form.source_id is not None and (not form.deliveries or "hosted" in form.deliveries)


def _is_watched(request: Request) -> bool:
    """Whether a person looks at the page: a browser that shows it, and does not only fetch it ahead."""
    agent = request.headers.get("user-agent", "").lower()
    if device_class(request) is None or any(robot in agent for robot in _ROBOTS):
        return False
    purposes = (request.headers.get(name, "").lower() for name in ("sec-purpose", "purpose", "x-moz"))
    return not any(purpose.partition(";")[0] in _PREFETCHES for purpose in purposes)


def _hidden_faults(visit: WizardRequest) -> list[FieldError]:
    """Faults of hidden questions, which only the page's address can correct."""
    fields = {f"answers.{question.id}" for question in visit.published_form.questions if question.type == "hidden"}
    return [fault for fault in visit.looked.faults if fault.field in fields]


def _of_step(looked: FormCheck, step: WizardStep) -> list[FieldError]:
    fields = {f"answers.{question.id}" for question in step.questions}
    return [fault for fault in looked.faults if fault.field in fields]


def _of_contact(sheet: FormState, form: FormBody) -> Sequence[FieldError]:
    """What is wrong with the consent and the address, before anything is sent."""
    try:
        with_person(_contact_fields(sheet), form)
    except InvalidInput as refusal:
        return refusal.faults
    return ()


def _contact_fields(sheet: FormState) -> Item:
    said: dict[str, object] = {"contact_consent": sheet.contact_consent == "on"}
    return {**said, "contact_address": sheet.contact_address} if sheet.contact_address else said


def _response_item(visit: WizardRequest) -> Item:
    """The item as a script would send it to the response endpoint."""
    sheet = visit.sheet
    carried = {name: value for name, value in sheet.carried.items() if name not in {"form_version", "test"}}
    return {
        **carried,
        **_contact_fields(sheet),
        "id": sheet.record_id or new_id(),
        "form_id": visit.view.form_id,
        "form_version": visit.view.version,
        "language": visit.speech.language,
        "test": bool(sheet.carried.get("test")),
        "answers": visit.looked.answers,
    }
