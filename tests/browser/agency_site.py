"""An agency's own web site, on another origin than ours and with a strict policy; and the forms that its pages show."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import httpx

from soundings.widget_release import VERSION
from tests.e2e.running import Running

QUESTIONS = [
    {"id": "overall", "type": "likert", "measure": "satisfaction", "required": True,
     "text": {"en": "How satisfied are you with the permit counter?", "es": "¿Qué tan satisfecho está?",
              "ar": "ما مدى رضاك عن مكتب التصاريح؟"}},
    {"id": "reason", "type": "multi_choice", "text": {"en": "What went wrong?", "es": "¿Qué salió mal?"},
     "options": [{"code": "slow", "text": {"en": "It took long", "es": "Tardó mucho"}},
                 {"code": "rude", "text": {"en": "Staff were rude", "es": "Trato descortés"}}],
     "show_when": {"question": "overall", "in": [1, 2]}},
    {"id": "comment", "type": "long_text", "max_length": 300,
     "text": {"en": "What could we do better?", "es": "¿Qué podemos mejorar?", "ar": "ما الذي يمكننا تحسينه؟"},
     "help": {"en": "Please leave out names and numbers.", "es": "No escriba nombres ni números."}},
]  # fmt: skip
EVERY_TYPE = [
    {"id": "stars", "type": "stars", "text": {"en": "Stars for the counter"}},
    {"id": "thumbs", "type": "thumbs", "text": {"en": "Was it worth the way?"}},
    {"id": "recommend", "type": "nps", "measure": "nps", "text": {"en": "Would you recommend us?"}},
    {"id": "ease", "type": "ces", "measure": "ces", "text": {"en": "It was easy to get what I came for."}},
    {"id": "done", "type": "yes_no", "text": {"en": "Did you get your permit?"}},
    {"id": "office", "type": "single_choice", "text": {"en": "Which office?"},
     "options": [{"code": "north", "text": {"en": "North"}}, {"code": "south", "text": {"en": "South"}}]},
    {"id": "district", "type": "dropdown", "text": {"en": "Your district"}, "page": 2,
     "options": [{"code": "d1", "text": {"en": "Old town"}}, {"code": "d2", "text": {"en": "Harbour"}}]},
    {"id": "day", "type": "date", "text": {"en": "When were you here?"}, "page": 2},
    {"id": "word", "type": "short_text", "required": True, "text": {"en": "One word for it"}, "page": 2},
    {"id": "campaign", "type": "hidden", "text": {"en": "Campaign"}, "page": 2},
    {"id": "note", "type": "statement", "text": {"en": "We read every answer."}, "page": 2},
]  # fmt: skip


class AgencySite:
    """Pages by path, sent with a content security policy: that of the site, or one of their own."""

    def __init__(self, policy: str) -> None:
        self.policy = policy
        pages: dict[str, str] = {}
        policies: dict[str, str] = {}

        class Handler(BaseHTTPRequestHandler):
            protocol_version: ClassVar[str] = "HTTP/1.1"

            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                page = pages.get(path)
                content = (page or "").encode()
                self.send_response(404 if page is None else 200)
                self.send_header("content-type", "text/css" if path.endswith(".css") else "text/html; charset=utf-8")
                self.send_header("content-length", str(len(content)))
                self.send_header("content-security-policy", policies.get(path, policy))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_given: object) -> None:
                """Says nothing."""

        self.pages, self.policies = pages, policies
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.origin = f"http://localhost:{self._server.server_address[1]}"

    @contextmanager
    def open(self) -> Iterator["AgencySite"]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


def strict_policy(feedback: str) -> str:
    """What a careful agency allows: our script and our doors, no inline style, no HTML from strings."""
    return (
        f"default-src 'none'; script-src {feedback}/widget/{VERSION}.js; connect-src {feedback}/v1/forms/; "
        "style-src 'self'; frame-src 'self'; require-trusted-types-for 'script'; base-uri 'none'; form-action 'none'"
    )


def settle_agency(house: Running, origin: str) -> None:
    """Declare the agency, its service, the source for its pages and the forms, and publish them."""
    entities: Mapping[str, object] = {
        "agencies/town": {"name": {"en": "Town"}, "time_zone": "UTC"},
        "departments/permits": {"agency_id": "town", "name": {"en": "Permits"}},
        "services/permit": {"agency_id": "town", "department_id": "permits", "name": {"en": "Permit"}},
        "sources/site": {
            "agency_id": "town", "name": "Web site", "kind": "website", "service_ids": ["permit"],
            "accepts": ["responses"], "default_channel": "website", "origins": [origin],
        },
        "forms/visit": _form("Your visit", QUESTIONS, es="Su visita", ar="زيارتك"),
        "forms/every": {
            **_form("Every kind of question", EVERY_TYPE),
            "contact": {"consent": {"en": "You may contact me."}},
        },
    }  # fmt: skip
    headers = {"authorization": f"Bearer {house.token}"}
    with httpx.Client(base_url=f"{house.catalogue}/v1/", headers=headers, timeout=20) as http:
        for path, body in entities.items():
            http.put(path, json=body).raise_for_status()
        for form in ("visit", "every"):
            http.post(f"forms/{form}/publish").raise_for_status()
    _wait_for(f"{house.feedback}/v1/forms/every")


def _wait_for(url: str) -> None:
    end = time.monotonic() + 60
    with httpx.Client() as http:
        while http.get(url).status_code != 200:
            assert time.monotonic() < end, f"{url} did not come"
            time.sleep(0.05)


def _form(title: str, questions: list[dict[str, object]], **titles: str) -> dict[str, object]:
    return {
        "agency_id": "town",
        "service_ids": ["permit"],
        "source_id": "site",
        "title": {"en": title, **titles},
        "questions": questions,
    }


def page_of(html: str, lang: str = "en", head: str = "") -> str:
    way = "rtl" if lang == "ar" else "ltr"
    return f"""<!doctype html><html lang="{lang}" dir="{way}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Permits</title>{head}</head>
<body><main><h1>Permits</h1>{html}</main></body></html>"""
