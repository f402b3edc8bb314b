"""Very many connections: how quickly they come, what each costs idle, how quickly all come again."""

import json
import os
import signal
import time
from collections.abc import Callable, Sequence
from typing import Any

import psutil

from bench.clients import SocketClient, ask_each
from bench.crowd import Crowd, tend
from bench.machine import wait_for_rest
from bench.results import Results
from bench.servers import NODE, Room, Server, serving
from bench.speed.options import Options

WARM_UP = 50  # connections that come and go before anything is measured


def mass(options: Options) -> Results:
    """Each round begins with a new process: connect, join, rest, be cut at once, connect, join, catch up."""
    results = Results()
    rooms, users = [], 0
    for number, count in enumerate(sorted(options.idle), start=1):
        rooms.append(Room(number, users + 1, count - users))
        users = count
    with serving(rooms, options.peers, unjoined=False) as (servers, tokens):
        for _ in range(options.rounds):
            for server in servers:
                _measure(results, server, rooms, tokens, options.missed)
    return results


def _measure(
    results: Results,
    server: Server,
    rooms: Sequence[Room],
    tokens: Callable[[range], Sequence[str]],
    missed: int,
) -> None:
    server.restart()
    doors = [web.port for web in server.webs]
    first = Room(rooms[0].id, rooms[0].first, min(WARM_UP, rooms[0].size))
    Crowd(doors, [first], tokens, server.dialect).close()
    before = _resting(server)
    crowds: list[Crowd] = []
    count = 0
    for room in rooms:
        crowds.append(Crowd(doors, [room], tokens, server.dialect, meanwhile=lambda: tend(crowds)))
        count += room.size
        each = (_resting(server) - before) / count / 1024
        results.note(f"memory per connection of {count:,}, KiB", server.name, each, ".1f", compares=True)
        tend(crowds)
    rate = count / sum(crowd.seconds for crowd in crowds)
    results.note("connects a second, signed in and joined", server.name, rate, compares=True)
    revs = {}
    for crowd in crowds:
        (talk,) = crowd.talks.values()
        revs[talk.room.id] = _answer(talk.senders[0].client)["last_rev"]
        for _ in range(missed):
            crowd.say(talk)
        crowd.settle()
        tend(crowds)
    owners = [
        (token, [("join", {"conversation_id": room.id, "after_rev": revs[room.id]})])
        for room in rooms
        for token in tokens(room.users)
    ]
    began = time.perf_counter()
    for crowd in crowds:
        crowd.close()
    clients, _ = ask_each(
        SocketClient(doors[0], "/chat", token, join, server.dialect) for token, join in owners
    )
    took = time.perf_counter() - began
    for client in clients:
        caught_up = [message["id"] for message in _answer(client)["messages"]]
        assert len(caught_up) == missed, f"{server.name}: {len(caught_up)} messages of {missed}"
        assert caught_up == sorted(set(caught_up)), f"{server.name}: doubled or out of order"
        client.socket.close()
    results.note(f"storm of {count:,}, s until all are back", server.name, took, ".1f", compares=True)


def _answer(client: SocketClient) -> dict[str, Any]:
    kind, body = client.dialect.heard(client.answer)
    assert kind == "ack", client.answer[:1000]
    assert body["ok"], json.dumps(body)[:1000]
    return dict(body)


def _resting(server: Server) -> int:
    """Bytes that its web processes have for themselves, once they rest and garbage is collected."""
    wait_for_rest(server.pids)
    if server.name == NODE:
        for pid in server.web_pids:
            os.kill(pid, signal.SIGUSR2)
        wait_for_rest(server.pids)
    return sum(psutil.Process(pid).memory_full_info().uss for pid in server.web_pids)
