"""WebSocket frames (RFC 6455, section 5): bytes to messages, messages to bytes.

Nothing here does I/O. The payload is unmasked by the C code of ``websockets``, where that package
was built with it.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Protocol

try:
    from websockets.speedups import apply_mask
except ImportError:

    def apply_mask(data: bytes | bytearray | memoryview, mask: bytes | bytearray) -> bytes:
        """Return data combined with the mask, in one operation on long integers."""
        size = len(data)
        pad = (bytes(mask) * (size // 4 + 1))[:size]
        mixed = int.from_bytes(data, "little") ^ int.from_bytes(pad, "little")
        return mixed.to_bytes(size, "little")


if TYPE_CHECKING:
    from trimaran.server.engine.deflate import Inflater

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
_CONTINUATION = 0
_DATA = frozenset({TEXT, BINARY})
_KNOWN = frozenset({_CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG})

PROTOCOL_ERROR, BAD_PAYLOAD, TOO_BIG = 1002, 1007, 1009
NO_CODE = 1005

COMPRESSION_MARGIN = 1024
"""Bytes by which a deflated message may exceed the limit: what does not compress grows a little."""

_FIN, _RSV1, _RESERVED = 0x80, 0x40, 0x30
_WHOLE_TEXT = _FIN | TEXT
_SENDABLE = frozenset({1000, 1001, 1002, 1003, *range(1007, 1015)})
_UTF8 = codecs.getincrementaldecoder("utf-8")


class Violation(Exception):  # noqa: N818  a verdict on the peer, it never reaches a user
    """The peer broke the protocol: the connection closes with this code."""

    def __init__(self, code: int, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(code, reason)


class Sink(Protocol):
    """Takes what a reader finds, in order."""

    def on_message(self, message: str | bytes) -> None:
        """Take a whole message."""

    def on_ping(self, payload: bytes) -> None:
        """Answer a ping."""

    def on_close(self, code: int, reason: str, payload: bytes) -> None:
        """Take the close frame; ``NO_CODE`` where it has none. Nothing follows it."""


class FrameReader:
    """Finds the messages in what a client sends; judges each piece at once.

    held: set it from within the sink to stop between two frames; ``feed(b"")`` goes on
    """

    __slots__ = (
        *(
            "_between",
            "_compressed",
            "_control",
            "_decoder",
            "_fin",
            "_inflater",
            "_kind",
            "_left",
            "_mask",
        ),
        *("_max", "_message", "_opcode", "_rest", "_sink", "_stopped", "_wire_size", "held"),
    )

    def __init__(self, sink: Sink, max_message: int, *, inflater: Inflater | None = None) -> None:
        self._sink = sink
        self._max = max_message
        self._inflater = inflater
        self._rest = b""
        self._stopped = False
        self._between = True
        self.held = False
        # the frame under way: its opcode is -1 between two frames
        self._opcode = -1
        self._fin = True
        self._left = 0
        self._mask = b""
        self._control = bytearray()
        # the message under way: its kind is 0 between two messages
        self._kind = 0
        self._compressed = False
        self._wire_size = 0
        self._message = bytearray()
        self._decoder = _UTF8()

    def feed(self, data: bytes) -> None:
        """Take in what arrived. Raises ``Violation``; nothing is read after one."""
        size = len(data)
        if 6 < size < 132 and self._between and data[1] - 122 == size and data[0] == _WHOLE_TEXT:
            # By far the most frequent case: one short text in one segment.
            if size - 6 > self._max:
                raise self._stop(TOO_BIG, "The message is too big.")
            try:
                text = apply_mask(data[6:], data[2:6]).decode()
            except UnicodeDecodeError:
                raise self._stop(BAD_PAYLOAD, "A text is not valid UTF-8.") from None
            self._sink.on_message(text)
            return
        if self._rest:
            data = self._rest + data
            self._rest = b""
        at, size = 0, len(data)
        while at < size and not self._stopped:
            if self._opcode == -1:
                if self.held:
                    break
                opened = self._open(data, at, size)
                if opened < 0:
                    break
                at = opened
            piece = min(self._left, size - at)
            if piece or not self._left:
                self._take(data[at : at + piece], piece)
                at += piece
        if at < size and not self._stopped:
            self._rest = data[at:]
        busy = self._kind or self._rest or self._stopped
        self._between = self._opcode == -1 and not busy

    # One frame

    def _open(self, data: bytes, at: int, size: int) -> int:
        """Read a frame's head; return where its payload begins, -1 where it is not whole."""
        if size - at < 2:
            return -1
        first, second = data[at], data[at + 1]
        opcode = first & 0x0F
        self._check_first(first, opcode)
        if not second & 0x80:
            raise self._stop(PROTOCOL_ERROR, "A frame of a client must be masked.")
        length = second & 0x7F
        if opcode >= CLOSE and (length > 125 or not first & _FIN):
            raise self._stop(PROTOCOL_ERROR, "A control frame must be short and whole.")
        width = 0 if length < 126 else 2 if length == 126 else 8
        start = at + 2 + width
        if width:
            if size < start:
                return -1
            length = int.from_bytes(data[at + 2 : start], "big")
            if length < (126 if width == 2 else 1 << 16) or length >> 63:
                raise self._stop(PROTOCOL_ERROR, "A frame's length is not in its shortest form.")
        if opcode < CLOSE:
            self._check_size(length, compressed=self._is_compressed(first, opcode))
        if size < start + 4:
            return -1
        self._mask = data[start : start + 4]
        self._begin(first, opcode, length)
        return start + 4

    def _check_first(self, first: int, opcode: int) -> None:
        if opcode not in _KNOWN:
            raise self._stop(PROTOCOL_ERROR, "A frame's opcode is reserved.")
        reserved = first & _RESERVED
        if first & _RSV1 and (self._inflater is None or opcode not in _DATA):
            reserved = _RSV1
        if reserved:
            raise self._stop(PROTOCOL_ERROR, "A frame's reserved bit is set.")
        if opcode in _DATA and self._kind:
            raise self._stop(PROTOCOL_ERROR, "A message began within another.")
        if opcode == _CONTINUATION and not self._kind:
            raise self._stop(PROTOCOL_ERROR, "There is no message to continue.")

    def _is_compressed(self, first: int, opcode: int) -> bool:
        return self._compressed if opcode == _CONTINUATION else bool(first & _RSV1)

    def _check_size(self, length: int, *, compressed: bool) -> None:
        margin = COMPRESSION_MARGIN if compressed else 0
        if self._wire_size + length > self._max + margin:
            raise self._stop(TOO_BIG, "The message is too big.")

    def _begin(self, first: int, opcode: int, length: int) -> None:
        self._opcode = opcode
        self._fin = bool(first & _FIN)
        self._left = length
        if opcode in _DATA:
            self._kind = opcode
            self._compressed = bool(first & _RSV1)
        if opcode < CLOSE:
            self._wire_size += length

    def _take(self, piece: bytes, size: int) -> None:
        """Take in a piece of the payload; end the frame with the last one."""
        plain = apply_mask(piece, self._mask) if size else b""
        self._left -= size
        ends = not self._left
        opcode = self._opcode
        if not ends:
            turn = size & 3
            self._mask = self._mask[turn:] + self._mask[:turn]
        else:
            self._opcode = -1
        if opcode >= CLOSE:
            self._control += plain
            if ends:
                payload = bytes(self._control)
                self._control.clear()
                self._end_control(opcode, payload)
            return
        last = ends and self._fin
        if last and opcode != _CONTINUATION and not self._message and not self._compressed:
            self._end_message(plain)
        else:
            self._gather(plain, last=last)

    # One message

    def _gather(self, plain: bytes, *, last: bool) -> None:
        if self._compressed and self._inflater is not None:
            plain = self._inflate(self._inflater, plain, last=last)
        if self._kind == TEXT:
            try:
                self._decoder.decode(plain, last)
            except UnicodeDecodeError:
                raise self._stop(BAD_PAYLOAD, "A text is not valid UTF-8.") from None
        self._message += plain
        if last:
            self._end_message(bytes(self._message))

    def _inflate(self, inflater: Inflater, piece: bytes, *, last: bool) -> bytes:
        room = self._max - len(self._message)
        try:
            plain = inflater.inflate(piece, room, last=last)
        except ValueError:
            raise self._stop(BAD_PAYLOAD, "A message cannot be inflated.") from None
        if len(plain) > room:
            raise self._stop(TOO_BIG, "The inflated message is too big.")
        return plain

    def _end_message(self, data: bytes) -> None:
        message = self._text(data) if self._kind == TEXT else data
        self._kind = 0
        self._compressed = False
        self._wire_size = 0
        if self._message:
            self._message = bytearray()
        self._sink.on_message(message)

    def _text(self, data: bytes) -> str:
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise self._stop(BAD_PAYLOAD, "A text is not valid UTF-8.") from None

    # Control frames

    def _end_control(self, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            self._sink.on_ping(payload)
        elif opcode == CLOSE:
            code, reason = self._read_close(payload)
            self._stopped = True
            self._sink.on_close(code, reason, payload)

    def _read_close(self, payload: bytes) -> tuple[int, str]:
        if not payload:
            return NO_CODE, ""
        code = int.from_bytes(payload[:2], "big")
        if len(payload) == 1 or not (code in _SENDABLE or 3000 <= code <= 4999):
            raise self._stop(PROTOCOL_ERROR, "The close code may not be sent.")
        return code, self._text(payload[2:])

    def _stop(self, code: int, reason: str) -> Violation:
        self._between = False
        self._stopped = True
        self._rest = b""
        self._message = bytearray()
        return Violation(code, reason)


SHORT_HEADS: dict[int, list[bytes]] = {
    kind: [bytes((_FIN | kind, size)) for size in range(126)]
    for kind in (TEXT, BINARY, CLOSE, PING, PONG)
}
"""The heads of whole frames of fewer than 126 bytes, by kind and size."""


def head_of(kind: int, size: int, *, compressed: bool = False) -> bytes:
    """Return the head of a whole, unmasked frame."""
    first = _FIN | kind | (_RSV1 if compressed else 0)
    if size < 126:
        return bytes((first, size)) if compressed else SHORT_HEADS[kind][size]
    if size < 1 << 16:
        return bytes((first, 126)) + size.to_bytes(2, "big")
    return bytes((first, 127)) + size.to_bytes(8, "big")


def close_frame(code: int, reason: str = "") -> bytes:
    """Return a close frame; ``NO_CODE`` makes an empty one."""
    payload = b"" if code == NO_CODE else code.to_bytes(2, "big") + reason.encode()
    return SHORT_HEADS[CLOSE][len(payload)] + payload


def control_frame(kind: int, payload: bytes) -> bytes:
    """Return a ping or pong frame."""
    return SHORT_HEADS[kind][len(payload)] + payload
