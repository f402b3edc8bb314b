"""The pages for leads: how the desk does, live; and its settings."""

import re

from playwright.sync_api import expect

from pulse.core.identity import Identity
from pulse.core.permissions import Role
from pulse.support import queries, service
from tests.conftest import Live
from tests.web.chat import Make, Visit, body, say
from tests.web.desk import desk, open_desk


def test_leads_see_how_the_desk_does(live: Live, account: Make, visitor: Visit) -> None:
    place = desk(live, account, "ann", "abe")
    ann, abe = place.agents
    bob = account("bob")
    open_desk(visitor(abe))
    page = visitor(ann).tab("/agent/team")
    page.locator("#team").select_option(str(place.team_id))
    figure = {
        name: page.locator(f'[data-figure="{name}"] strong')
        for name in ("waiting", "active", "resolved", "rating")
    }
    row = page.locator("#agents tr", has_text=abe.username)
    expect(page.locator("#agents tr")).to_have_count(2)
    expect(figure["waiting"]).to_have_text("0")
    ticket = place.ask(bob, "Help", "Please")
    expect(figure["waiting"]).to_have_text("1")
    place.assign(ticket, abe)
    expect(figure["active"]).to_have_text("1")
    expect(row).to_contain_text("1 of 5")
    expect(row.locator(".dot")).to_have_attribute("data-status", re.compile("online|away"))
    expect(row.locator("[data-part=unanswered]")).to_have_text("1")
    say(live, abe, ticket, "Done")
    expect(row.locator("[data-part=unanswered]")).to_have_text("0")
    room = place.room(ticket)
    with live.app.app_context():
        service.resolve(Identity(abe.id, 0, Role.AGENT), room)
        service.rate(Identity(bob.id, 0, Role.USER), room, 4, "")
    expect(figure["resolved"]).to_have_text("1")
    expect(figure["rating"]).to_have_text("4.0 of 5")
    expect(row.locator("[data-part=rating]")).to_have_text("4.0 (1)")
    expect(row.get_by_role("switch")).to_have_count(0)  # that is for admins
    expect(row.get_by_role("button")).to_have_count(0)


def test_admins_set_what_agents_take(live: Live, account: Make, visitor: Visit) -> None:
    place = desk(live, account, "ann")
    (ann,) = place.agents
    own = open_desk(visitor(ann))
    page = visitor(account("root", Role.ADMIN), base_url=live.webs[1].url).tab("/agent/team")
    row = page.locator("#agents tr", has_text=ann.username)
    row.get_by_role("switch").click()
    expect(row.get_by_role("switch")).to_be_checked()
    expect(own.locator("#available")).to_have_attribute("aria-checked", "true")
    row.get_by_role("switch").click()
    expect(own.locator("#available")).to_have_attribute("aria-checked", "false")
    row.get_by_role("button", name="Change").click()
    dialog = page.locator("#agent-dialog")
    dialog.get_by_label("Active tickets at once").fill("7")
    dialog.get_by_label("Skills").fill("Billing, doors")
    dialog.get_by_role("checkbox", name=f"Team {place.team_id}").or_(
        dialog.locator(":checked")
    ).first.uncheck()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    expect(row).to_contain_text("0 of 7")
    expect(row.locator("[data-part=skills] .badge")).to_have_text(["billing", "doors"])
    expect(own.locator("#load")).to_have_text("0 of 7")


