"""The tickets on the desk: which, in which order, live."""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from pulse.support.rules import Priority
from tests.conftest import Live
from tests.web.chat import Make, Visit, open_chat, say
from tests.web.desk import desk, expect_rows, go, open_desk, row, tab


def minutes_ago(minutes: int) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%M:%S.%f")


def test_who_waits_longest_stands_first(live: Live, account: Make, visitor: Visit) -> None:
    place = desk(live, account, "ann")
    (ann,) = place.agents
    bob = account("bob", full_name="Bob Builder")
    first, second, third = (place.ask(bob, f"Number {n}") for n in range(3))
    for ticket, waits in ((first, 5), (second, 90), (third, 30)):
        place.set(ticket, "awaits_since", minutes_ago(waits))
    page = open_desk(visitor(ann), view="Queue", team=place.team_id)
    expect_rows(page, second, third, first)
    expect(row(page, second)).to_contain_text("Bob Builder")
    expect(row(page, second).locator(".ticket-wait")).to_have_text("waits 1 h 30 min")
    expect(row(page, first).locator(".ticket-wait")).to_have_text("waits 5 min")


def test_a_waiting_time_goes_on(live: Live, account: Make, visitor: Visit) -> None:
    place = desk(live, account, "ann")
    ticket = place.ask(account("bob"), "Help")
    place.set(ticket, "awaits_since", (datetime.now(UTC) - timedelta(seconds=57)).strftime("%F %T.%f"))
    page = open_desk(visitor(place.agents[0]), view="Queue", team=place.team_id)
    expect(row(page, ticket).locator(".ticket-wait")).to_have_text("waits 1 min")


def test_tickets_arrive_and_go_by_themselves(live: Live, account: Make, visitor: Visit) -> None:
    place = desk(live, account, "ann", "abe")
    ann, abe = place.agents
    bob = account("bob")
    page = open_desk(visitor(ann), view="Queue", team=place.team_id)
    other = open_desk(visitor(abe, base_url=live.webs[1].url), view="Mine", team=place.team_id)
    expect(page.locator("#no-tickets")).to_be_visible()
    first = place.ask(bob, "First")
    second = place.ask(bob, "Second")
    expect_rows(page, first, second)
    place.assign(first, abe)
    expect_rows(page, second)
    expect_rows(other, first)
    expect(tab(other, "Mine")).to_contain_text("1")


def test_filters_narrow_the_list(live: Live, account: Make, visitor: Visit) -> None:
    place = desk(live, account, "ann")
    bob, eve = account("bob", full_name="Bob Builder"), account("eve", full_name="Eve Evergreen")
    invoice = place.ask(bob, "My invoice", tags=("billing",), priority=Priority.HIGH)
    login = place.ask(eve, "Cannot sign in", tags=("login",))
    page = open_desk(visitor(place.agents[0]), view="All", team=place.team_id)
    expect_rows(page, invoice, login)
    search = page.locator("#search")
    for words, found in (("INVOICE", invoice), ("evergreen", login)):
        search.fill(words)
        expect_rows(page, found)
    search.fill("nothing like it")
    expect(page.locator("#no-tickets")).to_have_text("No ticket fits these filters.")
    search.fill("")
    page.locator("#filter-priority").select_option("high")
    expect_rows(page, invoice)
    page.locator("#filter-priority").select_option("")
    page.locator("#filter-tag").fill("login")
    expect_rows(page, login)
    # what comes later is judged as the server would
    later = place.ask(bob, "Another login", tags=("login",))
    place.ask(bob, "Another one")
    expect_rows(page, login, later)
    page.locator("#filter-tag").fill("")
    page.locator("#filter-status").select_option("resolved")
    expect(page.locator("#no-tickets")).to_be_visible()


