"""B8: the widget's size and requests, its work on the main thread, and what it does to the page that carries it."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.backends import Mode
from benchmarks.browser_page import TEXT, Seen, chromium, hanging, rounds, site
from benchmarks.fixture_catalogue import settle_town
from benchmarks.report import Line, Spread
from benchmarks.run_size import Extent
from benchmarks.server_process import embedded
from feedback_api.widget.bundles import newest_bundle

_KIB: Final = 1024
_INFO: Final = "for information"
_INLINE: Final = '<div data-soundings-form="visit"><a href="#own">Feedback</a></div>'
_MODAL: Final = '<a href="#own" data-soundings-open="visit">Feedback</a>'
_WORKS: Final = {
    "modal": "a form behind a button",
    "below": "a form further down the page",
    "inline": "a form at the top, asked for and shown",
}
_LOADER: Final = """<script>addEventListener("load", () => {{ const script = document.createElement("script");
script.src = "{src}"; document.body.append(script); }})</script>"""


def widget(extent: Extent, _mode: Mode) -> Sequence[Line]:
    """B8, on pages of another origin than ours."""
    with tempfile.TemporaryDirectory(dir=extent.folder) as name:
        home = Path(name) / "home"
        settle_town(f"sqlite:///{home / 'log.db'}")
        with embedded(home) as server, hanging() as silent:
            server.start()
            ours, nobody = (f"{base}/widget.js" for base in (f"http://127.0.0.1:{server.port}", silent))
            with site(_pages(ours, nobody)) as origin, chromium() as browser:
                urls = {page: f"{origin}/{page}" for page in _pages(ours, nobody)}
                seen = rounds(browser, urls, extent.rounds * 2)
    return [*_carried(seen), *_felt(seen)]


def _pages(ours: str, nobody: str) -> Mapping[str, str]:
    script = '<script async src="{}"></script>'.format
    return {
        "without": _INLINE + TEXT + _MODAL,
        "modal": TEXT + _MODAL + script(ours),
        "inline": _INLINE + TEXT + script(ours),
        "below": TEXT + _INLINE + script(ours),
        "hanging": _INLINE + TEXT + script(nobody),
        "hanging-loader": _INLINE + TEXT + _LOADER.format(src=nobody),
    }


def _carried(seen: Mapping[str, Sequence[Seen]]) -> Sequence[Line]:
    size = len(newest_bundle().zipped) / _KIB
    most = {page: max(one.requests for one in seen[page]) for page in ("modal", "inline")}
    return [
        Line("B8", "size of the widget, gzipped", "–", f"{size:.1f} KiB", "≤ 15 KiB"),
        Line("B8", "requests before anything is opened (inline)", "–", f"{most['modal']} ({most['inline']})", "1 (2)"),
        *(
            Line("B8", f"main-thread time on load, {what}", "the page without", _more(seen, page, _work), "≤ 10 ms")
            for page, what in _WORKS.items()
        ),
        Line(
            "B8", "the same, painting the page anew included", "the page without", _more(seen, "inline", _tasks), _INFO
        ),
    ]


def _work(one: Seen) -> float:
    return one.work


def _tasks(one: Seen) -> float:
    return one.tasks


def _more(seen: Mapping[str, Sequence[Seen]], page: str, of: Callable[[Seen], float]) -> str:
    pairs = zip(seen[page], seen["without"], strict=True)
    return Spread([of(one) - of(other) for one, other in pairs]).text("ms")


def _felt(seen: Mapping[str, Sequence[Seen]]) -> Sequence[Line]:
    """What a reader of the page feels: when it is first painted, when it can be used, when it has loaded."""
    moments: Mapping[str, Callable[[Seen], float]] = {
        "first painted": lambda one: one.paint,
        "ready to use (DOMContentLoaded)": lambda one: one.ready,
    }
    cases = {"inline": "with the widget", "hanging": "with our origin hanging"}
    lines = [
        Line("B8", f"the host page {moment}, {case}", _took(seen["without"], at), _took(seen[page], at), "no effect")
        for moment, at in moments.items()
        for page, case in cases.items()
    ]
    loaded = [_load(seen[page]) for page in ("hanging", "hanging-loader", "without")]
    what = "the load event with our origin hanging: script in the page, and added by the page after its load"
    return [*lines, Line("B8", what, loaded[2], f"{loaded[0]}; {loaded[1]}", "no effect")]


def _took(seen: Sequence[Seen], at: Callable[[Seen], float]) -> str:
    return Spread([at(one) for one in seen]).text("ms")


def _load(seen: Sequence[Seen]) -> str:
    """Browsers hold the load event until every script of the page has come or failed."""
    return "waits" if any(not one.load for one in seen) else _took(seen, lambda one: one.load)
