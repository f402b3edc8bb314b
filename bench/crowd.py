"""Many sockets in rooms: who is told how much, when, and whether it was all of it and in order."""

import json
import secrets
import select
import time
from bisect import bisect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bench.clients import PATIENCE, REMINDER, SocketClient, ask_each, frame
from bench.dialects import NEWS, Dialect
from bench.servers import Room, Server

SENDERS = 64  # of each room, one after the other: a socket of Pulse may send 50 events a second
TEXT = "Shall we meet at noon and talk it over, or is tomorrow better?"
ENDS = b"]}"  # how messages end; neither is in what is counted
_RIM = len(NEWS) - 1


@dataclass(slots=True)
class Ear:
    """One socket in a room."""

    client: SocketClient
    room: Room
    receive: Callable[[bytearray], int]
    is_sender: bool
    is_checked: bool
    tail: bytes = b""  # the end of what came before, if something may have begun there
    said: int = 0
    count: int = 0  # deliveries
    heard: list[tuple[float, bytes]] = field(default_factory=list)  # all that came, and when, if `is_checked`


@dataclass
class Talk:
    """What was said in a room."""

    room: Room
    senders: list[Ear]
    numbers: list[int] = field(default_factory=list)  # of messages since the last check
    said: int = 0
    heard: int = 0  # deliveries

    @property
    def waiting(self) -> int:
        """How many messages not everybody has, if all were equally quick."""
        return self.said - self.heard // self.room.size


