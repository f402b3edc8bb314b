"""One ticket on the desk: taking over, answering, notes, what it is, handing on, ending it."""

import re

from playwright.sync_api import expect

from pulse.support import service
from pulse.support.rules import TicketStatus
from tests.conftest import Live
from tests.web.chat import Make, Visit, body, message, open_chat, say, write
from tests.web.desk import desk, events, expect_rows, go, notes, open_desk, row, tab


def test_an_agent_takes_over_and_answers(live: Live, account: Make, visitor: Visit) -> None:
    place = desk(live, account, "ann")
    (ann,) = place.agents
    bob = account("bob", full_name="Bob Builder")
    ticket = place.ask(bob, "Help", "My door is **stuck**")
    page = open_desk(visitor(ann), view="Queue", team=place.team_id)
    go(page, ticket)
    expect(message(page, "My door is stuck")).to_be_visible()
    expect(page.locator("#closed")).to_contain_text("Nobody answers this.")
    expect(page.locator("#way-reply")).to_be_disabled()
    page.get_by_role("button", name="Take over").click()
    expect(events(page, f"{ann.username} took over")).to_be_visible()
    expect(page.locator("#closed")).to_be_hidden()
    expect(body(page)).to_have_attribute("placeholder", "Reply to Bob Builder")
    customer = open_chat(visitor(bob, base_url=live.webs[1].url), ticket)
    write(page, "I am looking into it")
    expect(message(customer, "I am looking into it")).to_be_visible()
    expect(message(page, "I am looking into it").locator(".message-state")).to_have_attribute(
        "data-state", "read"
    )
    body(customer).press_sequentially("Than")
    expect(page.locator("#typing")).to_contain_text("is typing")
    body(customer).press("Enter")
    expect(message(page, "Than")).to_be_visible()
    expect(page.locator("#load")).to_have_text("1 of 5")


def test_a_ticket_that_is_routed_to_one_appears_and_can_be_answered(
    live: Live, account: Make, visitor: Visit
) -> None:
    place = desk(live, account, "ann")
    (ann,) = place.agents
    page = open_desk(visitor(ann), view="Mine")
    page.locator("#available").click()
    expect(page.locator("#available")).to_have_attribute("aria-checked", "true")
    ticket = place.ask(account("bob"), "Help", "Anybody?")
    expect_rows(page, ticket)
    go(page, ticket)
    write(page, "I am here")
    expect(message(page, "I am here")).to_have_attribute("data-seq", re.compile(r"\d"))
    page.locator("#available").click()
    expect(page.locator("#available")).to_have_attribute("aria-checked", "false")


def test_a_canned_reply_is_put_in_with_the_name(live: Live, account: Make, visitor: Visit) -> None:
    place = desk(live, account, "ann")
    (ann,) = place.agents
    bob = account("bob", full_name="Bob $& Builder")
    with live.app.app_context():
        service.create_reply(
            ann.id, f"zrefund-{ann.id}", "Dear {{customer}}, the money is back. {{customer}}!"
        )
        service.create_reply(ann.id, f"zthanks-{ann.id}", "Thank you for the zucchini")
    ticket = place.ask(bob, "Help", "Please")
    page = open_desk(visitor(ann), ticket)
    place.assign(ticket, ann)
    expect(page.locator("#way-reply")).to_be_checked()
    options = page.locator("#canned [role=option]")
    body(page).press_sequentially("Hello /z")
    expect(options.filter(has_text=f"-{ann.id}")).to_have_count(2)
    expect(options.first).to_have_attribute("aria-selected", "true")
    body(page).press("ArrowDown")
    expect(body(page)).to_have_attribute("aria-activedescendant", "canned-1")
    body(page).press("ArrowUp")
    body(page).press_sequentially(f"refund-{ann.id}")
    expect(options).to_have_count(1)
    expect(options.first).to_contain_text("Dear Bob $& Builder, the money is back.")
    body(page).press("Tab")
    expect(body(page)).to_have_value("Hello Dear Bob $& Builder, the money is back. Bob $& Builder!")
    body(page).fill("")
    body(page).press_sequentially("/zucch")
    expect(options).to_contain_text([f"/zthanks-{ann.id}"])  # by its words
    body(page).press("Enter")
    expect(body(page)).to_have_value("Thank you for the zucchini")
    body(page).fill("and/or")
    expect(page.locator("#canned")).to_be_hidden()


def test_notes_are_for_the_desk_alone(live: Live, account: Make, visitor: Visit) -> None:
    place = desk(live, account, "ann", "abe")
    ann, abe = place.agents
    bob = account("bob")
    ticket = place.ask(bob, "Help", "Please")
    page, other = open_desk(visitor(ann), ticket), open_desk(visitor(abe, base_url=live.webs[1].url), ticket)
    customer = open_chat(visitor(bob), ticket)
    place.assign(ticket, ann)
    expect(page.locator("#way-reply")).to_be_checked()
    body(page).fill("half an answer")
    page.locator(".way", has_text="Note").click()
    expect(body(page)).to_have_value("")  # drafts are apart
    write(page, "He is *impatient*")
    expect(notes(page)).to_contain_text(["He is *impatient*"])
    expect(notes(other)).to_contain_text(["He is *impatient*"])
    expect(other.locator("#list-notes .note")).to_have_count(1)
    expect(other.locator("#way-note")).to_be_checked()  # whoever only looks may note
    write(other, "I know him")
    expect(notes(page)).to_have_count(2)
    page.locator(".way", has_text="Reply").click()
    expect(body(page)).to_have_value("half an answer")
    write(page, "Just a moment")
    expect(message(customer, "Just a moment")).to_be_visible()
    customer.reload()
    expect(message(customer, "Just a moment")).to_be_visible()
    for word in ("impatient", "know him"):
        assert word not in customer.content()
    page.reload()
    expect(notes(page)).to_have_count(2)
    shown = page.locator("#messages > li:not(.day, .is-event)")
    expect(shown.locator(".message-body, .note-body")).to_have_text(
        ["Please", "He is *impatient*", "I know him", "Just a moment"]
    )


