"""The wire under a real Socket.IO server, with real sockets; and what it must share with the stock engine."""

import json
import os
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websocket import ABNF, WebSocketException, create_connection

from pulse import wire
from pulse.config import ROOT
from pulse.launcher.embedded import free_port
from tests.support.node import executable
from tests.support.servers import wait_until


@contextmanager
def serving(*arguments: str) -> Iterator[str]:
    """`served.py` as a process; its URL."""
    port = free_port()
    child = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("served.py")), str(port), *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )

    def answers() -> bool:
        assert child.poll() is None
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        wait_until(answers, 60)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.kill()
        child.wait()


@pytest.fixture(scope="module")
def joined() -> Iterator[str]:
    with serving() as url:
        yield url


@pytest.fixture(scope="module", params=["joined", "--unjoined", "--stock"])
def either(request: pytest.FixtureRequest) -> Iterator[str]:
    """With joining, without it, and the stock engine."""
    if request.param == "joined":
        yield request.getfixturevalue("joined")
    else:
        with serving(request.param) as url:
            yield url


class Raw:
    """A WebSocket by hand, in the namespace "/" unless `is_silent`."""

    def __init__(self, url: str, is_silent: bool = False, narrow: int = 0, **options: Any) -> None:
        self.ws = create_connection(
            f"{url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket",
            sockopt=[(socket.SOL_SOCKET, socket.SO_RCVBUF, narrow)] if narrow else [],
            timeout=15,
            **options,
        )
        self.sid = json.loads(self.ws.recv()[1:])["sid"]
        self.asked = 0
        if not is_silent:
            self.ws.send("40")
            assert self.ws.recv().startswith("40{")

    def ask(self, event: str, *data: Any) -> Any:
        """Emit and wait for the ack; other events go by, pings are answered."""
        self.asked += 1
        self.ws.send(f"42{self.asked}" + json.dumps([event, *data]))
        answer = self.next(f"43{self.asked}")
        return json.loads(answer[2 + len(str(self.asked)) :])

    def next(self, start: str) -> str:
        while True:
            text = self.ws.recv()
            if text == "2":
                self.ws.send("3")
            if text.startswith(start):
                return str(text)

    def end(self) -> int:
        """Read up to the end; the close code, 0 without one, -1 after a reset."""
        try:
            while True:
                opcode, data = self.ws.recv_data(control_frame=True)
                if opcode == ABNF.OPCODE_CLOSE:
                    return int.from_bytes(data[:2], "big")
        except WebSocketException:
            return 0
        except ConnectionResetError:
            return -1


def state(url: str) -> Any:
    raw = Raw(url)
    found = raw.ask("state")[0]
    raw.ws.close()
    return found


def frame(opcode: int, data: bytes, fin: int = 1) -> bytes:
    return bytes(ABNF(fin, 0, 0, 0, opcode, 1, data).format())


# -- what must be true with and without the wire


