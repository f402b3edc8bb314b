"""The widget for everybody: small, accessible in light and dark, and no wider than its frame."""

import gzip

import pytest
from playwright.sync_api import Frame, expect

from pulse.config import ROOT
from pulse.core.permissions import Role
from tests.conftest import Live
from tests.conversations.uploads import picture
from tests.support.browser import LOOKS, violations
from tests.web.shop import bubbles, expect_said, frame, open_shop, open_widget, serving, write
from tests.web.test_widget import Make, Visit

MOST = 40_000  # bytes, compressed, of all that a visitor loads
PARTS = ("widget-loader.js", "widget.js", "widget.css")


def test_it_is_small() -> None:
    sizes = {name: len(gzip.compress((ROOT / "static/vendor" / name).read_bytes())) for name in PARTS}
    assert sum(sizes.values()) < MOST, sizes
    assert sizes["widget-loader.js"] < 4000


def assert_is_accessible(inner: Frame, where: str) -> None:
    assert (where, violations(inner)) == (where, [])
    assert inner.evaluate("document.documentElement.scrollWidth <= innerWidth"), where


@LOOKS
def test_it_is_accessible(
    scheme: str, size: dict[str, int], live: Live, account: Make, visitor: Visit
) -> None:
    agent = account("agent", Role.AGENT, full_name="Agnes Novak")
    with serving() as site:
        shop = open_shop(live, site, live.url)
        shop.show(color="#ffd400" if scheme == "light" else "#3450c4")  # black and white on it
        page = visitor(color_scheme=scheme, viewport=size, reduced_motion="reduce").tab(site.url)
        inside = open_widget(page)
        inner = page.frames[1]
        assert violations(page) == []
        assert_is_accessible(inner, "welcome")
        write(inside, "**Look**: `code`, https://example.org\n\n> quoted\n\n- one")
        expect(bubbles(inside)).to_have_count(1)
        image = {"name": "a.png", "mimeType": "image/png", "buffer": picture()}
        inside.locator("input[type=file]").set_input_files(image)
        expect(inside.locator(".upload")).to_contain_text("kB")
        assert_is_accessible(inner, "a file waits")
        inside.get_by_role("button", name="Send").click()
        expect(inside.locator(".log .picture")).to_have_count(1)
        shop.answer(agent, "Nice, **really** https://example.org")
        expect(bubbles(inside)).to_have_count(2)
        assert_is_accessible(inner, "a conversation")
        inside.get_by_role("button", name="Look at a.png").click()
        expect(inside.locator("dialog img")).to_have_js_property("naturalWidth", 900)
        assert_is_accessible(inner, "a picture")
        page.keyboard.press("Escape")
        inside.get_by_role("button", name="More").click()
        assert_is_accessible(inner, "the menu")
        inside.get_by_role("button", name="Mail me a transcript").click()
        assert_is_accessible(inner, "a transcript")
        page.keyboard.press("Escape")
        shop.call(agent, "POST", f"/api/chat-rooms/{shop.room()}/resolve/")
        inside.get_by_label("3 of 5").check()
        assert_is_accessible(inner, "a rating")
        inside.get_by_role("button", name="Your conversations").click()
        expect(inside.locator(".room")).to_have_count(1)
        assert_is_accessible(inner, "the list")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_out_of_hours_is_accessible(scheme: str, live: Live, visitor: Visit) -> None:
    with serving() as site:
        shop = open_shop(live, site, live.url, week=[[]] * 6 + [[[0, 1]]])
        page = visitor(color_scheme=scheme).tab(shop.site.url)
        expect(open_widget(page).get_by_label("Your question")).to_be_visible()
        assert_is_accessible(page.frames[1], "the form")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_was_not_sent_is_accessible(scheme: str, live: Live, visitor: Visit) -> None:
    with serving() as site:
        shop = open_shop(live, site, live.url)
        page = visitor(color_scheme=scheme).tab(shop.site.url)
        inside = open_widget(page)
        page.route("**/api/chat-rooms/", lambda route: route.fulfill(status=400, json={"detail": "No."}))
        write(inside, "Hello")
        expect(inside.locator(".failed")).to_contain_text("Not sent. No.")
        assert_is_accessible(page.frames[1], "a failure")
        page.unroute("**/api/chat-rooms/")
        frame(page).get_by_role("button", name="Try again").click()
        expect_said(inside, "Hello")
