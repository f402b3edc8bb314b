"""The chat page on a phone: one pane at a time, and the way back through them."""

from playwright.sync_api import Page, expect

from tests.conftest import Live
from tests.web.chat import Make, Visit, body, direct, fill, message, open_chat, row, say, write

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_list_conversation_and_details_are_steps(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob", full_name="Bob Builder")
    talk = direct(live, ann, bob)
    say(live, bob, talk, "Hello " + "w" * 300)
    page = open_chat(visitor(ann, **PHONE))
    expect(row(page, talk)).to_be_visible()
    expect(page.locator("#talk")).to_be_hidden()
    assert fits(page)
    row(page, talk).tap()
    expect(message(page, "Hello")).to_be_in_viewport()
    expect(page.locator(".side")).to_be_hidden()
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    assert fits(page)
    page.get_by_role("button", name="Details").tap()
    expect(page.locator("#details")).to_contain_text("Bob Builder")
    expect(body(page)).to_be_hidden()
    assert fits(page)
    page.go_back()
    expect(page.locator("#details")).to_be_hidden()
    expect(body(page)).to_be_in_viewport()
    write(page, "Written with thumbs")
    expect(message(page, "Written with thumbs")).to_be_in_viewport()
    page.go_back()
    expect(row(page, talk)).to_be_visible()
    expect(page).to_have_url(f"{live.url}/app")
    page.go_forward()
    expect(message(page, "Written with thumbs")).to_be_in_viewport()
    page.get_by_role("button", name="Back to the conversations").tap()
    expect(row(page, talk)).to_contain_text("You: Written with thumbs")


def test_a_tap_on_a_message_offers_what_can_be_done(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    talk = direct(live, ann, bob)
    say(live, bob, talk, "Tap me")
    page = open_chat(visitor(ann, **PHONE), talk)
    expect(page.locator(".tools")).to_have_count(0)
    message(page, "Tap me").tap()
    message(page, "Tap me").get_by_role("button", name="Reply").tap()
    expect(page.locator("#reply")).to_contain_text("Tap me")
    page.get_by_role("button", name="Search in this conversation").tap()
    expect(page.locator("#finder")).to_be_visible()
    assert fits(page)


def test_a_pinned_message_is_shown_and_the_way_back_leads_to_the_list(
    live: Live, account: Make, visitor: Visit
) -> None:
    ann, bob = account("ann"), account("bob")
    talk = direct(live, ann, bob)
    say(live, bob, talk, "The address is 12 High Street")
    fill(live, bob, talk, 60)
    page = open_chat(visitor(ann, **PHONE), talk, "?message=1")
    message(page, "12 High Street").tap()
    message(page, "12 High Street").get_by_role("button", name="More").tap()
    page.locator("#message-menu").get_by_role("button", name="Pin", exact=True).tap()
    page.get_by_role("button", name="Details").tap()
    page.locator("#part-pins summary").tap()
    page.locator("#list-pins").get_by_role("button", name="The address is 12 High Street").tap()
    expect(message(page, "12 High Street")).to_be_in_viewport()
    expect(page.locator("#details")).to_be_hidden()
    page.go_back()
    expect(page.locator("#list-pins")).to_be_visible()
