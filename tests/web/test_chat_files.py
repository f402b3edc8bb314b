"""Files: picked, dropped, pasted; shown as pictures or links, in full size, listed."""

import base64
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.conftest import Live
from tests.support.browser import wait_for
from tests.web.chat import Make, Visit, body, direct, go, message, open_chat, row, team, write

# Gives files to an element as a paste or a drop does.
GIVE = """
(element, [kind, files]) => {
    const transfer = new DataTransfer();
    for (const [name, type, data] of files) {
        const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
        transfer.items.add(new File([bytes], name, { type }));
    }
    const options = { bubbles: true, cancelable: true };
    if (kind === "paste") {
        element.dispatchEvent(new ClipboardEvent("paste", { ...options, clipboardData: transfer }));
        return;
    }
    for (const name of ["dragenter", "dragover", "drop"].slice(0, kind === "drag" ? 1 : 3)) {
        element.dispatchEvent(new DragEvent(name, { ...options, dataTransfer: transfer }));
    }
}
"""


def picture(width: int = 800, height: int = 600, colour: str = "teal") -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


def give(element: Locator, kind: str, *files: tuple[str, str, bytes]) -> None:
    """Paste, drop or drag files."""
    encoded = [(name, media, base64.b64encode(content).decode()) for name, media, content in files]
    element.evaluate(GIVE, [kind, encoded])


def uploads(page: Page) -> Locator:
    """The files that wait to be sent."""
    return page.locator("#files .upload")


# Whether the picture is there, and of its shape. Its element may be a new one while one looks.
SHOWN = """
(() => {
    const one = document.querySelector(".image-file img");
    return one?.naturalWidth > 0 && Math.abs(one.clientWidth / one.clientHeight - 4 / 3) < 0.02;
})()
"""


def test_a_pasted_picture_is_sent_and_looked_at(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    talk = direct(live, ann, bob)
    one, other = open_chat(visitor(ann), talk), open_chat(visitor(bob), talk)
    give(body(one), "paste", ("image.png", "image/png", picture()))
    expect(uploads(one)).to_have_count(1)
    expect(uploads(one)).to_contain_text("pasted-")
    expect(uploads(one).locator("progress")).to_be_hidden()
    write(one, "Look at this")
    expect(uploads(one)).to_have_count(0)
    for page in (one, other):
        expect(message(page, "Look at this").locator(".image-file img")).to_be_visible()
        wait_for(page, SHOWN)
    message(other, "Look at this").get_by_role("button", name="Look at pasted-").click()
    large = other.locator("#lightbox-image")
    expect(large).to_be_visible()
    expect(large).to_have_js_property("naturalWidth", 800)
    other.keyboard.press("Escape")
    expect(large).to_be_hidden()
    expect(message(other, "Look at this").get_by_role("button", name="Look at pasted-")).to_be_focused()


def test_pictures_keep_their_place_while_they_load(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    talk = direct(live, ann, bob)
    page = open_chat(visitor(ann), talk)
    for number in range(3):
        give(body(page), "paste", (f"tall{number}.png", "image/png", picture(300, 900)))
        expect(uploads(page).locator("progress")).to_be_hidden()
        write(page, f"Picture {number}")
        expect(message(page, f"Picture {number}")).to_have_attribute("data-seq", str(number + 1))
    other = visitor(bob).tab()
    other.route("**/thumbnail/", lambda route: None)  # they never come
    other.goto(f"/app/{talk}")
    expect(message(other, "Picture 2").locator("img")).to_be_in_viewport()
    box = message(other, "Picture 2").locator("img").bounding_box()
    assert box
    assert (round(box["width"]), round(box["height"])) == (107, 320)


def test_dropped_files_of_all_kinds(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    talk = direct(live, ann, bob)
    page, other = open_chat(visitor(ann), talk), open_chat(visitor(bob), talk)
    plan = ("plan.txt", "text/plain", b"one\ntwo\n")
    give(page.locator("#talk-body"), "drag", plan)
    expect(page.get_by_text("Drop files to send them")).to_be_visible()
    give(page.locator("#talk-body"), "drop", plan, ("sky.png", "image/png", picture()))
    expect(page.get_by_text("Drop files to send them")).to_be_hidden()
    expect(uploads(page)).to_have_count(2)
    page.get_by_role("button", name="Send").click()
    link = other.get_by_role("link", name="plan.txt")
    expect(link).to_contain_text("8 B")
    expect(other.locator(".image-file")).to_have_count(1)
    with other.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "plan.txt"
    assert Path(download.value.path()).read_bytes() == plan[2]
    other.locator("#part-files summary").click()
    expect(other.locator("#list-files li")).to_have_count(2)
    expect(row(other, talk)).to_contain_text("File")


def test_a_message_goes_when_its_files_are_up(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    place = team(live, ann, bob)
    general, other = place.channel("general"), place.channel("other")
    page = open_chat(visitor(ann), general)
    held = []
    page.route("**/api/attachments/", lambda route: held.append(route))
    page.set_input_files("#file", {"name": "slow.txt", "mimeType": "text/plain", "buffer": b"slow"})
    expect(uploads(page)).to_contain_text("Uploading")
    write(page, "With a file")
    expect(page.locator("#send")).to_have_attribute("aria-busy", "true")
    go(page, other)
    expect(uploads(page)).to_have_count(0)  # it waits where it belongs
    held[0].continue_()
    go(page, general)
    expect(message(page, "With a file").get_by_role("link", name="slow.txt")).to_be_visible()
    expect(body(page)).to_have_value("")


def test_what_cannot_be_uploaded_says_why(live: Live, account: Make, visitor: Visit) -> None:
    ann = account("ann")
    page = open_chat(visitor(ann), team(live, ann).channel())
    page.set_input_files("#file", {"name": "nothing.txt", "mimeType": "text/plain", "buffer": b""})
    expect(page.locator(".toast")).to_contain_text("nothing.txt is empty.")
    page.route("**/api/attachments/", lambda route: route.abort())
    page.set_input_files("#file", {"name": "lost.txt", "mimeType": "text/plain", "buffer": b"x"})
    expect(uploads(page)).to_contain_text("Pulse cannot be reached now.")
    page.unroute("**/api/attachments/")
    uploads(page).get_by_role("button", name="Try again").click()
    expect(uploads(page)).to_contain_text("1 B")
    uploads(page).get_by_role("button", name="Remove lost.txt").click()
    expect(uploads(page)).to_have_count(0)
    write(page, "Without it")
    expect(message(page, "Without it").get_by_role("link")).to_have_count(0)