def test_what_a_ticket_is_changes_for_all(live: Live, account: Make, visitor: Visit) -> None:
    place = desk(live, account, "ann", "abe")
    ann, abe = place.agents
    ticket = place.ask(account("bob"), "Help", "Please", tags=("old",))
    page, other = open_desk(visitor(ann), ticket), open_desk(visitor(abe, base_url=live.webs[1].url), ticket)
    page.locator("#subject").fill("The door is stuck")
    page.locator("#subject").press("Enter")
    expect(other.locator("#talk-name")).to_have_text("The door is stuck")
    page.locator("#priority").select_option("urgent")
    expect(other.locator("#priority")).to_have_value("urgent")
    page.locator("#tag").fill("Doors")
    page.locator("#tag").press("Enter")
    expect(other.locator("#tags .tag")).to_have_text(["doors", "old"])
    expect(page.locator("#tags .tag")).to_have_text(["doors", "old"])
    page.get_by_role("button", name="Remove the tag old").click()
    expect(other.locator("#tags .tag")).to_have_text(["doors"])
    other.locator("#part-history summary").click()
    lines = other.locator("#list-history li")
    expect(lines).to_contain_text(
        ["opened it", "subject", "priority medium → urgent", "tags old → doors, old", "tags"]
    )
    page.locator("#part-earlier summary").click()
    expect(page.locator("#none-earlier")).to_have_text("This is their first one.")


def test_a_ticket_is_resolved_closed_and_reopened(live: Live, account: Make, visitor: Visit) -> None:
    place = desk(live, account, "ann")
    (ann,) = place.agents
    bob = account("bob")
    ticket = place.ask(bob, "Help", "Please")
    page = open_desk(visitor(ann), ticket, view="Mine")
    place.assign(ticket, ann)
    expect_rows(page, ticket)
    page.locator("#resolve").click()
    expect(events(page, "resolved this")).to_be_visible()
    expect(page.locator("#resolve")).to_have_text("Reopen")
    expect(page.locator("#no-tickets")).to_be_visible()
    page.locator("#resolve").click()
    expect(events(page, "reopened this")).to_be_visible()
    page.locator("#do-close").click()
    page.locator("#confirm-yes").click()
    expect(page.locator("#closed")).to_contain_text("This is closed. Reopen it to go on.")
    expect(page.locator("#way-reply")).to_be_disabled()
    assert place.ticket(ticket).status == TicketStatus.CLOSED
    page.locator("#do-reopen").click()
    expect(page.locator("#do-close")).to_be_visible()
    expect(page.locator("#closed")).to_contain_text("Nobody answers this.")  # she takes none by herself
    page.get_by_role("button", name="Take over").click()
    expect(page.locator("#way-reply")).to_be_checked()
    write(page, "Here I am again")
    expect(message(page, "Here I am again").locator(".message-state")).to_be_visible()


def test_a_ticket_is_handed_on(live: Live, account: Make, visitor: Visit) -> None:
    place = desk(live, account, "ann", "abe")
    ann, abe = place.agents
    ticket = place.ask(account("bob"), "Help", "Please")
    page = open_desk(visitor(ann), ticket)
    other = open_desk(visitor(abe, base_url=live.webs[1].url), view="Mine")
    choice = page.locator("#assign")
    expect(choice.locator(f'[value="agent-{abe.id}"]')).to_be_disabled()
    expect(page.locator("#assign-hint")).to_contain_text("Take it over to hand it on.")
    page.get_by_role("button", name="Take over").click()
    expect(choice.locator(f'[value="agent-{abe.id}"]')).to_be_enabled()
    choice.select_option(f"agent-{abe.id}")
    page.get_by_role("button", name="Hand on").click()
    expect(page.locator("#closed")).to_contain_text(f"{abe.username} answers this.")
    expect(message(page, "Please")).to_be_visible()  # she still sees it
    expect_rows(other, ticket)
    expect(other.locator(".toast")).to_contain_text("A ticket for you")
    go(other, ticket)
    other.locator("#assign").select_option("team-")
    other.get_by_role("button", name="Hand on").click()
    expect(other.locator("#closed")).to_contain_text("Nobody answers this.")
    expect(events(other, "passed this on")).to_be_visible()


def test_promised_times_and_ratings_show(live: Live, account: Make, visitor: Visit) -> None:
    place = desk(live, account, "ann")
    (ann,) = place.agents
    bob = account("bob")
    page = open_desk(visitor(ann), view="All", team=place.team_id)
    ticket = place.ask(bob, "Help", "Please")
    place.set(ticket, "response_due_at", "2020-01-01 00:00:00.000000")
    place.set(ticket, "rating", 4)
    place.set(ticket, "rating_comment", "Slow but <b>kind</b>")
    say(live, bob, ticket, "Hello?")
    expect(row(page, ticket)).to_contain_text("First response missed")
    go(page, ticket)
    promises = page.locator(".promise")
    expect(promises).to_contain_text(["First response missed by", "Resolution due in"])
    expect(page.get_by_label("Rated 4 of 5")).to_be_visible()
    expect(page.locator("#rating blockquote")).to_have_text("Slow but <b>kind</b>")
    expect(tab(page, "All")).to_have_attribute("aria-selected", "true")
