"""Long conversations: history that loads without jumping, jumps to what is unread, found or latest."""

import re

from playwright.sync_api import Page, expect

from tests.conftest import Live
from tests.web.chat import (
    Make,
    Visit,
    body,
    direct,
    expect_ready,
    fill,
    go,
    messages,
    open_chat,
    say,
    seq,
    team,
    top_of,
    write,
)

# Scrolls up by the given pixels, and tells where a message that stays in sight was before and is afterwards.
SCROLL_UP = """
async (by) => {
    const scroll = document.getElementById("scroll");
    const top = scroll.getBoundingClientRect().top;
    const rows = () => [...document.querySelectorAll("#messages > .message")];
    const first = rows().find((row) => row.getBoundingClientRect().bottom > top);
    const before = first.getBoundingClientRect().top;
    const was = scroll.scrollTop;
    scroll.scrollTop -= by;
    const expected = before + was - scroll.scrollTop;
    const frames = [];
    for (let i = 0; i < 30; i += 1) {
        await new Promise(requestAnimationFrame);
        const row = rows().find((one) => one.dataset.key === first.dataset.key);
        frames.push(row ? Math.round(row.getBoundingClientRect().top - expected) : null);
    }
    return frames;
}
"""


def state(page: Page) -> dict[str, float]:
    """How the scroll area stands."""
    found: dict[str, float] = page.evaluate(
        """(() => { const one = document.getElementById("scroll"); return {
            top: one.scrollTop, below: one.scrollHeight - one.clientHeight - one.scrollTop,
            rows: document.querySelectorAll("#messages > *").length,
            nodes: document.getElementsByTagName("*").length }; })()"""
    )
    return found


