"""What visitors and agents do in the widget: files, typing, the queue, ratings, hours."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from pulse.analytics.service import learn_replies
from pulse.core import clock
from pulse.core.events import transaction
from pulse.core.permissions import Role
from pulse.support.models import Reply, Ticket
from pulse.support.rules import TicketStatus
from pulse.support.service import Request, open_ticket, set_agent
from tests.conftest import Live
from tests.conversations.uploads import picture
from tests.support.browser import Visitor, wait_for
from tests.support.servers import wait_until
from tests.web.conftest import Account
from tests.web.people import expect_live
from tests.web.shop import (
    Shop,
    badge,
    bubbles,
    button,
    expect_said,
    frame,
    open_shop,
    open_widget,
    serving,
    write,
)
from tests.web.test_chat_files import give

Make = Callable[..., Account]
Visit = Callable[..., Visitor]

TODAY = [datetime.now(UTC).date() + timedelta(days=days) for days in (-1, 0, 1)]
ALL_DAY = [[[0, 1440]]] * 7
# The chat of the agent's own page, as the dashboard has it.
AGENT = """
async (id) => {
    const { client } = await import("/static/js/shell.js");
    window.heard = [];
    client.chat.on("typing", (_, { is_typing }) => heard.push(is_typing));
    window.timeline = await client.chat.open(id);
    window.chat = client.chat;
}
"""


@pytest.fixture
def agent(account: Make) -> Account:
    return account("agent", Role.AGENT, full_name="Agnes Novak")


def visit(shop: Shop, visitor: Visit, **options: object) -> Page:
    """A visitor's page with the widget open."""
    page = visitor(**options).tab(shop.site.url)
    open_widget(page)
    return page


def test_files_by_button_paste_and_drop(shop: Shop, agent: Account, visitor: Visit) -> None:
    page = visit(shop, visitor)
    inside = frame(page)
    plan = {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"one\ntwo\n"}
    inside.locator("input[type=file]").set_input_files(plan)
    give(inside.get_by_label("Your message"), "paste", ("image.png", "image/png", picture()))
    give(inside.locator(".talk"), "drop", ("sky.png", "image/png", picture()))
    expect(inside.locator(".upload")).to_have_count(3)
    inside.get_by_role("button", name="Remove sky.png").click()
    inside.get_by_role("button", name="Send").click()  # nothing but files, and they open the ticket
    expect(inside.locator(".log .file")).to_contain_text("plan.txt")
    image = inside.locator(".log .picture img")
    wait_until(lambda: image.evaluate("one => one.naturalWidth"))
    with page.expect_download() as download:
        inside.get_by_role("button", name="Download plan.txt").click()
    assert download.value.suggested_filename == "plan.txt"
    assert Path(download.value.path()).read_bytes() == b"one\ntwo\n"
    inside.get_by_role("button", name="Look at pasted-").click()
    expect(inside.locator("dialog img")).to_have_js_property("naturalWidth", 900)
    page.keyboard.press("Escape")
    expect(inside.locator("dialog")).to_have_count(0)
    expect(inside.get_by_label("Your message")).to_be_visible()
    messages = shop.call(agent, "GET", f"/api/chat-rooms/{shop.room()}/messages/")["data"]
    assert [file["name"][:7] for file in messages[0]["attachments"]] == ["plan.tx", "pasted-"]


def test_what_cannot_be_uploaded_says_why(shop: Shop, visitor: Visit) -> None:
    page = visit(shop, visitor)
    inside = frame(page)
    field = inside.locator("input[type=file]")
    field.set_input_files({"name": "nothing.txt", "mimeType": "text/plain", "buffer": b""})
    expect(inside.locator(".toast")).to_have_text("nothing.txt is empty.")
    page.route("**/api/attachments/", lambda route: route.abort())
    field.set_input_files({"name": "lost.txt", "mimeType": "text/plain", "buffer": b"x"})
    expect(inside.locator(".upload")).to_contain_text("No connection.")
    page.unroute("**/api/attachments/")
    inside.get_by_role("button", name="Try again to upload lost.txt").click()
    expect(inside.locator(".upload")).to_contain_text("1 B")


