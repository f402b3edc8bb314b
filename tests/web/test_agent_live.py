"""The desk while things happen: who else looks, what calls for attention, what was missed."""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from pulse.conversations.live import SCREENS
from tests.conftest import Live
from tests.support.browser import wait_for
from tests.support.servers import wait_until
from tests.web.chat import Make, Visit, body, message, say, write
from tests.web.desk import desk, expect_rows, go, notes, open_desk, row, tab
from tests.web.test_chat_offline import cut_off

CATCH_NOTIFICATIONS = """
window.shown = [];
window.Notification = class extends EventTarget {
    static permission = "default";
    static async requestPermission() { return (Notification.permission = "granted"); }
    constructor(title, { body }) { super(); shown.push(`${title} / ${body}`); }
};
document.hasFocus = () => !window.isAway;
"""


def go_away(page: Page, is_away: bool = True) -> None:
    """Look at another window, or come back."""
    page.evaluate(
        "(isAway) => { window.isAway = isAway; dispatchEvent(new Event(isAway ? 'blur' : 'focus')); }",
        is_away,
    )


def test_agents_see_who_else_looks(live: Live, account: Make, visitor: Visit) -> None:
    place = desk(live, account, "ann", "abe")
    ann, abe = place.agents
    bob = account("bob")
    ticket, other_ticket = place.ask(bob, "Help", "Please"), place.ask(bob, "More", "Please")
    page = open_desk(visitor(ann), ticket)
    expect(page.locator("#viewers")).to_be_hidden()
    other = open_desk(visitor(abe, base_url=live.webs[1].url), ticket, view="Queue", team=place.team_id)
    expect(page.locator("#viewers")).to_contain_text(f"{abe.username} looks at this, too")
    expect(other.locator("#viewers")).to_contain_text(f"{ann.username} looks at this, too")
    go(other, other_ticket)
    expect(page.locator("#viewers")).to_be_hidden()
    go(other, ticket)
    expect(page.locator("#viewers")).to_be_visible()
    other.evaluate(
        "import('/static/js/chat/opening.js').then(({ goToConversation }) => goToConversation(null))"
    )
    expect(page.locator("#viewers")).to_be_hidden()
    go(other, ticket)
    expect(page.locator("#viewers")).to_be_visible()
    other.close()
    expect(page.locator("#viewers")).to_be_hidden()


def test_what_calls_for_attention_is_told(live: Live, account: Make, visitor: Visit) -> None:
    """A new ticket of one's own, a message in it, a missed promise: in the title, and on the computer."""
    place = desk(live, account, "ann")
    (ann,) = place.agents
    bob = account("bob", full_name="Bob Builder")
    guest = visitor(ann)
    guest.context.add_init_script(CATCH_NOTIFICATIONS)
    page = open_desk(guest, view="Mine")
    expect(page).to_have_title(re.compile(r"^Desk ·"))
    page.get_by_role("button", name="Tell me on this computer").click()
    expect(page.locator("#desktop")).to_be_hidden()
    go_away(page)
    place.available(ann)
    ticket = place.ask(bob, "The door is stuck", "Please")
    expect_rows(page, ticket)
    expect(page).to_have_title(re.compile(r"^\(1\) Desk ·"))
    wait_for(page, "() => shown.includes('A ticket for you / Bob Builder: The door is stuck')")
    go_away(page, False)
    go(page, ticket)
    expect(page).to_have_title(re.compile(r"^The door is stuck ·"))
    go_away(page)
    with live.app.app_context():
        wait_until(lambda: ann.id not in SCREENS.looking(ticket))
    say(live, bob, ticket, "Are you there?")
    expect(page).to_have_title(re.compile(r"^\(1\) The door is stuck ·"))
    wait_for(page, "() => shown.some((text) => text.includes('Are you there?'))")
    go_away(page, False)
    expect(page).to_have_title(re.compile(r"^The door is stuck ·"))
    go_away(page)
    past = (datetime.now(UTC) - timedelta(seconds=1)).strftime("%Y-%m-%d %H:%M:%S.%f")
    place.set(ticket, "response_due_at", past)
    place.set(ticket, "next_look_at", past)
    wait_for(
        page, "() => shown.includes('First response missed / Bob Builder: The door is stuck')", seconds=40
    )
    expect(page).to_have_title(re.compile(r"^\(1\) The door is stuck ·"))
    place.available(ann, False)


def test_taking_over_oneself_is_no_news(live: Live, account: Make, visitor: Visit) -> None:
    place = desk(live, account, "ann")
    ticket = place.ask(account("bob"), "Help", "Please")
    page = open_desk(visitor(place.agents[0]), ticket)
    page.get_by_role("button", name="Take over").click()
    expect(page.locator("#way-reply")).to_be_checked()
    expect(page.locator(".toast")).to_have_count(0)
    expect(page).to_have_title(re.compile(r"^Help ·"))


