"""Writing while the connection is gone, and what the server refuses."""

from playwright.sync_api import Page, expect

from tests.conftest import Live
from tests.web.chat import (
    Make,
    Visit,
    direct,
    expect_ready,
    message,
    messages,
    open_chat,
    say,
    team,
    write,
)


def cut_off(page: Page, is_off: bool = True) -> None:
    """Take this tab's network away, or give it back; a connection that is open ends with it."""
    page.context.set_offline(is_off)
    if is_off:
        page.evaluate(
            "import('/static/js/shell.js').then(({ client }) => { client.close(); client.connect(); })"
        )


def test_what_is_written_offline_is_sent_once_and_in_order(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    talk = direct(live, ann, bob)
    one, other = open_chat(visitor(ann), talk), open_chat(visitor(bob), talk)
    cut_off(one)
    expect(one.locator("#connection")).to_have_attribute("data-state", "lost")
    for words in ("first", "second", "third"):
        write(one, words)
    expect(one.locator(".is-sending")).to_have_count(3)
    expect(message(one, "third")).to_contain_text("Sending")
    say(live, bob, talk, "while you were away")
    cut_off(one, False)
    expect(one.locator(".is-sending")).to_have_count(0)
    for page in (one, other):
        expect(messages(page).locator(".message-body")).to_have_text(
            ["while you were away", "first", "second", "third"]
        )


def test_what_is_not_sent_outlives_the_page(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    talk = direct(live, ann, bob)
    guest = visitor(ann)
    one = open_chat(guest, talk)
    cut_off(one)
    write(one, "Do not lose me")
    expect(message(one, "Do not lose me")).to_have_class("message is-sending")
    one.close()
    guest.context.set_offline(False)
    again = open_chat(guest, talk)
    expect(message(again, "Do not lose me")).to_have_attribute("data-seq", "1")
    expect(messages(again)).to_have_count(1)


def test_what_is_refused_can_be_sent_again_or_given_up(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    talk = direct(live, ann, bob)
    page = open_chat(visitor(ann), talk)
    cut_off(page)
    write(page, "Keep me")
    write(page, "Drop me")
    token = live.webs[0].sign_in(bob.username)["access_token"]
    assert live.webs[0].call("POST", "/api/blocks/", {"username": ann.username}, token)[0] < 300
    cut_off(page, False)
    keep, drop = message(page, "Keep me"), message(page, "Drop me")
    for row in (keep, drop):
        expect(row).to_contain_text("Not sent. You cannot write to this person.")
    expect(page.locator("#heard")).to_contain_text("Your message could not be sent.")
    drop.get_by_role("button", name="Discard").click()
    expect(drop).to_have_count(0)
    expect(page.locator("#closed-text")).to_have_text("You cannot write to each other.")
    page.reload()
    expect_ready(page)
    expect(keep).to_contain_text("Not sent.")
    assert live.webs[0].call("DELETE", f"/api/blocks/{ann.id}/", None, token)[0] < 300
    expect(page.locator("#composer")).to_be_visible()
    keep.get_by_role("button", name="Retry").click()
    expect(keep).to_have_attribute("data-seq", "1")
    expect(page.locator(".message-failed")).to_have_count(0)


def test_a_page_catches_up_with_what_it_missed(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    general = team(live, ann, bob).channel()
    one, other = open_chat(visitor(ann), general), open_chat(visitor(bob), general)
    write(other, "Before")
    expect(message(one, "Before")).to_be_visible()
    cut_off(one)
    expect(one.locator("#connection")).to_have_attribute("data-state", "lost")
    for number in range(30):
        say(live, bob, general, f"Missed {number}")
    message(other, "Before").hover()
    message(other, "Before").get_by_role("button", name="Edit").click()
    other.get_by_label("Edit the message").fill("Before, edited")
    other.get_by_label("Edit the message").press("Enter")
    expect(message(other, "Before, edited")).to_be_attached()
    cut_off(one, False)
    expect(message(one, "Before, edited")).to_be_attached()
    expect(message(one, "Missed 29")).to_be_in_viewport()
    texts = messages(one).locator(".message-body").all_inner_texts()
    assert [one for one in texts if one.startswith("Missed")] == [f"Missed {n}" for n in range(30)]
