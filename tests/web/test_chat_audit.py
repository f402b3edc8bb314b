"""The pages of chat and workspaces for everybody: axe finds nothing, and nothing is wider than the window."""

from playwright.sync_api import expect

from pulse.conversations import service as conversations
from tests.conftest import Live
from tests.support.browser import LOOKS, violations
from tests.web.chat import Make, Visit, direct, message, open_chat, say, team
from tests.web.test_audit import assert_fits


@LOOKS
def test_chat_and_workspaces_are_accessible(
    scheme: str, size: dict[str, int], live: Live, account: Make, visitor: Visit
) -> None:
    ann, bob = account("ann"), account("bob")
    place = team(live, ann, bob)
    general = place.channel("general", topic="What concerns all of us")
    say(
        live,
        bob,
        general,
        f"Hello @{ann.username}, **look**: `code` and https://example.org",
        "> quoted\n\n- one",
    )
    say(live, bob, direct(live, bob, ann), "Hi")
    guest = visitor(ann, color_scheme=scheme, viewport=size)
    for page in (open_chat(guest), open_chat(guest, general)):
        assert violations(page) == []
        assert_fits(page)
    for path in ("/workspaces", f"/workspaces/{place.id}"):
        page = guest.tab(path)
        expect(page.locator("#connection")).to_have_attribute("data-state", "live")
        page.wait_for_load_state("networkidle")
        assert (path, violations(page)) == (path, [])
        assert_fits(page)


# What opens over or beside the chat page: the buttons that open it, and what is to be seen then.
OVER_THE_LIST = {
    "#direct-dialog": ["#write"],
    "#teams": ["#team"],
    "#channel-menu": ["#add-channel"],
    "#browse-dialog": ["#add-channel", "#browse"],
    "#channel-dialog": ["#add-channel", "#new-channel"],
    "#finder": ["#find"],
}
OVER_THE_CONVERSATION = {
    "#message-menu": [".tools [data-do=more]"],
    "#emoji-box": [".tools [data-do=react]"],
    "#details": ["#toggle-details"],
    "#add-dialog": ["#add-people"],
    "#about-form": ["#about-edit"],
}


@LOOKS
def test_what_opens_is_accessible(
    scheme: str, size: dict[str, int], live: Live, account: Make, visitor: Visit
) -> None:
    ann, bob = account("ann"), account("bob")
    place = team(live, ann, bob)
    general = place.channel("general")
    place.channel("other")
    (number,) = say(live, ann, general, "A zebra, **striped**")
    with live.app.app_context():
        conversations.edit(ann.id, number, "A zebra, **spotted**")
        conversations.pin(ann.id, number, True)
        conversations.react(bob.id, number, "🦓", True)
    guest = visitor(ann, color_scheme=scheme, viewport=size)
    for opened, at in ((OVER_THE_LIST, None), (OVER_THE_CONVERSATION, general)):
        page = open_chat(guest, at)
        if at:
            message(page, "zebra").hover()
        for what, buttons in opened.items():
            for button in buttons if page.locator(what).is_hidden() else []:
                page.locator(button).last.click()
            expect(page.locator(what)).to_be_visible()
            assert (what, violations(page)) == (what, [])
            assert_fits(page)
            if what != "#details":
                page.keyboard.press("Escape")
    if page.locator("#details").is_hidden():
        page.locator("#toggle-details").click()
    page.locator("#part-pins summary").click()
    expect(page.locator("#list-pins")).to_contain_text("spotted")
    assert violations(page) == []
