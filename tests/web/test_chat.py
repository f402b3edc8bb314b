"""Writing to each other: live, with receipts, typing, unread counts, drafts."""

import re

from playwright.sync_api import expect

from tests.conftest import Live
from tests.web.chat import (
    Make,
    Visit,
    body,
    direct,
    go,
    message,
    messages,
    open_chat,
    row,
    say,
    team,
    write,
)


def test_what_one_writes_the_other_reads_at_once(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann", full_name="Ann Example"), account("bob")
    talk = direct(live, ann, bob)
    one = open_chat(visitor(ann), talk)
    other = open_chat(visitor(bob, base_url=live.webs[1].url), talk)
    write(one, "Hello **Bob**")
    expect(message(other, "Hello Bob").locator("strong", has_text="Ann Example")).to_be_visible()
    expect(message(other, "Hello Bob").locator(".message-body strong")).to_have_text("Bob")
    expect(body(one)).to_have_value("")
    write(other, "Hello Ann")
    expect(message(one, "Hello Ann")).to_have_count(1)
    expect(messages(one)).to_have_count(2)
    expect(messages(other)).to_have_count(2)


def test_one_sees_what_has_arrived_and_what_is_read(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    talk = direct(live, ann, bob)
    one = open_chat(visitor(ann), talk)
    write(one, "Are you there?")
    mark = message(one, "Are you there?").locator(".message-state")
    expect(mark).to_have_attribute("data-state", "sent")
    other = open_chat(visitor(bob))
    expect(mark).to_have_attribute("data-state", "delivered")
    go(other, talk)
    expect(mark).to_have_attribute("data-state", "read")
    expect(mark).to_have_text("Read")


def test_one_sees_who_is_typing(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann", full_name="Ann Example"), account("bob")
    talk = direct(live, ann, bob)
    one, other = open_chat(visitor(ann), talk), open_chat(visitor(bob), talk)
    body(one).press_sequentially("I was thi")
    expect(other.locator("#typing")).to_have_text("Ann Example is typing")
    body(one).fill("")
    expect(other.locator("#typing")).to_have_text("", timeout=3000)  # told, not expired
    body(one).press_sequentially("I was thinking")
    expect(other.locator("#typing")).to_have_text("Ann Example is typing")
    body(one).press("Enter")
    expect(other.locator("#typing")).to_have_text("")


def test_unread_counts_rise_and_fall_on_all_devices(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    place = team(live, ann, bob)
    general, other = place.channel("general"), place.channel("other")
    guest = visitor(ann)
    page, second = open_chat(guest, other), open_chat(guest, other)
    quiet = row(page, general)
    expect(quiet).not_to_have_class(re.compile("is-unread"))
    say(live, bob, general, "One", "Two")
    expect(quiet.locator(".count")).to_have_text("2 unread")
    expect(row(second, general).locator(".count")).to_have_text("2 unread")
    expect(page).to_have_title(re.compile(r"^\(2\) #other"))
    go(page, general)
    for tab in (page, second):
        expect(row(tab, general).locator(".count")).to_be_hidden()
    expect(second).to_have_title(re.compile(r"^#other"))


def test_the_line_above_new_messages_shows_where_one_was(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    place = team(live, ann, bob)
    general, other = place.channel("general"), place.channel("other")
    page = open_chat(visitor(ann), other)
    say(live, bob, general, "First new one", "Second new one")
    expect(row(page, general).locator(".count")).to_have_text("2 unread")
    go(page, general)
    line = page.locator(".new-line")
    expect(line.locator("xpath=following-sibling::li[1]")).to_contain_text("First new one")
    say(live, bob, general, "Third")
    expect(message(page, "Third")).to_be_visible()
    expect(page.locator(".new-line + .message")).to_contain_text("First new one")
    write(page, "I have read them")
    expect(line).to_have_count(0)


def test_what_is_marked_unread_stays_so_until_one_comes_back(
    live: Live, account: Make, visitor: Visit
) -> None:
    ann, bob = account("ann"), account("bob")
    place = team(live, ann, bob)
    general, other = place.channel("general"), place.channel("other")
    say(live, bob, general, "Old", "Think about this", "And this")
    page = open_chat(visitor(ann), general)
    message(page, "Think about this").hover()
    message(page, "Think about this").get_by_role("button", name="More").click()
    page.get_by_role("button", name="Mark unread from here").click()
    expect(row(page, general).locator(".count")).to_have_text("2 unread")
    go(page, other)
    expect(row(page, general).locator(".count")).to_have_text("2 unread")
    go(page, general)
    expect(page.locator(".new-line + .message")).to_contain_text("Think about this")
    expect(row(page, general).locator(".count")).to_be_hidden()


def test_a_draft_waits_in_its_conversation(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    place = team(live, ann, bob)
    general, other = place.channel("general"), place.channel("other")
    page = open_chat(visitor(ann), general)
    body(page).fill("Half a sen")
    go(page, other)
    expect(body(page)).to_have_value("")
    page.goto(f"/app/{general}")
    expect(body(page)).to_have_value("Half a sen")
    body(page).press("End")
    page.keyboard.type("tence")
    page.keyboard.press("Enter")
    expect(message(page, "Half a sentence")).to_be_visible()
    page.reload()
    expect(message(page, "Half a sentence")).to_be_visible()
    expect(body(page)).to_have_value("")


def test_consecutive_messages_share_a_head(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    general = team(live, ann, bob).channel()
    say(live, bob, general, "One", "Two")
    say(live, ann, general, "Three")
    page = open_chat(visitor(ann), general)
    expect(message(page, "One").locator(".avatar")).to_be_visible()
    expect(message(page, "Two").locator(".avatar")).to_be_hidden()
    expect(message(page, "Three").locator(".avatar")).to_be_visible()
    expect(page.locator(".day")).to_have_text(["Today"])


def test_muting_is_for_all_devices_and_counts_no_more(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    place = team(live, ann, bob)
    general, other = place.channel("general"), place.channel("other")
    guest = visitor(ann)
    page, second = open_chat(guest, general), open_chat(guest, other)
    page.get_by_role("button", name="Notifications of this conversation").click()
    page.get_by_label("Nothing (muted)").check()
    expect(row(second, general)).to_have_class(re.compile("is-muted"))
    go(page, other)
    say(live, bob, general, "Nobody hears me")
    expect(row(page, general).locator(".count")).to_have_class(re.compile("quiet"))
    expect(page).to_have_title(re.compile("^#other"))


def test_presence_of_the_other_shows_in_list_and_head(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    talk = direct(live, ann, bob)
    page = open_chat(visitor(ann), talk)
    expect(row(page, talk).locator(".dot")).to_have_attribute("data-status", "offline")
    other = open_chat(visitor(bob))
    expect(row(page, talk).locator(".dot")).to_have_attribute("data-status", "online")
    expect(page.locator("#talk-topic")).to_contain_text("Online")
    other.close()
    expect(page.locator("#talk-mark .dot")).to_have_attribute("data-status", "offline")
