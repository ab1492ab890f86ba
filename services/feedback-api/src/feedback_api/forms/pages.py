"""The page that thanks a person whose browser sent a plain HTML form."""

from html import escape
from typing import Final

from starlette.responses import HTMLResponse

from feedback_api.projection.views import FormView

_CSP: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'none'"
_PAGE: Final = """<!doctype html>
<html lang="{language}" dir="auto"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>body{{font:1.125rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}}
code{{overflow-wrap:anywhere}}</style></head>
<body><main><h1>{title}</h1><p>{thanks}</p>
<p>{about_receipt}</p><p><code>{receipt}</code></p></main></body></html>
"""
_THANKS: Final = "Thank you. Your answer has been received."
_ABOUT_RECEIPT: Final = (
    "Keep this receipt if you may want your answer erased. It then leaves every count and every list at once, and our "
    "log, which nobody reads, within 90 days:"
)


def thank_you_page(form: FormView, language: str | None, receipt: str) -> HTMLResponse:
    """202 with the form's own words of thanks in the language asked for, else in the first one that it has."""
    texts = form.body.form.thank_you or {}
    titles = form.body.form.title
    spoken = language if language in titles else next(iter(titles))
    page = _PAGE.format(
        language=escape(spoken, quote=True),
        title=escape(titles[spoken]),
        thanks=escape(texts.get(spoken, _THANKS)),
        about_receipt=_ABOUT_RECEIPT,
        receipt=escape(receipt),
    )
    return HTMLResponse(page, 202, headers={"content-security-policy": _CSP, "cache-control": "no-store"})