def test_the_official_client(either: str) -> None:
    script = Path(__file__).with_name("official.js")
    run = subprocess.run(
        [executable(), str(script), either], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    for name, transport in (("websocket", "websocket"), ("polling", "polling"), ("upgrade", "websocket")):
        ended = found[name].pop("ended")
        assert ended.startswith(("transport ", "io server disconnect")), name  # polls may cross
        assert found[name] == {
            "transport": transport,
            "text": {"text": "dünn ☂ \u2028", "list": [1, None, True]},
            "bytes": [0, 1, 254, 255, 120],
            "long": 200_000,
            "isInOrder": True,
            "last": [7],
        }, name


def test_events_of_one_client_are_handled_in_their_order(either: str) -> None:
    raw = Raw(either)
    already = len(raw.ask("state")[0]["seen"])
    for number in range(30):
        raw.ws.send(f'42["order",{number}]')
    seen = raw.ask("state")[0]["seen"][already:]
    assert [one for one in seen if isinstance(one, int)] == list(range(30))
    raw.ws.close()


def test_rooms_are_told_who_is_in_them_now(either: str) -> None:
    ann, ben = Raw(either), Raw(either)
    for raw in (ann, ben):
        raw.ask("join", "r")
    ann.ask("tell", "r", 2, "x")
    assert ben.next("42") == '42["told",[0,"x"]]'
    assert ben.next("42") == '42["told",[1,"x"]]'
    ben.ask("leave", "r")
    ann.ask("tell", "r", 1, "y")
    assert ben.ask("echo", 1) == [1]
    ben.ask("join", "r")
    ben.ask("join", "s")
    ann.ws.send('42["tell",["r","s"],1,"z"]')
    assert ben.next("42") == '42["told",[0,"z"]]'
    ann.ask("tell", "r", 1, "last")
    assert ben.next("42") == '42["told",[0,"last"]]'
    for raw in (ann, ben):
        raw.ws.close()


def test_a_goodbye_and_a_lost_connection_are_told_apart(either: str) -> None:
    polite, lost = Raw(either), Raw(either)
    polite.ws.send("41")
    polite.ws.close()
    lost.ws.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    lost.ws.sock.close()
    raw = Raw(either)
    wait_until(lambda: raw.ask("state")[0]["members"] == 1)
    reasons = [one[2] for one in raw.ask("state")[0]["seen"] if isinstance(one, list)]
    assert sorted(reasons[-2:]) == ["client disconnect", "transport close"]
    raw.ws.close()


def test_a_client_that_vanished_without_a_word_is_missed(either: str) -> None:
    """Half-open: the connection stands, nobody answers the ping."""
    dead, raw = Raw(either), Raw(either)
    assert raw.ask("state")[0]["members"] == 2
    wait_until(lambda: raw.ask("state")[0]["members"] == 1, 15, every=0.2)
    assert raw.ask("state")[0]["seen"][-1][2] in ("ping timeout", "transport error", "transport close")
    raw.ws.close()
    dead.ws.shutdown()


# -- what only the wire does


def test_compression_is_offered_and_refused(joined: str) -> None:
    raw = Raw(joined, header={"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"})
    assert "sec-websocket-extensions" not in raw.ws.getheaders()
    assert raw.ask("echo", "x" * 5000) == ["x" * 5000]
    raw.ws.sock.send(b"\xc1\x80\x00\x00\x00\x00")  # a frame that says it is compressed
    assert raw.end() == 1002


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (frame(ABNF.OPCODE_TEXT, b"\xff"), 1007),
        (frame(ABNF.OPCODE_CLOSE, (1000).to_bytes(2, "big")), 1000),
        (frame(ABNF.OPCODE_CLOSE, (4321).to_bytes(2, "big")), 4321),
        (frame(ABNF.OPCODE_CLOSE, b""), 1000),
        (b"\x82\xff" + (1_000_001).to_bytes(8, "big"), 1009),
        (frame(ABNF.OPCODE_TEXT, b"", 0) + frame(ABNF.OPCODE_CONT, b"", 0) * 1000, 1009),
        (frame(ABNF.OPCODE_TEXT, b"x"), 1000),
    ],
    ids=["no UTF-8", "goodbye", "goodbye of its own", "goodbye without a code", "large", "many", "no packet"],
)
def test_what_closes_a_connection(joined: str, sent: bytes, code: int) -> None:
    raw = Raw(joined)
    raw.ws.sock.send(sent)
    assert raw.end() == code
    wait_until(lambda: state(joined)["members"] == 1)


def test_a_ping_of_the_protocol_is_answered_between_fragments(joined: str) -> None:
    raw = Raw(joined)
    raw.ws.sock.send(frame(ABNF.OPCODE_TEXT, b'421["ec', 0) + frame(ABNF.OPCODE_PING, b"?"))
    assert raw.ws.recv_data(control_frame=True) == (ABNF.OPCODE_PONG, b"?")
    raw.ws.sock.send(frame(ABNF.OPCODE_CONT, b'ho",1]'))
    assert raw.next("431") == "431[1]"
    raw.ws.close()


def test_a_slow_reader_gets_everything_within_the_bound(joined: str) -> None:
    raw, teller = Raw(joined, narrow=4096), Raw(joined)
    raw.ask("join", "slow")
    for _ in range(40):
        teller.ask("tell", "slow", 5, "x" * 5000)  # 1 MB, while nobody reads
    time.sleep(0.5)
    before = teller.ask("state")[0]["let_go"].get("slow", 0)
    for number in range(200):
        assert raw.next("42").startswith(f'42["told",[{number % 5},')
    assert teller.ask("state")[0]["let_go"].get("slow", 0) == before == 0
    for one in (raw, teller):
        one.ws.close()


def test_whoever_does_not_read_is_let_go_and_others_notice_nothing(joined: str) -> None:
    raw, teller = Raw(joined, narrow=4096), Raw(joined)
    for one in (raw, teller):
        one.ask("join", "deaf")
    before = teller.ask("state")[0]["let_go"].get("slow", 0)
    for number in range(100):
        teller.ws.send('42["tell","deaf",1,"' + "x" * 100_000 + '"]')
        assert teller.next("42")
        if number == 99:
            wait_until(lambda: teller.ask("state")[0]["let_go"].get("slow", 0) == before + 1)
    wait_until(lambda: teller.ask("state")[0]["members"] == 1)
    assert raw.end() in (0, -1)
    teller.ws.close()


def test_whoever_enters_no_namespace_is_let_go(joined: str) -> None:
    silent = Raw(joined, is_silent=True)
    before = state(joined)["let_go"].get("silent", 0)
    began = time.monotonic()
    while silent.ws.connected:
        try:
            text = silent.ws.recv()
        except OSError:
            break
        except WebSocketException:
            break
        if text == "2":
            silent.ws.send("3")
        elif not text:
            break
    assert 9 < time.monotonic() - began < 14
    assert state(joined)["let_go"]["silent"] == before + 1


