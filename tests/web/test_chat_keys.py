"""The chat page by keyboard, and what screen readers hear."""

from playwright.sync_api import expect

from tests.conftest import Live
from tests.web.chat import (
    Make,
    Visit,
    body,
    direct,
    go,
    message,
    open_chat,
    row,
    say,
    seq,
    team,
    write,
)


def test_new_messages_of_others_are_heard_and_nothing_else(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob", full_name="Bob Builder")
    place = team(live, ann, bob)
    general, other = place.channel("general"), place.channel("other")
    say(live, bob, general, "An old one")
    page = open_chat(visitor(ann), general)
    log = page.get_by_role("log")
    expect(log).to_have_attribute("aria-live", "polite")
    expect(log).to_have_text("")
    write(page, "My own")
    say(live, bob, other, "Elsewhere")
    say(live, bob, general, "A new one", "<b>And another</b>")
    expect(log.locator("p")).to_have_text(["Bob Builder: A new one", "Bob Builder: <b>And another</b>"])
    go(page, other)
    expect(log).to_have_text("")


def test_the_last_message_is_edited_with_arrow_up(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    talk = direct(live, ann, bob)
    page = open_chat(visitor(ann), talk)
    write(page, "First")
    write(page, "Secnd")
    expect(message(page, "Secnd")).to_have_attribute("data-seq", "2")
    say(live, bob, talk, "Not mine")
    expect(message(page, "Not mine")).to_be_visible()
    body(page).press("ArrowUp")
    expect(page.get_by_label("Edit the message")).to_have_value("Secnd")
    page.keyboard.press("Control+a")
    page.keyboard.type("Second")
    page.keyboard.press("Enter")
    expect(message(page, "Second (edited)")).to_be_visible()
    expect(body(page)).to_be_focused()
    page.keyboard.type("Something is written")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("Edit the message")).to_have_count(0)


def test_unread_conversations_are_walked_with_alt_and_arrows(
    live: Live, account: Make, visitor: Visit
) -> None:
    ann, bob = account("ann"), account("bob")
    place = team(live, ann, bob)
    talks = {name: place.channel(name) for name in ("a", "b", "c", "d")}
    page = open_chat(visitor(ann), talks["a"])
    say(live, bob, talks["b"], "One")
    say(live, bob, talks["d"], "Two")
    expect(row(page, talks["d"]).locator(".count")).to_be_visible()
    page.keyboard.press("Alt+ArrowDown")
    expect(page).to_have_url(f"{live.url}/app/{talks['b']}")
    expect(row(page, talks["b"]).locator(".count")).to_be_hidden()
    say(live, bob, talks["a"], "Three")
    expect(row(page, talks["a"]).locator(".count")).to_be_visible()
    page.keyboard.press("Alt+ArrowUp")
    expect(page).to_have_url(f"{live.url}/app/{talks['a']}")
    expect(row(page, talks["a"]).locator(".count")).to_be_hidden()
    page.keyboard.press("Alt+ArrowUp")  # round and round
    expect(page).to_have_url(f"{live.url}/app/{talks['d']}")


def test_messages_are_walked_and_acted_on(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    talk = direct(live, ann, bob)
    say(live, bob, talk, "One", "Two")
    say(live, ann, talk, "Three")
    page = open_chat(visitor(ann), talk)
    page.keyboard.press("Alt+m")
    expect(seq(page, 3)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(seq(page, 1)).to_be_focused()
    page.keyboard.press("Tab")  # into the bar of the message at hand
    expect(seq(page, 1).get_by_role("button", name="React with thumbs up")).to_be_focused()
    page.keyboard.press("Enter")
    expect(seq(page, 1).locator(".reaction")).to_have_text("👍 1")
    page.keyboard.press("Shift+Tab")
    seq(page, 1).focus()
    page.keyboard.press("+")
    expect(page.get_by_label("Find an emoji")).to_be_focused()
    page.keyboard.type("tada")
    page.keyboard.press("Enter")
    expect(seq(page, 1).locator(".reaction")).to_have_text(["👍 1", "🎉 1"])
    expect(seq(page, 1)).to_be_focused()
    page.keyboard.press("p")
    expect(seq(page, 1)).to_contain_text("Pinned")
    expect(seq(page, 1)).to_be_focused()
    page.keyboard.press("End")
    expect(seq(page, 3)).to_be_focused()
    page.keyboard.press("e")
    expect(page.get_by_label("Edit the message")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+m")
    page.keyboard.press("Delete")
    page.get_by_role("dialog", name="Delete this message?").get_by_role("button", name="Delete").press(
        "Enter"
    )
    expect(seq(page, 3)).to_contain_text("This message was deleted.")
    page.keyboard.press("Alt+m")
    page.keyboard.press("Home")
    page.keyboard.press("r")
    expect(body(page)).to_be_focused()
    expect(page.locator("#reply")).to_contain_text("One")


def test_the_focus_stays_on_a_message_that_changes(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    talk = direct(live, ann, bob)
    say(live, bob, talk, "Will be edited")
    page, other = open_chat(visitor(ann), talk), open_chat(visitor(bob), talk)
    page.keyboard.press("Alt+m")
    expect(seq(page, 1)).to_be_focused()
    body(other).press("ArrowUp")
    other.keyboard.type(" soon")
    other.keyboard.press("Enter")
    expect(seq(page, 1)).to_contain_text("Will be edited soon")
    expect(seq(page, 1)).to_be_focused()
    expect(page.locator('#messages [tabindex="0"]')).to_have_count(1)


def test_people_are_mentioned_by_keyboard(live: Live, account: Make, visitor: Visit) -> None:
    ann, zoe = account("ann"), account("zoe", full_name="Zoe Zimmer")
    zack = account("zack", full_name="Zack Zorn")
    general = team(live, ann, zoe, zack).channel()
    page, other = open_chat(visitor(ann), general), open_chat(visitor(zoe), general)
    body(page).press_sequentially("Hello @z")
    offers = page.get_by_role("option")
    expect(offers).to_have_count(2)
    expect(body(page)).to_have_attribute("aria-activedescendant", "mentions-0")
    page.keyboard.type("im")
    expect(offers).to_have_text(f"ZZoe Zimmer@{zoe.username}")
    page.keyboard.press("Enter")
    expect(body(page)).to_have_value(f"Hello @{zoe.username} ")
    expect(offers).to_have_count(0)
    page.keyboard.press("Enter")
    expect(message(other, "Hello @")).to_have_class("message is-mention")
    body(page).press_sequentially("@chan")
    expect(offers).to_have_count(1)
    page.keyboard.press("Escape")
    expect(offers).to_have_count(0)
    expect(body(page)).to_have_value("@chan")


def test_dialogs_give_the_focus_back(live: Live, account: Make, visitor: Visit) -> None:
    ann = account("ann")
    page = open_chat(visitor(ann), team(live, ann).channel())
    page.get_by_role("button", name="Filter").or_(page.locator("#write")).first.focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#write")).to_be_focused()
    body(page).focus()
    page.keyboard.type("?")  # a letter like any other there
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    page.locator("#notify").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Mentions only")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#notify")).to_be_focused()
    page.keyboard.press("Alt+i")
    page.keyboard.press("Alt+i")
    expect(page.locator("#details-head")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#toggle-details")).to_be_focused()