def test_typing_and_read_marks_both_ways(shop: Shop, agent: Account, visitor: Visit) -> None:
    page = visit(shop, visitor)
    inside = frame(page)
    write(inside, "Hello")
    expect_said(inside, "Hello")
    expect(inside.locator(".receipt")).to_have_text("Sent")
    shop.answer(agent, "Hi, what is it?")
    desk = visitor(agent).tab("/people")
    conversation = shop.rooms()[0].conversation_id
    desk.evaluate(AGENT, conversation)
    expect(inside.locator(".head .dot")).to_have_attribute("data-status", "online")
    desk.evaluate("id => chat.typing(id)", conversation)
    expect(inside.locator(".typing")).to_have_text("Agnes Novak is typing …")
    desk.evaluate("id => chat.stopTyping(id)", conversation)
    expect(inside.locator(".typing")).to_have_text("")
    inside.get_by_label("Your message").press_sequentially("My")
    wait_for(desk, "heard.at(-1) === true")
    inside.get_by_label("Your message").press("Enter")
    expect_said(inside, "Hello", "Hi, what is it?", "My")
    wait_for(desk, "timeline.messages.at(-1).body === 'My'")
    expect(inside.locator(".receipt")).to_have_text("Delivered")
    desk.evaluate("id => chat.markRead(id, timeline.messages.at(-1).seq)", conversation)
    expect(inside.locator(".receipt")).to_have_text("Read")
    wait_for(desk, "timeline.conversation.other_user.read_seq >= timeline.messages.at(-1).seq - 1")
    page.reload()
    open_widget(page)
    expect(inside.locator(".receipt")).to_have_text("Read")


def test_the_place_in_the_queue_is_live(shop: Shop, visitor: Visit) -> None:
    first, second = (frame(visit(shop, visitor)) for _ in range(2))
    write(first, "I was here first")
    expect(first.locator(".standing-line")).to_contain_text("You are next.")
    write(second, "Me too")
    expect(second.locator(".standing-line")).to_contain_text("You are number 2 in the queue.")
    first.get_by_role("button", name="More").click()
    first.get_by_role("button", name="End the conversation").click()
    expect(first.locator(".standing-line")).to_contain_text("This conversation is resolved.")
    expect(second.locator(".standing-line")).to_contain_text("You are next.")


def test_the_expected_wait_is_told_from_evidence(
    shop: Shop, live: Live, agent: Account, account: Make, visitor: Visit
) -> None:
    """Others lately waited four minutes, and the only agent has no seat left."""
    bob = account("bob")
    asked = Request("Help", team_id=shop.team_id)
    with live.app.app_context():
        for _ in range(5):
            open_ticket(bob.id, asked)
        with transaction() as session:
            for ticket in session.scalars(select(Ticket).where(Ticket.team_id == shop.team_id)):
                ticket.first_response_at = ticket.created_at + timedelta(minutes=4)
                ticket.status = TicketStatus.CLOSED
        open_ticket(bob.id, asked)
        set_agent(agent.id, {"team_ids": [shop.team_id], "capacity": 1})
    desk = visitor(agent).tab("/people")
    expect_live(desk)
    wait_until(lambda: shop.rooms()[0].agent)
    inside = frame(visit(shop, visitor))
    write(inside, "Hello")
    expect_said(inside, "Hello")
    desk.keyboard.press("Shift")  # whoever does nothing for six seconds is away
    expect(inside.locator(".standing-line")).to_have_text("You are next. Expected wait: about 4 min.")


