"""A real Chromium with the people of a test, who must not meet errors in its console."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect, sync_playwright

from pulse.config import ROOT
from tests.chromium import executable
from tests.support.servers import wait_until

PASSWORD = "correct horse battery"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
# Containers lend no user namespaces to Chromium's sandbox; the rest keeps it from calling home.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
REPORT_POLICY = """
document.addEventListener("securitypolicyviolation", (event) =>
    console.error("policy violated:", event.violatedDirective, event.blockedURI));
"""

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
# How pages may look: both schemes and both sizes always, every pair of them at full size.
LOOKS = pytest.mark.parametrize(
    ("scheme", "size"),
    [
        pytest.param("light", DESK, id="light-desk"),
        pytest.param("dark", PHONE, id="dark-phone"),
        pytest.param("dark", DESK, id="dark-desk", marks=pytest.mark.full),
        pytest.param("light", PHONE, id="light-phone", marks=pytest.mark.full),
    ],
)

expect.set_options(timeout=30_000)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Visitor:
    """One browser profile on one server. `complaints` is what its console says of errors and violations."""

    context: BrowserContext
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.add_init_script(REPORT_POLICY)

    def tab(self, path: str = "") -> Page:
        """A new tab, at `path` if given."""
        page = self.context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", self._dialog)
        if path:
            page.goto(path)
        return page

    def sign_in(self, login: str, password: str = PASSWORD) -> None:
        """Sign in as whoever types this into the form would, without the form."""
        answer = self.context.request.post("/api/login/", data={"username": login, "password": password})
        assert answer.ok, answer.text()

    def _note(self, message: Any) -> None:
        # Chromium itself reports what it cannot load; what comes of it is what tests look at.
        expected = (
            "Failed to load resource",
            "net::ERR_CONNECTION_REFUSED",
            "net::ERR_INTERNET_DISCONNECTED",
            "WebSocket is already in CLOSING or CLOSED state",  # a page that goes says goodbye too late
        )
        if message.type == "error" and not any(text in message.text for text in expected):
            self.complaints.append(message.text)

    def _dialog(self, dialog: Any) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()


def wait_for(page: Page, expression: str, arg: Any = None, seconds: float = 30) -> None:
    """Wait until an expression, or a function of `arg`, is true in a page.

    Playwright's own wait evaluates text inside the page, which the pages' policy forbids.
    """
    wait_until(lambda: page.evaluate(expression, arg), seconds, every=0.05)


def violations(page: Page | Frame) -> list[str]:
    """What axe finds wrong with the page as it is now, one line each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run().then((result) => result.violations)")
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]