def test_agents_keep_canned_replies(live: Live, account: Make, visitor: Visit) -> None:
    place = desk(live, account, "ann")
    (ann,) = place.agents
    guest = visitor(ann)
    page = guest.tab("/agent/settings")
    expect(page.locator("#settings")).to_have_attribute("aria-busy", "false")
    for admins in ("#teams", "#targets", "#widgets"):
        expect(page.locator(admins)).to_have_count(0)
    name = f"greeting-{ann.id}"
    page.locator("#new-replies").click()
    dialog = page.locator("#reply-dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Text").fill("Good day, {{customer}}")
    dialog.get_by_role("button", name="Save").click()
    row = page.locator("#replies li", has_text=name)
    expect(row).to_contain_text("Good day, {{customer}}")
    page.locator("#new-replies").click()
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Text").fill("Again")
    dialog.get_by_role("button", name="Save").click()
    expect(
        dialog.locator("#reply-name-error, .form-error").filter(has_text=re.compile("taken|already"))
    ).to_be_visible()
    dialog.get_by_role("button", name="Cancel").click()
    row.get_by_role("button", name=f"Change {name}").click()
    dialog.get_by_label("Text").fill("Hello, {{customer}}")
    dialog.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("Hello, {{customer}}")
    ticket = place.ask(account("bob", full_name="Bob"), "Help", "Please")
    desk_page = open_desk(guest, ticket)
    body(desk_page).press_sequentially(f"/{name}")
    body(desk_page).press("Enter")
    expect(body(desk_page)).to_have_value("Hello, Bob")
    row.get_by_role("button", name=f"Change {name}").click()
    dialog.get_by_role("button", name="Delete").click()
    page.locator("#confirm-yes").click()
    expect(row).to_have_count(0)


def test_admins_manage_teams_promises_and_widgets(live: Live, account: Make, visitor: Visit) -> None:
    root = account("root", Role.ADMIN)
    guest = visitor(root)
    guest.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = guest.tab("/agent/settings")
    expect(page.locator("#settings")).to_have_attribute("aria-busy", "false")
    name = f"Support {root.id}"
    page.locator("#new-teams").click()
    dialog = page.locator("#team-dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Time zone").fill("Europe/Berlin")
    dialog.get_by_label("Always open").uncheck()
    dialog.get_by_label("Monday").fill("9-12:30, 13:30-24")
    dialog.get_by_label("Tuesday").fill("whenever")
    dialog.get_by_label("Holidays").fill("2026-12-25\n2026-12-26")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("“whenever” are no hours")
    dialog.get_by_label("Tuesday").fill("")
    dialog.get_by_role("button", name="Save").click()
    row = page.locator("#teams li", has_text=name)
    expect(row).to_contain_text("Business hours in Europe/Berlin")
    with live.app.app_context():
        (team,) = [one for one in queries.teams() if one.name == name]
        office = [[540, 1020]]
        assert team.week == [[[540, 750], [810, 1440]], [], office, office, office, [], []]
        assert team.holidays == ["2026-12-25", "2026-12-26"]
        team_id = team.id
    row.get_by_role("button").click()
    expect(dialog.get_by_label("Monday")).to_have_value("9:00-12:30, 13:30-24:00")
    expect(dialog.get_by_label("Tuesday")).to_have_value("")
    page.keyboard.press("Escape")

    low = page.get_by_role("form", name="Low")
    low.get_by_label("First response").fill("481")
    low.get_by_role("button", name="Save").click()
    expect(page.locator(".toast")).to_contain_text("Low: saved.")
    page.reload()
    expect(low.get_by_label("First response")).to_have_value("481")

    page.locator("#new-widgets").click()
    dialog = page.locator("#widget-dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Pages that may show it").fill("https://www.example.org")
    dialog.get_by_label("Team").select_option(str(team_id))
    dialog.get_by_role("button", name="Save").click()
    row = page.locator("#widgets li", has_text=name)
    expect(row).to_contain_text("https://www.example.org")
    row.get_by_role("button").click()
    with live.app.app_context():
        (widget,) = [one for one in queries.widgets() if one.name == name]
        key = widget.key
    snippet = f'<script src="{live.url}/widget.js" data-key="{key}" async></script>'
    expect(page.locator("#snippet")).to_have_text(snippet)
    dialog.get_by_role("button", name="Copy").click()
    expect(page.locator(".toast", has_text="It is copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == snippet
    dialog.get_by_label("On", exact=True).uncheck()
    dialog.get_by_label("Team").select_option("")
    dialog.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("Off")
    with live.app.app_context():
        (widget,) = [one for one in queries.widgets() if one.name == name]
        assert (widget.is_enabled, widget.team_id) == (False, None)
