"""What is written in the widget while connection, page or server are gone."""

from playwright.sync_api import expect

from pulse.core.permissions import Role
from tests.conftest import Live
from tests.web.people import expect_live
from tests.web.shop import Shop, expect_said, open_shop, open_widget, serving, write
from tests.web.test_widget import Make, Visit


def test_what_is_written_without_a_connection_is_sent_once(shop: Shop, visitor: Visit) -> None:
    guest = visitor()
    page = guest.tab(shop.site.url)
    inside = open_widget(page)
    guest.context.set_offline(True)
    write(inside, "First")
    write(inside, "Second")
    expect(inside.locator(".is-sending")).to_contain_text(["First", "Second"])
    guest.context.set_offline(False)
    expect_said(inside, "First", "Second")
    assert len(shop.rooms()) == 1


def test_a_first_message_outlives_its_page(shop: Shop, visitor: Visit) -> None:
    guest = visitor()
    page = guest.tab(shop.site.url)
    inside = open_widget(page)
    page.route("**/api/chat-rooms/", lambda route: route.abort())
    write(inside, "Do not lose me")
    expect(inside.locator(".is-sending")).to_contain_text("Do not lose me")
    page.close()
    again = guest.tab(shop.site.url)
    expect_said(open_widget(again), "Do not lose me")
    assert len(shop.rooms()) == 1


def test_a_killed_server_loses_nothing(live: Live, account: Make, visitor: Visit) -> None:
    agent = account("agent", Role.AGENT, full_name="Agnes Novak")
    web = live.webs[1]
    with serving() as site:
        shop = open_shop(live, site, web.url)
        expect_live(visitor(agent).tab("/people"))  # whoever is not here loses unanswered tickets
        page = visitor().tab(site.url)
        inside = open_widget(page)
        write(inside, "Before")
        expect_said(inside, "Before")
        web.kill()
        expect(inside.locator(".notice")).to_contain_text("No connection.")
        write(inside, "Meanwhile")
        expect(inside.locator(".is-sending")).to_contain_text("Meanwhile")
        shop.answer(agent, "I am here")
        web.start()
        expect_said(inside, "Before", "I am here", "Meanwhile")
        expect(inside.locator(".notice")).to_be_hidden()
        expect(inside.locator(".head")).to_contain_text("Agnes Novak")
