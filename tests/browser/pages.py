"""The system's Chromium, and what tests ask of any page of ours: only its own origin, no barriers, nothing cut off."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

AXE = Path(__file__).with_name("node_modules") / "axe-core" / "axe.min.js"
PHONE = {"width": 320, "height": 640}
"""The narrowest screen that pages are made for (WCAG 2.2, 1.4.10)."""
ZOOMED = {"width": 320, "height": 256}
"""What is left of 1280 × 1024 at 400 %."""

_OVERFLOWING = """() => [...document.querySelectorAll('body *')].filter(element => {
  const box = element.getBoundingClientRect(), style = getComputedStyle(element);
  const shown = box.width > 1 && box.height > 1 && style.visibility === 'visible' && !element.closest('.skip');
  return shown && (box.right > innerWidth + 1 || box.left < -1 || element.scrollWidth > element.clientWidth + 1 &&
    style.display !== 'inline');
}).map(element => element.outerHTML.slice(0, 120))"""
_FOCUSED = """() => {
  const element = document.activeElement, box = element.getBoundingClientRect(), style = getComputedStyle(element);
  return {
    href: element.getAttribute('href'),
    outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
    inside: box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth,
  };
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; as root it has no sandbox."""
    path = shutil.which("chromium")
    assert path is not None, "Chromium is needed: deploy/setup/install_system_packages.sh installs it"
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


def reader_params(readers: Mapping[str, dict[str, object]]):
    """Ways to read a page as parameters: the phone and forced colours in every run, all others in the full one."""
    usual = {"phone", "in forced colours"}
    return [
        pytest.param(reader, id=name, marks=() if name in usual else pytest.mark.full)
        for name, reader in readers.items()
    ]


class Watched:
    """A page whose requests, refused answers and complaints are kept."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requested: list[str] = []
        self.faults: list[str] = []
        page.on("request", self._keep)
        page.on("console", lambda said: self.faults.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("response", lambda one: self.faults.append(f"{one.status} {one.url}") if one.status >= 400 else None)
        page.on("requestfailed", lambda one: self.faults.append(f"{one.failure} {one.url}"))

    def _keep(self, request: Request) -> None:
        self.requested.append(request.url)

    def strangers(self) -> list[str]:
        """What was asked of anyone but the page's own origin."""
        home = urlsplit(self.page.url)[:2]
        return [url for url in self.requested if urlsplit(url)[:2] != home and not url.startswith("data:")]

    def barriers(self) -> list[str]:
        """What axe finds, by rule and place."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("async () => (await axe.run(document)).violations")
        return [f"{one['id']}: {[node['html'] for node in one['nodes']]}" for one in found]

    def overflowing(self) -> list[str]:
        """Elements that stick out of the screen or hide a part of themselves."""
        return self.page.evaluate(_OVERFLOWING)

    def tabbed(self) -> list[dict[str, object]]:
        """What the Tab key reaches, in order, until it leaves the page: the link, its outline, whether it is seen."""
        reached: list[dict[str, object]] = []
        self.page.keyboard.press("Tab")
        while self.page.evaluate("document.activeElement !== document.body"):
            reached.append(self.page.evaluate(_FOCUSED))
            assert len(reached) < 1000
            self.page.keyboard.press("Tab")
        return reached
