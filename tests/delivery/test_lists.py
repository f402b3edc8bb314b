"""The list of conversations stays right: unread counts, last messages, receipts, who types, what is gone."""

from typing import Any

import pytest

from pulse.core import outbox
from tests.delivery.conftest import Room
from tests.support.node import Node
from tests.support.servers import wait_until

LOAD = "async ({ people }, name) => { people[name].chat.connect(); await people[name].chat.load(); }"
# Fields of a conversation as somebody's list has it, once they are `wanted`.
SHOWS = """async ({ people, until }, [name, id, wanted]) => {
    const found = () => people[name].chat.conversations.get(id);
    const read = () => {
        const { last_message: last, other_user: they, ...own } = found() ?? {};
        const theirs = { their_read_seq: they?.read_seq, their_delivered_seq: they?.delivered_seq };
        const all = { ...own, ...theirs, last: last?.body };
        return Object.fromEntries(Object.keys(wanted).map((key) => [key, all[key]]));
    };
    await until(() => JSON.stringify(read()) === JSON.stringify(wanted)).catch(() => {});
    return read();
}"""
TYPED = """({ people }, name) =>
    people[name].log.filter(([event]) => event === "typing").map(([, , news]) => news.is_typing)"""
LOG = "({ people, until }, [name, event]) => until(() => people[name].log.find(([one]) => one === event))"


def expect(node: Node, who: str, conversation_id: int, **wanted: Any) -> None:
    assert node.evaluate(SHOWS, [who, conversation_id, wanted]) == wanted


def come(room: Room, node: Node, name: str, which: int, **options: Any) -> None:
    """Somebody comes and lists their conversations."""
    room.come(node, name, which, **options)
    node.evaluate(LOAD, name)


def direct(room: Room) -> int:
    """The conversation of the second and the third of the people."""
    name = room.call(2, "GET", "/api/profile/")["username"]
    return int(room.call(1, "POST", "/api/conversations/", {"username": name})["id"])


def test_counts_and_last_messages_follow_what_is_said(room: Room, node: Node) -> None:
    come(room, node, "bob", 1)
    expect(node, "bob", room.id, unread_count=0, last_seq=0)
    first = room.say(0, "hello")
    room.say(2, "hi")
    expect(node, "bob", room.id, unread_count=2, last_seq=2, last="hi")
    room.call(0, "PUT", f"/api/messages/{first['id']}/edit/", {"body": "hello!"})
    expect(node, "bob", room.id, unread_count=2, last_rev=3, last="hi")
    room.say(1, "my own, from elsewhere")
    expect(node, "bob", room.id, unread_count=0, read_seq=3, last="my own, from elsewhere")


def test_live_messages_are_told_though_their_conversation_is_not_open(room: Room, node: Node) -> None:
    come(room, node, "bob", 1)
    told = (
        "({ people }) => people.bob.log.filter(([event, , , isNew]) => event === 'message' && isNew).length"
    )
    for n in range(1, 10):  # one that crosses an answer of the API is in that answer
        room.say(0, f"message {n}")
        expect(node, "bob", room.id, last=f"message {n}")
        if node.evaluate(told):
            return
    raise AssertionError("never told")


def test_what_happened_while_away_shows(room: Room, node: Node) -> None:
    come(room, node, "bob", 1)
    node.evaluate("({ people }) => { people.bob.chat.close(); }")
    room.say(0, "hello")
    made = room.call(0, "POST", "/api/channels/", {"workspace_id": room.workspace_id, "name": "other"})
    room.call(0, "POST", f"/api/channels/{made['id']}/members/", {"user_id": room.people[1].id})
    node.evaluate("({ people }) => { people.bob.chat.connect(); }")
    expect(node, "bob", room.id, unread_count=1, last="hello")
    expect(node, "bob", made["id"], name="other", is_member=True)


def test_lost_news_of_a_conversation_that_is_not_open(room: Room, node: Node) -> None:
    come(room, node, "bob", 1)
    node.evaluate("({ people }) => { people.bob.trouble = (event, { rev }) => rev === 2 ? [0, 50] : []; }")
    room.say(0, "lost")
    room.say(0, "heard")
    expect(node, "bob", room.id, unread_count=2, last="heard", last_rev=2)


def test_new_conversations_appear(room: Room, node: Node) -> None:
    come(room, node, "bob", 1)
    come(room, node, "cy", 2)
    made = room.call(0, "POST", "/api/channels/", {"workspace_id": room.workspace_id, "name": "other"})
    room.call(0, "POST", f"/api/channels/{made['id']}/members/", {"user_id": room.people[1].id})
    expect(node, "bob", made["id"], name="other", is_member=True)
    private = direct(room)
    expect(node, "bob", private, kind="direct")
    room.call(1, "POST", "/api/messages/", {"conversation_id": private, "body": "psst"})
    expect(node, "cy", private, kind="direct", unread_count=1, last="psst")


def test_names_topics_and_rights_follow(room: Room, node: Node) -> None:
    come(room, node, "bob", 1)
    room.call(0, "PATCH", f"/api/channels/{room.id}/", {"topic": "What matters"})
    expect(node, "bob", room.id, topic="What matters", may_post=True)
    room.call(0, "POST", f"/api/channels/{room.id}/archive/")
    expect(node, "bob", room.id, is_archived=True, may_post=False)
    room.call(1, "PATCH", f"/api/conversations/{room.id}/", {"notify": "none"})
    expect(node, "bob", room.id, is_muted=True)


