"""The page of a receipt: names the form and the agency, and erases the answer when its button is pressed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from feedback_api.hosted_forms.localisation import LocalisedText, accepted_language, localise_texts
from feedback_api.hosted_forms.rendering import receipt_html
from feedback_api.intake.receipts import ReceiptCodec, ReceiptTarget
from feedback_api.intake.source_auth import SourceAuthenticator
from feedback_api.public_forms.openapi import PAGES
from soundings.http.problems import ProblemException
from soundings.i18n.languages import text_direction
from soundings.i18n.receipt_messages import RECEIPT_LANGUAGES, receipt_messages
from soundings.kernel.errors import ServiceUnavailable

_Outcome = Literal["shown", "erased", "invalid", "held", "unavailable"]
_STATUS: Final[dict[_Outcome, int]] = {"shown": 200, "erased": 200, "invalid": 404, "held": 409, "unavailable": 503}


class AnswerEraser(Protocol):
    """Erases the record of an opened receipt."""

    def can_erase(self, sealed: ReceiptTarget) -> bool: ...

    async def erase_record(self, sealed: ReceiptTarget) -> None:
        """Durable on return. Raises ProblemException under a legal hold, and ServiceUnavailable."""
        ...


def receipt_router(page: "ReceiptPage") -> APIRouter:
    """GET shows the page; only POST erases."""
    router = APIRouter(tags=["taking back"])

    @router.get("/r/{receipt}", name="feedback.receipts.show", response_class=HTMLResponse, responses=PAGES)
    async def show(receipt: str, request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        """What a receipt is for, with a button to erase the answer."""
        return await page.show_receipt(receipt, request)

    @router.post("/r/{receipt}", name="feedback.receipts.erase_by_page", response_class=HTMLResponse, responses=PAGES)
    async def erase(receipt: str, request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        """Erase the answer. Doing it twice does no harm."""
        return await page.erase_answer(receipt, request)

    return router


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """Shows receipts and erases what they name."""

    authenticator: SourceAuthenticator
    receipts: ReceiptCodec
    eraser: AnswerEraser

    async def show_receipt(self, receipt: str, request: Request) -> Response:
        sealed = self._open_erasable(receipt)
        return await self._page("invalid" if sealed is None else "shown", sealed, request)

    async def erase_answer(self, receipt: str, request: Request) -> Response:
        sealed = self._open_erasable(receipt)
        if sealed is None:
            return await self._page("invalid", None, request)
        try:
            await self.eraser.erase_record(sealed)
        except ProblemException as problem:
            if problem.code != "legal_hold":
                raise
            return await self._page("held", sealed, request)
        except ServiceUnavailable:
            return await self._page("unavailable", sealed, request)
        return await self._page("erased", sealed, request)

    def _open_erasable(self, receipt: str) -> ReceiptTarget | None:
        sealed = self.receipts.open_receipt(receipt)
        return sealed if sealed is not None and self.eraser.can_erase(sealed) else None

    async def _page(self, key: _Outcome, sealed: ReceiptTarget | None, request: Request) -> Response:
        directory = await self.authenticator.ready_catalogue()
        form = None if sealed is None or sealed.form_id is None else directory.find_form(sealed.form_id)
        source = None if sealed is None else directory.registered_source(sealed.source_id)
        agency = None if source is None else directory.registered_agency(source.agency_id)
        offered: Sequence[str] = RECEIPT_LANGUAGES if form is None else list(form.body.form.title)
        language = accepted_language(request.headers.get("accept-language", ""), offered) or offered[0]
        form_name: LocalisedText | None = None if form is None else localise_texts(form.body.form.title, language)
        return receipt_html(
            {
                "key": key,
                "words": receipt_messages(language),
                "language": language,
                "direction": text_direction(language),
                "form_name": form_name,
                "agency_name": None if agency is None else localise_texts(agency.name, language),
            },
            _STATUS[key],
        )
