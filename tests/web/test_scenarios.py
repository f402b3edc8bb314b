"""The five testing scenarios of the system that Pulse's presence comes from, in a browser."""

import time
from collections.abc import Callable
from itertools import pairwise

from playwright.sync_api import Page, Request, WebSocketRoute, expect

from pulse.core.permissions import Role
from tests.conftest import Live
from tests.support.browser import Visitor
from tests.web.conftest import Account
from tests.web.people import expect_live, expect_status, fill_in, on_sign_in_page

HEARTBEAT = 1.0  # seconds, as the `live` fixture sets it
BOARD_REFRESH = 2.0


def beats_of(page: Page) -> list[float]:
    """When the page sent heartbeats over its socket; grows with each."""
    found: list[float] = []

    def on_sent(payload: str | bytes) -> None:
        if '"heartbeat"' in str(payload):
            found.append(time.monotonic())

    page.on("websocket", lambda socket: socket.on("framesent", on_sent))
    return found


def slow_down(socket: WebSocketRoute) -> None:
    """Have the page beat every three seconds, so that a beat in between shows."""
    server = socket.connect_to_server()
    every = f'"heartbeat_seconds":{HEARTBEAT}'
    server.on_message(lambda message: socket.send(str(message).replace(every, '"heartbeat_seconds":3.0')))


def test_whoever_signs_in_is_online_and_beats(
    account: Callable[..., Account], visitor: Callable[..., Visitor]
) -> None:
    admin = account("root", Role.ADMIN)
    ann = visitor(account("ann")).tab("/people")
    expect_status(ann, admin.id, "offline")
    page = visitor().tab()
    beats = beats_of(page)
    page.goto("/")
    on_sign_in_page(page)
    fill_in(page, admin.username)
    page.wait_for_url("**/app")
    expect_status(ann, admin.id, "online", 2)
    expect(page.locator("#me-dot")).to_have_attribute("data-status", "online")
    page.wait_for_timeout(5 * HEARTBEAT * 1000)
    gaps = [after - before for before, after in pairwise(beats)]
    assert len(beats) >= 4
    assert max(gaps) < 2 * HEARTBEAT


def test_whoever_falls_silent_is_offline(
    live: Live, account: Callable[..., Account], visitor: Callable[..., Visitor]
) -> None:
    silent = account("silent")
    ann = visitor(account("ann")).tab("/people")
    expect_live(ann)
    live.webs[0].sign_in(silent.username)  # one sign of life, then none
    expect_status(ann, silent.id, "online")
    expect_status(ann, silent.id, "offline")


def test_whoever_leaves_the_page_open_is_away(
    account: Callable[..., Account], visitor: Callable[..., Visitor]
) -> None:
    idle = account("idle")
    ann = visitor(account("ann")).tab("/people")
    page = visitor(idle).tab()
    page.route_web_socket("**/socket.io/**", slow_down)
    page.goto("/people")
    expect_status(ann, idle.id, "online")
    expect_status(ann, idle.id, "away")  # the page goes on beating
    expect(page.locator("#me-dot")).to_have_attribute("data-status", "away")
    page.mouse.move(200, 200)
    page.mouse.move(220, 240)
    expect_status(ann, idle.id, "online", 2)  # at once, not with the next beat


def test_a_suspended_account_is_offline_and_cannot_sign_in(
    live: Live, account: Callable[..., Account], visitor: Callable[..., Visitor]
) -> None:
    admin, eve = account("root", Role.ADMIN), account("eve")
    ann, page = visitor(account("ann")).tab("/people"), visitor(eve).tab("/people")
    expect_status(ann, eve.id, "online")
    expect_live(page)
    token = live.webs[1].sign_in(admin.username)["access_token"]
    path = f"/api/admin/users/{eve.id}/"
    status, _ = live.webs[1].call("PATCH", path, {"account_status": "suspended"}, token)
    assert status == 200
    expect(page.get_by_text("Your account is suspended.")).to_be_visible(timeout=3000)
    expect_status(ann, eve.id, "offline", 2)
    fill_in(page, eve.username)
    expect(page.get_by_role("alert")).to_have_text("This account is suspended.")


def test_the_board_asks_again_by_itself(
    account: Callable[..., Account], visitor: Callable[..., Visitor]
) -> None:
    page = visitor(account("root", Role.ADMIN)).tab()
    asked: list[float] = []

    def note(request: Request) -> None:
        if "/api/users/all-users/" in request.url:
            asked.append(time.monotonic())

    page.on("request", note)
    page.goto("/dashboard")
    page.wait_for_timeout(3.5 * BOARD_REFRESH * 1000)
    assert len(asked) >= 3
    assert all(after - before < 1.6 * BOARD_REFRESH for before, after in pairwise(asked))


def test_whoever_signs_out_is_offline_at_once(
    account: Callable[..., Account], visitor: Callable[..., Visitor]
) -> None:
    bob = account("bob")
    ann, page = visitor(account("ann")).tab("/people"), visitor(bob).tab("/people")
    expect_status(ann, bob.id, "online")
    expect_live(page)
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("button", name="Sign out").click()
    on_sign_in_page(page)
    expect_status(ann, bob.id, "offline", 1)
    page.goto("/people")
    on_sign_in_page(page)