def test_what_was_missed_is_there_after_a_reconnect(live: Live, account: Make, visitor: Visit) -> None:
    place = desk(live, account, "ann", "abe")
    ann, abe = place.agents
    bob = account("bob")
    open_desk(visitor(abe))
    page = open_desk(visitor(ann), view="Queue", team=place.team_id)
    gone, stays = place.ask(bob, "Gone", "Please"), place.ask(bob, "Stays", "Please")
    expect_rows(page, gone, stays)
    go(page, stays)
    cut_off(page)
    expect(page.locator("#connection")).to_have_attribute("data-state", "lost")
    place.assign(gone, abe)
    fresh = place.ask(bob, "Fresh", "Please")
    place.note(stays, abe, "Noted meanwhile")
    say(live, bob, stays, "Hello?")
    cut_off(page, False)
    expect_rows(page, stays, fresh)
    expect(notes(page)).to_contain_text(["Noted meanwhile"])
    expect(message(page, "Hello?")).to_be_visible()
    place.assign(stays, ann)
    expect(page.locator("#way-reply")).to_be_checked()
    assert body(page).is_visible()


def test_the_keyboard_does_it_all(live: Live, account: Make, visitor: Visit) -> None:
    place = desk(live, account, "ann")
    (ann,) = place.agents
    bob = account("bob")
    first, second = place.ask(bob, "First", "Please"), place.ask(bob, "Second", "Please")
    page = open_desk(visitor(ann), view="Queue", team=place.team_id)
    expect_rows(page, first, second)
    press = page.keyboard.press
    press("Alt+ArrowDown")
    expect(page.locator("#talk-name")).to_have_text("First")
    press("Alt+ArrowDown")
    expect(page.locator("#talk-name")).to_have_text("Second")
    press("Alt+ArrowUp")
    expect(page.locator("#talk-name")).to_have_text("First")
    expect(message(page, "Please")).to_be_visible()
    press("Alt+t")
    expect(page.locator("#way-reply")).to_be_checked()
    expect_rows(page, second)
    body(page).focus()
    press("Alt+n")
    expect(page.locator("#way-note")).to_be_checked()
    write(page, "By keyboard")
    expect(notes(page)).to_contain_text(["By keyboard"])
    press("Alt+n")
    press("Alt+c")
    expect(body(page)).to_have_value("/")
    body(page).fill("")
    press("Alt+z")
    expect(page.locator("#snooze-menu")).to_be_visible()
    press("Escape")
    expect(page.locator("#snooze-menu")).to_be_hidden()
    press("Alt+r")
    expect(page.locator("#do-reopen")).to_be_visible()
    press("Alt+s")
    expect(page.locator("#search")).to_be_focused()
    page.locator("#talk-name").focus()
    press("?")
    expect(page.locator("#help")).to_be_visible()
    press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    page.locator("#tab-queue").focus()
    press("ArrowRight")
    expect(tab(page, "Mine")).to_be_focused()
    expect(tab(page, "Mine")).to_have_attribute("aria-selected", "true")


def test_on_phones_one_pane_shows_at_a_time(live: Live, account: Make, visitor: Visit) -> None:
    place = desk(live, account, "ann")
    ticket = place.ask(account("bob"), "Help", "Please")
    page = open_desk(visitor(place.agents[0], viewport={"width": 390, "height": 844}), view="Queue")
    row(page, ticket).click()
    expect(message(page, "Please")).to_be_visible()
    expect(row(page, ticket)).to_be_hidden()
    page.locator("#toggle-details").click()
    expect(page.locator("#customer")).to_be_visible()
    page.go_back()
    expect(page.locator("#details")).to_be_hidden()
    page.locator("#talk-back").click()
    expect(row(page, ticket)).to_be_visible()


def test_the_list_is_right_after_redis_was_away(live: Live, account: Make, visitor: Visit) -> None:
    """The sockets stay: what could not be told meanwhile, the server makes up for with `resync`."""
    place = desk(live, account, "ann")
    (ann,) = place.agents
    bob = account("bob")
    page = open_desk(visitor(ann), view="Queue", team=place.team_id)
    first, second = place.ask(bob, "First", "Please"), place.ask(bob, "Second", "Please")
    expect_rows(page, first, second)
    live.redis.stop(9)
    try:
        place.set(first, "subject", "Changed meanwhile")  # by SQL: of this nobody tells later
        place.set(second, "snoozed_until", "2099-01-01 00:00:00.000000")
    finally:
        live.redis.start()
    expect_rows(page, first)
    expect(row(page, first)).to_contain_text("Changed meanwhile")


def test_the_list_is_right_after_its_server_was_away(live: Live, account: Make, visitor: Visit) -> None:
    place = desk(live, account, "ann")
    bob = account("bob")
    page = open_desk(visitor(place.agents[0]), view="Queue", team=place.team_id)
    first = place.ask(bob, "First", "Please")
    go(page, first)
    live.webs[0].kill()
    try:
        expect(page.locator("#connection")).to_have_attribute("data-state", "lost")
        second = place.ask(bob, "Second", "Please")
        say(live, bob, first, "Hello?")
    finally:
        live.webs[0].start()
    expect_rows(page, first, second)
    expect(message(page, "Hello?")).to_be_visible()
