"""Beginning, joining, changing and leaving conversations."""

import re

from playwright.sync_api import Page, expect

from tests.conftest import Live
from tests.web.chat import (
    Make,
    Visit,
    body,
    direct,
    expect_ready,
    message,
    open_chat,
    row,
    say,
    team,
    write,
)


def channel_row(page: Page, name: str) -> None:
    """Wait until the list has a channel of this name."""
    expect(page.locator("#channels .talk-row", has_text=name)).to_be_visible()


def test_a_conversation_begins_with_a_username(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    page, other = open_chat(visitor(ann)), open_chat(visitor(bob))
    page.bring_to_front()
    page.get_by_role("button", name="New message").first.click()
    page.locator("#username").fill("nobody-is-called-so")
    page.get_by_role("button", name="Write").click()
    expect(page.locator("#direct-form")).to_contain_text("There is nobody of this name.")
    page.locator("#username").fill(f"@{bob.username}")
    page.locator("#username").press("Enter")
    expect(page.locator("#direct-dialog")).to_be_hidden()
    expect(page.locator("#talk-name")).to_have_text(bob.username)
    expect(body(page)).to_be_focused()
    write(page, "Hi Bob")
    expect(other.locator("#direct .talk-row")).to_contain_text("Hi Bob")
    expect(other.locator("#direct .count")).to_have_text("1 unread")


def test_a_channel_is_made_found_and_joined(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    team(live, ann, bob)
    page, other = open_chat(visitor(ann)), open_chat(visitor(bob))
    page.get_by_role("button", name="Add a channel").click()
    page.get_by_role("button", name="New channel").click()
    page.locator("#channel-form").get_by_label("Name").fill("kitchen")
    page.locator("#channel-form").get_by_label("Topic").fill("Who washes up?")
    page.get_by_role("button", name="Create the channel").click()
    expect(page.locator("#talk-name")).to_have_text("kitchen")
    expect(page.locator("#talk-topic")).to_have_text("Who washes up?")
    write(page, "Not me")
    expect(message(page, "Not me")).to_have_attribute("data-seq", re.compile(r"\d"))
    other.get_by_role("button", name="Add a channel").click()
    other.locator("#browse").click()
    other.get_by_label("Filter channels").fill("wash")
    other.get_by_role("button", name="Join kitchen").click()
    expect(message(other, "Not me")).to_be_visible()
    channel_row(other, "kitchen")
    expect(page.locator("#list-people")).to_contain_text(bob.username)  # at once


def test_a_public_channel_can_be_looked_into_before_joining(
    live: Live, account: Make, visitor: Visit
) -> None:
    ann, bob = account("ann"), account("bob")
    place = team(live, ann)
    general = place.channel("general")
    say(live, ann, general, "Anybody may read this")
    place.add(bob)
    page = open_chat(visitor(bob), general)
    expect(message(page, "Anybody may read this")).to_be_visible()
    expect(body(page)).to_be_hidden()
    expect(page.get_by_text("You are looking at #general.")).to_be_visible()
    page.get_by_role("button", name="Join the channel").click()
    write(page, "I am in")
    expect(message(page, "I am in")).to_be_visible()
    expect(row(page, general)).to_have_attribute("aria-current", "page")


def test_people_are_added_and_taken_out(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob, eve = account("ann"), account("bob"), account("eve", full_name="Eve Evans")
    place = team(live, ann, bob, eve)
    private = place.channel("private", is_private=True)
    page, hers = open_chat(visitor(ann), private), open_chat(visitor(eve), private)
    eves = page.locator("#list-people .person-row", has_text="Eve Evans")
    eves.hover()
    eves.get_by_role("button", name="Take Eve Evans out").click()
    page.locator("#confirm").get_by_role("button", name="Take out").click()
    expect(eves).to_have_count(0)
    expect(hers.locator("#talk-none")).to_be_visible()
    expect(hers.get_by_text("This conversation is no longer there for you.")).to_be_visible()
    expect(row(hers, private)).to_have_count(0)
    page.get_by_role("button", name="Add people").click()
    page.get_by_label("Filter people").fill("evans")
    page.locator("#add-list").get_by_role("checkbox").check()
    page.locator("#add-form").get_by_role("button", name="Add").click()
    expect(eves).to_have_count(1)
    expect(row(hers, private)).to_be_visible()


def test_a_channel_is_renamed_and_gets_a_topic(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    general = team(live, ann, bob).channel("general")
    page, other = open_chat(visitor(ann), general), open_chat(visitor(bob), general)
    page.locator("#about-edit").click()
    page.locator("#about-name").fill("lobby")
    page.locator("#about-topic").fill("Come in")
    page.get_by_label("Keep messages").select_option("For 30 days")
    page.locator("#about-form").get_by_role("button", name="Save").click()
    for tab in (page, other):
        expect(tab.locator("#talk-name")).to_have_text("lobby")
        expect(tab.locator("#talk-topic")).to_have_text("Come in")
    expect(page.locator("#details-who")).to_contain_text("messages kept for 30 days")
    other.locator("#about-edit").click()
    expect(other.locator("#about-name")).to_be_disabled()  # members change the topic only
    other.locator("#about-topic").fill("Come in, all of you")
    other.locator("#about-form").get_by_role("button", name="Save").click()
    expect(page.locator("#talk-topic")).to_have_text("Come in, all of you")


def test_leaving_and_archiving(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    place = team(live, ann, bob)
    general = place.channel("general")
    page, other = open_chat(visitor(ann), general), open_chat(visitor(bob), general)
    expect(other.get_by_role("button", name="Archive")).to_be_hidden()
    page.get_by_role("button", name="Archive").click()
    page.locator("#confirm").get_by_role("button", name="Archive").click()
    for tab in (page, other):
        expect(tab.get_by_text("This channel is archived: it can be read, not written to.")).to_be_visible()
        expect(body(tab)).to_be_hidden()
    page.get_by_role("button", name="Take out of the archive").click()
    expect(body(other)).to_be_visible()
    other.get_by_role("button", name="Leave").click()
    other.locator("#confirm").get_by_role("button", name="Leave").click()
    expect(other.locator("#talk-none")).to_be_visible()
    expect(row(other, general)).to_have_count(0)
    expect(page.locator("#people-number")).to_have_text("1")


def test_blocking_ends_writing_until_it_is_taken_back(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    talk = direct(live, ann, bob)
    say(live, bob, talk, "Buy my book")
    page, other = open_chat(visitor(ann), talk), open_chat(visitor(bob), talk)
    page.get_by_role("button", name="Block").click()
    page.locator("#confirm").get_by_role("button", name="Block").click()
    for tab in (page, other):
        expect(tab.get_by_text("You cannot write to each other.")).to_be_visible()
    expect(other.locator("#unblock")).to_be_hidden()
    page.locator("#unblock").click()
    expect(body(other)).to_be_visible()
    write(page, "I was too hasty")
    expect(message(other, "I was too hasty")).to_be_visible()


def test_each_workspace_has_its_channels(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    one, two = team(live, ann, bob), team(live, ann, bob)
    first, second = one.channel("first"), two.channel("second")
    page = open_chat(visitor(ann), first)
    expect(page.locator("#team-name")).to_have_text(one.name)
    expect(row(page, second)).to_have_count(0)
    say(live, bob, second, "Over here")
    expect(page.locator("#team-count")).to_contain_text("1")
    page.locator("#team").click()
    page.locator("#team-list").get_by_role("button", name=two.name).click()
    expect(row(page, second).locator(".count")).to_have_text("1 unread")
    page.reload()
    expect_ready(page)
    expect(page.locator("#team-name")).to_have_text(one.name)  # that of what is open


def test_the_filter_narrows_the_list(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob", full_name="Bob Builder")
    place = team(live, ann, bob)
    garden, house = place.channel("garden"), place.channel("house")
    talk = direct(live, ann, bob)
    page = open_chat(visitor(ann))
    page.get_by_label("Filter conversations").fill("gard")
    expect(row(page, garden)).to_be_visible()
    for other in (house, talk):
        expect(row(page, other)).to_have_count(0)
    page.get_by_label("Filter conversations").fill("nothing is called so")
    expect(page.get_by_text("No conversation is called “nothing is called so”.")).to_be_visible()
    page.get_by_label("Filter conversations").fill(bob.username)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live.url}/app/{talk}")
