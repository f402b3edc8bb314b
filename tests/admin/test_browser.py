"""The status board and the admin pages in a real browser, on processes that these tests share."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, pairwise

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect
from sqlalchemy import func, insert, select

from pulse.accounts import service
from pulse.accounts.models import User
from pulse.core import clock
from pulse.core.events import transaction
from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.presence.models import UserPresence
from tests.conftest import Live, pulse_processes
from tests.support.browser import LOOKS, Visitor, chromium, violations, wait_for
from tests.support.mail import SmtpServer

REFRESH = 2  # seconds, ADMIN_REFRESH_SECONDS of the processes
ADMIN_PAGES = ["", "users/", "sessions/", "devices/", "history/", "audit/", "outbox/", "failed-jobs/"]
POLL = "**/api/users/all-users/**"
_numbers = count(1)


@pytest.fixture(scope="module")
def live(smtp_server: SmtpServer) -> Iterator[Live]:
    calm = {"PRESENCE_IDLE_AFTER": "120", "PRESENCE_OFFLINE_AFTER": "120"}  # nobody changes by themselves
    with pulse_processes(smtp_server.port, **calm) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@dataclass
class Board:
    """A new admin's browser. The names of a test's people end in its tag, which the board searches for."""

    page: Page
    live: Live
    tag: str

    def user(self, name: str, role: Role = Role.USER, **options: str) -> int:
        return self.live.create_user(name + self.tag, role, **options)

    def open(self, question: str | None = None) -> None:
        asked = f"?q={self.tag}" if question is None else question
        self.page.goto(f"/dashboard{asked}")
        expect(self.page.locator("#freshness")).to_contain_text("Updated")

    def row(self, user_id: int) -> Locator:
        return self.page.locator(f'tr[data-user-id="{user_id}"]')

    def expect_names(self, *names: str) -> None:
        expect(self.page.locator("#people .name")).to_have_text([name + self.tag for name in names])

    def online(self) -> int:
        return int(self.page.locator("[data-count=online]").inner_text())


@pytest.fixture
def board(live: Live, browser: Browser) -> Iterator[Board]:
    tag = f"-t{next(_numbers):02}"
    live.create_user(f"boss{tag}", Role.ADMIN)
    visitor = Visitor(browser.new_context(base_url=live.url, viewport={"width": 1280, "height": 900}))
    visitor.sign_in(f"boss{tag}")
    yield Board(visitor.tab(), live, tag)
    visitor.context.close()
    assert visitor.complaints == []


def test_changes_come_by_socket_within_a_second(board: Board, live: Live) -> None:
    ann = board.user("ann")
    board.open()
    expect(board.row(ann).locator(".dot")).to_have_attribute("data-status", "offline")
    expect(board.page.locator("#connection")).to_contain_text("Live")
    board.page.route(POLL, lambda route: route.abort())  # so it can only be the socket
    online = board.online()
    token = live.webs[1].sign_in(f"ann{board.tag}")["access_token"]
    expect(board.row(ann).locator(".dot")).to_have_attribute("data-status", "online", timeout=1000)
    assert board.online() == online + 1
    assert live.webs[1].call("PUT", f"/api/users/{ann}/presence/", {"choice": "busy"}, token)[0] == 200
    expect(board.row(ann).locator(".dot")).to_have_attribute("data-status", "busy", timeout=1000)
    assert live.webs[1].call("POST", "/api/logout/", {}, token)[0] == 200
    expect(board.row(ann).locator(".dot")).to_have_attribute("data-status", "offline", timeout=1000)
    expect(board.page.locator("#board-news")).to_contain_text("is offline", timeout=5000)


def test_it_asks_again_every_interval(board: Board) -> None:
    board.open()
    times = []
    for _ in range(4):
        with board.page.expect_request(POLL, timeout=2 * REFRESH * 1000):
            pass
        times.append(time.monotonic())
    gaps = [later - sooner for sooner, later in pairwise(times)]
    assert all(0.5 * REFRESH < gap < 1.5 * REFRESH for gap in gaps[1:]), gaps


def test_devices_and_last_seen_are_shown(board: Board, live: Live) -> None:
    ann = board.user("ann")
    token = live.webs[1].sign_in(f"ann{board.tag}")["access_token"]
    beat = {"device_id": "phone", "device_type": "mobile"}
    assert live.webs[1].call("POST", "/api/users/heartbeat/", beat, token)[0] == 200
    board.open()
    expect(board.row(ann)).to_contain_text("mobile")
    expect(board.row(ann)).to_contain_text("just now")
    expect(board.row(ann)).to_contain_text("active")


def test_search_filters_and_order(board: Board, live: Live) -> None:
    people = (("Zoe", Role.AGENT), ("ann", Role.USER), ("bob", Role.USER))
    ids = {name: board.user(name, role) for name, role in people}
    board.open()
    board.expect_names("ann", "bob", "boss", "Zoe")
    board.page.locator("[data-sort=username]").click()
    board.expect_names("Zoe", "boss", "bob", "ann")
    expect(board.page.locator("th[aria-sort=descending]")).to_contain_text("Person")
    board.page.get_by_label("Search").fill(f"O{board.tag}")
    expect(board.page.get_by_text("Nobody fits.")).to_be_visible()
    board.page.get_by_label("Search").fill(f"OB{board.tag}".lower())
    board.expect_names("bob")
    board.page.get_by_label("Search").fill(board.tag)
    board.page.get_by_label("Role").select_option("admin")
    board.expect_names("boss")
    board.page.reload()  # the question is in the address
    board.expect_names("boss")
    expect(board.page.get_by_label("Role")).to_have_value("admin")
    board.page.get_by_label("Presence", exact=True).select_option("busy")
    expect(board.page.get_by_text("Nobody fits.")).to_be_visible()
    board.page.get_by_role("button", name="Clear").click()
    expect(board.row(ids["Zoe"])).to_be_attached()
    board.page.get_by_label("Account", exact=True).select_option("banned")
    expect(board.row(ids["Zoe"])).not_to_be_attached()


def test_why_somebody_is_shown_so_and_what_can_be_done(board: Board, live: Live) -> None:
    ann = board.user("ann")
    token = live.webs[1].sign_in(f"ann{board.tag}")["access_token"]
    board.open()
    page, why, confirm = board.page, board.page.locator("#why"), board.page.locator("#confirm")
    board.row(ann).get_by_role("button").click()
    expect(why.locator("h2")).to_contain_text(f"Why ann{board.tag} is shown as")
    assert why.locator("#why-sentences li").count() >= 1
    expect(why.get_by_role("table")).to_contain_text("api")
    why.get_by_role("button", name="Suspend").click()
    expect(confirm).to_contain_text(f"Suspend: ann{board.tag}?")
    page.keyboard.press("Escape")
    expect(confirm).to_be_hidden()
    assert live.webs[1].call("GET", "/api/profile/", token=token)[0] == 200
    why.get_by_role("button", name="Suspend").click()
    confirm.get_by_role("button", name="Suspend").click()
    expect(why.locator("#why-account")).to_contain_text("suspended")
    assert live.webs[1].call("GET", "/api/profile/", token=token)[1]["code"] == "account_suspended"
    why.get_by_role("button", name="Reactivate").click()
    confirm.get_by_role("button", name="Reactivate").click()
    expect(why.locator("#why-account")).to_contain_text("active")
    why.get_by_role("button", name="Make admin").click()
    confirm.get_by_role("button", name="Make admin").click()
    expect(why.locator("#why-account")).to_contain_text("admin")
    why.get_by_role("button", name="Close").click()
    expect(board.row(ann).get_by_role("button")).to_be_focused()
    expect(board.row(ann)).to_contain_text("admin")


def test_the_last_admin_stays(board: Board, live: Live) -> None:
    with live.app.app_context():
        others = select(User.id).where(User.role == Role.ADMIN, User.username != f"boss{board.tag}")
        for user_id in db.session.scalars(others).all():
            service.set_role(None, user_id, Role.USER)
    board.open()
    board.page.get_by_role("button", name="Why boss").click()
    board.page.locator("#why").get_by_role("button", name="Remove admin").click()
    confirm = board.page.locator("#confirm")
    confirm.get_by_role("button", name="Remove admin").click()
    expect(confirm.get_by_role("alert")).to_have_text("This is the last active admin.")


def add_people(live: Live, name: str, many: int) -> list[int]:
    """Users called `name` and a number of five digits; returns their ids."""
    with live.app.app_context(), transaction() as session:
        first = 1 + (session.scalar(select(func.max(User.id))) or 0)
        people = [
            {
                "id": id_,
                "username": f"{name}{id_ - first:05}",
                "account_status": "active",
                "created_at": clock.now(),
            }
            for id_ in range(first, first + many)
        ]
        session.execute(insert(User), people)
        session.execute(insert(UserPresence), [{"user_id": one["id"]} for one in people])
    return [one["id"] for one in people]


def test_ten_thousand_people(board: Board, live: Live) -> None:
    ids = add_people(live, "crowd", 10_000)
    polls: list[Request] = []
    board.page.on("request", lambda request: polls.append(request) if "/all-users/" in request.url else None)
    board.open("?q=crowd")
    page = board.page
    for loaded in range(100, 600, 50):
        page.get_by_role("button", name="Load more").click()
        expect(page.locator("#shown")).to_contain_text(f"{loaded} shown")
    page.evaluate("document.activeElement.blur()")
    page.evaluate("scrollTo(0, 0)")
    few_rows = "document.querySelectorAll('#people tbody tr').length < 220"
    wait_for(page, few_rows)
    expect(page.locator("#people .name").first).to_have_text("crowd00000")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(board.row(ids[548])).to_be_visible()
    wait_for(page, few_rows)
    polls.clear()
    for _ in range(8):
        page.wait_for_event("requestfinished", lambda request: "/all-users/" in request.url)
    assert len({request.url for request in polls}) <= 5  # what is near the screen, not all eleven pages
    started = time.monotonic()
    page.get_by_label("Search").fill("crowd01234")
    expect(page.locator("#people .name")).to_have_text(["crowd01234"])
    page.get_by_label("Search").fill("crowd")
    page.locator("[data-sort=username]").click()
    expect(page.locator("#people .name").first).to_have_text("crowd09999")
    assert time.monotonic() - started < 5


def test_a_refresh_keeps_focus_and_place(board: Board, live: Live) -> None:
    ids = add_people(live, f"many{board.tag}-", 200)
    board.open()
    button = board.row(ids[30]).get_by_role("button")
    button.focus()
    place = board.page.evaluate("scrollY")
    assert place > 500
    board.user("aaa")  # everything moves down by one
    expect(board.page.locator("#people .name").first).to_have_text(f"aaa{board.tag}")
    expect(button).to_be_focused()
    assert abs(board.page.evaluate("scrollY") - place) < 100


def test_a_row_that_moves_keeps_the_focus(board: Board, live: Live) -> None:
    ann, bob = board.user("ann"), board.user("bob")
    token = live.webs[1].sign_in(f"ann{board.tag}")["access_token"]
    live.webs[1].sign_in(f"bob{board.tag}")
    board.open(f"?q={board.tag}&status=&sort=since&order=desc")
    board.expect_names("bob", "ann", "boss")
    board.row(ann).get_by_role("button").focus()
    assert live.webs[1].call("PUT", f"/api/users/{ann}/presence/", {"choice": "busy"}, token)[0] == 200
    board.expect_names("ann", "bob", "boss")
    expect(board.row(ann).get_by_role("button")).to_be_focused()
    expect(board.row(bob)).to_be_visible()


def test_what_fails_is_said_and_mended(board: Board) -> None:
    board.open()
    board.page.route(POLL, lambda route: route.abort())
    expect(board.page.locator("#freshness")).to_contain_text("Not refreshed", timeout=3 * REFRESH * 1000)
    board.page.unroute(POLL)
    expect(board.page.locator("#freshness")).to_contain_text("Updated", timeout=3 * REFRESH * 1000)


def test_text_from_people_is_text(board: Board) -> None:
    ann = board.user("ann", full_name="<img src=x onerror=alert(1)>")
    board.open()
    expect(board.row(ann)).to_contain_text("<img src=x onerror=alert(1)>")
    board.page.goto(f"/admin/users/?search={board.tag}")
    expect(board.page.get_by_role("table")).to_contain_text("<img src=x onerror=alert(1)>")


def test_admin_pages_act_in_a_browser(board: Board) -> None:
    board.user("ann")
    page = board.page
    page.goto(f"/admin/users/?search=ann{board.tag}")
    page.get_by_label(f"Choose ann{board.tag}").check()
    page.get_by_label("With those chosen").select_option("suspend")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Suspend?")).to_be_visible()
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_text(f"Suspended: ann{board.tag}.")).to_be_visible()


@LOOKS
def test_everybody_can_use_these_pages(board: Board, live: Live, scheme: str, size: dict[str, int]) -> None:
    ann = board.user("ann")
    live.webs[1].sign_in(f"ann{board.tag}")
    page = board.page
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(size)
    board.open()
    expect(board.row(ann)).to_be_visible()
    assert violations(page) == []
    board.row(ann).get_by_role("button").click()
    expect(page.locator("#why")).to_be_visible()
    assert violations(page) == []
    for path in ADMIN_PAGES:
        page.goto(f"/admin/{path}")
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
