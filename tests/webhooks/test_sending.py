"""One request: to checked addresses only, in time, whatever the receiver does."""

import socket
import time
from collections.abc import Sequence
from ipaddress import ip_network

import pytest

from pulse.webhooks.sending import Outcome, Way, post
from tests.webhooks.receivers import Receiver, drip, raw

LOCAL = [ip_network("127.0.0.0/8")]
WAY = Way(LOCAL, answer_within=0.6)


def send(url: str, way: Way = WAY) -> Outcome:
    return post(url, {"content-type": "application/json"}, b'{"a": 1}', way)


def test_what_arrives(receiver: Receiver) -> None:
    receiver.answer = lambda got: (200, {}, b"thank you")
    outcome = send(receiver.url + "?a=1%20")
    assert (outcome.is_success, outcome.status_code, outcome.answer, outcome.error) == (
        True,
        200,
        "thank you",
        "",
    )
    [got] = receiver.got
    assert (got.path, got.body) == ("/hook?a=1%20", b'{"a": 1}')
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize("status", [400, 404, 410, 429, 500, 503])
def test_a_refusal_is_a_failure(receiver: Receiver, status: int) -> None:
    receiver.answer = lambda got: (status, {}, b"no")
    outcome = send(receiver.url)
    assert (outcome.is_success, outcome.status_code, outcome.answer) == (False, status, "no")
    assert outcome.is_gone is (status == 410)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(receiver: Receiver, status: int) -> None:
    receiver.answer = lambda got: (status, {"Location": receiver.url + "/elsewhere"}, b"")
    outcome = send(receiver.url)
    assert (outcome.is_success, outcome.status_code) == (False, status)
    assert "redirect" in outcome.error
    assert len(receiver.got) == 1


def test_nobody_is_there() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        outcome = send(f"http://127.0.0.1:{closed.getsockname()[1]}/")
    assert (outcome.is_success, outcome.status_code) == (False, None)
    assert "refused" in outcome.error


