"""The people page: who is here, one's own status, being told when somebody comes."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.conftest import Live
from tests.support.browser import Visitor
from tests.web.conftest import Account
from tests.web.people import expect_live, expect_status, row

Make = Callable[..., Account]
Visit = Callable[..., Visitor]


def test_one_s_own_status_reaches_others_and_other_tabs(account: Make, visitor: Visit) -> None:
    bob = account("bob")
    ann, guest = visitor(account("ann")).tab("/people"), visitor(bob)
    page, other = guest.tab("/people"), guest.tab("/people")
    expect_status(ann, bob.id, "online")
    expect_live(page)
    expect_live(other)
    page.get_by_label("Busy").check()
    expect_status(ann, bob.id, "busy", 2)
    expect(other.get_by_label("Busy")).to_be_checked()
    page.get_by_label("Until").select_option("In 30 minutes")
    expect(page.get_by_label("Until")).to_have_value("keep")
    expect(other.get_by_label("Until")).to_be_visible()
    page.get_by_label("What are you up to?").fill("writing tests")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(row(ann, bob.id)).to_contain_text("writing tests")
    page.get_by_label("Invisible").check()
    expect_status(ann, bob.id, "offline", 2)
    expect(page.locator("#you-status")).to_have_text("Offline to others")
    expect(other.locator("#me-dot")).to_have_attribute("data-status", "offline")
    expect(page.get_by_label("Until")).to_have_value("keep")
    page.reload()
    expect(page.get_by_label("Invisible")).to_be_checked()
    page.get_by_label("Automatic").check()
    expect_status(ann, bob.id, "online", 2)
    expect(page.get_by_label("Until")).to_be_hidden()


def test_a_choice_ends_by_itself(account: Make, visitor: Visit) -> None:
    bob = account("bob")
    ann, page = visitor(account("ann")).tab("/people"), visitor(bob).tab("/people")
    expect_live(page)
    page.evaluate(
        """import("/static/js/shell.js").then(({ client }) =>
            client.setStatus({ choice: "busy", expiresIn: 2, statusText: "back in a second" }))"""
    )
    expect_status(ann, bob.id, "busy", 2)
    page.mouse.move(10, 10)
    page.mouse.move(30, 30)
    expect_status(ann, bob.id, "online", 6)
    expect(page.get_by_label("Automatic")).to_be_checked()


def test_being_told_when_somebody_comes(live: Live, account: Make, visitor: Visit) -> None:
    bob = account("bob", full_name="Bob Builder")
    page = visitor(account("ann")).tab("/people")
    bell = row(page, bob.id).get_by_role("button", name="Tell me when Bob Builder is here")
    expect(bell).to_have_attribute("aria-pressed", "false")
    bell.click()
    expect(bell).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("You will be told when Bob Builder is here.")).to_be_visible()
    page.reload()
    expect(bell).to_have_attribute("aria-pressed", "true")
    bell.click()
    expect(bell).to_have_attribute("aria-pressed", "false")
    bell.click()
    expect(bell).to_have_attribute("aria-pressed", "true")
    page.evaluate(
        """import("/static/js/shell.js").then(({ client }) => {
            window.told = [];
            client.on("came_online", (news) => told.push(news.user_id));
        })"""
    )
    live.webs[1].sign_in(bob.username)
    expect(page.get_by_text("Bob Builder is here.", exact=True)).to_be_visible()
    expect_status(page, bob.id, "offline")
    expect(bell).to_have_attribute("aria-pressed", "false")  # once
    live.webs[1].sign_in(bob.username)
    expect_status(page, bob.id, "online")
    page.wait_for_timeout(500)
    assert page.evaluate("told") == [bob.id]


def test_search_finds_by_name_and_says_when_nobody_fits(account: Make, visitor: Visit) -> None:
    quentin = account("quentin", full_name="Quentin Quartz")
    other = account("other")
    page = visitor(account("ann")).tab("/people")
    expect_status(page, other.id, "offline")
    page.get_by_label("Find somebody by name").fill("quartz")
    expect(row(page, other.id)).to_have_count(0)
    expect(row(page, quentin.id)).to_be_visible()
    page.get_by_label("Find somebody by name").fill("nobody is called so")
    expect(page.get_by_text("Nobody here is called “nobody is called so”.")).to_be_visible()
    page.get_by_label("Find somebody by name").fill("")
    expect(row(page, other.id)).to_be_visible()


def test_all_of_it_works_by_keyboard(account: Make, visitor: Visit) -> None:
    bob = account("bob")
    page = visitor(account("ann")).tab("/people")
    expect_live(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("What are you up to?")).to_be_focused()
    page.keyboard.type("on keys")
    page.keyboard.press("Enter")
    page.get_by_label("Automatic").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Away")).to_be_checked()
    expect(page.get_by_label("Away")).to_be_focused()
    expect(page.locator("#you-status")).to_have_text("Away")
    bell = row(page, bob.id).get_by_role("button")
    bell.focus()
    page.keyboard.press("Enter")
    expect(bell).to_have_attribute("aria-pressed", "true")
    expect(bell).to_be_focused()
    page.keyboard.press("Space")
    expect(bell).to_have_attribute("aria-pressed", "false")
