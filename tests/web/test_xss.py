"""Attacks wherever people's words may stand in chat: nothing runs, under the page's own policy."""

from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Page, TimeoutError, expect

from pulse.accounts import service as accounts
from pulse.conversations import service as conversations
from pulse.conversations.rendering import TAGS
from pulse.conversations.service import attachments
from pulse.workspaces import service as workspaces
from tests.conftest import Live
from tests.conversations.uploads import picture
from tests.support.browser import Visitor
from tests.support.xss import CORPUS, ELEMENTS, FOREIGN, TEXTS
from tests.web.chat import Make, Team, Visit, expect_ready, messages, open_chat, row, say, team
from tests.web.conftest import Account

PER_PAGE = 50  # messages that come with opening a conversation
NAMES = [*ELEMENTS[::9], *FOREIGN[::7], *TEXTS[::7]]  # one of each kind; each costs several pages

NOTE_RUNS = "window.ran = []; window.xss = () => { window.ran.push(new Error().stack) }"
# Attributes that run, load or lead somewhere they must not.
STRANGE = r"""
() => {
    const runs = /^[\s\u0000-\u001f]*(javascript|vbscript|livescript|data:text|data:image\/svg)/i;
    const leads = ["href", "src", "srcdoc", "action", "formaction", "xlink:href", "data", "background"];
    const isBad = ({ name, value }) => name.startsWith("on") || (leads.includes(name) && runs.test(value));
    return [...document.querySelectorAll("*")]
        .filter((one) => [...one.attributes].some(isBad) ||
            one.matches("iframe, object, embed, math, base, meta[http-equiv=refresh], img[src=x]"))
        .map((one) => one.outerHTML);
}
"""
LINKS = """
() => [...document.querySelectorAll(".message-body a")].filter((one) =>
    (one.hasAttribute("href") && !["http:", "https:", "mailto:"].includes(one.protocol)) ||
    one.target !== "_blank" || one.rel !== "noopener noreferrer nofollow").map((one) => one.outerHTML)
"""


def watched(guest: Visitor) -> Visitor:
    """A browser that notes what of the corpus ran."""
    guest.context.add_init_script(NOTE_RUNS)
    return guest


def assert_harmless(page: Page) -> None:
    """Nothing of the corpus became an element, or ran."""
    page.wait_for_timeout(50)  # for what would load and then run
    assert page.evaluate("window.ran") == []
    assert page.evaluate(STRANGE) == []
    assert page.evaluate(LINKS) == []


def test_the_watch_sees_what_runs(visitor: Visit) -> None:
    """On a page without a policy the corpus does run: what the other tests look for is there to be seen."""
    guest = watched(visitor())
    page = guest.tab()
    page.route("**/bare", lambda route: route.fulfill(body="<!doctype html><body>", content_type="text/html"))
    page.goto("/bare")
    ran = 0
    for text in (*ELEMENTS, *FOREIGN):
        page.evaluate("(text) => { window.ran = []; document.body.innerHTML = text }", text)
        with suppress(TimeoutError):  # some run in other browsers only
            page.wait_for_function("window.ran.length", timeout=200)
            ran += 1
        page.goto("/bare")
    guest.complaints.clear()  # those are what this page is for
    assert ran > 20


def test_messages(live: Live, account: Make, visitor: Visit) -> None:
    villain, reader = account("villain"), account("reader")
    place = team(live, villain, reader)
    page = watched(visitor(reader)).tab()
    used = set()
    for at in range(0, len(CORPUS), PER_PAGE):
        bodies = [text.replace("\0", "") for text in CORPUS[at : at + PER_PAGE]]
        channel = place.channel(f"part {at}")
        say(live, villain, channel, *bodies)
        page.goto(f"/app/{channel}")
        expect(messages(page)).to_have_count(len(bodies))
        assert_harmless(page)
        used |= set(
            page.evaluate("[...document.querySelectorAll('.message-body *')].map((e) => e.localName)")
        )
    assert used <= TAGS
    assert {"a", "code", "strong"} <= used


def test_messages_that_come_while_one_looks(live: Live, account: Make, visitor: Visit) -> None:
    """Sent, quoted, edited and pinned before the reader's eyes; then in lists and searches."""
    villain, reader = account("villain"), account("reader")
    channel = team(live, villain, reader).channel()
    page = open_chat(watched(visitor(reader)), channel)
    for text in NAMES:
        (message_id,) = say(live, villain, channel, f"word {text}")
        say(live, villain, channel, f"answer {text}", reply_to=message_id)
        with live.app.app_context():
            conversations.edit(villain.id, message_id, f"word {text} {text}")
            conversations.pin(villain.id, message_id, True)
    expect(page.locator(".message-pin")).to_have_count(len(NAMES))
    assert_harmless(page)
    page.locator("#part-pins summary").click()
    expect(page.locator("#list-pins li")).to_have_count(len(NAMES))
    assert_harmless(page)
    page.keyboard.press("Control+k")
    page.keyboard.type("word")
    expect(page.locator("#finder-list .hit").first).to_be_visible()
    assert_harmless(page)


