"""The pages of the contract in a browser: they load from this server only, under their strict policy."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Locator, Page
from werkzeug.serving import make_server

from pulse.config import ROOT
from pulse.core.openapi.routes import ASSETS
from tests.support.browser import chromium

LOGO = "https://cdn.redoc.ly/redoc/logo-mini-full.svg"  # ReDoc asks for it; the policy refuses


pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of, and what was loaded from elsewhere."""
    return []


@pytest.fixture
def page(browser: Browser, address: str, complaints: list[str]) -> Iterator[Page]:
    page = browser.new_page(base_url=address)
    page.on("console", lambda it: complaints.append(it.text) if it.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfinished", lambda it: it.url.startswith((address, "data:")) or complaints.append(it.url))
    yield page
    page.close()


def scroll_to(page: Page, wanted: Locator) -> None:
    """Scroll down until it is there: of so many operations only those in sight are drawn."""
    for _ in range(100):
        if wanted.count():
            return
        page.mouse.wheel(0, 600)
        page.wait_for_timeout(50)
    pytest.fail("It is not on the page.")


def test_swagger_ui(page: Page, complaints: list[str]) -> None:
    page.goto("/api/schema/swagger-ui/")
    page.locator(".opblock").first.wait_for()
    page.mouse.move(300, 300)
    scroll_to(page, page.locator("#operations-Health-health_health"))
    page.locator("#operations-Health-health_health button").first.click()
    page.locator("#operations-Health-health_health button.execute").click()
    page.locator(".live-responses-table .response-col_status", has_text="200").wait_for()
    assert complaints == []


def test_redoc(page: Page, complaints: list[str]) -> None:
    page.goto("/api/schema/redoc/")
    page.get_by_role("heading", name="Pulse").first.wait_for()
    page.mouse.move(600, 300)
    scroll_to(page, page.get_by_text("Whether the server and its parts are well."))
    page.get_by_text("Whether the server and its parts are well.").first.wait_for()
    page.keyboard.press("Control+k")
    page.keyboard.type("heartbeat")
    page.get_by_text("/api/users/heartbeat/").first.wait_for()
    assert [text for text in complaints if LOGO not in text] == []


def test_events(page: Page, complaints: list[str]) -> None:
    page.goto("/api/schema/events/html/")
    card = page.locator("#presence-heartbeat")
    assert "idle_ms" in card.inner_text()
    card.get_by_text("Answer").click()
    card.get_by_text("heartbeat_seconds").first.wait_for()
    assert page.locator("#presence-presence_update").is_visible()
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_events_for_everybody(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto("/api/schema/events/html/")
    page.evaluate((ROOT / "node_modules/axe-core/axe.min.js").read_text())
    found = page.evaluate(
        "axe.run().then(result => result.violations.map(one => one.id + one.nodes[0].html))"
    )
    assert found == []


@pytest.mark.parametrize("path", ["swagger-ui/", "redoc/", "events/html/"])
def test_policy(client: FlaskClient, path: str) -> None:
    policy = client.get(f"/api/schema/{path}").headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


def test_assets(client: FlaskClient) -> None:
    for name in ASSETS:
        answer = client.get(f"/api/schema/assets/{name}")
        assert answer.status_code == 200
        assert len(answer.data) > 100_000
    assert client.get("/api/schema/assets/secrets.json").status_code == 404
    assert client.get("/api/schema/assets/..%2froutes.py").status_code == 404