def test_how_soon_people_answer_is_told_from_evidence(
    shop: Shop, live: Live, agent: Account, visitor: Visit
) -> None:
    page = visit(shop, visitor)
    write(frame(page), "Hello")
    expect_said(frame(page), "Hello")
    conversation = shop.rooms()[0].conversation_id
    asked_at = clock.now() - timedelta(hours=1)
    with live.app.app_context():
        with transaction() as session:
            for number in range(20):
                session.add(
                    Reply(
                        conversation_id=conversation,
                        agent_id=agent.id,
                        team_id=shop.team_id,
                        asked_at=asked_at,
                        answered_at=asked_at + timedelta(seconds=120 + number),
                        seconds=120 + number,
                    )
                )
        learn_replies()
    inside = frame(visit(shop, visitor))
    expect(inside.locator(".welcome")).to_contain_text(
        re.compile(r"Usually answers in about \d min \(.+ to .+\)")
    )


def test_rating_reopening_and_a_new_conversation(shop: Shop, agent: Account, visitor: Visit) -> None:
    page = visit(shop, visitor)
    inside = frame(page)
    write(inside, "The bell is broken")
    expect_said(inside, "The bell is broken")
    shop.answer(agent, "We send you a new one.")
    room = shop.room()
    shop.call(agent, "POST", f"/api/chat-rooms/{room}/resolve/")
    rating = inside.get_by_role("group", name="How was it?")
    rating.get_by_label("4 of 5").check()
    inside.get_by_label("What should we know? (optional)").fill("Quick")
    inside.get_by_role("button", name="Send the rating").click()
    expect(inside.locator(".rated")).to_have_text("You rated this 4 of 5. Thank you!")
    (seen,) = shop.rooms()
    assert seen.desk
    assert (seen.rating, seen.desk.rating_comment) == (4, "Quick")
    write(inside, "One more thing")
    expect(inside.locator(".rated")).to_have_count(0)
    assert shop.rooms()[0].status in ("active", "waiting")
    shop.call(agent, "POST", f"/api/chat-rooms/{room}/close/")
    expect(inside.get_by_label("Your message")).to_be_hidden()
    inside.get_by_role("button", name="New conversation").click()
    write(inside, "Now for the light")
    expect_said(inside, "Now for the light")
    inside.get_by_role("button", name="Your conversations").click()
    expect(inside.locator(".room strong")).to_have_text(["Now for the light", "The bell is broken"])
    inside.get_by_role("button", name="The bell is broken").click()
    expect_said(inside, "The bell is broken", "We send you a new one.", "One more thing")


def test_a_transcript_by_mail(shop: Shop, live: Live, visitor: Visit) -> None:
    page = visit(shop, visitor)
    inside = frame(page)
    write(inside, "Please write this down")
    expect_said(inside, "Please write this down")
    inside.get_by_role("button", name="More").click()
    inside.get_by_role("button", name="Mail me a transcript").click()
    inside.get_by_role("dialog").get_by_label("E-mail").fill("bob@example.org")
    inside.get_by_role("dialog").get_by_role("button", name="Send").click()
    expect(inside.locator(".toast")).to_contain_text("on its way to bob@example.org")
    mailbox = visitor().tab()
    for _ in range(50):
        mailbox.goto(f"{live.url}/mailbox")
        if mailbox.get_by_text("Transcript: Please write this down").count():
            break
        mailbox.wait_for_timeout(100)
    expect(mailbox.locator("main")).to_contain_text("bob@example.org")


def test_out_of_hours_a_form_becomes_a_ticket(live: Live, visitor: Visit) -> None:
    with serving() as site:
        shop = open_shop(live, site, live.url, week=ALL_DAY, holidays=[day.isoformat() for day in TODAY])
        page = visit(shop, visitor)
        inside = frame(page)
        expect(inside.locator(".here")).to_contain_text("We are not here at the moment, but again ")
        expect(inside.get_by_label("Your message")).to_be_hidden()
        inside.get_by_label("Name").fill("Bob Example")
        inside.get_by_label("E-mail").fill("bob@example.org")
        inside.get_by_label("Your question").fill("Do you repair old bicycles?")
        inside.get_by_role("button", name="Send the message").click()
        expect_said(inside, "Do you repair old bicycles?")
        (room,) = shop.rooms()
        assert room.desk
        assert room.desk.customer
        assert (room.desk.customer.full_name, room.desk.customer.email) == ("Bob Example", "bob@example.org")


