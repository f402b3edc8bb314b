"""What a page does over time: reloads, lost connections, several tabs, goodbyes."""

import json
from collections.abc import Callable

from playwright.sync_api import Page, Response, expect

from tests.conftest import Live
from tests.support.browser import Visitor
from tests.web.conftest import Account
from tests.web.people import (
    changes,
    expect_live,
    expect_status,
    fill_in,
    on_sign_in_page,
    record_changes,
    row,
)

Make = Callable[..., Account]
Visit = Callable[..., Visitor]


def test_ten_reloads_in_ten_seconds_are_no_absence(live: Live, account: Make, visitor: Visit) -> None:
    bob, ann = account("bob"), account("ann")
    watching, page = visitor(ann).tab("/people"), visitor(bob).tab("/people")
    expect_live(page)
    expect_status(watching, bob.id, "online")
    token = live.webs[0].sign_in(bob.username)["access_token"]
    history = f"/api/users/{bob.id}/presence/history/"
    before = live.webs[0].call("GET", history, token=token)
    record_changes(watching, bob.id)
    for number in range(10):
        page.mouse.move(100 + number, 100)  # a reload itself may be the page's own doing
        page.mouse.move(300, 100 + number)
        page.reload()
        page.wait_for_timeout(800)
    expect_live(page)
    expect_status(watching, bob.id, "online")
    assert changes(watching) == []
    assert live.webs[0].call("GET", history, token=token) == before


def test_a_closed_page_is_offline_after_the_grace(account: Make, visitor: Visit) -> None:
    bob = account("bob")
    ann, guest = visitor(account("ann")).tab("/people"), visitor(bob)
    page = guest.tab("/people")
    expect_live(page)
    expect_status(ann, bob.id, "online")
    page.close()
    ann.wait_for_timeout(1000)  # half the grace
    expect_status(ann, bob.id, "online", 0.1)
    expect_status(ann, bob.id, "offline", 4)


def test_close_is_a_goodbye(account: Make, visitor: Visit) -> None:
    bob = account("bob")
    ann, page = visitor(account("ann")).tab("/people"), visitor().tab("/sign-in?next=/people")
    fill_in(page, bob.username)
    expect_live(page)
    expect_status(ann, bob.id, "online")
    page.evaluate("import('/static/js/shell.js').then(({ client }) => client.close())")
    expect_status(ann, bob.id, "offline", 1)


def test_input_in_one_tab_counts_for_all(account: Make, visitor: Visit) -> None:
    guest = visitor(account("bob"))
    first = guest.tab("/people")
    expect_live(first)
    second = guest.tab()
    idle: list[int] = []
    devices: set[str] = set()

    def note(payload: str | bytes) -> None:
        text = str(payload)
        if '"heartbeat"' in text:
            idle.append(json.loads(text[text.index("[") :])[1]["idle_ms"])
        if "device_id" in text:
            devices.add(json.loads(text[text.index("{") :])["device_id"])

    second.on("websocket", lambda socket: socket.on("framesent", note))
    second.goto("/people")
    expect_live(second)
    assert devices == {first.evaluate("localStorage['pulse-device']")}  # two tabs are one device
    second.wait_for_timeout(3500)
    assert idle[-1] > 2000
    first.mouse.move(50, 50)
    first.mouse.move(80, 90)
    second.wait_for_timeout(1500)
    assert idle[-1] < 2000


def test_a_page_that_was_away_for_long_comes_back(live: Live, account: Make, visitor: Visit) -> None:
    bob = account("bob")
    ann = visitor(account("ann"), base_url=live.webs[1].url).tab("/people")
    guest = visitor(bob)
    page = guest.tab("/people")
    expect_live(page)
    expect_status(ann, bob.id, "online")
    live.webs[0].kill()
    expect(page.locator("#connection")).to_have_attribute("data-state", "lost")
    expect_status(ann, bob.id, "offline")
    guest.context.clear_cookies(name="access_token")  # as a browser does after 15 minutes
    live.webs[0].start()
    expect_live(page)
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    expect_status(ann, bob.id, "away")
    page.mouse.move(50, 50)
    page.mouse.move(90, 50)
    expect_status(ann, bob.id, "online", 3)


def test_two_tabs_never_spend_the_same_refresh_token(account: Make, visitor: Visit) -> None:
    guest = visitor(account("bob"))
    tabs = [guest.tab("/people"), guest.tab("/people")]
    spent: list[int] = []

    def note(response: Response) -> None:
        if response.url.endswith("/api/refresh/"):
            spent.append(response.status)

    for tab in tabs:
        expect_live(tab)
        tab.on("response", note)
    tabs[0].evaluate("localStorage['pulse-refreshed'] = Date.now() - 8 * 86400_000")
    guest.context.clear_cookies(name="access_token")
    script = """import('/static/js/shell.js').then(async ({ client }) => {
        client.close();
        await new Promise((done) => client.on("connected", done).connect());
    })"""
    for tab in tabs:
        tab.evaluate(f"void {script}")
    for tab in tabs:
        tab.evaluate(
            "import('/static/js/shell.js').then(({ client }) => client.api('GET', '/api/sessions/'))"
        )
        expect_live(tab)
    tabs[1].wait_for_timeout(1000)
    assert set(spent) == {204}


def test_a_revoked_session_ends_the_page(live: Live, account: Make, visitor: Visit) -> None:
    bob = account("bob")
    page = visitor(bob).tab("/profile")
    other = live.webs[1]
    token = other.sign_in(bob.username)["access_token"]
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    assert other.call("POST", "/api/sessions/end-others/", {}, token)[0] == 200
    on_sign_in_page(page)
    expect(page.get_by_text("You have been signed out.")).to_be_visible()
    fill_in(page, bob.username)
    page.wait_for_url("**/profile")  # back to where it happened


def test_who_hides_disappears_from_others_pages(live: Live, account: Make, visitor: Visit) -> None:
    bob = account("bob")
    ann: Page = visitor(account("ann")).tab("/people")
    expect_status(ann, bob.id, "offline")
    token = live.webs[0].sign_in(bob.username)["access_token"]
    assert live.webs[0].call("PUT", "/api/profile/", {"visibility": "nobody"}, token)[0] == 200
    expect(row(ann, bob.id)).to_have_count(0, timeout=3000)