class Crowd:
    """A socket for every member of some rooms, each of which has joined.

    `doors` are the ports of the server, used in turn. Of each room the first sender and the last member
    are `checked`: all that they hear is read. `meanwhile` is called again and again while something lasts
    that is not measured.
    """

    def __init__(
        self,
        doors: Sequence[int],
        rooms: Sequence[Room],
        tokens: Callable[[range], Sequence[str]],
        dialect: Dialect,
        *,
        checks_all: bool = False,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> None:
        self.dialect = dialect
        self.rooms = rooms
        self.meanwhile = meanwhile
        self.name = secrets.token_hex(4)
        self.acks = self.said = 0
        self.overtaken = 0  # messages that came behind one with a higher id
        self.times: dict[int, float] = {}  # message -> when it was due
        self.ears: dict[int, Ear] = {}
        self.talks: dict[int, Talk] = {}
        owners = [
            (doors[place % len(doors)], token, [("join", {"conversation_id": room.id})])
            for room in rooms
            for place, token in enumerate(tokens(room.users))
        ]
        coming = (SocketClient(door, "/chat", token, join, dialect) for door, token, join in owners)
        clients, self.seconds = ask_each(coming, meanwhile)
        self.poll = select.epoll()
        members = iter(clients)
        for room in rooms:
            ears = []
            for place in range(room.size):
                client = next(members)
                client.socket.setblocking(False)
                is_checked = checks_all or place in (0, room.size - 1)
                ear = Ear(client, room, client.socket.recv_into, place < SENDERS, is_checked)
                ears.append(ear)
                self.ears[client.socket.fileno()] = ear
                self.poll.register(client.socket, select.EPOLLIN)
            self.talks[room.id] = Talk(room, ears[:SENDERS])
        self._buffer = bytearray(1 << 20)

    def say(self, talk: Talk, due: float = 0.0) -> None:
        """Send a message to a room, from the sender whose turn it is."""
        self.said += 1
        ear = talk.senders[talk.said % len(talk.senders)]
        body = {
            "conversation_id": talk.room.id,
            "body": f"{self.said:08d} {TEXT}",
            "client_id": f"{self.name}-{self.said}",
        }
        asked, _ = self.dialect.call("/chat", self.said, "send_message", body)
        ear.client.socket.send(frame(asked))
        talk.numbers.append(self.said)
        talk.said += 1
        ear.said += 1
        self.times[self.said] = due

    def hear(self, timeout: float) -> bool:
        """Take and count what has come, or comes within `timeout`; returns whether there was anything."""
        buffer, ears, talks = self._buffer, self.ears, self.talks
        acked = self.dialect.acked
        rim = len(acked) - 1
        ready = self.poll.poll(timeout)
        for descriptor, _ in ready:
            ear = ears[descriptor]
            count = ear.receive(buffer)
            assert count, "the server let a client go"
            heard = buffer.count(NEWS, 0, count)
            if ear.is_sender:
                self.acks += buffer.count(acked, 0, count)
            if ear.tail:
                head = bytes(buffer[: min(_RIM, count)])
                heard += (ear.tail[-_RIM:] + head).count(NEWS)
                if ear.is_sender:
                    self.acks += (ear.tail[-rim:] + head[:rim]).count(acked)
            if buffer[count - 1] in ENDS:
                ear.tail = b""
            else:
                ear.tail = (ear.tail + bytes(buffer[max(0, count - _RIM) : count]))[-_RIM:]
            ear.count += heard
            talks[ear.room.id].heard += heard
            if ear.is_checked:
                ear.heard.append((time.perf_counter(), bytes(buffer[:count])))
        return bool(ready)

    def run(self, seconds: float, at_once: int) -> tuple[int, float]:
        """Keep so many messages on their way, in all rooms together; returns deliveries and seconds.

        It lasts longer where nothing has come until then.
        """
        each = max(1, at_once // len(self.rooms))
        talks = list(self.talks.values())
        began, before = time.perf_counter(), self.deliveries
        while (now := time.perf_counter()) < began + seconds or self.deliveries == before:
            for talk in talks:
                while talk.waiting < each:
                    self.say(talk)
            assert self.hear(PATIENCE), f"nothing came within {PATIENCE} s"
        return self.deliveries - before, now - began

    def pace(self, seconds: float, rate: float) -> None:
        """Say so many messages a second to the first room, each when it is due."""
        talk = self.talks[self.rooms[0].id]
        began = time.perf_counter()
        for number in range(int(seconds * rate)):
            due = began + number / rate
            while (wait := due - time.perf_counter()) > 0:
                self.hear(wait)
            self.say(talk, due)

    def drain(self) -> None:
        """Hear what is still on its way. Raises AssertionError if it is not exactly what was said to each."""
        reminder = time.perf_counter() + REMINDER
        while (late := self.expected - self.deliveries) > 0 or self.acks < self.said:
            assert self.hear(PATIENCE), f"{late} deliveries lost, {self.said - self.acks} acks"
            if time.perf_counter() > reminder:
                self.meanwhile()
                reminder = time.perf_counter() + REMINDER
        for ear in self.ears.values():
            said = self.talks[ear.room.id].said
            assert ear.count == said, f"{ear.count} deliveries of {said} to one socket"
        assert self.acks == self.said, f"{self.acks} acks of {self.said} messages"

    def settle(self) -> None:
        """The same, and read what was heard: each message once, in order, each ack with an id."""
        self.drain()
        for ear in self.ears.values():
            if ear.is_checked:
                self._check(ear)
        for talk in self.talks.values():
            talk.numbers.clear()

    def latencies(self) -> list[float]:
        """Of all deliveries since the last check: seconds from when the message was due."""
        found = []
        for ear in self.ears.values():
            ends, length = [], 0
            for _, data in ear.heard:
                length += len(data)
                ends.append(length)
            whole = b"".join(data for _, data in ear.heard)
            at = -1
            while (at := whole.find(NEWS, at + 1)) >= 0:
                body = whole.index(b'"body":', at) + len(b'"body":')
                number = int(whole[body : body + 12].lstrip(b' "')[:8])
                end = whole.index(TEXT[-8:].encode(), body)
                found.append(ear.heard[bisect(ends, end)][0] - self.times[number])
        return found

    def tend(self) -> None:
        """Tell the server that all live, so that it does not ask while something is measured."""
        if self.dialect.pong:
            living = frame(self.dialect.pong)
            for ear in self.ears.values():
                ear.client.socket.send(living)
        self.hear(0)

    def close(self) -> None:
        self.poll.close()
        for ear in self.ears.values():
            ear.client.socket.close()
        self.ears.clear()

    @property
    def deliveries(self) -> int:
        return sum(talk.heard for talk in self.talks.values())

    @property
    def expected(self) -> int:
        return sum(talk.said * talk.room.size for talk in self.talks.values())

    def _check(self, ear: Ear) -> None:
        """Every message of the room once and in the order of the ids, every ack with an id."""
        ids, numbers, acks = [], [], 0
        for packet in ear.client.frames.feed(b"".join(data for _, data in ear.heard)):
            kind, body = self.dialect.heard(packet)
            if kind == "new_message":
                ids.append(body["message"]["id"])
                numbers.append(int(body["message"]["body"][:8]))
            elif kind == "ack":
                assert body["ok"], json.dumps(body)[:1000]
                assert body["id"] if "id" in body else body["message"]["id"]
                acks += 1
        said = self.talks[ear.room.id].numbers
        assert sorted(numbers) == said, f"{len(numbers)} messages heard, {len(said)} said"
        assert acks == ear.said, f"{acks} acks read of {ear.said} messages"
        self.overtaken += sum(after <= before for before, after in pairwise(ids))
        ear.heard.clear()
        ear.said = 0


def crowds_of(
    servers: Sequence[Server],
    rooms: Sequence[Room],
    tokens: Callable[[range], Sequence[str]],
    **options: bool,
) -> list[Crowd]:
    """The same crowd at each of several servers. Those who are there already stay so."""
    crowds: list[Crowd] = []
    for server in servers:
        doors = [web.port for web in server.webs]
        crowds.append(Crowd(doors, rooms, tokens, server.dialect, meanwhile=lambda: tend(crowds), **options))
        tend(crowds)
    return crowds


def tend(crowds: Iterable[Crowd]) -> None:
    """Keep idle crowds alive."""
    for crowd in crowds:
        crowd.tend()
