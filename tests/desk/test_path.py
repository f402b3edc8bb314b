"""The whole way, in real browsers: from a visitor's first words on /demo to the figures of the lead."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from pulse.core.permissions import Role
from pulse.support import service
from tests.conftest import Live
from tests.conversations.uploads import picture
from tests.support.browser import Visitor, chromium
from tests.web.chat import body, message
from tests.web.desk import events, expect_desk_ready
from tests.web.shop import expect_said, open_widget, write
from tests.web.test_chat_files import give


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def test_from_a_visitors_words_to_the_leads_figures(live: Live, browser: Browser) -> None:
    ann = live.create_user("ann", Role.AGENT, full_name="Ann Example")
    live.create_user("lead", Role.ADMIN)
    with live.app.app_context():
        service.create_widget("Website", [])
        service.create_reply(ann, "hello", "Hello {{customer}}, what is it about?")
    contexts = [browser.new_context(base_url=web.url) for web in (*live.webs, live.webs[0])]
    agent, lead, stranger = (Visitor(context) for context in contexts)
    agent.sign_in("ann")
    lead.sign_in("lead")
    desk = agent.tab("/agent")
    expect_desk_ready(desk)
    team = lead.tab("/agent/team")
    page = stranger.tab("/demo")
    inside = open_widget(page)

    write(inside, "My wheel is **bent**")
    expect_said(inside, "My wheel is bent")
    ticket = desk.locator(".ticket-row")
    expect(ticket).to_have_count(1)  # by the router: she is online, available and free
    ticket.click()
    expect(message(desk, "My wheel is bent")).to_be_visible()
    expect(inside.locator(".receipt")).to_have_text("Read")
    expect(inside.locator(".head")).to_contain_text("Ann Example")

    body(desk).press_sequentially("/hello")
    expect(inside.locator(".typing")).to_contain_text("Ann Example is typing")
    expect(desk.locator("#canned [role=option]")).to_have_count(1)
    body(desk).press("Enter")
    body(desk).press("Enter")
    give(body(desk), "paste", ("image.png", "image/png", picture()))
    expect(desk.locator("#files .upload progress")).to_be_hidden()
    body(desk).fill("Such a one?")
    body(desk).press("Enter")
    expect(inside.locator(".log .bubble")).to_have_count(3)
    expect(inside.locator(".log")).to_contain_text("what is it about?")
    picture_there = inside.locator(".log img")
    expect(picture_there).to_have_js_property("complete", True)
    expect(message(desk, "Such a one?").locator(".message-state")).to_have_attribute("data-state", "read")

    inside.get_by_label("Your message").press_sequentially("Yes")
    expect(desk.locator("#typing")).to_contain_text("is typing")
    inside.get_by_label("Your message").press("Enter")
    expect(message(desk, "Yes")).to_be_visible()

    desk.locator("#resolve").click()
    expect(events(desk, "resolved this")).to_be_visible()
    rating = inside.get_by_role("group", name="How was it?")
    rating.get_by_label("5 of 5").check()
    inside.get_by_role("button", name="Send the rating").click()
    expect(inside.locator(".rated")).to_contain_text("5 of 5")
    expect(events(desk, "rated this 5 of 5")).to_be_visible()

    expect(team.locator("#figures")).to_contain_text(re.compile(r"Resolved\s*1"))
    expect(team.locator("#figures")).to_contain_text(re.compile(r"Rating\s*5"))
    expect(team.locator("#agents")).to_contain_text("Ann Example")
    assert [one.complaints for one in (agent, lead, stranger)] == [[], [], []]
    for context in contexts:
        context.close()
