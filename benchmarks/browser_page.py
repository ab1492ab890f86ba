"""An agency's page for measuring: a site of its own, a browser that opens it, and an origin that never answers."""

import contextlib
import os
import shutil
import threading
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import create_server
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from benchmarks.trace_main_thread import TRACED, work_ms

TEXT: Final = "[text]"
"""Where the text of a page stands in its body."""
_TEXT: Final = "<p>Permits are issued within five working days. Bring the form, the plan and the fee.</p>" * 200
_QUIET_MS: Final = 250
_TIMES: Final = """() => new Promise(resolve => setTimeout(() => {
  const [load] = performance.getEntriesByType('navigation');
  const [paint] = performance.getEntriesByName('first-contentful-paint');
  resolve([paint.startTime, load.domContentLoadedEventEnd, load.loadEventEnd]);
}, %d))"""


@dataclass(frozen=True, slots=True)
class Seen:
    """One opening of a page, in milliseconds; ``load`` is 0 where the page was still loading when it was looked at.

    ``work`` is what scripts, styles and layout took of the main thread, ``tasks`` all that it did, painting and the
    watching included; ``requests`` are those to other origins.
    """

    paint: float
    ready: float
    load: float
    work: float
    tasks: float
    requests: int


@contextlib.contextmanager
def site(bodies: Mapping[str, str]) -> Generator[str]:
    """The origin of a site with these pages, by name."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = bodies.get(self.path.removeprefix("/"))
            page = f"<!doctype html><html lang=en><title>Permits</title>{(body or '').replace(TEXT, _TEXT)}".encode()
            self.send_response(200 if body is not None else 404)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_given: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def hanging() -> Generator[str]:
    """An origin that takes connections and never says a word."""
    with create_server(("127.0.0.1", 0), backlog=512) as silent:
        yield f"http://127.0.0.1:{silent.getsockname()[1]}"


@contextlib.contextmanager
def chromium() -> Generator[Browser]:
    """The system's Chromium; as root it has no sandbox."""
    path = shutil.which("chromium")
    if path is None:
        raise RuntimeError("Chromium is needed: deploy/setup/install_system_packages.sh installs it")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


def opened(browser: Browser, url: str) -> Seen:
    """Open a page with an empty cache, and look at it when it has been quiet for a while."""
    context = browser.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    others: list[str] = []
    page.on("request", lambda request: others.append(request.url) if not request.url.startswith(url[:20]) else None)
    browser.start_tracing(categories=TRACED)
    page.goto(url, wait_until="domcontentloaded")
    paint, ready, load = page.evaluate(_TIMES % _QUIET_MS)
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    work = work_ms(browser.stop_tracing())
    context.close()
    return Seen(paint, ready, load, work, 1000 * metrics["TaskDuration"], len(others))


def rounds(browser: Browser, urls: Mapping[str, str], count: int) -> Mapping[str, Sequence[Seen]]:
    """Every page opened so many times, in turns, forth and back; the first turn warms up and is left out."""
    seen: dict[str, list[Seen]] = {name: [] for name in urls}
    for turn in range(count + 1):
        for name, url in list(urls.items())[:: 1 if turn % 2 else -1]:
            found = opened(browser, url)
            if turn:
                seen[name].append(found)
    return seen
