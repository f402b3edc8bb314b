"""Charts on the status board, on one's own page and on the lead's view: drawn, and told as tables."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import delete

from pulse.analytics.models import OnlineHour
from pulse.core import clock
from pulse.core.events import transaction
from pulse.core.identity import Identity
from pulse.core.permissions import Role
from pulse.presence.models import StatusChange
from pulse.presence.rules import Status
from pulse.support import service
from tests.conftest import Live
from tests.support.browser import violations
from tests.web.chat import Make, Visit, direct, say
from tests.web.conftest import Account
from tests.web.desk import desk, open_desk

UNKNOWN = "\u2013"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def cells(chart: Locator) -> list[list[str]]:
    """The rows of a chart's table."""
    rows = chart.locator("tbody tr")
    return [row.locator("th, td").all_inner_texts() for row in rows.all()]


def unfold(chart: Locator) -> list[list[str]]:
    if chart.locator("details[open]").count() == 0:
        chart.get_by_text("As a table").click()
    return cells(chart)


def inked(chart: Locator) -> int:
    """How many colours its canvas shows."""
    return int(
        chart.locator("canvas").evaluate(
            """(canvas) => {
                const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
                return new Set(new Uint32Array(data.buffer)).size;
            }"""
        )
    )


def was_here(live: Live, who: Account, start: datetime, **hours: int) -> None:
    """The history of a user: so many hours in each status, one after the other, then offline."""
    with live.app.app_context(), transaction() as session:
        session.execute(delete(StatusChange).where(StatusChange.user_id == who.id))
        changes = [*hours.items(), ("offline", None)]
        for number, (status, length) in enumerate(changes):
            until = None if length is None else start + timedelta(hours=length)
            session.add(
                StatusChange(
                    user_id=who.id,
                    status=Status(status),
                    previous=Status(changes[number - 1][0]) if number else Status.OFFLINE,
                    at=start,
                    until=until,
                    epoch=1,
                    version=number + 1,
                )
            )
            start = until or start


def noon(days_ago: int) -> datetime:
    return datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=days_ago)


def open_profile(page: Page) -> Locator:
    here = page.locator("#here")
    expect(here).not_to_have_attribute("aria-busy", "true")
    here.scroll_into_view_if_needed()
    return here


def test_one_sees_how_one_was_here(live: Live, account: Make, visitor: Visit) -> None:
    ann = account("ann")
    was_here(live, ann, noon(2), online=3, away=2, busy=1)
    page = visitor(ann).tab("/profile")
    here = open_profile(page)
    chart = here.locator("#here-days")
    rows = unfold(chart)
    assert len(rows) == 7
    assert rows[-3][1:] == ["3 h", "2 h", "1 h"]
    assert all(row[1:] == ["0 s", "0 s", "0 s"] for row in rows[:4])
    expect(here.locator('[data-figure="time"] strong')).to_have_text("6 h")
    expect(here.locator('[data-figure="response"] strong')).to_have_text(UNKNOWN)
    assert inked(chart) > 4
    heat = here.locator("#here-hours")
    day = heat.locator("tbody tr").nth(noon(2).weekday())
    expect(day.locator('td:not([data-level="0"])')).to_have_count(4)  # online and busy
    expect(day.locator("td").nth(9)).to_have_attribute("data-level", "4")
    with page.expect_download() as saved:
        here.get_by_role("link", name="The days as CSV").click()
    assert "10800.0,7200.0,3600.0" in saved.value.path().read_text()
    page.locator("#here-range").select_option("month")
    expect(chart.locator("tbody tr")).to_have_count(30)


def test_charts_follow_theme_and_width(live: Live, account: Make, visitor: Visit) -> None:
    ann = account("ann")
    was_here(live, ann, noon(1), online=3)
    page = visitor(ann, color_scheme="light", **PHONE).tab("/profile")
    chart = open_profile(page).locator("#here-days")
    width = chart.locator("canvas").evaluate("(canvas) => canvas.clientWidth")
    assert 250 < width < 390
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    before = chart.locator("canvas").screenshot()
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert chart.locator("canvas").screenshot() != before
    assert violations(page) == []
    page.set_viewport_size({"width": 1000, "height": 800})
    expect(chart.locator("canvas")).not_to_have_js_property("clientWidth", width)


def test_the_board_shows_how_many_were_here(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    say(live, ann, direct(live, ann, bob), "One", "Two", "Three")
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    with live.app.app_context(), transaction() as session:
        session.execute(delete(OnlineHour))
        for ago, online in ((3, 4), (2, 41), (0, 7)):
            at = hour - timedelta(hours=ago)
            session.add(OnlineHour(hour=at, online=online, at=at))
    page = visitor(account("root", Role.ADMIN)).tab("/dashboard")
    chart = page.locator("#online-hours")
    expect(chart.locator("tbody tr")).to_have_count(24)
    assert [row[1] for row in unfold(chart)][-4:] == ["4", "41", UNKNOWN, "7"]
    assert inked(chart) > 4
    written = page.locator("#messages-per-day")
    days = unfold(written)
    assert len(days) == 14
    assert int(days[-1][1]) >= 3
    chart.locator(".u-over").hover()
    expect(chart.locator(".chart-said strong")).to_be_visible()
    assert violations(page) == []


def test_leads_see_the_desk_by_day_and_by_agent(live: Live, account: Make, visitor: Visit) -> None:
    place = desk(live, account, "ann", "abe")
    ann, abe = place.agents
    bob = account("bob")
    open_desk(visitor(abe))
    page = visitor(ann).tab("/agent/team")
    page.locator("#team").select_option(str(place.team_id))
    expect(page.locator("#response-by-day")).to_have_class("card chart is-empty")
    ticket = place.ask(bob, "Help", "Please")
    place.assign(ticket, abe)
    say(live, abe, ticket, "Done")
    load = page.locator("#load-by-agent tbody tr", has_text=abe.username).locator("td")
    expect(load).to_have_text(["1", "4"])
    tickets, response = page.locator("#tickets-by-day"), page.locator("#response-by-day")
    expect(tickets.locator("tbody tr").last.locator("td")).to_have_text(["1", "0"])
    expect(response.locator("tbody tr").last.locator("td")).to_have_text("0 s")
    with live.app.app_context():
        service.resolve(Identity(abe.id, 0, Role.AGENT), place.room(ticket))
    expect(tickets.locator("tbody tr").last.locator("td")).to_have_text(["1", "1"])
    expect(load).to_have_text(["0", "5"])
    assert inked(tickets) > 4
    with page.expect_download() as saved:
        page.get_by_role("link", name="agents", exact=True).click()
    table = saved.value.path().read_text().splitlines()
    assert table[0].startswith("username,load,capacity")
    assert any(line.startswith(f"{abe.username},0,5,0,1") for line in table)
    assert violations(page) == []
