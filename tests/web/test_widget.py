"""The widget on a page of somebody else, in a real browser."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from pulse.core.permissions import Role
from tests.conftest import Live
from tests.support.browser import Visitor
from tests.web.conftest import Account
from tests.web.shop import (
    Shop,
    badge,
    bubbles,
    button,
    expect_said,
    frame,
    open_widget,
    serving,
    write,
)

Make = Callable[..., Account]
Visit = Callable[..., Visitor]

ARRIVALS = "performance.getEntriesByType('resource').filter((one) => one.name.includes('/visit/')).length"


def test_on_a_hostile_page_under_a_strict_policy(shop: Shop, account: Make, visitor: Visit) -> None:
    agent = account("agent", Role.AGENT, full_name="Agnes Novak")
    shop.show(is_hostile=True, color="#7a1fa2", greeting="Moin!")
    page = visitor().tab(f"{shop.site.far_url}/pricing?plan=2#secret")
    expect(button(page)).to_be_visible()
    box = button(page).bounding_box()
    size = page.viewport_size
    assert box
    assert size
    assert (round(box["width"]), round(box["height"])) == (56, 56)
    assert (round(box["x"]) + 76, round(box["y"]) + 76) == (size["width"], size["height"])
    assert button(page).evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(122, 31, 162)"
    inside = open_widget(page)
    expect(button(page)).to_have_attribute("aria-expanded", "true")
    around = page.locator("pulse-widget iframe").bounding_box()
    assert around
    assert (round(around["width"]), round(around["height"])) == (392, min(660, size["height"] - 108))
    expect(inside.get_by_role("heading", name="Moin!")).to_be_visible()
    expect(inside.get_by_label("Your message")).to_be_focused()
    write(inside, "How much is **the red one**?")
    expect_said(inside, "How much is the red one?")
    expect(bubbles(inside).locator("strong")).to_have_text("the red one")
    (room,) = shop.rooms()
    assert (room.subject, room.description) == ("How much is the red one?", "How much is **the red one**?")
    assert room.desk
    assert room.desk.customer
    assert (room.desk.customer.page_url, room.desk.customer.page_title) == (
        f"{shop.site.far_url}/pricing?plan=2",
        "A shop",
    )
    shop.answer(agent, "It is 900 €.")
    expect_said(inside, "How much is the red one?", "It is 900 €.")
    expect(inside.locator(".head")).to_contain_text("Agnes Novak")
    expect(inside.locator(".event").last).to_have_text(re.compile(r"^Agnes Novak · (took over|joined)"))


def test_escape_closes_and_the_focus_comes_back(shop: Shop, account: Make, visitor: Visit) -> None:
    agent = account("agent", Role.AGENT)
    page = visitor().tab(shop.site.url)
    expect(button(page)).to_be_visible()
    expect(button(page)).to_have_attribute("aria-label", "Open the chat")
    page.keyboard.press("Tab")  # "Buy"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    inside = frame(page)
    expect(inside.get_by_label("Your message")).to_be_focused()
    write(inside, "Hello")
    expect_said(inside, "Hello")
    page.keyboard.press("Escape")
    expect(page.locator("pulse-widget iframe")).to_be_hidden()
    expect(button(page)).to_be_focused()
    expect(button(page)).to_have_attribute("aria-expanded", "false")
    shop.answer(agent, "Hi there")
    expect(badge(page)).to_have_text("2")  # the agent came, and wrote
    expect(button(page)).to_have_attribute("aria-label", "Open the chat (2 new messages)")
    button(page).press("Enter")
    expect_said(inside, "Hello", "Hi there")
    expect(badge(page)).to_be_hidden()
    inside.get_by_role("button", name="Close the chat").click()
    expect(button(page)).to_be_focused()
    expect(badge(page)).to_be_hidden()


def test_a_site_that_is_not_allowed_gets_nothing(shop: Shop, live: Live, visitor: Visit) -> None:
    with serving() as other:
        other.script = f'<script src="{live.url}/widget.js" data-key="{shop.key}"></script>'
        guest = visitor()
        page = guest.tab()
        with page.expect_console_message(lambda it: "frame-ancestors" in it.text or "postMessage" in it.text):
            page.goto(other.url)
        expect(button(page)).to_be_attached()
        page.wait_for_load_state("networkidle")
        page.evaluate("postMessage({ pulse: 1, type: 'ready' }, '*')")  # nobody but the frame says so
        page.evaluate("new Promise((done) => setTimeout(done))")
        expect(button(page)).to_be_hidden()
        inner = page.frames[1]
        assert not inner.url.startswith(live.url) or inner.evaluate("document.body.dataset.key") is None
        guest.complaints.clear()  # of the refusal, which is what is tested
    assert shop.rooms() == []


def test_nobody_is_made_a_visitor_by_looking_at_a_page(shop: Shop, visitor: Visit) -> None:
    page = visitor().tab(shop.site.url)
    expect(button(page)).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert page.frames[1].evaluate(ARRIVALS) == 0
    open_widget(page)
    assert page.frames[1].evaluate(ARRIVALS) == 1
    assert page.context.cookies() == []


def test_a_conversation_outlives_the_page(shop: Shop, account: Make, visitor: Visit) -> None:
    agent = account("agent", Role.AGENT)
    guest = visitor()
    page = guest.tab(shop.site.url)
    write(open_widget(page), "Are you open on Sunday?")
    expect_said(frame(page), "Are you open on Sunday?")
    page.reload()
    expect_said(open_widget(page), "Are you open on Sunday?")
    page.close()
    shop.answer(agent, "Yes, from ten.")
    again = guest.tab(shop.site.url)
    expect(badge(again)).to_be_visible()
    inside = open_widget(again)
    expect_said(inside, "Are you open on Sunday?", "Yes, from ten.")
    write(inside, "See you then")
    expect_said(inside, "Are you open on Sunday?", "Yes, from ten.", "See you then")
    assert len(shop.rooms()) == 1


def test_where_storage_is_forbidden_it_lives_as_long_as_the_page(shop: Shop, visitor: Visit) -> None:
    guest = visitor()
    refuse = "{ get() { throw new DOMException('No.', 'SecurityError') } }"
    guest.context.add_init_script(f"Object.defineProperty(window, 'localStorage', {refuse})")
    page = guest.tab(shop.site.far_url)
    inside = open_widget(page)
    write(inside, "Hello")
    write(inside, "again")
    expect_said(inside, "Hello", "again")
    assert len(shop.rooms()) == 1


def test_a_customer_for_whom_the_page_vouches(shop: Shop, visitor: Visit) -> None:
    shop.show(**shop.vouch("c-17"), customer_name="Bob Example", customer_email="bob@example.org")
    page = visitor().tab(shop.site.url)
    write(open_widget(page), "It is me")
    expect_said(frame(page), "It is me")
    (room,) = shop.rooms()
    assert room.desk
    customer = room.desk.customer
    assert customer
    assert (customer.full_name, customer.email, customer.is_vouched) == (
        "Bob Example",
        "bob@example.org",
        True,
    )
    assert "c-17" not in page.frames[1].url
    elsewhere = visitor().tab(shop.site.url)
    expect_said(open_widget(elsewhere), "It is me")
    elsewhere.evaluate("PulseWidget.forget()")  # they sign out
    expect(button(elsewhere)).to_have_attribute("aria-expanded", "true")
    inside = frame(elsewhere)
    expect(inside.get_by_role("heading", name="Hello! How can we help?")).to_be_visible()
    expect_said(inside)


def test_a_page_says_later_who_its_visitor_is(shop: Shop, visitor: Visit) -> None:
    page = visitor().tab(shop.site.url)
    inside = open_widget(page)
    write(inside, "Before I signed in")
    expect_said(inside, "Before I signed in")
    said = shop.vouch("c-20")
    with page.expect_response("**/visit/"):
        page.evaluate(
            "([id, hash]) => PulseWidget.identify({ id, hash, name: 'Ines' })",
            [said["customer_id"], said["customer_hash"]],
        )
    elsewhere = visitor()
    shop.show(**said)
    expect_said(inside, "Before I signed in")
    expect_said(open_widget(elsewhere.tab(shop.site.url)), "Before I signed in")
    (room,) = shop.rooms()
    assert room.desk
    assert room.desk.customer
    assert (room.desk.customer.full_name, room.desk.customer.is_vouched) == ("Ines", True)


def test_on_the_left(shop: Shop, visitor: Visit) -> None:
    shop.show(position="left")
    page = visitor().tab(shop.site.url)
    open_widget(page)
    for part in (button(page), page.locator("pulse-widget iframe")):
        box = part.bounding_box()
        assert box
        assert round(box["x"]) == 20


def test_whoever_says_so_without_the_right_hash_is_nobody(shop: Shop, visitor: Visit) -> None:
    shop.show(**shop.vouch("c-18"))
    page = visitor().tab(shop.site.url)
    write(open_widget(page), "Mine alone")
    expect_said(frame(page), "Mine alone")
    for wrong in (shop.vouch("c-19")["customer_hash"], "", "x" * 100):
        shop.show(customer_id="c-18", customer_hash=wrong)
        thief = visitor().tab(shop.site.url)
        inside = open_widget(thief)
        expect_said(inside)
        write(inside, "Show me everything")
        expect_said(inside, "Show me everything")
    mine, *others = reversed([room.desk.customer for room in shop.rooms() if room.desk])
    assert mine
    assert mine.is_vouched
    assert [bool(other and other.is_vouched) for other in others] == [False] * 3
