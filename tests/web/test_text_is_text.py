"""What people write about themselves is shown as they wrote it, and never runs."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from pulse.core.permissions import Role
from tests.conftest import Live
from tests.support.browser import Visitor
from tests.web.conftest import Account
from tests.web.people import expect_live, expect_status, row

Make = Callable[..., Account]
Visit = Callable[..., Visitor]

CORPUS = [
    "<script>xss()</script>",
    "<img src=x onerror=xss()>",
    "<svg/onload=xss()>",
    '"><svg onload=xss()>',
    "' autofocus onfocus=xss() x='",
    "</textarea></title></style><script>xss()</script>",
    "javascript:xss()",
    "{{ 7 * 7 }}{% raw %}${7 * 7}",
    "<a href=javascript:xss()>click</a>",
    "<iframe srcdoc='<script>parent.xss()</script>'>",
    "<math><mtext></p><style><img src=x onerror=xss()></style></math>",
    "\u202e<b>xss</b> &lt;script&gt;xss()&lt;/script&gt;",
]


def watched(guest: Visitor) -> Visitor:
    """A browser that notes when something of the corpus ran."""
    guest.context.add_init_script("window.ran = 0; window.xss = () => { window.ran += 1 }")
    return guest


def assert_harmless(page: Page) -> None:
    """Nothing of the corpus became an element or ran."""
    page.wait_for_timeout(100)  # for what would load and then run
    assert page.evaluate("window.ran") == 0
    strange = (
        "main :is(script, iframe, math, img[src='x'], a[href^='javascript'], [onerror], [onload], [onfocus])"
    )
    assert page.locator(strange).count() == 0


def write(live: Live, token: str, text: str) -> None:
    """Put a text wherever somebody's own words may stand."""
    names = {"full_name": text, "first_name": text[:100], "last_name": text[:100]}
    body = {**names, "status_text": text, "visibility": "everyone"}
    assert live.webs[0].call("PUT", "/api/profile/", body, token)[0] == 200


def test_others_see_texts_as_they_are(live: Live, account: Make, visitor: Visit) -> None:
    villains = [(account("villain"), text) for text in CORPUS]
    for villain, text in villains:
        write(live, live.webs[0].sign_in(villain.username)["access_token"], text)
    page = watched(visitor(account("root", Role.ADMIN))).tab("/people")
    expect_live(page)
    page.get_by_label("Find somebody by name").fill("villain")  # there may be more people than one page lists
    expect(page.locator("#lists")).to_have_attribute("aria-busy", "false")
    for villain, text in villains:
        expect(row(page, villain.id).locator("strong")).to_have_text(text)
        expect(row(page, villain.id).locator(".person-text")).to_have_text(text)
    expect_status(page, villains[0][0].id, "offline")
    row(page, villains[0][0].id).get_by_role("button").click()
    expect(page.get_by_text(f"You will be told when {CORPUS[0]} is here.")).to_be_visible()
    assert_harmless(page)
    for path in ("/dashboard", "/admin/users/?search=villain"):
        page.goto(path)
        if path == "/dashboard":
            page.get_by_label("Search").fill("villain")
        for villain, _ in villains:
            expect(page.get_by_text(villain.username, exact=True).first).to_be_attached()
        assert_harmless(page)


def test_one_s_own_pages_show_texts_as_they_are(live: Live, account: Make, visitor: Visit) -> None:
    villain = account("villain")
    token = live.webs[0].sign_in(villain.username)["access_token"]
    page = watched(visitor(villain)).tab()
    for text in CORPUS:
        write(live, token, text)
        page.goto("/profile")
        expect(page.locator("#full_name")).to_have_value(text)
        assert_harmless(page)
        page.goto("/people")
        expect(page.locator("#you-head")).to_have_text(text)
        expect(page.locator("#status-text")).to_have_value(text)
        assert_harmless(page)


def test_what_comes_in_the_address_is_text_too(visitor: Visit) -> None:
    page = watched(visitor()).tab()
    for text in ("%3Cscript%3Exss()%3C/script%3E", "%22%3E%3Csvg%20onload=xss()%3E"):
        for path in (
            f"/{text}",
            f"/sign-in?next=/{text}",
            f"/sign-in?ended={text}",
            f"/sign-in/code?next={text}",
        ):
            page.goto(path)
            assert_harmless(page)
