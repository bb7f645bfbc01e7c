"""A WebSocket client that sends exactly the frames it is told to."""

from __future__ import annotations

import contextlib
import os
import socket
import zlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
EXTENSION = "permessage-deflate"


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame as it came."""

    opcode: int
    payload: bytes
    fin: bool = True
    rsv: int = 0

    @property
    def code(self) -> int:
        """The code of a close frame; 1005 where it has none."""
        return int.from_bytes(self.payload[:2], "big") if self.payload else 1005

    @property
    def reason(self) -> str:
        """The reason of a close frame."""
        return self.payload[2:].decode()


def encode(
    opcode: int,
    payload: bytes = b"",
    *,
    fin: bool = True,
    rsv: int = 0,
    masked: bool = True,
    width: int | None = None,
) -> bytes:
    """Return a frame; width: 0, 2 or 8 bytes of length whatever the size."""
    size = len(payload)
    if width is None:
        width = 0 if size < 126 else 2 if size < 1 << 16 else 8
    short = size if width == 0 else 126 if width == 2 else 127
    head = bytes(((fin << 7) | (rsv << 4) | opcode, (masked << 7) | short))
    head += size.to_bytes(width, "big") if width else b""
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[i & 3] for i, byte in enumerate(payload))


def close_payload(code: int, reason: bytes = b"") -> bytes:
    """Return the payload of a close frame."""
    return code.to_bytes(2, "big") + reason


def deflated(data: bytes) -> bytes:
    """Return a message as permessage-deflate carries it."""
    state = zlib.compressobj(wbits=-15)
    return (state.compress(data) + state.flush(zlib.Z_SYNC_FLUSH))[:-4]


def inflated(data: bytes) -> bytes:
    """Return what a deflated message says."""
    return zlib.decompressobj(-15).decompress(data + b"\x00\x00\xff\xff")


class SocketClient:
    """One connection, its handshake done."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.status = 0
        self.headers: dict[str, str] = {}
        self._buffer = b""

    def shake(self, path: str, headers: str = "", *, key: str | None = None) -> int:
        """Ask for a WebSocket; return the status of the answer."""
        key = b64encode(os.urandom(16)).decode() if key is None else key
        lines = [
            *(f"GET {path} HTTP/1.1", "Host: test", "Upgrade: websocket", "Connection: Upgrade"),
            *(f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"),
        ]
        return self.ask("\r\n".join(lines) + f"\r\n{headers}\r\n")

    def ask(self, head: str) -> int:
        """Send a request's head as it is; return the status of the answer."""
        self.sock.sendall(head.encode("latin-1"))
        return self.read_head()

    def read_head(self) -> int:
        """Read the head of an answer."""
        while b"\r\n\r\n" not in self._buffer:
            data = self.sock.recv(65536)
            if not data:
                break
            self._buffer += data
        raw, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        status, *lines = raw.decode("latin-1").split("\r\n")
        self.status = int(status.split(" ")[1])
        pairs = (line.partition(":") for line in lines)
        self.headers = {name.lower(): value.strip() for name, _, value in pairs}
        return self.status

    def body(self) -> bytes:
        """Read the rest of an answer."""
        length = self.headers.get("content-length")
        return self.until_end() if length is None else self._exactly(int(length))

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.sock.sendall(data)

    def text(self, text: str | bytes) -> None:
        """Send a text."""
        self.send(encode(TEXT, text.encode() if isinstance(text, str) else text))

    def frame(self) -> Frame:
        """Read the next frame."""
        head = self._exactly(2)
        size = head[1] & 0x7F
        if size >= 126:
            size = int.from_bytes(self._exactly(2 if size == 126 else 8), "big")
        payload = self._exactly(size)
        return Frame(head[0] & 0x0F, payload, bool(head[0] & 0x80), head[0] >> 4 & 7)

    def closed(self) -> Frame:
        """Read frames up to the close frame."""
        while True:
            frame = self.frame()
            if frame.opcode == CLOSE:
                return frame

    def until_end(self) -> bytes:
        """Read until the server closes."""
        while True:
            try:
                data = self.sock.recv(65536)
            except ConnectionResetError:
                break
            if not data:
                break
            self._buffer += data
        rest, self._buffer = self._buffer, b""
        return rest

    def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            data = self.sock.recv(1 << 20)
            if not data:
                message = f"the server closed after {self._buffer!r}"
                raise ConnectionError(message)
            self._buffer += data
        piece, self._buffer = self._buffer[:size], self._buffer[size:]
        return piece


@contextlib.contextmanager
def opened(port: int) -> Iterator[SocketClient]:
    """Connect to a port."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield SocketClient(sock)


@contextlib.contextmanager
def talking(port: int, path: str = "/echo", headers: str = "") -> Iterator[SocketClient]:
    """Connect to a path whose WebSocket accepts."""
    with opened(port) as client:
        assert client.shake(path, headers) == 101
        yield client