SLOW = {
    "says nothing": drip(b"", b""),
    "drips the status line": drip(b"", b"H"),
    "drips headers": drip(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"),
    "drips one endless header": drip(b"HTTP/1.1 200 OK\r\nA: ", b"b"),
    "says continue for ever": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "drips the body": drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
    "drips chunks": drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "drips without a length": drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
    "promises more than it says": lambda peer: (
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nx"),
        time.sleep(3),
    ),
}


@pytest.mark.parametrize("how", SLOW)
def test_the_slow_are_cut_off_in_time(how: str) -> None:
    with raw(SLOW[how]) as url:
        began = time.monotonic()
        outcome = send(url)
        took = time.monotonic() - began
    assert not outcome.is_success
    assert "no whole answer" in outcome.error
    assert 0.5 < took < 2


def test_tls_that_never_begins_is_cut_off_too() -> None:
    with raw(drip(b"", b"")) as url:
        began = time.monotonic()
        outcome = send(url.replace("http:", "https:"))
    assert not outcome.is_success
    assert time.monotonic() - began < 2


LYING = {
    "breaks off a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nx",
    "speaks no HTTP": b"hello\r\n",
    "says nothing and goes": b"",
    "has a length that is none": b"HTTP/1.1 2000 OK\r\n\r\n",
}


@pytest.mark.parametrize("how", LYING)
def test_a_broken_answer_is_a_failure(how: str) -> None:
    with raw(lambda peer: peer.sendall(LYING[how])) as url:
        outcome = send(url)
    assert not outcome.is_success
    assert outcome.error


def test_whoever_says_yes_and_goes_has_said_yes() -> None:
    with raw(lambda peer: peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nx")) as url:
        outcome = send(url)
    assert (outcome.is_success, outcome.answer) == (True, "x")


@pytest.mark.parametrize("length", ["1", "-1", "x", "1, 1", "1, 2"])
def test_more_than_was_promised_harms_nobody(length: str) -> None:
    said = f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n".encode() + b"y" * 1000
    with raw(lambda peer: peer.sendall(said)) as url:
        outcome = send(url)
    assert len(outcome.answer) <= 1000


def test_of_a_huge_answer_the_beginning_is_read() -> None:
    def speak(peer: socket.socket) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        for _ in range(1000):
            peer.sendall(b"z" * 1_000_000)
            sent.append(1)

    sent: list[int] = []
    with raw(speak) as url:
        outcome = send(url, Way(LOCAL, answer_within=5))
    assert (outcome.is_success, outcome.answer) == (True, "z" * 1024)
    assert len(sent) < 50


def test_an_answer_that_is_packed_is_not_unpacked(receiver: Receiver) -> None:
    receiver.answer = lambda got: (200, {"Content-Encoding": "gzip"}, b"no gzip at all")
    assert send(receiver.url).answer == "no gzip at all"


def test_odd_bytes_are_kept_as_text_that_databases_take(receiver: Receiver) -> None:
    receiver.answer = lambda got: (500, {}, b"a\0b\xff")
    assert send(receiver.url).answer == "ab\ufffd"


# where it may go


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_our_own_network_is_refused_at_the_moment_of_connecting(receiver: Receiver, host: str) -> None:
    outcome = send(f"http://{host}:{receiver.port}/", Way(answer_within=1))
    assert (outcome.is_success, outcome.status_code) == (False, None)
    assert "do not go to" in outcome.error
    assert receiver.got == []


class Names:
    """A name that means something else each time it is looked up."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers, self.asked = list(answers), 0

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return self.answers[min(self.asked, len(self.answers)) - 1]


def test_a_name_that_turns_private_is_asked_once_and_gains_nothing(receiver: Receiver) -> None:
    """What was checked is what is connected to: 192.0.2.1 stands for the public one, and does not answer."""
    names = Names(["192.0.2.1"], ["127.0.0.1"])
    way = Way([ip_network("192.0.2.0/24")], resolve=names, connect_within=0.3, answer_within=1)
    outcome = send(f"http://rebound.example.org:{receiver.port}/", way)
    assert not outcome.is_success
    assert names.asked == 1
    assert receiver.got == []
    again = send(f"http://rebound.example.org:{receiver.port}/", way)
    assert "do not go to" in again.error
    assert receiver.got == []


def test_one_private_address_among_public_ones_is_enough(receiver: Receiver) -> None:
    for addresses in (["8.8.8.8", "127.0.0.1"], ["127.0.0.1", "8.8.8.8"]):
        outcome = send(
            f"http://x.example.org:{receiver.port}/", Way(resolve=Names(addresses), answer_within=1)
        )
        assert "do not go to" in outcome.error
    assert receiver.got == []


def test_the_name_that_was_looked_up_stays_the_host(receiver: Receiver) -> None:
    way = Way(LOCAL, resolve=Names(["127.0.0.1"]))
    assert send(f"http://hook.example.org:{receiver.port}/x", way).is_success
    assert receiver.got[0].headers["host"] == f"hook.example.org:{receiver.port}"


def test_the_next_address_is_tried(receiver: Receiver) -> None:
    way = Way(LOCAL, resolve=Names(["127.0.0.2", "127.0.0.1"]))
    assert send(f"http://x.example.org:{receiver.port}/", way).is_success


def test_a_name_without_an_address_or_an_answer() -> None:
    def never(host: str, port: int) -> list[str]:
        time.sleep(5)
        return []

    assert "no address" in send("http://x.example.org/", Way(resolve=lambda host, port: [])).error
    began = time.monotonic()
    assert "not resolved" in send("http://x.example.org/", Way(resolve=never, connect_within=0.2)).error
    assert time.monotonic() - began < 2


def test_plain_http_in_production_leads_inside_only(receiver: Receiver) -> None:
    names = Names(["8.8.8.8"])
    outcome = send("http://x.example.org/", Way(LOCAL, needs_tls=True, resolve=names, connect_within=0.2))
    assert "do not go to" in outcome.error
    assert send(receiver.url, Way(LOCAL, needs_tls=True)).is_success


def test_proxies_of_the_environment_are_not_asked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert send(receiver.url).is_success
