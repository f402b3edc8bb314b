"""What the tests do on the chat page, and what they need to be there before."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import text

from pulse.conversations import service as conversations
from pulse.conversations.models import Conversation
from pulse.core.events import transaction
from pulse.workspaces import service as workspaces
from pulse.workspaces.rules import MemberRole
from pulse.workspaces.service.members import join
from tests.conftest import Live
from tests.support.browser import Visitor
from tests.web.conftest import Account

Make = Callable[..., Account]
Visit = Callable[..., Visitor]

_numbers = count(1)


@dataclass(frozen=True)
class Team:
    """A workspace and its people, the first one its owner."""

    live: Live
    id: int
    name: str
    people: tuple[Account, ...]

    def channel(self, name: str = "general", *, is_private: bool = False, topic: str = "") -> int:
        """A channel with everybody in it; returns its id."""
        owner, *others = (person.id for person in self.people)
        with self.live.app.app_context():
            made = conversations.create(owner, self.id, name, topic, is_private=is_private)
            if others:
                conversations.add(owner, made, others)
        return made

    def add(self, *people: Account) -> None:
        """Put more people into it, not into its channels."""
        with self.live.app.app_context(), transaction():
            for person in people:
                join(self.id, person.id, MemberRole.MEMBER)


def team(live: Live, *people: Account) -> Team:
    """Make a workspace of these people."""
    name = f"Team {next(_numbers)}"
    with live.app.app_context():
        made = Team(live, workspaces.create(people[0].id, name), name, people)
    made.add(*people[1:])
    return made


def direct(live: Live, one: Account, other: Account) -> int:
    """The direct conversation of two; returns its id."""
    with live.app.app_context():
        return conversations.open_direct(one.id, other.username)


def say(
    live: Live, who: Account, conversation_id: int, *bodies: str, reply_to: int | None = None
) -> list[int]:
    """Send messages; returns their ids."""
    with live.app.app_context():
        return [
            conversations.send(
                who.id, conversation_id, conversations.Draft(body, None, (), reply_to)
            ).message.id
            for body in bodies
        ]


def open_chat(visitor: Visitor, conversation_id: int | None = None, query: str = "") -> Page:
    """A tab with the chat page, its conversation loaded and live."""
    page = visitor.tab(f"/app/{conversation_id}{query}" if conversation_id else "/app")
    expect_ready(page)
    return page


def expect_ready(page: Page) -> None:
    """Wait until the page shows what it is to show, and is connected."""
    expect(page.locator("#chat")).to_have_attribute("aria-busy", "false")
    expect(page.locator("#talk")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")


def body(page: Page) -> Locator:
    """Where one writes."""
    return page.locator("#body")


def write(page: Page, words: str) -> None:
    """Write a message and send it."""
    body(page).fill(words)
    body(page).press("Enter")


def messages(page: Page) -> Locator:
    """All messages that are in the page."""
    return page.locator("#messages > .message")


def message(page: Page, words: str) -> Locator:
    """The messages with these words."""
    return messages(page).filter(has_text=words)


def act(page: Page, words: str, name: str) -> None:
    """Press a button of the bar on a message, or one of its menu."""
    found = message(page, words).last
    found.hover()
    button = found.locator(".tools").get_by_role("button", name=name, exact=True)
    if not button.count():
        found.get_by_role("button", name="More").click()
        button = page.locator("#message-menu").get_by_role("button", name=name, exact=True)
    button.click()


def row(page: Page, conversation_id: int) -> Locator:
    """A conversation in the list."""
    return page.locator(f'.talk-row[data-conversation="{conversation_id}"]')


def go(page: Page, conversation_id: int) -> None:
    """Open a conversation by its row."""
    row(page, conversation_id).click()
    expect(row(page, conversation_id)).to_have_attribute("aria-current", "page")
    expect_ready(page)


def seq(page: Page, number: int) -> Locator:
    """The message of this number."""
    return page.locator(f'#messages > [data-seq="{number}"]')


def top_of(page: Page, number: int) -> float:
    """Where a message stands on the screen, in pixels from the top."""
    box = seq(page, number).bounding_box()
    assert box, number
    return box["y"]


def fill(live: Live, who: Account, conversation_id: int, count: int, *, unread: int = 0) -> None:
    """Put messages "line 1", "line 2" and so on behind those that are there, a minute apart, by SQL.

    Everybody has read them, but for the last `unread` ones.
    """
    with live.app.app_context(), transaction() as session:
        before = session.get_one(Conversation, conversation_id).last_seq
        values = {"id": conversation_id, "who": who.id, "count": count, "before": before, "unread": unread}
        session.execute(_LINES, values)
        for statement in (
            "UPDATE conversations SET last_seq = :before + :count, last_rev = :before + :count"
            " WHERE id = :id",
            "UPDATE members SET read_seq = :before + :count - :unread WHERE conversation_id = :id",
        ):
            session.execute(text(statement), values)


_LINES = text(
    """
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
    INSERT INTO messages
        (conversation_id, seq, rev, sender_id, kind, body, mentions, mentions_all, created_at)
    SELECT :id, :before + i, :before + i, :who, 'text',
        'line ' || (:before + i) || CASE i % 7 WHEN 0 THEN ' ' || printf('%.*c', 300, 'w') ELSE '' END,
        '[]', false, strftime('%Y-%m-%d %H:%M:%f', 'now', (i - :count) || ' minutes')
    FROM n
    """
)
