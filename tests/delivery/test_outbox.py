"""What was written arrives once and in order, whatever happens on the way; what cannot arrive is not lost."""

from collections.abc import Callable
from typing import Any

from tests.delivery.conftest import Room, expect_bodies
from tests.support.node import Node
from tests.support.servers import wait_until

SEND = (
    "({ people }, [name, id, bodies]) => { for (const body of bodies) people[name].chat.send(id, { body }); }"
)
PENDING = """({ people }, [name, id]) =>
    people[name].chat.pending(id).map(({ body, state, error }) => [body, state, error?.code ?? null])"""
NOTHING_PENDING = "({ people, until }, [name, id]) => until(() => !people[name].chat.pending(id).length, 20)"
CONNECT = "({ people }, name) => { people[name].chat.connect(); }"
ALL_FAILED = """({ people, until }, id) =>
    until(() => people.bob.chat.pending(id).every(({ state }) => state === "failed"))"""
DO = """({ people }, [name, what, id, n]) => {
    const { chat } = people[name];
    chat[what](chat.pending(id)[n].clientId);
}"""
# How often each message went out.
TIMES = "({ people }) => [...people.bob.sends.values()].map((times) => times.length)"
WORDS = [f"word {n}" for n in range(8)]


def sent(room: Room) -> list[str]:
    return [message.body for message in room.messages()]


def test_what_is_written_offline_is_sent_in_order(room: Room, node: Node) -> None:
    room.come(node, "bob", 1)
    node.evaluate(SEND, ["bob", room.id, WORDS])
    assert node.evaluate(PENDING, ["bob", room.id]) == [[word, "sending", None] for word in WORDS]
    node.evaluate(CONNECT, "bob")
    node.evaluate(NOTHING_PENDING, ["bob", room.id])
    assert sent(room) == WORDS
    assert set(node.evaluate(TIMES)) == {1}


def test_repeats_are_one_message_and_keep_their_order(room: Room, node: Node) -> None:
    """The connection breaks after each of the first sends, before or after its ack."""
    room.open(node, "bob", 1)
    room.open(node, "ann", 0)
    node.evaluate("({ people }) => { people.bob.cuts = 12; }")
    node.evaluate(SEND, ["bob", room.id, WORDS])
    node.evaluate(NOTHING_PENDING, ["bob", room.id], 60)
    assert sent(room) == WORDS
    for name in ("bob", "ann"):
        expect_bodies(node, name, WORDS)
        seqs = node.evaluate("({ people }, [name, id]) => people[name].seqs(id)", [name, room.id])
        assert seqs == [1, 2, 3, 4, 5, 6, 7, 8]
    assert max(node.evaluate(TIMES)) > 1


def test_ack_and_news_may_come_in_either_order(room: Room, node: Node) -> None:
    room.open(node, "bob", 1)
    for delay in (0, 200):
        node.evaluate("({ people }, delay) => { people.bob.trouble = () => [delay]; }", delay)
        node.evaluate(SEND, ["bob", room.id, [f"delay {delay}"]])
        node.evaluate(NOTHING_PENDING, ["bob", room.id])
    expect_bodies(node, "bob", ["delay 0", "delay 200"])
    node.evaluate("({ pause }) => pause(250)")  # until the late news are there, too
    assert node.evaluate("({ people }, id) => people.bob.seqs(id)", room.id) == [1, 2]


def test_a_message_heard_of_needs_no_ack(room: Room, node: Node) -> None:
    room.open(node, "bob", 1, storage=str(room.storage / "bob"))
    node.evaluate("({ people }) => { people.bob.dropsAcks = true; }")
    node.evaluate(SEND, ["bob", room.id, ["hello"]])
    node.evaluate(NOTHING_PENDING, ["bob", room.id], 5)
    assert (room.storage / "bob").read_text() == "{}"


