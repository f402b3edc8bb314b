"""The page of one's webhooks."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from pulse.core.permissions import Role
from tests.conftest import Live
from tests.support.browser import violations
from tests.support.servers import wait_until
from tests.web.chat import Make, Visit, team
from tests.webhooks.receivers import Got, Receiver

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    made.start()
    yield made
    made.stop()


def arrived(receiver: Receiver, count: int) -> Got:
    """The request of this number."""
    wait_until(lambda: len(receiver.got) >= count)
    return receiver.got[count - 1]


def create(page: Page, url: str, events: str = "*") -> None:
    page.get_by_label("Address").first.fill(url)
    page.get_by_label("Events").first.fill(events)
    page.get_by_role("button", name="Create").click()


def open_page(page: Page) -> Page:
    expect(page.locator("#hooks")).to_have_attribute("aria-busy", "false")
    return page


def test_a_webhook_from_its_making_to_its_end(
    live: Live, account: Make, visitor: Visit, receiver: Receiver
) -> None:
    ann = account("ann")
    place = team(live, ann)
    page = open_page(visitor(ann).tab("/integrations"))
    expect(page.locator("#no-hooks")).to_be_visible()
    expect(page.locator("#workspace_id option")).to_have_text([place.name])
    create(page, receiver.url, "message.*, member.joined")
    secret = page.locator("#secret")
    expect(secret).to_have_text(re.compile("^whsec_"))
    assert violations(page) == []
    page.get_by_role("button", name="Done").click()
    hook = page.locator(".hook")
    expect(hook).to_contain_text("message.*, member.joined")
    expect(hook).to_contain_text(place.name)
    hook.get_by_role("button", name="Test").click()
    got = arrived(receiver, 1)
    assert got.json["type"] == "webhook.test"
    hook.get_by_role("button", name="Log").click()
    log = page.locator("#log-dialog")
    page.locator("#reload").click()
    expect(log.locator("tbody tr")).to_contain_text(["webhook.test"])
    expect(log.locator(".badge")).to_have_text("delivered")
    expect(log.locator(".attempt")).to_contain_text("204")
    assert violations(page) == []
    log.get_by_role("button", name="Send again").last.click()
    assert arrived(receiver, 2).id == got.id
    page.locator("#replay").get_by_role("button", name="Send again").click()
    assert arrived(receiver, 3).id == got.id
    log.get_by_role("button", name="Close").click()
    hook.get_by_role("button", name="Change").click()
    page.locator("#edit-events").fill("*")
    page.get_by_role("button", name="Save").click()
    expect(hook.locator("[data-part=events]")).to_have_text("*")
    hook.get_by_role("button", name="New secret").click()
    before = secret.text_content()
    page.locator("#confirm-yes").click()
    expect(page.locator("#secret-dialog")).to_be_visible()
    expect(secret).not_to_have_text(before or "")
    page.get_by_role("button", name="Done").click()
    hook.get_by_role("button", name="Switch off").click()
    expect(hook.locator("[data-part=state]")).to_have_text("Off")
    hook.get_by_role("button", name="Test").click()
    expect(page.get_by_role("status").filter(has_text="off")).to_be_visible()
    hook.get_by_role("button", name="Switch on").click()
    expect(hook.locator("[data-part=state]")).to_have_text("On")
    hook.get_by_role("button", name="Delete").click()
    page.locator("#confirm-yes").click()
    expect(page.locator("#no-hooks")).to_be_visible()
    page.reload()
    expect(open_page(page).locator(".hook")).to_have_count(0)


def test_what_is_wrong_is_said_beside_its_field(live: Live, account: Make, visitor: Visit) -> None:
    ann = account("ann")
    team(live, ann)
    page = open_page(visitor(ann, **PHONE).tab("/integrations"))
    create(page, "https://10.0.0.1/hook", "no.such.event")
    expect(page.locator("#events-error")).to_contain_text("no such event")
    create(page, "https://10.0.0.1/hook")
    expect(page.locator("#url-error")).not_to_be_empty()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []


def test_whoever_manages_nothing_is_told_so(account: Make, visitor: Visit) -> None:
    page = open_page(visitor(account("eve")).tab("/integrations"))
    expect(page.locator("#manages-none")).to_be_visible()
    expect(page.locator("#create")).to_be_hidden()


def test_only_admins_are_offered_the_whole_server(live: Live, account: Make, visitor: Visit) -> None:
    page = open_page(visitor(account("root", Role.ADMIN)).tab("/integrations"))
    expect(page.locator("#workspace_id option")).to_have_text(["The whole server"])
