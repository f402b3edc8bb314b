"""A connection that outlives its token, and one that does not outlive its session."""

from tests.delivery.conftest import Room, expect_bodies
from tests.support.node import Node

CONNECT = "({ people }) => { people.bob.chat.connect(); }"
ENDED = "({ people, until }) => until(() => people.bob.log.find(([event]) => event === 'end'))"


def test_an_old_token_is_renewed(room: Room, node: Node) -> None:
    good = room.people[1].token
    room.open(node, "bob", 1, token="an old token", nextToken=good)
    room.say(0, "hello")
    expect_bodies(node, "bob", ["hello"])


def test_whose_session_ends_is_told_once_and_what_waits_is_kept(room: Room, node: Node) -> None:
    storage = room.storage / "bob"
    room.open(node, "bob", 1, storage=str(storage))
    room.call(1, "POST", "/api/logout/")
    assert node.evaluate(ENDED)[0] == "end"
    node.evaluate("({ people }, id) => { people.bob.chat.send(id, { body: 'too late' }); }", room.id)
    room.say(0, "not for Bob")
    assert "too late" in storage.read_text()
    heard = node.evaluate("async ({ people, pause }) => { await pause(500); return people.bob.log; }")
    assert [event for event, *_ in heard] == ["end"]