def test_older_messages_come_in_above_without_a_jump(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    talk = direct(live, ann, bob)
    fill(live, bob, talk, 600)
    page = open_chat(visitor(ann), talk)
    expect(seq(page, 600)).to_be_in_viewport()
    for _ in range(25):
        jumps = [jump for jump in page.evaluate(SCROLL_UP, 700) if jump]
        assert all(abs(jump) <= 1 for jump in jumps), jumps
        assert state(page)["rows"] < 240
    expect(seq(page, 600)).to_have_count(0)  # far below: not in the page
    page.locator("#scroll").evaluate("one => { one.scrollTop = 0 }")
    for _ in range(40):
        if seq(page, 1).count():
            break
        page.locator("#scroll").evaluate("one => { one.scrollTop = 0 }")
        page.wait_for_timeout(100)
    expect(page.locator("#talk-begin")).to_be_visible()
    assert state(page)["rows"] < 240


# Scrolls up and has the page drawn before it hears of that; tells how far from there it then is.
SCROLL_AND_DRAW = """
async (by) => {
    const { tell } = await import("/static/js/chat/page.js");
    const scroll = document.getElementById("scroll");
    const wanted = (scroll.scrollTop -= by);
    tell("rows");
    await new Promise(requestAnimationFrame);
    return scroll.scrollTop - wanted;
}
"""


def test_whoever_scrolls_up_while_something_comes_is_not_pulled_back(
    live: Live, account: Make, visitor: Visit
) -> None:
    ann, bob = account("ann"), account("bob")
    talk = direct(live, ann, bob)
    fill(live, bob, talk, 60)
    page = open_chat(visitor(ann), talk)
    expect(seq(page, 60)).to_be_in_viewport()
    assert abs(page.evaluate(SCROLL_AND_DRAW, 400)) <= 1


def test_the_way_back_down_ends_at_the_latest(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    talk = direct(live, ann, bob)
    fill(live, bob, talk, 500)
    page = open_chat(visitor(ann), talk, "?message=20")
    expect(seq(page, 20)).to_be_in_viewport()
    for _ in range(80):
        page.locator("#scroll").evaluate("one => { one.scrollTop += 1500 }")
        page.wait_for_timeout(30)
        if seq(page, 500).count():
            break
    page.locator("#scroll").evaluate("one => { one.scrollTop = one.scrollHeight }")
    expect(seq(page, 500)).to_be_in_viewport()
    expect(page.locator("#jump-latest")).to_be_hidden()
    numbers = [int(one) for one in messages(page).evaluate_all("rows => rows.map((row) => row.dataset.seq)")]
    assert numbers == list(range(numbers[0], 501))


def test_new_messages_move_nothing_for_whoever_reads_above(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    talk = direct(live, ann, bob)
    fill(live, bob, talk, 300)
    page = open_chat(visitor(ann), talk)
    page.locator("#scroll").evaluate("one => { one.scrollTop -= 2000 }")
    latest = page.locator("#jump-latest")
    expect(latest).to_have_text("Latest")
    page.wait_for_timeout(300)
    number = int(
        page.evaluate(
            """(() => { const top = document.getElementById("scroll").getBoundingClientRect().top;
            return [...document.querySelectorAll("#messages > .message")]
                .find((row) => row.getBoundingClientRect().top > top).dataset.seq; })()"""
        )
    )
    before = top_of(page, number)
    say(live, bob, talk, "One more", "And another one")
    expect(latest).to_have_text("2 new messages")
    assert abs(top_of(page, number) - before) <= 1
    latest.click()
    expect(seq(page, 302)).to_be_in_viewport()
    expect(latest).to_be_hidden()
    expect(body(page)).to_be_focused()


def test_a_button_leads_to_where_the_reader_stopped(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    place = team(live, ann, bob)
    general, other = place.channel("general"), place.channel("other")
    fill(live, bob, general, 400, unread=250)
    page = open_chat(visitor(ann), other)
    go(page, general)
    to_unread = page.locator("#jump-unread")
    expect(to_unread).to_have_text("250 new messages")
    to_unread.click()
    line = page.locator(".new-line")
    expect(line).to_be_in_viewport()
    first = int(line.locator("xpath=following-sibling::li[1]").get_attribute("data-seq") or 0)
    last = int(
        line.locator("xpath=preceding-sibling::li[contains(@class, 'message')][1]").get_attribute("data-seq")
        or 0
    )
    assert first == last + 1
    expect(page.locator(f'#messages > [data-seq="{first}"]')).to_be_focused()
    expect(to_unread).to_be_hidden()


def test_the_end_stays_in_sight_while_one_is_there(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    talk = direct(live, ann, bob)
    fill(live, bob, talk, 100)
    page = open_chat(visitor(ann), talk)
    for number in range(5):
        say(live, bob, talk, f"Message {number}\n\nwith\n\nmany\n\nlines")
    expect(seq(page, 105)).to_be_in_viewport()
    body(page).fill("\n".join("long" for _ in range(12)))  # the composer grows
    expect(seq(page, 105)).to_be_in_viewport(ratio=0.9)
    page.set_viewport_size({"width": 900, "height": 500})
    expect(seq(page, 105)).to_be_in_viewport(ratio=0.5)
    assert state(page)["below"] <= 1


def test_writing_leads_back_to_the_end(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    talk = direct(live, ann, bob)
    fill(live, bob, talk, 400)
    page = open_chat(visitor(ann), talk, "?message=50")
    expect(seq(page, 50)).to_be_in_viewport()
    write(page, "I am here")
    expect(messages(page).filter(has_text="I am here")).to_be_in_viewport()
    expect(seq(page, 400)).to_be_in_viewport()


def test_an_address_leads_to_its_message(live: Live, account: Make, visitor: Visit) -> None:
    ann, bob = account("ann"), account("bob")
    talk = direct(live, ann, bob)
    fill(live, bob, talk, 900)
    page = open_chat(visitor(ann), talk, "?message=333")
    expect(seq(page, 333)).to_be_in_viewport()
    expect(seq(page, 333)).to_be_focused()
    page.goto(f"/app/{talk}")
    expect_ready(page)
    expect(seq(page, 900)).to_be_in_viewport()
    page.go_back()
    expect(seq(page, 333)).to_be_in_viewport()
    page.goto("/app/999999")
    expect(page.get_by_text("There is no such conversation, or it is not for you.")).to_be_visible()


def test_fifty_thousand_messages(live: Live, account: Make, visitor: Visit) -> None:
    """Opening and reading twenty pages of history: quick, without long tasks, with few elements."""
    ann, bob = account("ann"), account("bob")
    place = team(live, ann, bob)
    big, other = place.channel("big"), place.channel("other")
    fill(live, bob, big, 50_000)
    page = open_chat(visitor(ann), other)
    page.evaluate(
        """() => {
            window.longTasks = [];
            new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((one) => one.duration)))
                .observe({ type: "longtask" });
        }"""
    )
    opening = page.evaluate(
        """async (id) => {
            const begun = performance.now();
            document.querySelector(`.talk-row[data-conversation="${id}"]`).click();
            const isThere = () => document.querySelector('#messages > [data-seq="50000"]');
            while (!isThere()) await new Promise(requestAnimationFrame);
            return performance.now() - begun;
        }""",
        big,
    )
    expect_ready(page)
    found = page.evaluate(
        """async () => {
            const scroll = document.getElementById("scroll");
            const first = () => Number(document.querySelector("#messages > .message").dataset.seq);
            const waits = [];
            const gaps = [];
            let most = 0;
            let last = performance.now();
            for (let page = 0; page < 20; page += 1) {
                const goal = first() - 50;
                const begun = performance.now();
                while (first() > goal) {
                    scroll.scrollTop -= 120;
                    await new Promise(requestAnimationFrame);
                    const now = performance.now();
                    gaps.push(now - last);
                    last = now;
                    most = Math.max(most, document.getElementsByTagName("*").length);
                }
                waits.push(performance.now() - begun);
            }
            const rows = document.querySelectorAll("#messages > *").length;
            return { first: first(), waits, gaps, most, rows };
        }"""
    )
    gaps = sorted(found["gaps"])
    long_tasks = page.evaluate("longTasks")
    print(
        f"open {opening:.0f} ms; 20 pages of 50: median {sorted(found['waits'])[10]:.0f} ms a page, "
        f"frames: median {gaps[len(gaps) // 2]:.1f} ms, 99th {gaps[int(len(gaps) * 0.99)]:.1f} ms, "
        f"longest {gaps[-1]:.0f} ms; long tasks {[round(one) for one in long_tasks]}; "
        f"elements at most {found['most']}, rows {found['rows']}"
    )
    assert found["first"] <= 50_000 - 1000
    assert found["rows"] < 240
    assert found["most"] < 4000
    assert opening < 2000
    assert gaps[int(len(gaps) * 0.95)] < 100
    expect(page).to_have_url(re.compile(rf"/app/{big}$"))
