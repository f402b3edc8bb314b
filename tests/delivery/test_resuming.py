"""What was missed comes once, in its present state, and nothing comes twice."""

from typing import Any

from sqlalchemy import insert, update

from pulse.conversations.models import Conversation, Message
from pulse.core import clock
from pulse.core.events import transaction
from tests.delivery.conftest import Room, expect_bodies
from tests.support.node import Node

# What Bob heard of messages: [seq, rev, whether it was new to him], in the order of coming.
HEARD = """async ({ people, until }, [id, rev]) => {
    await until(() => people.bob.timeline.rev >= rev);
    const news = people.bob.log.filter(([event]) => event === "message");
    return news.map(([, , { seq, rev }, isNew]) => [seq, rev, isNew]);
}"""
# Of the changes on their way some are late, some come twice and some never.
TROUBLE = """({ people }) => {
    let n = 0;
    people.bob.trouble = () => [[0], [120], [], [30, 200], [0, 0], [90]][(n++ * 7) % 6];
}"""


def test_messages_come_live_to_those_who_opened(room: Room, node: Node) -> None:
    room.say(0, "before")
    room.open(node, "bob", 1)
    room.say(2, "now")
    expect_bodies(node, "bob", ["before", "now"])
    assert node.evaluate(HEARD, [room.id, 2]) == [[2, 2, True]]


def change_everything(room: Room, node: Node) -> None:
    """Edit, delete, react to, pin and send messages, of which there were four."""
    ids = [message.id for message in room.messages()]
    room.call(0, "PUT", f"/api/messages/{ids[0]}/edit/", {"body": "one, edited"})
    room.call(0, "PUT", f"/api/messages/{ids[0]}/edit/", {"body": "one, edited twice"})
    room.call(0, "DELETE", f"/api/messages/{ids[1]}/")
    room.call(2, "POST", f"/api/messages/{ids[2]}/reactions/", {"emoji": "👍", "on": True})
    room.call(2, "POST", f"/api/messages/{ids[3]}/pin/", {"on": True})
    fifth = room.say(2, "five")["id"]
    room.say(0, "six")
    room.call(2, "PUT", f"/api/messages/{fifth}/edit/", {"body": "five, edited"})


STATES = """({ people }) => people.bob.timeline.messages.map((one) => [
    one.body, one.is_deleted, one.is_pinned,
    one.reactions.map(({ emoji, count }) => `${emoji} ${count}`).join()])"""
AFTER_ALL: list[Any] = [
    ["one, edited twice", False, False, ""],
    ["", True, False, ""],
    ["three", False, False, "👍 1"],
    ["four", False, True, ""],
    ["five, edited", False, False, ""],
    ["six", False, False, ""],
]


def test_changes_missed_while_away_come_once_in_their_present_state(room: Room, node: Node) -> None:
    for body in ("one", "two", "three", "four"):
        room.say(0, body)
    room.open(node, "bob", 1)
    node.evaluate("({ people }) => { people.bob.chat.close(); }")
    change_everything(room, node)
    node.evaluate("({ people }) => { people.bob.chat.connect(); }")
    heard = node.evaluate(HEARD, [room.id, 12])
    # Each message once, by its latest change; message 5 was new to Bob though 6 came first.
    assert heard == [[1, 6, False], [2, 7, False], [3, 8, False], [4, 9, False], [6, 11, True], [5, 12, True]]
    assert node.evaluate(STATES) == AFTER_ALL


def test_each_change_comes_live_once_and_in_order(room: Room, node: Node) -> None:
    for body in ("one", "two", "three", "four"):
        room.say(0, body)
    room.open(node, "bob", 1)
    change_everything(room, node)
    heard = node.evaluate(HEARD, [room.id, 12])
    assert [seq for seq, _, _ in heard] == [1, 1, 2, 3, 4, 5, 6, 5]
    assert [new for _, _, new in heard] == [False] * 5 + [True, True, False]
    assert node.evaluate(STATES) == AFTER_ALL


def test_late_repeated_and_lost_news_make_no_difference(room: Room, node: Node) -> None:
    room.open(node, "bob", 1)
    node.evaluate(TROUBLE)
    bodies = [f"message {n}" for n in range(40)]
    for n, body in enumerate(bodies):
        sent = room.say(2 * (n % 2), body)
        if n % 4 == 0:
            room.call(2 * (n % 2), "PUT", f"/api/messages/{sent['id']}/edit/", {"body": f"{body}!"})
            bodies[n] += "!"
    heard = node.evaluate(HEARD, [room.id, 50])
    assert heard == sorted(heard, key=lambda one: one[1])
    assert len({rev for _, rev, _ in heard}) == len(heard)
    assert sorted(seq for seq, _, is_new in heard if is_new) == list(range(1, 41))
    expect_bodies(node, "bob", bodies)


def test_a_broken_connection_is_mended(room: Room, node: Node) -> None:
    room.open(node, "bob", 1)
    bodies = []
    for n in range(6):
        node.evaluate("({ people }) => { people.bob.cut(); }")
        bodies += [f"{n} in the gap", f"{n} after it"]
        for body in bodies[-2:]:
            room.say(0, body)
        expect_bodies(node, "bob", bodies)
    assert node.evaluate("({ people }, id) => people.bob.seqs(id)", room.id) == list(range(1, 13))


def test_resync_asks_for_what_was_missed(room: Room, node: Node) -> None:
    room.open(node, "bob", 1)
    node.evaluate("({ people }) => { people.bob.trouble = () => []; }")  # the last change: no gap tells of it
    room.say(0, "lost")
    node.evaluate("({ people }) => { people.bob.socket.listeners('resync').forEach((hear) => hear({})); }")
    expect_bodies(node, "bob", ["lost"])


def test_who_missed_too_much_begins_anew(room: Room, node: Node) -> None:
    first = room.say(0, "one")
    room.open(node, "bob", 1)
    node.evaluate("({ people }) => { people.bob.chat.close(); }")
    with room.live.app.app_context(), transaction() as session:
        common = {"conversation_id": room.id, "sender_id": first["sender_id"], "kind": "text"}
        values = {"mentions": [], "mentions_all": False, "created_at": clock.now()}
        rows = [{**common, **values, "seq": n, "rev": n, "body": str(n)} for n in range(2, 1103)]
        session.execute(insert(Message), rows)
        session.execute(
            update(Conversation).where(Conversation.id == room.id).values(last_seq=1102, last_rev=1102)
        )
    node.evaluate("({ people }) => { people.bob.chat.connect(); }")
    expect_bodies(node, "bob", [str(n) for n in range(1053, 1103)])
    log = node.evaluate("({ people }) => people.bob.log")
    assert log == [["reset", room.id]]
    room.say(0, "live again")
    assert node.evaluate(HEARD, [room.id, 1103]) == [[1103, 1103, True]]
