"""The parser of frames: each rule of RFC 6455 for what a client sends, and a reference beside it."""

import struct
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wsproto.frame_protocol import FrameProtocol, ParseFailed

from pulse.wire.frames import BINARY, CLOSE, CONTINUATION, FAILED, PING, PONG, TEXT, Parser, frame, unmask


def client(
    opcode: int, data: bytes = b"", *, fin: int = 1, rsv: int = 0, key: bytes = b"\x01\x82\x33\xf4"
) -> bytes:
    """A frame as a client sends it."""
    size = len(data)
    head = bytes([fin << 7 | rsv << 4 | opcode])
    if size < 126:
        head += bytes([0x80 | size])
    elif size < 1 << 16:
        head += struct.pack("!BH", 0x80 | 126, size)
    else:
        head += struct.pack("!BQ", 0x80 | 127, size)
    return head + key + bytes(byte ^ key[at % 4] for at, byte in enumerate(data))


@pytest.mark.parametrize("size", [0, 1, 3, 4, 5, 125, 126, 127, 65_535, 65_536, 70_001])
def test_every_form_of_length(size):
    data = bytes(range(256)) * (size // 256 + 1)
    assert Parser().feed(client(BINARY, data[:size])) == [(BINARY, data[:size])]
    ours = frame(BINARY, data[:size])
    assert ours.endswith(data[:size])
    assert len(ours) - size == (2 if size < 126 else 4 if size < 65_536 else 10)


def test_text_comes_as_text():
    assert Parser().feed(client(TEXT, "dünn ☂".encode())) == [(TEXT, "dünn ☂")]
    assert frame(TEXT, "ü") == b"\x81\x02\xc3\xbc"


def test_a_mask_of_zeros_and_unmasking_twice():
    assert Parser().feed(client(TEXT, b"plain", key=bytes(4))) == [(TEXT, "plain")]
    assert unmask(unmask(b"some data", b"abcd"), b"abcd") == b"some data"


def test_byte_by_byte():
    sent = client(TEXT, b"one") + client(BINARY, b"x" * 300) + client(PING, b"?")
    parser = Parser()
    heard = [message for byte in sent for message in parser.feed(bytes([byte]))]
    assert heard == [(TEXT, "one"), (BINARY, b"x" * 300), (PING, b"?")]


def test_control_frames_between_fragments():
    sent = client(TEXT, b"\xc3", fin=0) + client(PING, b"a") + client(CONTINUATION, b"\xbc", fin=0)
    sent += client(PONG) + client(CONTINUATION, b"!") + client(TEXT, b"next")
    assert Parser().feed(sent) == [(PING, b"a"), (PONG, b""), (TEXT, "ü!"), (TEXT, "next")]


@pytest.mark.parametrize("rsv", [1, 2, 4, 7])
def test_reserved_bits(rsv):
    assert Parser().feed(client(TEXT, b"x", rsv=rsv)) == [(FAILED, 1002)]


@pytest.mark.parametrize("opcode", [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
def test_unknown_opcodes(opcode):
    assert Parser().feed(client(opcode)) == [(FAILED, 1002)]


@pytest.mark.parametrize(
    "sent",
    [
        frame(TEXT, "not masked"),
        client(PING, fin=0),
        client(PING, b"x" * 126),
        client(CONTINUATION, b"of nothing"),
        client(TEXT, b"x", fin=0) + client(TEXT, b"y"),
        b"\x82\xfe\x00\x7d",  # 125 in two bytes
        b"\x82\xff" + (65_535).to_bytes(8, "big"),
        b"\x82\xff" + (1 << 63).to_bytes(8, "big"),
        client(CLOSE, b"x"),
    ],
)
def test_broken_rules(sent):
    parser = Parser()
    assert parser.feed(sent) == [(FAILED, 1002)]
    assert parser.feed(client(TEXT, b"later")) == []


@pytest.mark.parametrize("code", [1000, 1001, 1003, 1007, 1011, 1014, 3000, 4999])
def test_close_codes(code):
    sent = client(CLOSE, code.to_bytes(2, "big") + b"why")
    assert Parser().feed(sent + client(TEXT, b"later")) == [(CLOSE, code)]


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000])
def test_close_codes_that_nobody_may_send(code):
    assert Parser().feed(client(CLOSE, code.to_bytes(2, "big"))) == [(FAILED, 1002)]


def test_closing_without_a_code_and_with_a_reason_that_is_no_text():
    assert Parser().feed(client(CLOSE)) == [(CLOSE, 1005)]
    assert Parser().feed(client(CLOSE, b"\x03\xe8\xff")) == [(FAILED, 1007)]


def test_what_is_no_text():
    assert Parser().feed(client(TEXT, b"ok") + client(TEXT, b"\xff")) == [(TEXT, "ok"), (FAILED, 1007)]
    assert Parser().feed(client(TEXT, b"\xc3", fin=0) + client(CONTINUATION, b"x")) == [(FAILED, 1007)]


def test_a_length_is_refused_when_it_is_announced():
    assert Parser(most_bytes=100).feed(client(BINARY, b"x" * 101)[:2]) == [(FAILED, 1009)]
    assert Parser(most_bytes=200).feed(client(BINARY, b"x" * 201)[:4]) == [(FAILED, 1009)]
    assert Parser(most_bytes=100).feed(client(BINARY, b"x" * 100)) == [(BINARY, b"x" * 100)]


def test_the_bound_is_that_of_a_message():
    parser = Parser(most_bytes=100)
    for _ in range(3):
        assert parser.feed(client(TEXT, b"x" * 60, fin=0)) == []
        assert parser.feed(client(CONTINUATION, b"x" * 40)) == [(TEXT, "x" * 100)]
    parser.feed(client(TEXT, b"x" * 60, fin=0))
    assert parser.feed(client(CONTINUATION, b"x" * 41)) == [(FAILED, 1009)]


def test_a_message_has_so_many_fragments():
    parser = Parser(most_fragments=3)
    pieces = [client(TEXT, fin=0), client(CONTINUATION, fin=0), client(CONTINUATION, fin=0)]
    assert parser.feed(b"".join(pieces)) == []
    assert parser.feed(client(CONTINUATION)) == [(FAILED, 1009)]


def reference(sent: bytes) -> list[tuple[Any, ...]]:
    """What wsproto hears; a broken rule as (FAILED, code)."""
    protocol = FrameProtocol(client=False, extensions=[])
    protocol.receive_bytes(sent)
    heard: list[tuple[Any, ...]] = []
    parts: list[Any] = []
    try:
        for part in protocol.received_frames():
            if part.opcode == CLOSE:
                return [*heard, (CLOSE, int(part.payload[0]))]
            if part.opcode in (PING, PONG):
                heard.append((int(part.opcode), bytes(part.payload)))
                continue
            parts.append(part.payload)
            if part.message_finished:
                heard.append((int(part.opcode), type(part.payload)().join(parts)))
                parts = []
    except ParseFailed as error:
        heard.append((FAILED, int(error.code)))
    return heard


frames = st.builds(
    client,
    st.sampled_from([CONTINUATION, CONTINUATION, TEXT, BINARY, PING, PONG, CLOSE, 3, 11]),
    st.one_of(
        st.binary(max_size=8),
        st.text(max_size=8).map(str.encode),
        st.integers(0, 300).map(bytes),
        st.integers(990, 1020).map(lambda code: code.to_bytes(2, "big")),
    ),
    fin=st.sampled_from([0, 1, 1]),
    rsv=st.sampled_from([0] * 12 + [1, 4]),
    key=st.binary(min_size=4, max_size=4),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(frames, max_size=8), st.lists(st.integers(0, 2000), max_size=6))
def test_like_the_reference_in_whatever_pieces(sent, cuts):
    """Also which rule is broken first; a text is only checked when it is complete, which is no later rule."""
    stream = b"".join(sent)
    places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    parser = Parser()
    heard = [message for start, end in pairwise(places) for message in parser.feed(stream[start:end])]
    expected = reference(stream)
    if expected and expected[-1] == (FAILED, 1007):
        assert heard[: len(expected) - 1] == expected[:-1]
        assert heard[len(expected) - 1 :] != [] or parser._pieces is not None
    else:
        assert heard == expected


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=4))
def test_noise_ends_in_nothing_worse_than_a_code(noise, cuts):
    places = [0, *sorted(min(cut, len(noise)) for cut in cuts), len(noise)]
    parser, whole = Parser(), Parser()
    heard = [message for start, end in pairwise(places) for message in parser.feed(noise[start:end])]
    assert heard == whole.feed(noise)
