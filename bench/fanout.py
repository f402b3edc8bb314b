"""Deliveries a second in a room: the wire, the wire without joining, the stock engine, in the same run.

`python -m bench.fanout` starts three small servers (`tests/wire/served.py`) on one core and loads them in
turn from the other. Prints a Markdown table.
"""

import argparse
import json
import os
import resource
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from bench.clients import PATIENCE, SocketClient, ask_each, frame
from bench.dialects import SocketIo, Step
from bench.machine import assign_cores, describe, spending
from bench.results import Results
from pulse.config import ROOT
from pulse.launcher.embedded import free_port
from tests.support.servers import wait_until

SERVERS = {"wire": (), "wire, not joined": ("--unjoined",), "stock": ("--stock",)}
SENDERS = 16  # each has one message on its way at a time
TEXT = "x" * 150
EVENT = b'42["told",[0,"' + TEXT.encode() + b'"]]'
DELIVERY = 4 + len(EVENT)  # bytes: a frame of this length has a head of four
WARM_UP = 1.0  # seconds


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[int, int]]:
    """A server; its port and its process id."""
    port = free_port()
    limits = {"PING_SECONDS": "600", "MOST_PER_ADDRESS": "100000", "PYTHONPATH": str(ROOT)}
    script = str(ROOT / "tests" / "wire" / "served.py")
    child = subprocess.Popen([sys.executable, script, str(port), *arguments], env={**os.environ, **limits})
    try:
        wait_until(lambda: _answers(port), 60)
        yield port, child.pid
    finally:
        child.kill()
        child.wait()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def connect(port: int, room: str = "") -> socket.socket:
    """A WebSocket in the namespace "/", and in `room` if there is one; everything it was sent is read."""
    client = SocketClient(port, "/", "", [("join", room)] if room else [], Bare())
    ask_each([client])
    client.socket.setblocking(False)
    return client.socket


class Bare(SocketIo):
    """Without a token, in the namespace that is not named."""

    def sign_in(self, namespace: str, token: str) -> Sequence[Step]:
        return [(b"", b"0{"), (b"40", b"40{")]

    def call(self, namespace: str, number: int, event: str, body: object) -> Step:
        return f"42{number}{json.dumps([event, body])}".encode(), f"43{number}[".encode()


class Crowd:
    """The receivers of one room, and those who tell them something."""

    def __init__(self, port: int, size: int) -> None:
        room = f"room-{size}"
        self.size = size
        self.receivers = {tcp.fileno(): tcp for tcp in (connect(port, room) for _ in range(size))}
        self.senders = [connect(port) for _ in range(SENDERS)]
        self.poll = select.epoll()
        for descriptor in self.receivers:
            self.poll.register(descriptor, select.EPOLLIN)
        self.message = frame(f"42{json.dumps(['tell', room, 1, TEXT])}".encode())
        self.told = self.received = 0  # bytes

    def run(self, seconds: float) -> tuple[int, float]:
        """Tell, hear, and tell again as soon as all have heard; deliveries and seconds."""
        buffer = bytearray(1 << 20)
        began, before = time.perf_counter(), self.received
        whole = self.size * DELIVERY
        while (now := time.perf_counter()) < began + seconds:
            for _ in range(SENDERS - -(-(self.told - self.received) // whole)):
                self.senders[self.told // whole % SENDERS].send(self.message)
                self.told += whole
            for descriptor, _ in self.poll.poll(5):
                count = self.receivers[descriptor].recv_into(buffer)
                assert count, "the server let a receiver go"
                self.received += count
        return (self.received - before) // DELIVERY, now - began

    def rest(self) -> None:
        """Hear what is still on its way."""
        while self.received < self.told:
            ready = self.poll.poll(PATIENCE)
            assert ready, f"{self.told - self.received} bytes lost"
            for descriptor, _ in ready:
                self.received += len(self.receivers[descriptor].recv(1 << 20))
        assert self.received == self.told

    def close(self) -> None:
        for tcp in (*self.receivers.values(), *self.senders):
            tcp.close()


def run(sizes: list[int], rounds: int, seconds: float) -> Results:
    """All sizes and rounds, the servers in turn."""
    results = Results()
    with ExitStack() as stack:
        servers = {name: stack.enter_context(serving(*arguments)) for name, arguments in SERVERS.items()}
        assign_cores([pid for _, pid in servers.values()])
        for size in sizes:
            crowds = {name: Crowd(port, size) for name, (port, _) in servers.items()}
            for crowd in crowds.values():
                crowd.run(min(WARM_UP, seconds))
                crowd.rest()
            for _ in range(rounds):
                for name, crowd in crowds.items():
                    with spending([servers[name][1]]) as spent:
                        count, elapsed = crowd.run(seconds)
                    crowd.rest()
                    room = f"room of {size:,}, "
                    results.note(room + "deliveries a second", name, count / elapsed, compares=True)
                    results.note(room + "CPU each, us", name, spent.server / count * 1e6, ".1f")
                    results.note(room + "load's core", name, spent.generator / elapsed, ".0%")
            for crowd in crowds.values():
                crowd.close()
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[50, 500, 2000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0)
    options = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(describe(), end="\n\n")
    print(run(options.sizes, options.rounds, options.seconds).report(["wire", "wire, not joined"]))


if __name__ == "__main__":
    main()