def test_what_is_put_off_is_out_of_the_way(live: Live, account: Make, visitor: Visit) -> None:
    place = desk(live, account, "ann")
    (ann,) = place.agents
    bob = account("bob")
    page = open_desk(visitor(ann), view="Mine", team=place.team_id)
    one, two = place.ask(bob, "Later", "Please"), place.ask(bob, "Now", "Please")
    for ticket in (one, two):
        place.assign(ticket, ann)
    expect_rows(page, one, two)
    go(page, one)
    page.locator("#do-snooze").click()
    page.get_by_role("button", name="For an hour").click()
    expect_rows(page, two)
    tab(page, "All").click()
    expect(row(page, one)).to_have_class(re.compile("is-snoozed"))
    expect(row(page, one)).to_contain_text("until")
    tab(page, "Mine").click()
    page.locator("#filter-status").select_option("snoozed")
    expect_rows(page, one)
    say(live, bob, one, "I am back already")  # which brings it back
    expect(page.locator("#no-tickets")).to_be_visible()
    page.locator("#filter-status").select_option("")
    expect_rows(page, one, two)


def test_unread_typing_and_presence_show_in_the_row(live: Live, account: Make, visitor: Visit) -> None:
    place = desk(live, account, "ann")
    (ann,) = place.agents
    bob = account("bob")
    page = open_desk(visitor(ann), view="Mine", team=place.team_id)
    ticket = place.ask(bob, "Help", "Hello?")
    place.assign(ticket, ann)
    expect(row(page, ticket).locator(".dot")).to_have_attribute("data-status", "offline")
    customer = open_chat(visitor(bob), ticket)
    expect(row(page, ticket).locator(".dot")).to_have_attribute("data-status", "online")
    customer.locator("#body").press_sequentially("One mo")
    expect(row(page, ticket)).to_contain_text("is typing")
    customer.locator("#body").press("Enter")
    expect(row(page, ticket).locator(".count")).to_have_text("1 unread")
    go(page, ticket)
    expect(row(page, ticket).locator(".count")).to_be_hidden()


def test_the_list_is_as_the_server_would_list(live: Live, account: Make, visitor: Visit) -> None:
    """What the page decides about news is what the server decides about lists."""
    place = desk(live, account, "ann", "abe")
    ann, abe = place.agents
    bob, eve = account("bob"), account("eve", full_name="Eve 100% Green")
    open_desk(visitor(abe))  # whoever is not here loses unanswered tickets
    page = open_desk(visitor(ann))
    made = [
        place.ask(bob, "A_b", tags=("x",), priority=Priority.HIGH),
        place.ask(eve, "Axb", tags=("x", "y")),
        place.ask(bob, "Done", "words", tags=("y",)),
        place.ask(eve, "Later", "words"),
    ]
    place.assign(made[1], ann)
    place.assign(made[2], abe)
    place.set(made[3], "snoozed_until", "2099-01-01 00:00:00.000000")
    questions = [
        {
            "view": view,
            "status": status,
            "priority": priority,
            "tag": tag,
            "search": search,
            "is_snoozed": snoozed,
        }
        for view in ("queue", "mine", "open", "all")
        for status in (None, "waiting", "active")
        for priority, tag, search, snoozed in (
            (None, None, "", None),
            ("high", None, "", None),
            (None, "x", "", None),
            (None, None, "a_B", None),
            (None, None, "100%", None),
            (None, None, "", True),
            (None, None, "", False),
        )
    ]
    wrong = page.evaluate(
        """async ([questions, me, team]) => {
            const { listed, queryOf } = await import("/static/pulse-desk-list.js");
            const { client } = await import("/static/js/shell.js");
            const get = (query) => client.api("GET", `/api/chat-rooms/?${query}`);
            const ask = async (question) => (await get(queryOf(question))).data;
            const all = await ask({ view: "all", team_id: team, limit: 200 });
            const ids = (tickets) => String(tickets.map((one) => one.conversation_id));
            const wrong = [];
            for (const given of questions) {
                const known = Object.entries(given).filter(([, value]) => value !== null);
                const question = { ...Object.fromEntries(known), team_id: team };
                const [theirs, ours] = [ids(await ask(question)), ids(listed(all, question, me, null))];
                if (theirs !== ours) wrong.push([question, theirs, ours]);
            }
            return [wrong, all.length];
        }""",
        [questions, ann.id, place.team_id],
    )
    assert wrong == [[], 4]