def test_in_german(shop: Shop, agent: Account, visitor: Visit) -> None:
    shop.show(language="de")
    page = visitor().tab(shop.site.url)
    expect(button(page)).to_have_attribute("aria-label", "Chat öffnen")
    inside = open_widget(page)
    expect(inside.get_by_role("heading", name="Hallo! Wie können wir helfen?")).to_be_visible()
    assert page.frames[1].evaluate("document.documentElement.lang") == "de"
    inside.get_by_label("Ihre Nachricht").fill("Guten Tag")
    inside.get_by_role("button", name="Senden").click()
    expect_said(inside, "Guten Tag")
    shop.answer(agent, "Moin")
    expect(inside.locator(".event").first).to_contain_text("Agnes Novak · ")
    expect(inside.locator(".event").first).to_have_text("Agnes Novak · hat übernommen", use_inner_text=True)
    inside.get_by_role("button", name="Mehr").click()
    inside.get_by_role("button", name="Gespräch per E-Mail erhalten").click()
    inside.get_by_role("dialog").get_by_label("E-Mail").fill("bob..b@example.org")
    inside.get_by_role("dialog").get_by_role("button", name="Senden").click()
    expect(inside.locator(".toast")).to_have_text("Bitte geben Sie eine gültige E-Mail-Adresse an.")


def test_sound_is_off_until_it_is_switched_on(shop: Shop, agent: Account, visitor: Visit) -> None:
    guest = visitor()
    guest.context.add_init_script(
        "window.tones = 0; const start = OscillatorNode.prototype.start;"
        "OscillatorNode.prototype.start = function () { window.tones += 1; start.call(this); }"
    )
    page = guest.tab(shop.site.url)
    inside = open_widget(page)
    write(inside, "Psst")
    expect_said(inside, "Psst")
    shop.answer(agent, "Quiet")
    expect_said(inside, "Psst", "Quiet")
    assert page.frames[1].evaluate("tones") == 0
    inside.get_by_role("button", name="More").click()
    inside.get_by_role("switch", name="Sound for new messages").check()
    assert page.frames[1].evaluate("tones") == 1
    page.keyboard.press("Escape")
    expect(inside.get_by_label("Your message")).to_be_visible()  # the menu closed, not the widget
    shop.answer(agent, "Loud")
    expect(bubbles(inside)).to_have_count(3)
    assert page.frames[1].evaluate("tones") == 2


def test_on_a_phone_it_fills_the_screen(shop: Shop, agent: Account, visitor: Visit) -> None:
    phone = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}
    page = visitor(**phone).tab(shop.site.url)
    button(page).tap()
    around = page.locator("pulse-widget iframe")
    expect(around).to_be_visible()
    inside = frame(page)
    expect(inside.locator("#widget")).to_have_attribute("aria-busy", "false")
    size = page.evaluate("[innerWidth, innerHeight]")
    box = around.bounding_box()
    assert box
    assert [round(box["width"]), round(box["height"])] == size
    expect(button(page)).to_be_hidden()
    write(inside, "w" * 300)
    expect(bubbles(inside)).to_have_count(1)
    assert page.frames[1].evaluate("document.documentElement.scrollWidth <= innerWidth")
    inside.get_by_role("button", name="Close the chat").tap()
    expect(around).to_be_hidden()
    expect(button(page)).to_be_visible()
    shop.answer(agent, "That is long")
    expect(badge(page)).to_be_visible()
