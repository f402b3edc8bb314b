"""Web processes are killed while many send: what was acked is stored once, and reaches all once in order."""

import hashlib
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from pulse.accounts import tokens
from pulse.conversations.models import Message
from tests.conftest import Live
from tests.delivery.conftest import Room, make_room
from tests.support.node import Node
from tests.support.servers import wait_until

on_both = pytest.mark.parametrize("live", ["sqlite", "postgresql"], indirect=True)


@dataclass
class Size:
    senders: int
    receivers: int
    sends: int
    kills: int
    seconds: int  # that it may take

    def __str__(self) -> str:
        return f"{self.senders}-{self.receivers}-{self.sends}-{self.kills}"


SIZES = [
    pytest.param(Size(3, 10, 300, 3, 100), id="small"),
    pytest.param(
        Size(20, 200, 10_000, 20, 3000), id="full", marks=[pytest.mark.full, pytest.mark.timeout(3600)]
    ),
]


class Crowd:
    """Senders and receivers in Node, half of them on each web process."""

    def __init__(self, live: Live, node: Node, size: Size) -> None:
        self.node, self.size = node, size
        webs = [live.webs[n % 2] for n in range(size.senders + size.receivers)]
        self.room: Room = make_room(live, webs, "crowd")
        people = [{"url": one.web.url, "token": one.token, "userId": one.id} for one in self.room.people]
        make = "({ Crowd }, options) => { globalThis.crowd = new Crowd(...options); return crowd.open(); }"
        self.node.evaluate(make, [self.room.id, people, size.senders], 120)

    def start(self) -> None:
        self.node.evaluate("(world, each) => { crowd.start(each); }", self.size.sends // self.size.senders)

    def progress(self) -> dict[str, int]:
        return dict(self.node.evaluate("() => crowd.progress()"))

    def wait(self, condition: Callable[[dict[str, int]], bool], seconds: float) -> float:
        """Return after how many seconds the progress was so."""
        start = time.monotonic()
        try:
            wait_until(lambda: condition(self.progress()), seconds, every=0.1)
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.progress()}") from None
        return time.monotonic() - start

    def finish(self) -> dict[str, Any]:
        """Everything is sent and has reached everybody; what they have."""
        total = self.size.sends // self.size.senders * self.size.senders
        self.wait(lambda now: now["acked"] == now["least"] == total, self.size.seconds)
        return dict(self.node.evaluate("(world, last) => crowd.result(last)", total, 120))


def check(stored: list[Message], result: dict[str, Any]) -> None:
    """The database and everybody agree, and nobody saw anything wrong."""
    assert result["faults"] == []
    assert [message.seq for message in stored] == list(range(1, len(stored) + 1))
    assert Counter(message.client_id for message in stored) == Counter(result["acked"])
    lines = "".join(f"{one.seq} {one.client_id} {one.body}\n" for one in stored)
    assert set(result["digests"]) == {hashlib.sha256(lines.encode()).hexdigest()}


@pytest.fixture(autouse=True)
def long_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Access tokens that outlive the run; renewal has its own tests."""
    monkeypatch.setattr(tokens, "ACCESS_LIVES", timedelta(hours=2))


@pytest.mark.parametrize("size", SIZES)
@on_both
def test_killed_web_processes_lose_and_double_nothing(
    live: Live, node: Node, size: Size, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    crowd = Crowd(live, node, size)
    crowd.start()
    began = time.monotonic()
    back = []
    for n in range(size.kills):
        crowd.wait(lambda now, n=n: now["acked"] >= size.sends * (n + 1) // (size.kills + 1), size.seconds)
        web = live.webs[n % 2]
        web.kill()
        web.start()
        back.append(crowd.wait(lambda now: now["offline"] == 0, 180))
    result = crowd.finish()
    took = time.monotonic() - began
    check(crowd.room.messages(), result)
    again = result["sends"] - size.sends
    with capsys.disabled():
        print(
            f"\n{request.node.callspec.id}: {size.sends} messages by {size.senders} people to"
            f" {size.senders + size.receivers} in {took:.0f} s; {size.kills} kills; the outbox sent {again}"
            f" again, of which {result['stored']} were stored before, and {result['repeats']} acked ones;"
            f" all connected again {max(back):.1f} s after a restart at most; Node {result['megabytes']} MB"
        )
    assert again > 0, "no kill met a send"


@pytest.mark.parametrize("outage", [3, pytest.param(10, marks=pytest.mark.full)])
def test_sends_while_redis_is_away_arrive_when_it_is_back(
    live: Live, node: Node, outage: int, capsys: pytest.CaptureFixture[str]
) -> None:
    crowd = Crowd(live, node, Size(3, 10, 900, 0, 100))
    crowd.start()
    crowd.wait(lambda now: now["acked"] >= 100, 180)
    live.redis.stop(9)
    before = crowd.progress()["acked"]
    time.sleep(outage)
    during = crowd.progress()["acked"] - before
    live.redis.start()
    acked = crowd.progress()["acked"]
    resynced = crowd.wait(lambda now: now["least"] >= acked, 20)
    crowd.wait(lambda now: now["acked"] >= acked + 20, 20)
    result = crowd.finish()
    check(crowd.room.messages(), result)
    with capsys.disabled():
        print(
            f"\nRedis away for {outage} s: {during} of 900 messages acked meanwhile;"
            f" all had them {resynced:.1f} s after its return"
        )
    assert resynced < 5


STORM = """([people, id]) => Promise.all(Array.from({ length: 100 }, (_, n) =>
    people[n % 2].socket.timeout(20_000).emitWithAck("send_message", {
        conversation_id: id, body: "hello", client_id: "the-same",
    })))"""


@on_both
def test_a_hundred_sends_at_once_are_one_message(live: Live, node: Node) -> None:
    """The same user on both processes sends the same message at the same moment."""
    room = make_room(live, live.webs, "storm")
    for name, web in zip(("first", "second"), live.webs, strict=True):
        room.open(node, name, 0, web=web)
    source = f"({{ people }}, id) => ({STORM})([[people.first, people.second], id])"
    acks = node.evaluate(source, room.id, 60)
    assert all(ack["ok"] for ack in acks), acks[0]
    (stored,) = room.messages()
    assert {ack["message"]["id"] for ack in acks} == {stored.id}
    assert all(ack == acks[0] and ack["ok"] for ack in acks)
    seqs = "({ people }, id) => [people.first.seqs(id), people.second.seqs(id)]"
    wait_until(lambda: all(node.evaluate(seqs, room.id)))  # an ack may be faster than the way through Redis
    assert node.evaluate(seqs, room.id) == [[1], [1]]
