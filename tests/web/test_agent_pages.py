"""Who may see the desk, what its pages are like for everybody, and that people's words stay words."""

import json
import re

from playwright.sync_api import Page, expect

from pulse.accounts import service as accounts
from pulse.core.permissions import Role
from pulse.support import service
from pulse.support.queries import widgets
from tests.conftest import Live
from tests.support.browser import LOOKS, violations
from tests.support.xss import ELEMENTS, FOREIGN, TEXTS
from tests.web.chat import Make, Visit, body, message
from tests.web.desk import desk, notes, open_desk, row
from tests.web.test_audit import assert_fits
from tests.web.test_xss import assert_harmless, watched

PAGES = ("/agent", "/agent/team", "/agent/settings")


def test_the_desk_is_for_agents(live: Live, account: Make, visitor: Visit) -> None:
    user = visitor(account("bob"))
    for path in PAGES:
        page = user.tab()
        answer = page.goto(path)
        assert answer
        assert (path, answer.status) == (path, 403)
        expect(page.get_by_role("link", name="Desk")).to_have_count(0)
    for role in (Role.AGENT, Role.ADMIN):
        page = visitor(account("ann", role)).tab("/app")
        page.get_by_role("link", name="Desk").click()
        expect(page).to_have_url(re.compile("/agent$"))
        expect(page.locator("#chat")).to_have_attribute("aria-busy", "false")
    stranger = visitor().tab("/agent")
    expect(stranger).to_have_url(re.compile(r"/sign-in\?next=%2Fagent"))


def test_a_ticket_that_is_not_there_says_so(live: Live, account: Make, visitor: Visit) -> None:
    page = open_desk(visitor(account("ann", Role.AGENT)), 999_999)
    expect(page.locator("#talk-none-text")).to_contain_text("There is no such conversation")


@LOOKS
def test_the_desk_is_accessible(
    scheme: str, size: dict[str, int], live: Live, account: Make, visitor: Visit
) -> None:
    place = desk(live, account, "ann")
    (ann,) = place.agents
    bob = account("bob", full_name="B" * 190)
    ticket = place.ask(bob, "S" * 200, "Please", tags=("t" * 40, "billing"))
    place.note(ticket, ann, "A note")
    guest = visitor(ann, color_scheme=scheme, viewport=size, reduced_motion="reduce")
    page = open_desk(guest, view="Queue", team=place.team_id)
    expect(row(page, ticket)).to_be_visible()
    assert violations(page) == []
    assert_fits(page)
    page = open_desk(guest, ticket)
    expect(notes(page)).to_be_visible()
    assert violations(page) == []
    assert_fits(page)
    page.get_by_role("button", name="Take over").click()
    expect(page.locator("#way-reply")).to_be_checked()
    if page.locator("#details").is_hidden():
        page.locator("#toggle-details").click()
    for part in ("earlier", "history"):
        page.locator(f"#part-{part} summary").click()
    expect(page.locator("#list-history li").first).to_be_visible()
    assert violations(page) == []
    page.locator("#do-snooze").click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator("#do-transcript").click()
    assert violations(page) == []
    assert_fits(page)


@LOOKS
def test_the_pages_for_leads_are_accessible(
    scheme: str, size: dict[str, int], live: Live, account: Make, visitor: Visit
) -> None:
    place = desk(live, account, "ann")
    with live.app.app_context():
        service.create_reply(place.agents[0].id, f"hello-{place.team_id}", "Hello")
        service.create_widget("Site", ["https://www.example.org"])
        service.set_agent(place.agents[0].id, {"skills": ["billing"]})
    guest = visitor(account("root", Role.ADMIN), color_scheme=scheme, viewport=size, reduced_motion="reduce")
    page = guest.tab("/agent/team")
    expect(page.locator("#agents tr").first).to_be_visible()
    assert violations(page) == []
    assert_fits(page)
    page.get_by_role("button", name=f"Change {place.agents[0].username}").click()
    assert violations(page) == []
    page = guest.tab("/agent/settings")
    expect(page.locator("#settings")).to_have_attribute("aria-busy", "false")
    assert violations(page) == []
    assert_fits(page)
    for part, dialog in (("replies", "reply"), ("teams", "team"), ("widgets", "widget")):
        page.locator(f"#{part}").get_by_role("button").first.click()
        expect(page.locator(f"#{dialog}-dialog")).to_be_visible()
        assert (dialog, violations(page)) == (dialog, [])
        assert_fits(page)
        page.keyboard.press("Escape")


def expect_harmless(page: Page) -> None:
    assert_harmless(page)
    assert_fits(page)


def test_words_of_people_are_words(live: Live, account: Make, visitor: Visit) -> None:
    place = desk(live, account, "ann")
    (ann,) = place.agents
    page = watched(visitor(ann)).tab()
    for at, attack in enumerate([*ELEMENTS[::9], *FOREIGN[::9], *TEXTS[::9]]):
        words = attack.replace("\0", "")
        villain = account("villain", full_name=" ".join(words.split())[:200])
        subject = " ".join(words.split())[:200] or "x"
        tag = " ".join(words.lower().split())[:40] or "x"
        ticket = place.ask(villain, subject, words, tags=(tag,))
        place.note(ticket, ann, words)
        with live.app.app_context():
            service.create_reply(ann.id, f"x{ticket}-{at}", words)
            accounts.update_profile(villain.id, {"status_text": words[:100]})
        page.goto(f"/agent/{ticket}")
        expect(page.locator("#talk-name")).to_have_text(subject)
        expect(notes(page)).to_be_visible()
        expect(page.locator("#customer h3")).not_to_be_empty()
        body(page).fill(f"/x{ticket}")
        page.locator("#part-history").evaluate("(part) => { part.open = true }")
        page.locator("#tab-queue").click()
        expect(row(page, ticket)).to_be_visible()
        expect_harmless(page)


def test_the_page_of_a_visitor_shows(live: Live, account: Make, visitor: Visit) -> None:
    place = desk(live, account, "ann")
    with live.app.app_context():
        widget = service.create_widget("Site", [live.url], place.team_id)
        key = next(one.key for one in widgets() if one.id == widget)
    page = open_desk(visitor(place.agents[0]), view="Queue", team=place.team_id)
    web = visitor().context.request
    arrived = web.post(f"/api/widgets/{key}/visit/", data={}).json()
    headers = {"Authorization": f"Bearer {arrived['access_token']}"}
    asked = web.post(
        "/api/chat-rooms/", data={"subject": "Prices", "description": "How much?"}, headers=headers
    ).json()
    row(page, asked["conversation_id"]).click()
    expect(message(page, "How much?")).to_be_visible()
    expect(page.locator("#customer")).to_contain_text("Not verified")
    for url, title in (("https://example.org/pricing", "Pricing"), ("javascript:alert(1)", "Bad")):
        answer = web.put(
            "/api/visitor/page/",
            data=json.dumps({"url": url, "title": title}),
            headers={**headers, "Content-Type": "application/json"},
        )
        assert answer.status == 204, answer.text()
        expect(page.locator(".customer-page")).to_have_text(f"On {title}")
    expect(page.locator(".customer-page a")).to_have_count(0)
    web.put("/api/visitor/", data={"name": "Bob Visitor", "email": "bob@example.org"}, headers=headers)
    expect(page.locator("#customer h3")).to_have_text("Bob Visitor")
    expect(page.locator("#customer")).to_contain_text("bob@example.org")
