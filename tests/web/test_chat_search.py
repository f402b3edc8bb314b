"""Finding messages and conversations."""

from playwright.sync_api import Locator, Page, expect

from tests.conftest import Live
from tests.web.chat import Make, Visit, direct, fill, message, open_chat, say, seq, team


def hits(page: Page) -> Locator:
    return page.locator("#finder-list .hit")


def look_for(page: Page, words: str) -> None:
    page.keyboard.press("Control+k")
    expect(page.locator("#finder-text")).to_be_focused()
    page.keyboard.type(words)


def test_a_message_is_found_and_gone_to(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob", full_name="Bob Builder")
    place = team(live, ann, bob)
    general, other = place.channel("general"), place.channel("other")
    say(live, bob, general, "The <b>zebra</b> lives at the zoo")
    fill(live, bob, general, 400)
    page = open_chat(visitor(ann), other)
    look_for(page, "zebra")
    expect(hits(page)).to_have_count(1)
    expect(hits(page)).to_contain_text("Bob Builder in #general")
    expect(hits(page)).to_contain_text("The <b>zebra</b> lives at the zoo")
    expect(hits(page).locator("mark")).to_have_text("zebra")
    page.keyboard.press("Enter")
    expect(page.locator("#talk-name")).to_have_text("general")
    found = message(page, "zebra")
    expect(found).to_be_in_viewport()
    expect(found).to_be_focused()


def test_a_search_can_be_narrowed(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    place = team(live, ann, bob)
    general, other = place.channel("general"), place.channel("other")
    say(live, bob, general, "giraffe by Bob in general")
    say(live, ann, general, "giraffe by Ann in general")
    say(live, bob, other, "giraffe by Bob in other")
    page = open_chat(visitor(ann), general)
    look_for(page, "giraffe")
    expect(hits(page)).to_have_count(3)
    page.get_by_label("From (username)").fill(bob.username)
    expect(hits(page)).to_have_count(2)
    page.get_by_label("Where").select_option("general")
    expect(hits(page)).to_have_count(1)
    expect(hits(page)).to_contain_text("giraffe by Bob in general")
    page.get_by_label("Before", exact=True).fill("2001-01-01")
    expect(page.get_by_text("Nothing is found.")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Search in this conversation").click()
    expect(page.get_by_label("Where")).to_have_value(str(general))
    page.keyboard.type("giraffe")
    expect(hits(page)).to_have_count(2)


def test_more_is_found_on_the_way_down(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    talk = direct(live, ann, bob)
    fill(live, bob, talk, 70)
    page = open_chat(visitor(ann), talk)
    look_for(page, "line")
    expect(hits(page).first).to_contain_text("line 70")
    for _ in range(69):
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(15)
    expect(hits(page)).to_have_count(70)
    page.locator("#finder-list .hit").last.click()
    expect(seq(page, 1)).to_be_focused()


def test_conversations_are_switched_by_name(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob", full_name="Bob Builder")
    place = team(live, ann, bob)
    general = place.channel("general")
    place.channel("giraffes")
    talk = direct(live, ann, bob)
    page = open_chat(visitor(ann), general)
    look_for(page, "build")
    expect(hits(page)).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live.url}/app/{talk}")
    look_for(page, "g")
    expect(hits(page)).to_have_count(2)
    expect(page.locator("#finder-text")).to_have_attribute("aria-activedescendant", "hit-0")
    page.keyboard.press("ArrowDown")
    expect(hits(page).nth(1)).to_have_attribute("aria-selected", "true")
    expect(page.locator("#finder-text")).to_have_attribute("aria-activedescendant", "hit-1")
    page.keyboard.press("Escape")
    expect(page.locator("#finder")).to_be_hidden()
