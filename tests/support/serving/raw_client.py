"""An HTTP/1.1 client that sends exactly the bytes it is given."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """One response as it came by the wire."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the last value of a header."""
        return dict(self.headers).get(name)

    def all(self, name: str) -> list[str]:
        """Return every value of a header."""
        return [value for key, value in self.headers if key == name]

    def json(self) -> Any:
        """Return the body decoded."""
        return json.loads(self.body)


class RawClient:
    """One connection."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._buffer = b""

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.sock.sendall(data)

    def get(self, path: str, *, headers: str = "") -> Answer:
        """Send a plain GET and return its answer."""
        self.send(f"GET {path} HTTP/1.1\r\nHost: test\r\n{headers}\r\n".encode("latin-1"))
        return self.answer()

    def answer(self, *, head_only: bool = False) -> Answer:
        """Read one response, interim ones included."""
        head = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        status = int(head[0].split(" ", 2)[1])
        headers = []
        for line in head[1:]:
            if line:
                name, _, value = line.partition(":")
                headers.append((name.lower(), value.strip()))
        fields = dict(headers)
        if head_only or status < 200 or status in (204, 304):
            body = b""
        elif fields.get("transfer-encoding") == "chunked":
            body = self._chunked()
        elif "content-length" in fields:
            body = self._exactly(int(fields["content-length"]))
        else:
            body = self.rest()
        return Answer(status, headers, body)

    def rest(self) -> bytes:
        """Read until the server closes."""
        while True:
            try:
                data = self.sock.recv(65536)
            except ConnectionResetError:
                data = b""
            if not data:
                break
            self._buffer += data
        rest, self._buffer = self._buffer, b""
        return rest

    def is_closed(self) -> bool:
        """Wait for the server to close without sending anything more."""
        return self.rest() == b""

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._buffer:
            self._more()
        found, _, self._buffer = self._buffer.partition(mark)
        return found

    def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._more()
        found, self._buffer = self._buffer[:size], self._buffer[size:]
        return found

    def _chunked(self) -> bytes:
        parts = []
        while size := int(self._until(b"\r\n"), 16):
            parts.append(self._exactly(size))
            self._until(b"\r\n")
        self._until(b"\r\n")
        return b"".join(parts)

    def _more(self) -> None:
        data = self.sock.recv(65536)
        if not data:
            message = f"the server closed; unread: {self._buffer[:200]!r}"
            raise EOFError(message)
        self._buffer += data


@contextlib.contextmanager
def connected(port: int, *, timeout: float = 5.0) -> Iterator[RawClient]:
    """Connect to a port of this machine."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield RawClient(sock)
