"""The HTML that puts a form on a page, and what the page's content security policy must allow."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, Literal

Delivery = Literal["hosted", "inline", "modal", "button"]
DELIVERIES: Final[Sequence[Delivery]] = ("hosted", "inline", "modal", "button")
_LABEL: Final = "Feedback"


@dataclass(frozen=True, slots=True)
class WidgetScript:
    """The script that pages load: where from, and what browsers check it by."""

    version: str
    src: str
    integrity: str


@dataclass(frozen=True, slots=True)
class SnippetForm:
    """The properties of a form that snippets use; ``label`` is the text of its button."""

    id: str
    label: str | None
    ask_again_after_days: int | None
    deliveries: Sequence[Delivery]


@dataclass(frozen=True, slots=True)
class EmbedSnippet:
    """What to paste for one delivery, and what the page's policy must allow, by directive."""

    delivery: Delivery
    html: str
    csp: Mapping[str, Sequence[str]]


def embed_snippets(form: SnippetForm, widget: WidgetScript, base: str) -> Sequence[EmbedSnippet]:
    """A snippet for each delivery of the form. ``base`` is the public address of listening, without a slash behind."""
    csp = {"script-src": [widget.src], "connect-src": [f"{base}/v1/forms/"]}
    return [
        EmbedSnippet(delivery, "\n".join(_lines(delivery, form, widget, base)), {} if delivery == "hosted" else csp)
        for delivery in form.deliveries or DELIVERIES
    ]


def _lines(delivery: Delivery, form: SnippetForm, widget: WidgetScript, base: str) -> Iterator[str]:
    """The lines of a snippet; a link to the hosted page is the fallback without the script."""
    address = escape(f"{base}/f/{form.id}")
    label, form_id = escape(form.label or _LABEL), escape(form.id)
    match delivery:
        case "hosted":
            yield f'<a href="{address}">{label}</a>'
        case "inline":
            yield f'<div data-soundings-form="{form_id}"><a href="{address}">{label}</a></div>'
            yield _script(widget)
        case "modal":
            yield f'<a href="{address}" data-soundings-open="{form_id}">{label}</a>'
            yield _script(widget)
        case "button":
            said = f' data-soundings-label="{label}"' if form.label else ""
            again = form.ask_again_after_days
            often = f' data-soundings-again="{again}"' if again else ""
            yield _script(widget, f' data-soundings-form="{form_id}" data-soundings-show="button"{said}{often}')


def _script(widget: WidgetScript, more: str = "") -> str:
    src, integrity = escape(widget.src), escape(widget.integrity)
    return f'<script async src="{src}" integrity="{integrity}" crossorigin="anonymous"{more}></script>'