def test_what_was_not_sent_is_sent_after_a_restart(room: Room, nodes: Callable[[], Node]) -> None:
    storage = str(room.storage / "bob")
    node = nodes()
    room.come(node, "bob", 1, storage=storage)
    node.evaluate(SEND, ["bob", room.id, WORDS])
    node.kill()
    node = nodes()
    room.come(node, "bob", 1, storage=storage)
    assert [body for body, _, _ in node.evaluate(PENDING, ["bob", room.id])] == WORDS
    node.evaluate(CONNECT, "bob")
    node.evaluate(NOTHING_PENDING, ["bob", room.id])
    assert sent(room) == WORDS


def test_what_was_sent_and_not_acked_before_a_restart_is_one_message(
    room: Room, nodes: Callable[[], Node]
) -> None:
    storage = str(room.storage / "bob")
    node = nodes()
    room.come(node, "bob", 1, storage=storage)
    node.evaluate("({ people }) => { people.bob.dropsAcks = true; people.bob.trouble = () => []; }")
    node.evaluate(CONNECT, "bob")
    node.evaluate(SEND, ["bob", room.id, WORDS])
    wait_until(lambda: sent(room) == WORDS[:1])
    node.kill()
    node = nodes()
    room.come(node, "bob", 1, storage=storage)
    node.evaluate(CONNECT, "bob")
    node.evaluate(NOTHING_PENDING, ["bob", room.id])
    assert sent(room) == WORDS
    assert (room.storage / "bob").read_text() == "{}"


def refused(room: Room, node: Node, storage: str) -> None:
    """Bob has written into an archived channel."""
    room.call(0, "POST", f"/api/channels/{room.id}/archive/")
    room.come(node, "bob", 1, storage=storage)
    node.evaluate(CONNECT, "bob")
    node.evaluate(SEND, ["bob", room.id, ["one", "two"]])
    node.evaluate(ALL_FAILED, room.id)


FAILED: list[Any] = [["one", "failed", "archived"], ["two", "failed", "archived"]]


def test_what_is_refused_stays_until_it_is_tried_again_or_given_up(
    room: Room, nodes: Callable[[], Node]
) -> None:
    storage = str(room.storage / "bob")
    node = nodes()
    refused(room, node, storage)
    assert node.evaluate(PENDING, ["bob", room.id]) == FAILED
    node.kill()
    node = nodes()
    room.come(node, "bob", 1, storage=storage)
    node.evaluate(CONNECT, "bob")
    assert node.evaluate(PENDING, ["bob", room.id]) == FAILED
    node.evaluate(DO, ["bob", "discard", room.id, 0])
    room.call(0, "POST", f"/api/channels/{room.id}/unarchive/")
    node.evaluate(DO, ["bob", "retry", room.id, 0])
    node.evaluate(NOTHING_PENDING, ["bob", room.id])
    assert [body for body in sent(room) if body in ("one", "two")] == ["two"]
    assert (room.storage / "bob").read_text() == "{}"


def test_tabs_that_share_a_storage_send_once(room: Room, node: Node) -> None:
    storage = str(room.storage / "bob")
    room.come(node, "first", 1, storage=storage)
    node.evaluate(SEND, ["first", room.id, WORDS])
    room.come(node, "second", 1, storage=storage)
    for name in ("first", "second"):
        node.evaluate(CONNECT, name)
    for name in ("first", "second"):
        node.evaluate(NOTHING_PENDING, [name, room.id])
    assert sent(room) == WORDS


def test_what_another_tab_has_given_up_is_not_sent(room: Room, node: Node) -> None:
    storage = str(room.storage / "bob")
    room.come(node, "first", 1, storage=storage)
    node.evaluate(SEND, ["first", room.id, ["never mind", "hello"]])
    room.come(node, "second", 1, storage=storage)
    node.evaluate(DO, ["first", "discard", room.id, 0])
    node.evaluate(CONNECT, "second")
    node.evaluate(NOTHING_PENDING, ["second", room.id])
    assert sent(room) == ["hello"]


def test_a_full_storage_hinders_nobody(room: Room, node: Node) -> None:
    room.come(node, "bob", 1, storage=str(room.storage / "no such folder" / "bob"))
    node.evaluate(CONNECT, "bob")
    node.evaluate(SEND, ["bob", room.id, WORDS])
    node.evaluate(NOTHING_PENDING, ["bob", room.id])
    assert sent(room) == WORDS
