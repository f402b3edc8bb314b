"""One client cannot cost more than its share: slow, silent and endless ones go, others notice nothing."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import psutil
import pytest
import socketio as client
from engineio.packet import MESSAGE, Packet
from flask import Flask
from werkzeug.serving import make_server

from pulse import create_app
from pulse.core import backpressure, realtime
from pulse.extensions import socketio
from pulse.wire.limits import CONNECT_SECONDS, let_go
from tests.conftest import PASSWORD, Live, Person
from tests.support.processes import Web
from tests.support.raw import RawClient
from tests.support.servers import wait_until

MIB = 1 << 20
PIECE = "x" * 100_000


def memory(web: Web) -> int:
    assert web.popen
    return int(psutil.Process(web.popen.pid).memory_info().rss)


def fetch(url: str, body: str | None = None) -> str:
    with urlopen(url, None if body is None else body.encode(), timeout=20) as answer:
        return str(answer.read().decode())


def metric(web: Web, name: str) -> float:
    lines = fetch(f"{web.url}/metrics").splitlines()
    return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


SLOW = 'pulse_let_go_total{reason="slow"}'
SOCKETS = 'pulse_sockets{namespace="/presence"}'


class Fast:
    """A client that reads, and notes how late each numbered message came, in seconds."""

    def __init__(self, web: Web, token: str) -> None:
        self.delays: list[float] = []
        self.io = client.Client(reconnection=False)
        self.io.on("piece", self._hear, namespace="/presence")
        self.io.connect(web.url, namespaces=["/presence"], transports=["websocket"], auth={"token": token})

    def _hear(self, data: dict[str, Any]) -> None:
        self.delays.append(time.time() - data["at"])

    def figures(self) -> tuple[float, float]:
        """Half and 99 of 100 messages came sooner than these seconds."""
        delays = sorted(self.delays)
        return delays[len(delays) // 2], delays[len(delays) * 99 // 100]


@pytest.mark.timeout(180)
def test_a_client_that_does_not_read_is_let_go_and_others_see_no_delay(live: Live) -> None:
    """No delay: as on the other process, where nobody is slow, but for what a busy machine adds."""
    web, count = live.webs[0], 400
    for name in ("slow", "fast"):
        live.create_user(name)
    users = {name: web.sign_in(name, PASSWORD) for name in ("slow", "fast")}
    slow = RawClient(web.url, is_narrow=True)
    slow.enter("/presence", users["slow"]["access_token"])
    fast, control = (Fast(process, users["fast"]["access_token"]) for process in live.webs)
    rooms = [f"user:{user['user_id']}" for user in users.values()]
    before, most = memory(web), 0
    with live.app.app_context():
        for number in range(count):  # 40 MB in 8 s, which `slow` does not read
            data = {"n": number, "at": time.time(), "text": PIECE}
            realtime.emit("piece", data, namespace="/presence", rooms=rooms)
            most = max(most, memory(web))
            time.sleep(0.02)  # the pace of the messages, no waiting
            # A busy machine may be slower than that, and then those who read are no slow clients.
            wait_until(lambda sent=number: min(len(one.delays) for one in (fast, control)) > sent - 8, 60)
    wait_until(lambda: len(fast.delays) == len(control.delays) == count, 60)
    (median, late), (median_there, late_there) = fast.figures(), control.figures()
    print(
        f"\ngrown by {(most - before) / MIB:.1f} MiB; delay median {median:.3f} s, 99 % {late:.3f} s; "
        f"on the other process {median_there:.3f} s, {late_there:.3f} s"
    )
    assert metric(web, SLOW) == 1
    assert most - before < 24 * MIB
    assert median < median_there + 2  # a process that waits for `slow` waits for ever
    assert late < late_there + 4
    wait_until(lambda: metric(web, SOCKETS) == 1)
    while slow.event("/presence"):  # what the network still held
        pass
    again = RawClient(web.url)
    again.enter("/presence", users["slow"]["access_token"])
    with live.app.app_context():
        realtime.emit("piece", {"n": -1, "at": time.time()}, namespace="/presence", rooms=rooms)
    assert again.event("/presence")[1]["n"] == -1
    assert metric(web, SLOW) == 1
    again.close()
    fast.io.disconnect()
    control.io.disconnect()


def test_a_message_without_end_is_refused(live: Live) -> None:
    """Also one of empty pieces, and without anybody having signed in."""
    web = live.webs[0]
    before = memory(web)
    for size, count in ((60_000, 20), (0, 20_000)):
        raw = RawClient(web.url)
        try:
            raw.send_fragments(size, count)
        except OSError:  # closed before all was sent
            raw.close()
        else:
            # 0: closed before we sent the last of it, so that the system threw the reason away
            assert raw.close_code() in (1009, 0)
    assert memory(web) - before < 15 * MIB


def test_a_message_in_pieces_is_heard(live: Live) -> None:
    """As is the next one: the bound is a message's, not a connection's."""
    live.create_user("ann")
    raw = RawClient(live.url)
    raw.enter("/presence", live.webs[0].sign_in("ann", PASSWORD)["access_token"])
    for number in range(1, 4):
        raw.send_in_pieces(f'42/presence,{number}["heartbeat",{{"idle_ms":0}}]' + " " * 400_000, 7)
        assert raw.read(f"43/presence,{number}")


@pytest.fixture
def threaded(app: Flask) -> Iterator[str]:
    """An app served by threads, as with SOCKETIO_ASYNC_MODE=threading; its URL."""
    served = create_app(app.extensions["pulse"].settings)  # `socketio` serves the app that was made last
    server = make_server("127.0.0.1", 0, served, threaded=True)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join()


@pytest.fixture
def connect(threaded: str) -> Iterator[Callable[..., RawClient]]:
    """Open a raw connection to the threads; all are closed in the end."""
    clients: list[RawClient] = []

    def open_one(is_narrow: bool = False) -> RawClient:
        clients.append(RawClient(threaded, is_narrow))
        return clients[-1]

    yield open_one
    for raw in clients:
        raw.close()
    wait_until(lambda: realtime.members_here("/presence") == [])


def test_whoever_enters_no_namespace_is_let_go(
    connect: Callable[..., RawClient], person: Callable[..., Person], travel: Any
) -> None:
    ann = person("ann")
    silent, signed_in = connect(), connect()
    signed_in.enter("/presence", ann.token)
    before = let_go["silent"]
    travel.shift(CONNECT_SECONDS)
    backpressure.drop_silent()
    assert let_go["silent"] == before
    travel.shift(1)
    backpressure.drop_silent()
    backpressure.drop_silent()
    assert let_go["silent"] == before + 1
    assert silent.read("anything") == ""
    signed_in.ws.send('42/presence,1["heartbeat",{"idle_ms":0}]')
    assert signed_in.read("43/presence,1")


def test_threads_let_a_slow_client_go_too(
    connect: Callable[..., RawClient], person: Callable[..., Person]
) -> None:
    ann = person("ann")
    slow, quick = connect(True), connect()
    for raw in (slow, quick):
        raw.enter("/presence", ann.token)
    before = let_go["slow"]
    for number in range(200):
        realtime.emit_here("piece", [number, PIECE], namespace="/presence", rooms=[f"user:{ann.id}"])
        assert quick.event("/presence")[1][0] == number
    assert let_go["slow"] == before + 1
    wait_until(lambda: len(realtime.members_here("/presence")) == 1)


def test_a_poller_that_does_not_poll_is_let_go(threaded: str, person: Callable[..., Person]) -> None:
    ann = person("ann")
    url = f"{threaded}/socket.io/?EIO=4&transport=polling"
    sid = json.loads(fetch(url)[1:])["sid"]
    assert fetch(f"{url}&sid={sid}", f'40/presence,{{"token":"{ann.token}"}}') == "OK"
    assert len(realtime.members_here("/presence")) == 1
    before = let_go["slow"]
    for number in range(backpressure.MOST_PACKETS + 1):
        realtime.emit_here("piece", number, namespace="/presence")
    assert let_go["slow"] == before + 1
    wait_until(lambda: realtime.members_here("/presence") == [])
    with pytest.raises(HTTPError):
        fetch(f"{url}&sid={sid}")


def test_a_full_queue_takes_no_more_but_its_end(app: Flask) -> None:
    queue = socketio.server.eio.create_queue()
    for _ in range(3 * backpressure.MOST_PACKETS):
        queue.put(Packet(MESSAGE, "x"))
    queue.put(None)
    assert queue.qsize() == backpressure.MOST_PACKETS + 1


def test_a_packet_larger_than_the_bound_passes_an_empty_queue(app: Flask) -> None:
    """A large answer is no slow client, nor are many small ones that were taken."""
    large, small = Packet(MESSAGE, "x" * backpressure.MOST_BYTES), Packet(MESSAGE, b"x" * 1000)
    queue = socketio.server.eio.create_queue()
    for packet in [small] * (backpressure.MOST_BYTES // 1000 + 1) + [large, large]:
        queue.put(packet)
        assert queue.get() is packet
        queue.task_done()
    queue.put(large)
    assert not queue.is_over
    queue.put(small)
    assert queue.is_over
    assert queue.qsize() == 1
