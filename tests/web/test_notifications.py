"""What people want to be notified of, chosen on their profile page."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.support.browser import Visitor
from tests.web.conftest import Account
from tests.web.people import open_profile


def test_preferences(account: Callable[..., Account], visitor: Callable[..., Visitor]) -> None:
    bob = visitor(account("bob"))
    page = open_profile(bob)
    form = page.locator("#notifications")
    busy, mail = form.get_by_label("mentions while I am busy"), form.get_by_label("Mail me")
    after = form.get_by_label("offline for")
    expect(busy).not_to_be_checked()
    expect(mail).to_be_checked()
    expect(after).to_have_value("30")
    busy.check()
    mail.uncheck()
    after.select_option("2 hours")
    page.get_by_label("Phone").fill("+49 30")  # saving one form leaves the others as they are
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("Phone")).to_have_value("+49 30")
    page = open_profile(bob)
    form = page.locator("#notifications")
    expect(form.get_by_label("mentions while I am busy")).to_be_checked()
    expect(form.get_by_label("Mail me")).not_to_be_checked()
    expect(form.get_by_label("offline for")).to_have_value("120")
    assert form.get_by_label("offline for").locator("option").all_text_contents() == [
        *("5 minutes", "15 minutes", "30 minutes", "1 hour", "2 hours", "8 hours", "24 hours"),
    ]