def test_removal_ends_delivery(room: Room, node: Node) -> None:
    room.open(node, "bob", 1)
    node.evaluate(LOAD, "bob")
    room.say(0, "one")
    node.evaluate(LOG, ["bob", "message"])
    room.call(0, "DELETE", f"/api/channels/{room.id}/members/{room.people[1].id}/")
    assert node.evaluate(LOG, ["bob", "gone"]) == ["gone", room.id]
    room.come(node, "cy", 2)
    node.evaluate("async ({ open }, id) => { await open('cy', id); }", room.id)
    room.say(0, "two")
    node.evaluate(LOG, ["cy", "message"])
    assert node.evaluate("({ people }) => people.bob.log.map(([event]) => event)") == ["message", "gone"]


def backlog(room: Room) -> int:
    with room.live.app.app_context():
        return outbox.backlog()


@pytest.mark.parametrize("is_open", [True, False])
def test_removal_while_away_shows(room: Room, node: Node, is_open: bool) -> None:
    come(room, node, "bob", 1)
    if is_open:
        node.evaluate("async ({ open }, id) => { await open('bob', id); }", room.id)
    node.evaluate("({ people }) => { people.bob.chat.close(); }")
    room.call(0, "PATCH", f"/api/channels/{room.id}/", {"is_private": True})
    room.call(0, "DELETE", f"/api/channels/{room.id}/members/{room.people[1].id}/")
    wait_until(lambda: not backlog(room), 30)  # nobody tells of it once more
    node.evaluate("({ people }) => { people.bob.chat.connect(); }")
    assert node.evaluate(LOG, ["bob", "gone"]) == ["gone", room.id]
    assert node.evaluate("({ people }, id) => people.bob.chat.conversations.has(id)", room.id) is False


def test_what_is_not_for_one_cannot_be_opened(room: Room, node: Node) -> None:
    room.come(node, "bob", 1)
    failed = """async ({ people }, id) => {
        people.bob.chat.connect();
        return people.bob.chat.open(id).catch(({ name, status }) => [name, status]);
    }"""
    assert node.evaluate(failed, 10**6) == ["PulseError", 404]


def test_read_on_one_device_is_read_on_the_other(room: Room, node: Node) -> None:
    come(room, node, "desk", 1)
    come(room, node, "phone", 1, web=room.live.webs[1])
    for n in range(3):
        room.say(0, f"message {n}")
    for name in ("desk", "phone"):
        expect(node, name, room.id, unread_count=3)
    node.evaluate("({ people }, id) => people.desk.chat.markRead(id, 3)", room.id)
    for name in ("desk", "phone"):
        expect(node, name, room.id, unread_count=0)
    node.evaluate("({ people }, id) => people.phone.chat.markUnread(id, 2)", room.id)
    for name in ("desk", "phone"):
        expect(node, name, room.id, unread_count=2, read_seq=1)


def test_reading_offline_is_said_later(room: Room, node: Node) -> None:
    come(room, node, "bob", 1)
    room.say(0, "hello")
    expect(node, "bob", room.id, unread_count=1)
    node.evaluate("({ people }) => { people.bob.chat.close(); }")
    node.evaluate("({ people }, id) => people.bob.chat.markRead(id, 1)", room.id)
    expect(node, "bob", room.id, unread_count=0)
    node.evaluate("({ people }) => { people.bob.chat.connect(); }")
    wait_until(lambda: room.call(1, "GET", f"/api/conversations/{room.id}/")["unread_count"] == 0)
    expect(node, "bob", room.id, unread_count=0)


def test_receipts_of_direct_conversations(room: Room, node: Node) -> None:
    private = direct(room)
    come(room, node, "bob", 1)
    send = "({ people }, [name, id, body]) => { people[name].chat.send(id, { body }); }"
    node.evaluate(send, ["bob", private, "are you there?"])
    expect(node, "bob", private, last_seq=1, their_delivered_seq=0, their_read_seq=0)
    come(room, node, "cy", 2)  # which delivers it
    expect(node, "bob", private, their_delivered_seq=1, their_read_seq=0)
    node.evaluate("({ people }, id) => people.cy.chat.markRead(id, 1)", private)
    expect(node, "bob", private, their_delivered_seq=1, their_read_seq=1)
    node.evaluate(send, ["bob", private, "good"])
    expect(node, "bob", private, last_seq=2, their_delivered_seq=2, their_read_seq=1)


def test_who_types_is_heard_until_they_stop(room: Room, node: Node) -> None:
    for name, which in (("bob", 1), ("cy", 2)):
        room.open(node, name, which)

    def typed() -> Any:
        return node.evaluate(TYPED, "cy")

    node.evaluate("({ people }, id) => { for (let n = 0; n < 9; n++) people.bob.chat.typing(id); }", room.id)
    wait_until(lambda: typed() == [True])  # nine times typed, once told
    node.evaluate("({ people }, id) => { people.bob.chat.stopTyping(id); }", room.id)
    wait_until(lambda: typed() == [True, False])
    node.evaluate("({ people }, id) => { people.bob.chat.typing(id); }", room.id)
    wait_until(lambda: typed() == [True, False, True])
    wait_until(lambda: typed() == [True, False, True, False], 8)  # the server's five seconds
    node.evaluate("({ people }, id) => { people.bob.chat.typing(id); }", room.id)
    wait_until(lambda: typed()[4:] == [True])
    node.evaluate("({ people }, id) => { people.bob.chat.send(id, { body: 'done' }); }", room.id)
    wait_until(lambda: typed()[4:] == [True, False], 3)
    assert node.evaluate(TYPED, "bob") == []
