"""What one does with messages: edit, delete, react, reply, pin; everybody sees it at once."""

from playwright.sync_api import expect

from pulse.conversations import service as conversations
from tests.conftest import Live
from tests.web.chat import (
    Make,
    Visit,
    act,
    body,
    direct,
    expect_ready,
    fill,
    message,
    open_chat,
    row,
    say,
    seq,
    team,
    write,
)


def test_editing_in_place(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    talk = direct(live, ann, bob)
    one, other = open_chat(visitor(ann), talk), open_chat(visitor(bob), talk)
    write(one, "Hello evrybody")
    act(one, "Hello evrybody", "Edit")
    editor = one.get_by_label("Edit the message")
    expect(editor).to_have_value("Hello evrybody")
    expect(editor).to_be_focused()
    say(live, bob, talk, "Something else meanwhile")
    expect(message(one, "Something else meanwhile")).to_be_visible()
    editor.fill("Hello *everybody*")
    editor.press("Enter")
    for page in (one, other):
        expect(message(page, "Hello everybody")).to_contain_text("(edited)")
        expect(message(page, "Hello everybody").locator("em")).to_have_text("everybody")
    expect(body(one)).to_be_focused()
    other.get_by_role("button", name="(edited)").click()
    expect(other.locator("#revision-list")).to_contain_text("Hello evrybody")


def test_a_press_is_not_lost_when_its_message_changes(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    talk = direct(live, ann, bob)
    [first] = say(live, ann, talk, "Under the pointer")
    page = open_chat(visitor(ann), talk)
    found = message(page, "Under the pointer")
    found.hover()
    more = found.get_by_role("button", name="More")
    more.hover()
    page.mouse.down()
    expect(more).to_be_focused()
    with live.app.app_context():
        conversations.react(bob.id, first, "🦓", True)
    say(live, bob, talk, "Said after it")
    expect(row(page, talk)).to_contain_text("Said after it")
    page.mouse.up()
    expect(page.locator("#message-menu")).to_be_visible()
    expect(message(page, "Said after it")).to_be_visible()
    expect(found).to_contain_text("🦓")


def test_an_edit_can_be_given_up(live: Live, account: Make, visitor: Visit) -> None:
    ann = account("ann")
    general = team(live, ann).channel()
    page = open_chat(visitor(ann), general)
    write(page, "It stays")
    act(page, "It stays", "Edit")
    page.get_by_label("Edit the message").fill("It goes")
    page.get_by_label("Edit the message").press("Escape")
    expect(message(page, "It stays")).to_be_visible()
    expect(page.get_by_label("Edit the message")).to_have_count(0)
    expect(page.get_by_text("(edited)")).to_have_count(0)


def test_nobody_edits_what_others_said(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    general = team(live, ann, bob).channel()
    say(live, ann, general, "By Ann")
    page = open_chat(visitor(bob), general)
    message(page, "By Ann").hover()
    expect(message(page, "By Ann").get_by_role("button", name="Reply")).to_be_visible()
    expect(message(page, "By Ann").get_by_role("button", name="Edit")).to_have_count(0)
    message(page, "By Ann").get_by_role("button", name="More").click()
    expect(page.locator("#message-menu").get_by_role("button", name="Copy link")).to_be_visible()
    for name in ("Edit", "Delete"):
        expect(page.locator("#message-menu").get_by_role("button", name=name)).to_be_hidden()


def test_deleting_asks_first(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    talk = direct(live, ann, bob)
    one, other = open_chat(visitor(ann), talk), open_chat(visitor(bob), talk)
    write(one, "A mistake")
    act(one, "A mistake", "Delete")
    expect(one.get_by_role("dialog", name="Delete this message?")).to_contain_text("“A mistake”")
    one.get_by_role("button", name="Cancel").click()
    expect(message(one, "A mistake")).to_be_visible()
    act(one, "A mistake", "Delete")
    one.locator("#confirm").get_by_role("button", name="Delete").click()
    for page in (one, other):
        expect(message(page, "This message was deleted.")).to_have_count(1)
        expect(message(page, "A mistake")).to_have_count(0)


def test_reactions_are_put_on_and_taken_off(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob", full_name="Bob Builder")
    talk = direct(live, ann, bob)
    one, other = open_chat(visitor(ann), talk), open_chat(visitor(bob), talk)
    write(one, "Lunch?")
    act(other, "Lunch?", "React")
    other.get_by_label("Find an emoji").fill("pizza")
    other.keyboard.press("Enter")
    mark = message(one, "Lunch?").locator(".reaction")
    expect(mark).to_have_attribute("aria-label", "🍕 1: Bob Builder")
    expect(mark).to_have_attribute("aria-pressed", "false")
    mark.click()
    expect(message(other, "Lunch?").locator(".reaction")).to_have_text("🍕 2")
    expect(mark).to_have_attribute("aria-pressed", "true")
    expect(mark).to_be_focused()
    mark.click()
    message(other, "Lunch?").locator(".reaction").click()
    for page in (one, other):
        expect(page.locator(".reaction")).to_have_count(0)
    act(one, "Lunch?", "React")
    expect(one.locator("#emoji-list h3").first).to_have_text("Faces")  # none was used on this browser before


def test_a_reply_leads_to_what_it_replies_to(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob", full_name="Bob Builder")
    talk = direct(live, ann, bob)
    say(live, bob, talk, "Who brings the cake?")
    page = open_chat(visitor(ann), talk)
    act(page, "Who brings the cake?", "Reply")
    expect(page.locator("#reply")).to_contain_text("Bob Builder Who brings the cake?")
    expect(body(page)).to_be_focused()
    body(page).press("Escape")
    expect(page.locator("#reply")).to_be_hidden()
    act(page, "Who brings the cake?", "Reply")
    page.reload()  # a reply is part of the draft
    expect(page.locator("#reply")).to_contain_text("Who brings the cake?")
    write(page, "I do")
    expect(message(page, "I do")).to_have_attribute("data-seq", "2")
    expect(page.locator("#reply")).to_be_hidden()
    fill(live, bob, talk, 300)
    page.reload()
    expect(seq(page, 302)).to_be_in_viewport()
    page.goto(f"/app/{talk}?message=2")
    quote = seq(page, 2).locator(".quote")
    expect(quote).to_contain_text("Bob Builder")
    quote.click()
    expect(seq(page, 1)).to_be_focused()
    expect(seq(page, 1)).to_be_in_viewport()


def test_pins_are_listed_and_lead_to_their_messages(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    general = team(live, ann, bob).channel()
    say(live, bob, general, "The address is 12 High Street")
    one, other = open_chat(visitor(ann), general), open_chat(visitor(bob), general)
    other.get_by_role("button", name="Pinned messages").click()
    expect(other.locator("#none-pins")).to_be_visible()
    act(one, "12 High Street", "Pin")
    expect(message(other, "12 High Street")).to_contain_text("Pinned")
    pinned = other.locator("#list-pins .pinned")
    expect(pinned).to_have_count(1)
    fill(live, ann, general, 200)
    one.reload()
    expect_ready(one)
    one.get_by_role("button", name="Pinned messages").click()
    one.locator("#list-pins").get_by_role("button", name="The address is 12 High Street").click()
    expect(message(one, "12 High Street")).to_be_focused()
    other.get_by_role("button", name="Unpin").click()
    expect(pinned).to_have_count(0)
