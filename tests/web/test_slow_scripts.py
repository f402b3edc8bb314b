"""What a fast user does while a page's scripts are still on their way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.browser import PASSWORD, Visitor
from tests.web.conftest import Account
from tests.web.people import expect_live

Make = Callable[..., Account]
Visit = Callable[..., Visitor]

SCRIPTS = "**/static/js/ui.js"  # what every module of a page waits for


@contextmanager
def scripts_held(page: Page) -> Iterator[None]:
    """No module of the page runs before the end of this block."""
    held: list[Route] = []
    is_over = False

    def hold(route: Route) -> None:
        if is_over:  # a slow page asks only now
            route.continue_()
        else:
            held.append(route)

    page.route(SCRIPTS, hold)
    yield
    is_over = True
    for route in held:
        route.continue_()


@contextmanager
def no_form_leaves(page: Page) -> Iterator[None]:
    """Within this block the browser itself sends no form: no page is loaded by it."""
    page.evaluate("window.isStillHere = true")
    url = page.url
    yield
    page.wait_for_timeout(300)  # for what must not happen
    assert page.url == url
    assert page.evaluate("window.isStillHere")


def test_a_password_waits_for_the_script_that_sends_it(account: Make, visitor: Visit) -> None:
    ann = account("ann")
    page = visitor().tab()
    button = page.get_by_role("button", name="Sign in", exact=True)
    with scripts_held(page):
        page.goto("/sign-in", wait_until="commit")
        with no_form_leaves(page):
            page.get_by_label("Username or email").fill(ann.username)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_label("Password").press("Enter")
            button.click(force=True)
    button.click()
    page.wait_for_url("**/app")


@pytest.mark.parametrize(
    ("path", "form", "field"),
    [
        ("/sign-in/code", "#ask-code", "#email"),
        ("/sign-in/password", "#ask-code", "#email"),
        ("/register", "#register", "#username"),
        ("/people", "#text-form", "#status-text"),
        ("/people", ".search", "#search"),
        ("/profile", "#profile-form", "#full_name"),
        ("/profile", "#password-form", "#new_password"),
        ("/invitations/x", "#accept", "button"),
    ],
)
def test_no_form_is_sent_by_the_browser_itself(
    account: Make, visitor: Visit, path: str, form: str, field: str
) -> None:
    is_open = path.startswith(("/sign-in", "/register"))
    page = visitor(None if is_open else account("ann")).tab()
    with scripts_held(page):
        page.goto(path, wait_until="commit")
        page.locator(f"{form} {field}").wait_for()
        for submit in page.locator("form[method=post] [type=submit]").all():
            expect(submit).to_be_disabled()
        with no_form_leaves(page):
            page.locator("form").evaluate_all("forms => forms.forEach((form) => { form.noValidate = true })")
            page.locator(f"{form} {field}").press("Enter")
    for submit in page.locator("form [type=submit]").all():
        expect(submit).to_be_enabled()


def test_what_was_searched_for_early_is_searched_for(account: Make, visitor: Visit) -> None:
    wanted, other = account("early"), account("other")
    page = visitor(account("ann")).tab()
    with scripts_held(page):
        page.goto("/people", wait_until="commit")
        page.get_by_label("Find somebody by name").fill(wanted.username)
    expect_live(page)
    expect(page.locator(f'.person[data-user-id="{wanted.id}"]')).to_be_visible()
    expect(page.locator(f'.person[data-user-id="{other.id}"]')).to_have_count(0)


def test_a_choice_waits_for_the_script_that_makes_it(account: Make, visitor: Visit) -> None:
    page = visitor(account("ann")).tab()
    with scripts_held(page):
        page.goto("/people", wait_until="commit")
        page.locator("#choices").wait_for()
        page.get_by_label("Busy").click(force=True)
        assert not page.locator("#choices [value=busy]").is_checked()
    page.get_by_label("Busy").check()
    expect(page.locator("#you-status")).to_have_text("Busy")