class Poller:
    """Long polling by hand."""

    def __init__(self, url: str, **headers: str) -> None:
        self.url = f"{url}/socket.io/?EIO=4&transport=polling"
        self.headers = headers
        self.status, text = self.fetch()
        if self.status == 200:
            self.url += "&sid=" + json.loads(text[1:])["sid"]

    def fetch(self, body: bytes | None = None, **headers: str) -> tuple[int, str]:
        request = urllib.request.Request(self.url, body, {**self.headers, **headers})
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


def test_a_body_that_is_too_large_is_answered_before_it_is_read(joined: str) -> None:
    poller = Poller(joined)
    assert poller.fetch(b"40") == (200, "OK")
    host, port = joined.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as tcp:
        path = poller.url.removeprefix(joined)
        agent = f"User-Agent: Python-urllib/{sys.version_info[0]}.{sys.version_info[1]}\r\n"
        tcp.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\n{agent}Content-Length: 1000001\r\n\r\n4".encode())
        assert tcp.recv(100).startswith(b"HTTP/1.1 413 ")
    assert poller.fetch()[0] == 400


def test_a_payload_has_so_many_packets(joined: str) -> None:
    poller = Poller(joined)
    assert poller.fetch(b"40")[0] == 200
    assert poller.fetch(b"\x1e".join([b'42["echo"]'] * 100))[0] == 200
    assert poller.fetch(b"\x1e".join([b'42["echo"]'] * 101))[0] == 400
    assert poller.fetch()[0] == 400


def test_a_session_is_its_owners(joined: str) -> None:
    poller = Poller(joined, **{"X-Address": "192.0.2.1"})
    assert poller.fetch(b"40")[0] == 200
    assert poller.fetch(**{"X-Address": "192.0.2.2"})[0] == 400
    assert poller.fetch(b"41", **{"X-Address": "192.0.2.2"})[0] == 400
    assert poller.fetch(b"41", **{"User-Agent": "somebody else"})[0] == 400
    assert poller.fetch()[1].startswith("40{")


def test_a_web_socket_takes_no_session_over_without_the_probe(joined: str) -> None:
    poller = Poller(joined)
    assert poller.fetch(b"40")[0] == 200
    url = poller.url.replace("http", "ws").replace("transport=polling", "transport=websocket")
    for sent in ("5", "42[]", "2wrong"):
        ws = create_connection(url, timeout=15)
        ws.send(sent)
        assert ws.recv_data(control_frame=True)[0] == ABNF.OPCODE_CLOSE
        ws.shutdown()
    assert poller.fetch()[1].startswith("40{")
    ws = create_connection(url, timeout=15)
    ws.send("2probe")
    assert ws.recv() == "3probe"
    assert poller.fetch()[1] == "6"
    ws.send("5")
    ws.send('421["echo",1]')
    texts = [ws.recv() for _ in range(3)]
    assert "431[1]" in texts
    ws.close()


def request_head(url: str, pieces: list[bytes], pause: float) -> float:
    """Send a head in pieces; seconds until the server closed."""
    host, port = url.removeprefix("http://").split(":")
    began = time.monotonic()
    with socket.create_connection((host, int(port)), timeout=30) as tcp:
        tcp.settimeout(pause)
        for piece in [*pieces, *([b""] * 100)]:
            try:
                tcp.send(piece)
                if not tcp.recv(1000):
                    break
            except TimeoutError:
                continue
            except OSError:
                break
    return time.monotonic() - began


@pytest.mark.parametrize(
    "pieces", [[], [b"GET / HTTP/1.1\r\n"] + [b"A: b\r\n"] * 50], ids=["nothing", "header by header"]
)
def test_slow_heads(joined: str, pieces: list[bytes]) -> None:
    assert 14 < request_head(joined, pieces, 0.5) < 17


def test_an_address_has_so_many_connections(joined: str) -> None:
    """50 in `served.py`; whoever leaves makes room."""
    ours = {"X-Address": "198.51.100.1"}
    pollers = [Poller(joined, **ours) for _ in range(50)]
    assert {poller.status for poller in pollers} == {200}
    assert Poller(joined, **ours).status == 429
    assert Poller(joined, **{"X-Address": "198.51.100.2"}).status == 200
    assert pollers[0].fetch(b"1")[0] == 200
    assert Poller(joined, **ours).status == 200


def test_it_stays_off_on_other_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    assert wire.fits("eventlet")
    assert not wire.fits("threading")
    monkeypatch.setitem(wire.MADE_FOR, "eventlet", "0.0.1")
    assert not wire.fits("eventlet")
