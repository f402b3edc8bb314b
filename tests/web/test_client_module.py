"""static/pulse-client.js as a page of one's own imports it, and what it does with news, texts and errors."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Live
from tests.support.browser import Visitor
from tests.web.conftest import Account
from tests.web.people import expect_status, row

Make = Callable[..., Account]
Visit = Callable[..., Visitor]

NEWS = """async (news) => {
    const { PulseClient } = await import("/static/pulse-client.js");
    const client = new PulseClient();
    const seen = [];
    client.on("presence", (now) => seen.push(now.status));
    for (const [epoch, version, status] of news) client.take([{ user_id: 1, epoch, version, status }]);
    return [seen, client.presence.get(1).status];
}"""


@pytest.fixture
def page(visitor: Visit) -> Page:
    return visitor().tab("/sign-in")


def test_older_news_are_dropped(page: Page) -> None:
    news = [(1, 5, "online"), (1, 4, "offline"), (1, 6, "away"), (2, 1, "busy"), (1, 9, "online")]
    assert page.evaluate(NEWS, news) == [["online", "away", "busy"], "busy"]


def test_refusals_are_thrown_with_their_fields(page: Page) -> None:
    found = page.evaluate(
        """async () => {
            const { PulseClient, PulseError } = await import("/static/pulse-client.js");
            try {
                await new PulseClient().api("POST", "/api/register/", { username: "x" });
            } catch (error) {
                return [error instanceof PulseError, error.status, error.code, Object.keys(error.errors)];
            }
        }"""
    )
    assert found[:3] == [True, 422, "invalid_input"]
    assert {"username", "email", "password"} <= set(found[3])


def test_an_unreachable_server_is_an_error_with_a_code(page: Page) -> None:
    page.context.set_offline(True)
    found = page.evaluate(
        """import("/static/js/shell.js").then(({ client }) =>
            client.api("GET", "/api/profile/").catch((error) => [error.name, error.code]))"""
    )
    assert found == ["PulseError", "offline"]


def test_a_page_of_one_s_own_uses_a_token(live: Live, own_page: str, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    watching = visitor(ann).tab("/people")
    expect_status(watching, bob.id, "offline")
    page = visitor(base_url=own_page).tab("/")
    token = live.webs[1].sign_in(bob.username)["access_token"]
    live.webs[1].sign_in(ann.username)
    found = page.evaluate(
        """async ([pulse, token, id]) => {
            const { PulseClient } = await import(`${pulse}/static/pulse-client.js`);
            let asked = 0;
            const getToken = () => (asked++ ? token : "an old token");
            window.client = new PulseClient({ getToken, deviceType: "desktop" });
            client.connect();
            const came = new Promise((done) => {
                client.on("presence", (now) => now.user_id === id && done(now));
            });
            client.subscribe([id]);
            const mine = await client.api("PUT", "/api/profile/", { status_text: "on my own page" });
            return [(await came).user_id, mine.status_text];
        }""",
        [live.url, token, ann.id],
    )
    assert found == [ann.id, "on my own page"]
    expect_status(watching, bob.id, "online")
    expect(row(watching, bob.id)).to_contain_text("on my own page")


def test_a_page_of_a_foreign_origin_may_not(live: Live, account: Make, visitor: Visit) -> None:
    token = live.webs[0].sign_in(account("bob").username)["access_token"]
    page = visitor().tab("/sign-in")
    answer = page.request.get(
        "/api/profile/", headers={"Origin": "https://evil.example", "Authorization": f"Bearer {token}"}
    )
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "just now"),
        (59, "just now"),
        (60, "1 min ago"),
        (3599, "59 min ago"),
        (3600, "1 h ago"),
        (86399, "23 h ago"),
        (86400, "yesterday"),
        (5 * 86400, "Sep 16"),
        (500 * 86400, "May 9, 2025"),
    ],
)
def test_times_are_told_in_words(page: Page, seconds: int, text: str) -> None:
    now = 1_790_000_000_000  # 2026-09-21 14:13 UTC
    script = "([moment, now]) => import('/static/js/ui.js').then(({ ago }) => ago(moment, now))"
    assert page.evaluate(script, [now - seconds * 1000, now]) == text
