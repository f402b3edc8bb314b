"""Somebody's own site with the widget on it, and what the tests do there."""

import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import TYPE_CHECKING, Any

from playwright.sync_api import FrameLocator, Locator, Page, expect

from pulse.extensions import db
from pulse.support import answers, queries
from pulse.support import service as support
from pulse.support.models import Widget
from pulse.support.queries import Filters
from pulse.support.schemas.rooms import RoomOut
from pulse.support.telling import THE_DESK
from tests.conftest import Live

if TYPE_CHECKING:  # its fixture `shop` opens one
    from tests.web.conftest import Account

# It hides and moves whatever it can reach; the page itself must show, or there would be nothing to see.
HOSTILE = """
* {
    all: unset !important; display: none !important; position: static !important; font-size: 99px !important;
    opacity: 0 !important; visibility: hidden !important; transform: rotate(9deg) !important;
}
html, body, main, h1 { display: block !important; visibility: visible !important; opacity: 1 !important; }
html { transform: none !important; }
button, iframe { width: 3px !important; background: red !important; }
"""
STRICT = (
    "default-src 'none'; script-src {0}; frame-src {0}; style-src 'self'; require-trusted-types-for 'script'"
)

PAGE = """<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width">
<title>A shop</title>
{0}
<main><h1>Bicycles</h1><button>Buy</button></main>
{1}
"""

_numbers = count(1)


@dataclass
class Site:
    """A server with one page: what stands in it, and the policy under which."""

    port: int = 0
    head: str = ""
    script: str = ""
    policy: str = ""

    @property
    def url(self) -> str:
        """Its origin. Pulse's has another port: another origin, but of the same site."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def far_url(self) -> str:
        """Another name of it: of another site, too."""
        return f"http://localhost:{self.port}"

    def answer(self, path: str) -> tuple[str, str]:
        """Media type and text of what is at a path."""
        if path == "/hostile.css":
            return "text/css", HOSTILE
        return "text/html", PAGE.format(self.head, self.script)


@contextmanager
def serving() -> Iterator[Site]:
    """A site on a port of its own."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, text = site.answer(self.path.partition("?")[0])
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Security-Policy", site.policy)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    site.port = server.server_port
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Shop:
    """A site, its widget, and the team that answers there."""

    live: Live
    site: Site
    home: str  # of Pulse
    widget_id: int
    key: str
    secret: str
    team_id: int

    def show(self, *, is_hostile: bool = False, **data: str) -> None:
        """What the page is like from now on; `data` are attributes of the script."""
        names = {"key": self.key, **data}
        attributes = " ".join(
            f'data-{name.replace("_", "-")}="{escape(text)}"' for name, text in names.items()
        )
        self.site.script = f'<script src="{self.home}/widget.js" {attributes}></script>'
        self.site.policy = STRICT.format(self.home) if is_hostile else ""
        self.site.head = '<link rel="stylesheet" href="/hostile.css">' if is_hostile else ""

    def vouch(self, customer: str) -> dict[str, str]:
        """The attributes for a customer whom the site's server vouches for."""
        right = hmac.new(self.secret.encode(), customer.encode(), sha256).hexdigest()
        return {"customer_id": customer, "customer_hash": right}

    def rooms(self) -> list[RoomOut]:
        """The team's tickets as the desk sees them, the latest first."""
        with self.live.app.app_context():
            db.session.rollback()
            return answers.rooms(THE_DESK, queries.latest(0, Filters(team_id=self.team_id), None, 50))

    def room(self) -> str:
        """The address of the only ticket."""
        (room,) = self.rooms()
        return room.id

    def staff(self, agent: "Account") -> None:
        """Make an agent one of the team."""
        with self.live.app.app_context():
            support.set_agent(agent.id, {"team_ids": [self.team_id]})

    def answer(self, agent: "Account", body: str) -> None:
        """An agent takes the only ticket and writes."""
        room = self.room()
        self.call(agent, "POST", f"/api/chat-rooms/{room}/assign_agent/", {"agent_id": agent.id})
        self.call(agent, "POST", "/api/messages/", {"chat_room_id": room, "body": body})

    def call(self, who: "Account", method: str, path: str, body: object = None) -> Any:
        """A REST call of somebody at the desk."""
        token = self.live.webs[0].sign_in(who.username)["access_token"]
        status, answer = self.live.webs[0].call(method, path, body, token)
        assert status < 300, answer
        return answer


def open_shop(live: Live, site: Site, home: str, **hours: Any) -> Shop:
    """Make a widget for a site, and a team without agents for it."""
    origins = [site.url, site.far_url]
    with live.app.app_context():
        team_id = support.create_team(
            f"Shop {next(_numbers)}", "UTC", hours.get("week", []), hours.get("holidays", [])
        )
        widget = db.session.get_one(Widget, support.create_widget("Website", origins, team_id))
        shop = Shop(live, site, home, widget.id, widget.key, widget.secret, team_id)
    shop.show()
    return shop


def button(page: Page) -> Locator:
    """What opens the widget."""
    return page.locator("pulse-widget button")


def badge(page: Page) -> Locator:
    return page.locator("pulse-widget .badge")


def frame(page: Page) -> FrameLocator:
    """What is in the widget."""
    return page.frame_locator("pulse-widget iframe")


def open_widget(page: Page) -> FrameLocator:
    """Open it, and wait until it is live."""
    button(page).click()
    inside = frame(page)
    expect(inside.locator("#widget")).to_have_attribute("aria-busy", "false")
    expect(inside.locator(".notice")).to_be_hidden()
    return inside


def write(inside: FrameLocator, words: str) -> None:
    """Write a message and send it."""
    area = inside.get_by_label("Your message")
    area.fill(words)
    area.press("Enter")


def bubbles(inside: FrameLocator) -> Locator:
    """What was said, as far as it has arrived."""
    return inside.locator(".log .bubble")


def expect_said(inside: FrameLocator, *words: str) -> None:
    """Wait until exactly this was said, and nothing is on its way."""
    expect(bubbles(inside)).to_have_text(list(words))
    expect(inside.locator(".is-sending, .is-failed")).to_have_count(0)
