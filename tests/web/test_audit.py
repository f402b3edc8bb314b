"""Every page, light and dark: no accessibility fault, no policy violation, no console error, no overflow."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from pulse.core.permissions import Role
from tests.conftest import Live
from tests.support.browser import LOOKS, Visitor, violations
from tests.web.conftest import Account
from tests.web.people import expect_live, row

Make = Callable[..., Account]
Visit = Callable[..., Visitor]

PUBLIC = [
    "/sign-in",
    "/sign-in?verified=1",
    "/sign-in/code",
    "/sign-in/password",
    "/register",
    "/mailbox",
    "/no-such-page",
]
SIGNED_IN = ["/people", "/profile", "/integrations", "/invitations/x", "/dashboard", "/admin/"]


def assert_fits(page: Page) -> None:
    """The page is not wider than the window."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


@LOOKS
def test_pages_are_accessible(
    scheme: str, size: dict[str, int], account: Make, visitor: Visit, live: Live
) -> None:
    bob = account("bob", full_name="Bob Builder")
    account("someone", full_name="N" * 190)
    options = {"color_scheme": scheme, "viewport": size}
    stranger = visitor(**options).tab()
    for path in PUBLIC:
        stranger.goto(path)
        assert (path, violations(stranger)) == (path, [])
        assert_fits(stranger)
    live.webs[0].sign_in(bob.username)
    page = visitor(account("root", Role.ADMIN), **options).tab()
    for path in SIGNED_IN:
        page.goto(path)
        expect(page.locator("#connection, .navbar").first).to_be_attached()
        page.wait_for_load_state("networkidle")
        assert (path, violations(page)) == (path, [])
        assert_fits(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_opens_is_accessible(scheme: str, account: Make, visitor: Visit) -> None:
    """Menus, errors beside fields, toasts, the second step of signing in, what is busy."""
    bob = account("bob")
    page = visitor(account("ann"), color_scheme=scheme, reduced_motion="reduce").tab("/people")
    expect_live(page)
    page.get_by_label("Busy").check()
    expect(page.get_by_label("Until")).to_be_visible()
    row(page, bob.id).get_by_role("button").click()
    expect(page.locator(".toast")).to_be_visible()
    page.get_by_role("button", name="Your account").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    page.goto("/profile")
    expect(page.locator("#profile-page")).to_have_attribute("aria-busy", "false")
    form = page.locator("#password-form")
    form.get_by_label("Current password").fill("not mine")
    form.get_by_label("New password").fill("a better password")
    form.get_by_role("button").click()
    expect(form.get_by_role("alert").or_(form.locator(".error:not(:empty)"))).to_be_visible()
    page.get_by_label("Choose a picture").focus()
    assert violations(page) == []

    door = visitor(color_scheme=scheme).tab("/sign-in/code")
    door.get_by_label("Email").fill("nobody@example.org")
    door.get_by_role("button", name="Send the code").click()
    expect(door.get_by_label("Code")).to_be_visible()
    door.get_by_label("Code").fill("123456")
    door.get_by_role("button", name="Sign in", exact=True).click()
    expect(door.get_by_role("alert")).to_be_visible()
    assert violations(door) == []


def test_a_chosen_theme_stays(visitor: Visit) -> None:
    guest = visitor(color_scheme="light")
    page = guest.tab("/sign-in")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.get_by_role("button", name="Switch between light and dark").click()
    dark = page.evaluate(background)
    assert dark != light
    page.reload()
    assert page.evaluate(background) == dark
    assert guest.tab("/register").evaluate(background) == dark
    page.get_by_role("button", name="Switch between light and dark").click()
    assert page.evaluate(background) == light
