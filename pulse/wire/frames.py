"""WebSocket frames (RFC 6455) as a server reads and writes them: pure, bytes in, messages out.

No extension is spoken: a client that offers compression is simply not taken up on it.
"""

import struct

from pulse.wire.limits import FRAGMENTS, MESSAGE_BYTES

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
OPCODES = frozenset((CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG))
FAILED = -1  # instead of an opcode: the client broke the protocol

NORMAL, PROTOCOL_ERROR, NO_CODE, NOT_TEXT, TOO_BIG = 1000, 1002, 1005, 1007, 1009

Message = tuple[int, str | bytes | int]  # opcode and content; of CLOSE and FAILED the code


def frame(opcode: int, content: str | bytes) -> bytes:
    """A whole message as one frame of a server, which masks nothing."""
    data = content.encode() if isinstance(content, str) else content
    size = len(data)
    if size < 126:
        return bytes((0x80 | opcode, size)) + data
    if size < 1 << 16:
        return struct.pack("!BBH", 0x80 | opcode, 126, size) + data
    return struct.pack("!BBQ", 0x80 | opcode, 127, size) + data


def closing(code: int) -> bytes:
    """The frame that closes a connection."""
    return frame(CLOSE, code.to_bytes(2, "big"))


def unmask(data: bytes, key: bytes) -> bytes:
    """Undo a client's mask: one XOR of two large numbers instead of one for each byte."""
    size = len(data)
    mask = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(data, "little") ^ int.from_bytes(mask, "little")).to_bytes(size, "little")


class _Broken(Exception):
    """Carries the close code of a broken rule."""


class Parser:
    """Makes messages of what a client sends, in whatever pieces it comes.

    A broken rule is the last message of a connection, `(FAILED, close code)`; so is `(CLOSE, code)`. What
    follows is not read. Lengths count when they are announced: nobody makes us wait for what is too long.
    """

    def __init__(self, most_bytes: int = MESSAGE_BYTES, most_fragments: int = FRAGMENTS) -> None:
        self.most_bytes = most_bytes
        self.most_fragments = most_fragments
        self.is_over = False
        self._rest = bytearray()  # the beginning of a frame
        self._need = 0  # how long that must be for another look
        self._pieces: list[bytes] | None = None  # of a message whose last fragment has not come
        self._size = 0
        self._opcode = 0

    def feed(self, data: bytes) -> list[Message]:
        """Take what came; return the messages that are complete now."""
        if self.is_over:
            return []
        if self._rest:
            self._rest += data
            if len(self._rest) < self._need:
                return []
            data = bytes(self._rest)
        messages: list[Message] = []
        start = 0
        try:
            while end := self._frame(data, start, messages):
                start = end
        except _Broken as broken:
            self.is_over = True
            messages.append((FAILED, broken.args[0]))
        self._rest = bytearray(b"" if self.is_over else data[start:])
        self._need -= start
        return messages

    def _frame(self, data: bytes, start: int, messages: list[Message]) -> int:
        """Take the frame at `start`; return where the next one begins, or 0 if this one is not complete."""
        self._need = start + 2
        if self.is_over or len(data) < self._need:
            return 0
        first, second = data[start], data[start + 1]
        opcode, size = first & 0x0F, second & 0x7F
        if first & 0x70 or opcode not in OPCODES or not second & 0x80:
            raise _Broken(PROTOCOL_ERROR)
        if opcode & 8 and (size > 125 or not first & 0x80):
            raise _Broken(PROTOCOL_ERROR)
        head = start + 2
        if size > 125:
            head += 2 if size == 126 else 8
            self._need = head
            if len(data) < head:
                return 0
            least = 126 if size == 126 else 1 << 16
            size = int.from_bytes(data[start + 2 : head], "big")
            if size < least or size >> 63:
                raise _Broken(PROTOCOL_ERROR)
        if not opcode & 8:
            self._check(opcode, size)
        end = self._need = head + 4 + size
        if len(data) < end:
            return 0
        content = unmask(data[head + 4 : end], data[head : head + 4])
        if opcode & 8:
            messages.append(self._control(opcode, content))
        elif message := self._data(opcode, content, is_last=bool(first & 0x80)):
            messages.append(message)
        return end

    def _check(self, opcode: int, size: int) -> None:
        """Whether a fragment of this size may come now."""
        if (opcode == CONTINUATION) is (self._pieces is None):
            raise _Broken(PROTOCOL_ERROR)
        if self._size + size > self.most_bytes or len(self._pieces or ()) >= self.most_fragments:
            raise _Broken(TOO_BIG)

    def _data(self, opcode: int, content: bytes, is_last: bool) -> Message | None:
        if not is_last:
            if self._pieces is None:
                self._pieces, self._opcode = [], opcode
            self._pieces.append(content)
            self._size += len(content)
            return None
        if self._pieces is not None:
            content, opcode = b"".join([*self._pieces, content]), self._opcode
            self._pieces, self._size = None, 0
        return opcode, _text(content) if opcode == TEXT else content

    def _control(self, opcode: int, content: bytes) -> Message:
        if opcode != CLOSE:
            return opcode, content
        if not content:
            code = NO_CODE
        else:
            code = int.from_bytes(content[:2], "big")
            if len(content) == 1 or not (code in _CLOSE_CODES or 3000 <= code < 5000):
                raise _Broken(PROTOCOL_ERROR)
            _text(content[2:])
        self.is_over = True
        return CLOSE, code


_CLOSE_CODES = frozenset((1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014))


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise _Broken(NOT_TEXT) from None
