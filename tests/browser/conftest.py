"""A real Chromium against the running portal, 1280 and 375 px wide, strict about what a page may load or say.

Every page that a test opens is checked on closing: no request to another host, no error in the console (a broken
Content Security Policy shows there), no sideways scrolling. `check(page)` adds axe-core, the accessibility checker.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Response, sync_playwright

# Playwright's own event loop runs in the thread of the tests; the ORM is used there between its calls, never within.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

WIDTHS = {"desktop": (1280, 900), "phone": (375, 812)}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

type Check = Callable[[Page], None]
type Open = Callable[..., Page]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as instance:
        yield instance


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium where there is one, else the one Playwright has installed."""
    browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture(params=WIDTHS)
def viewport(request: pytest.FixtureRequest) -> dict[str, int]:
    width, height = WIDTHS[request.param]
    return {"width": width, "height": height}


class Faults(list[str]):
    """What pages complained about. Paused while axe-core works: it writes styles that our policy rightly blocks."""

    paused = False

    def note(self, fault: str) -> None:
        if not self.paused:
            self.append(fault)


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def open_browser(chromium: Browser, live_server: object, viewport: dict[str, int], faults: Faults) -> Iterator[Open]:
    """Return a function that opens a new visitor's window on the portal; keywords go to Playwright's context."""
    contexts: list[BrowserContext] = []
    base = str(live_server)

    def open_page(**options: object) -> Page:
        context = chromium.new_context(
            base_url=base, viewport=viewport, locale="de-DE", timezone_id="Europe/Berlin", **options
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: faults.note(message.text) if _is_fault(message) else None)
        page.on("pageerror", lambda error: faults.note(str(error)))
        page.on("response", lambda answer: faults.note(answer.url) if _is_broken_part(answer) else None)
        page.on("request", lambda request: faults.note(request.url) if _is_foreign(request.url, base) else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def check(faults: Faults) -> Check:
    """Return a function that asserts that a page is accessible, fits its window and has one main heading."""

    def run(page: Page) -> None:
        # Until its icon font has come, a button of the editor shows the icon's name as text.
        page.evaluate("async () => { await new Promise(requestAnimationFrame); await document.fonts.ready; }")
        faults.paused = True
        page.evaluate(AXE.read_text(encoding="utf-8"))
        options = {"runOnly": {"type": "tag", "values": AXE_RULES}, "resultTypes": ["violations"], "preload": False}
        result = page.evaluate("options => axe.run(document, options)", options)
        faults.paused = False
        found = [
            {"rule": entry["id"], "where": [node["target"] for node in entry["nodes"]][:5]}
            for entry in result["violations"]
        ]
        assert found == [], f"{page.url}: {json.dumps(found, indent=1)}"
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{page.url} scrolls sideways by {overflow} px"
        assert page.locator("h1").count() == 1, f"{page.url} needs exactly one main heading"

    return run


def _is_fault(message: ConsoleMessage) -> bool:
    """An error of the page. Answers from 400 on stand in the console too: `_is_broken_part` looks at those."""
    return message.type == "error" and "the server responded with a status of 4" not in message.text


def _is_broken_part(answer: Response) -> bool:
    """A style, script, picture or htmx answer that failed; a whole page may be an error page that the test wants."""
    return answer.status >= 400 and answer.request.resource_type != "document"


def _is_foreign(url: str, base: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and parts.netloc != urlsplit(base).netloc