def named(place: Team, villain: Account, text: str) -> int:
    """A channel where all is called by a text: itself, its topic, a file, a picture and whoever sent them."""
    with place.live.app.app_context():
        accounts.update_profile(villain.id, {"full_name": text[:200], "status_text": text[:100]})
        channel = conversations.create(villain.id, place.id, text[:80], text[:500])
        conversations.add(villain.id, channel, [person.id for person in place.people[1:]])
        files = [
            attachments.upload(villain.id, text, b"content").id,
            attachments.upload(villain.id, f"{text}.png", picture()).id,
        ]
        conversations.send(villain.id, channel, conversations.Draft("files", None, tuple(files)))
    return channel


def test_names_of_all_that_has_one(live: Live, account: Make, visitor: Visit) -> None:
    reader = account("reader")
    guest = watched(visitor(reader))
    page = open_chat(guest)
    for text in NAMES:
        villain = account("villain")
        place = team(live, villain, reader)
        with live.app.app_context():
            workspaces.update(villain.id, place.id, {"name": text[:80], "description": text[:200]})
        channel = named(place, villain, text)
        page.goto(f"/app/{channel}")
        expect_ready(page)
        expect(row(page, channel)).to_be_visible()
        expect(page.locator("#talk-topic")).to_have_text(text[:500].strip())
        expect(messages(page).last.locator(".image-file")).to_have_count(1)
        expect(page.locator("#list-people li")).to_have_count(2)
        assert_harmless(page)
        page.locator("#part-files summary").click()
        expect(page.locator("#list-files li")).to_have_count(2)
        messages(page).last.locator(".image-file").click()
        expect(page.locator("#lightbox")).to_be_visible()
        assert_harmless(page)
        page.keyboard.press("Escape")
        page.locator("#part-files summary").click()
    for path in ("/app", "/workspaces", f"/workspaces/{place.id}", "/people"):
        page.goto(path)
        if path == "/people":  # there may be more people than one page lists
            page.get_by_label("Find somebody by name").fill("villain")
        expect(page.get_by_text(NAMES[-1][:40]).first).to_be_attached()
        assert_harmless(page)
    say(live, villain, channel, f"@{reader.username} {NAMES[0]}")
    page.locator("#bell").click()
    expect(page.locator("#news-list li").nth(5)).to_be_visible()
    expect(page.locator("#news-list li").first).to_contain_text(NAMES[0])
    assert_harmless(page)


def test_links_lead_where_they_may_only(live: Live, account: Make, visitor: Visit) -> None:
    """What is clicked opens elsewhere, knows nothing of where it was opened, and never runs here."""
    villain, reader = account("villain"), account("reader")
    channel = team(live, villain, reader).channel()
    say(live, villain, channel, f"[safe]({live.url}/api/health/) and [not](javascript:xss())")
    page = open_chat(watched(visitor(reader)), channel)
    with page.expect_popup() as popup:
        page.get_by_role("link", name="safe", exact=True).click()
    assert popup.value.evaluate("window.opener") is None
    expect(page.locator(".message-body a")).to_have_count(1)
    page.get_by_text("[not]").click()
    assert_harmless(page)


def test_files_do_not_run_where_they_are_opened(
    live: Live, account: Make, visitor: Visit, tmp_path: Path
) -> None:
    """Whatever a file says of itself, its address is a download and nothing else."""
    villain, reader = account("villain"), account("reader")
    channel = team(live, villain, reader).channel()
    contents = {
        "page.html": b"<script>top.xss ? top.xss() : (window.ran = ['ran'])</script>",
        "image.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='top.xss()'/>",
        "both.gif": picture("GIF") + b"*/=1;xss()//<script>xss()</script>",
    }
    with live.app.app_context():
        ids = [attachments.upload(villain.id, name, content).id for name, content in contents.items()]
        conversations.send(villain.id, channel, conversations.Draft("files", None, tuple(ids)))
    guest = watched(visitor(reader))
    page = open_chat(guest, channel)
    for number, content in zip(ids, contents.values(), strict=True):
        url = f"/api/attachments/{number}/"
        with page.expect_download() as download:
            page.evaluate("(url) => location.assign(url)", url)
        download.value.save_as(tmp_path / "file")
        assert (tmp_path / "file").read_bytes() == content
        loaded = """(url) => new Promise((done) => {
            const script = document.createElement("script");
            script.src = url;
            script.onload = () => done(true);
            script.onerror = () => done(false);
            document.head.append(script);
        })"""
        with page.expect_console_message(lambda said: said.text.startswith("Refused to execute script")):
            assert page.evaluate(loaded, url) is False  # nosniff: neither text nor pictures are scripts
        page.evaluate(
            "document.head.querySelectorAll('script[src*=attachments]').forEach((one) => one.remove())"
        )
    refusals = [said for said in guest.complaints if said.startswith("Refused to execute script")]
    assert len(refusals) == len(ids)
    guest.complaints[:] = [said for said in guest.complaints if said not in refusals]
    assert_harmless(page)
