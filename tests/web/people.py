"""What the tests do on the people page."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.support.browser import PASSWORD, Visitor


def row(page: Page, user_id: int) -> Locator:
    """The row of a user."""
    return page.locator(f'.person[data-user-id="{user_id}"]')


def expect_status(page: Page, user_id: int, status: str, seconds: float = 15) -> None:
    """Wait until the page shows a user with this presence."""
    expect(row(page, user_id)).to_have_attribute("data-status", status, timeout=seconds * 1000)


def expect_live(page: Page) -> None:
    """Wait until the page is connected, has subscribed to those it lists, and takes choices."""
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    expect(page.locator("#lists")).to_have_attribute("aria-busy", "false")
    expect(page.locator("#choices")).to_be_enabled()


def open_profile(visitor: Visitor) -> Page:
    """A tab with the profile page, loaded."""
    page = visitor.tab("/profile")
    expect(page.locator("#profile-page")).to_have_attribute("aria-busy", "false")
    return page


def record_changes(page: Page, user_id: int) -> None:
    """Note from now on every change of a user's presence that reaches the page; see `changes`."""
    page.evaluate(
        """async (id) => {
            const { client } = await import("/static/js/shell.js");
            window.changes = [];
            client.on("presence", (now, before) => {
                if (now.user_id === id && before && now.status !== before.status) changes.push(now.status);
            });
        }""",
        user_id,
    )


def changes(page: Page) -> list[str]:
    """The statuses that came since `record_changes`."""
    found: list[str] = page.evaluate("window.changes")
    return found


def fill_in(page: Page, login: str, password: str = PASSWORD) -> None:
    """Sign in by the form."""
    page.get_by_label("Username or email").fill(login)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def on_sign_in_page(page: Page) -> None:
    """Wait until the page is where people sign in."""
    expect(page).to_have_url(re.compile(r"/sign-in(\?.*)?$"))
