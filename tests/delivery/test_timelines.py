"""A window on a long conversation stays whole and right while it is moved."""

from typing import Any

import pytest
from sqlalchemy import insert, update

from pulse.conversations.models import Conversation, Message
from pulse.core import clock
from pulse.core.events import transaction
from tests.delivery.conftest import Room
from tests.support.node import Node

TOTAL = 450
WINDOW = """({ people }) => {
    const { messages, hasOlder, hasNewer } = people.bob.timeline;
    const isWhole = messages.every(({ seq }, n) => seq === messages[0].seq + n);
    return [messages[0].seq, messages.at(-1).seq, isWhole, hasOlder, hasNewer];
}"""


@pytest.fixture
def long(room: Room, node: Node) -> Room:
    """The room with 450 messages, open to Bob."""
    sender = room.people[0].id
    with room.live.app.app_context(), transaction() as session:
        common = {"conversation_id": room.id, "sender_id": sender, "kind": "text", "created_at": clock.now()}
        rows = [
            {**common, "mentions": [], "mentions_all": False, "seq": n, "rev": n, "body": f"message {n}"}
            for n in range(1, TOTAL + 1)
        ]
        session.execute(insert(Message), rows)
        query = update(Conversation).where(Conversation.id == room.id)
        session.execute(query.values(last_seq=TOTAL, last_rev=TOTAL))
    room.open(node, "bob", 1)
    return room


def window(node: Node, move: str = "", arg: object = None) -> list[Any]:
    """What the window is, after a move."""
    if move:
        node.evaluate(f"({{ people }}, arg) => people.bob.timeline.{move}(arg).then(() => null)", arg)
    return list(node.evaluate(WINDOW))


def test_a_window_is_moved_along_the_whole_conversation(long: Room, node: Node) -> None:
    assert window(node) == [401, 450, True, True, False]
    assert window(node, "older") == [301, 450, True, True, False]
    for _ in range(3):
        last = window(node, "older")
    assert last == [1, 450, True, False, False]
    assert window(node, "older") == last
    assert window(node, "around", 200) == [150, 249, True, True, True]
    assert window(node, "newer") == [150, 349, True, True, True]
    assert window(node, "older") == [50, 349, True, True, True]
    assert window(node, "newer") == [50, 449, True, True, True]
    assert window(node, "newer") == [50, 450, True, True, False]
    assert window(node, "around", 3) == [1, 100, True, False, True]
    assert window(node, "latest") == [351, 450, True, True, False]


def test_only_a_window_at_the_end_grows(long: Room, node: Node) -> None:
    window(node, "around", 200)
    long.say(0, "new")
    node.evaluate("({ people, until }) => until(() => people.bob.log.length)")
    assert window(node) == [150, 249, True, True, True]
    window(node, "latest")
    long.say(0, "newer")
    node.evaluate("({ people, until }) => until(() => people.bob.log.length === 2)")
    assert window(node) == [352, 452, True, True, False]


def body(node: Node, seq: int) -> str:
    return str(
        node.evaluate(
            "({ people }, n) => people.bob.timeline.messages.find(({ seq }) => seq === n).body", seq
        )
    )


# Do something, of which the answer over REST is kept back until `release(n)`, where n counts such answers.
HELD = """({ people }, [move, arg]) => {
    const { holds, timeline } = people.bob;
    globalThis.held ??= [];
    holds.push(new Promise((done) => held.push(done)));
    globalThis.moves = [...(globalThis.moves ?? []), timeline[move](arg)];
}"""
RELEASE = "async (world, n) => { held[n](); await moves[n]; }"
CHANGED = "({ people, until }, count) => until(() => people.bob.log.length >= count)"


def edit(long: Room, seq: int, text: str) -> None:
    message = next(one for one in long.messages() if one.seq == seq)
    long.call(0, "PUT", f"/api/messages/{message.id}/edit/", {"body": text})


def test_what_changes_while_a_page_is_on_its_way_is_not_lost(long: Room, node: Node) -> None:
    node.evaluate(HELD, ["around", 200])
    node.evaluate("({ people, until }) => until(() => people.bob.calls.length)")
    node.evaluate("({ pause }) => pause(300)")  # the page has been read by now
    edit(long, 200, "edited")
    node.evaluate(CHANGED, 1)
    node.evaluate(RELEASE, 0)
    assert body(node, 200) == "edited"


def test_late_news_do_not_undo_what_a_page_says(long: Room, node: Node) -> None:
    node.evaluate("({ people }) => { people.bob.trouble = (event, { rev }) => [rev === 451 ? 500 : 3000]; }")
    edit(long, 200, "first")
    edit(long, 200, "second")
    window(node, "around", 200)
    assert body(node, 200) == "second"
    node.evaluate(CHANGED, 1)
    assert body(node, 200) == "second"


def test_what_came_for_an_earlier_window_is_dropped(long: Room, node: Node) -> None:
    node.evaluate(HELD, ["older", None])
    node.evaluate(HELD, ["around", 100])
    for n in (1, 0):
        node.evaluate(RELEASE, n)
    assert window(node) == [50, 149, True, True, True]


def test_changes_reach_messages_in_the_window_whatever_is_on_its_way(long: Room, node: Node) -> None:
    """Edits while windows are loaded: what is shown in the end is what the server has."""
    messages = {message.seq: message.id for message in long.messages()}
    moves = """async ({ people }, ms) => {
        const { timeline } = people.bob;
        globalThis.moving = (async () => {
            for (let n = 0; n < 12; n++) {
                await timeline.around(200);
                await Promise.all([timeline.older(), timeline.newer(), timeline.older()]);
            }
        })();
    }"""
    node.evaluate(moves)
    for n in range(30):
        seq = 120 + 7 * n
        long.call(0, "PUT", f"/api/messages/{messages[seq]}/edit/", {"body": f"edited {seq}"})
    node.evaluate("() => moving.then(() => null)")
    node.evaluate("({ people, until }, rev) => until(() => people.bob.timeline.rev >= rev)", TOTAL + 30)
    assert window(node) == [50, 349, True, True, True]
    wrong = """({ people }) => people.bob.timeline.messages.filter(({ seq, body }) =>
        body !== (seq >= 120 && seq <= 323 && (seq - 120) % 7 === 0 ? `edited ${seq}` : `message ${seq}`))"""
    assert node.evaluate(wrong) == []
