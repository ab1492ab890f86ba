"""Drawing the pages of forms, and the two files that they load."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from jinja2 import Environment, StrictUndefined, Template
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from feedback_api.hosted_forms.localisation import FormLocaliser, choose_localiser
from feedback_api.hosted_forms.view_model import ScreenModel
from soundings.events.forms import FormBody
from soundings.http.problems import ProblemException
from soundings.i18n.receipt_messages import receipt_messages

_TYPES: Final = {"form.css": "text/css", "form.js": "text/javascript"}
_HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    # Without a referrer a browser would send the form with the origin "null", like a page that hides where it is from.
    "referrer-policy": "same-origin",
    "vary": "accept-language",
}
_RECEIPT_HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    # The address erases an answer, so it is not handed on to any other page or list.
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
    "vary": "accept-language",
}
_FOR_EVER: Final = {"cache-control": "public, max-age=31536000, immutable"}


def screen_page(shown: ScreenModel, *, pages: int, status: int = 200) -> HTMLResponse:
    """A screen with questions; 422 where something is wrong with it."""
    html = _load_template("page.html").render(
        shown=shown, speech=shown.speech, pages=pages, version=_asset_version(), **_shared_context()
    )
    return HTMLResponse(html, status, headers={**_HEADERS, "content-language": shown.speech.language})


def thank_you_page(speech: FormLocaliser, receipt: str, *, to_files: str = "") -> HTMLResponse:
    """202 with the form's own words of thanks, and the receipt; ``to_files`` leads from the page's address to `/f/`."""
    html = _load_template("thanks.html").render(
        speech=speech,
        receipt=receipt,
        receipt_words=receipt_messages(speech.language),
        to_files=to_files,
        version=_asset_version(),
        **_shared_context(),
    )
    return HTMLResponse(html, 202, headers={**_HEADERS, "content-language": speech.language})


def thank_you_for_post(form: FormBody, wanted: str, request: Request, receipt: str) -> HTMLResponse:
    """The page of thanks after a plain HTML post to the API, whose address lies elsewhere than that of the form."""
    speech = choose_localiser(form, wanted, request.headers.get("accept-language", ""))
    return thank_you_page(speech, receipt, to_files="../../../f/")


def notice_page(speech: FormLocaliser | None, key: str, status: int) -> HTMLResponse:
    """A page that only says something: that a form is closed, or that there is none."""
    html = _load_template("notice.html").render(speech=speech, key=key, version=_asset_version(), **_shared_context())
    return HTMLResponse(html, status, headers=_HEADERS)


def receipt_html(context: Mapping[str, object], status: int) -> HTMLResponse:
    """The page of a receipt, which loads no script."""
    html = _load_template("receipt.html").render(**context, version=_asset_version(), **_shared_context())
    return HTMLResponse(html, status, headers={**_RECEIPT_HEADERS, "content-language": str(context["language"])})


def static_asset(version: str, name: str) -> Response:
    """One of the files; 404 for any other, and for versions that are not this one."""
    if name not in _TYPES or version != _asset_version():
        raise ProblemException(404, "not_found", "There is no such file.")
    return Response(_read_static(name), media_type=_TYPES[name], headers=_FOR_EVER)


@cache
def _read_static(name: str) -> str:
    return (files("feedback_api.hosted_forms") / "static" / name).read_text(encoding="utf-8")


@cache
def _asset_version() -> str:
    """Content hash in the asset URLs, so that browsers may cache them for ever."""
    return sha256("".join(map(_read_static, _TYPES)).encode()).hexdigest()[:12]


@cache
def _template_environment() -> Environment:
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@cache
def _load_template(name: str) -> Template:
    return _template_environment().from_string(_read_static(name))


@cache
def _shared_context() -> dict[str, object]:
    """What all pages use: how a text is written, and the frame around it."""
    return {"parts": _load_template("parts.html").module}
