"""A WebSocket route behaves the same whichever server runs it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from serving.socket_client import (
    BINARY,
    CLOSE,
    TEXT,
    SocketClient,
    close_payload,
    encode,
    opened,
    talking,
)


def say(client: SocketClient, value: Any) -> None:
    """Send JSON."""
    client.text(json.dumps(value))


def heard(client: SocketClient) -> Any:
    """Return the next message decoded."""
    return json.loads(client.frame().payload)


def test_text_and_bytes(port: int) -> None:
    """Texts and binary messages come back as what they were."""
    with talking(port) as client:
        client.text("grüße")
        frame = client.frame()
        assert (frame.opcode, frame.payload.decode()) == (TEXT, "grüße")
        client.send(encode(BINARY, b"\x00\xff"))
        frame = client.frame()
        assert (frame.opcode, frame.payload) == (BINARY, b"\x00\xff")


def test_parameters(port: int) -> None:
    """Path, query and header reach the handler converted."""
    with talking(port, "/rooms/red/7?limit=3", "X-Tag: blue\r\n") as client:
        expected = ["red", 7, 3, "blue", {"room": "red", "seat": 7}, "3"]
        assert heard(client) == expected
        end = client.closed()
        assert (end.code, end.reason) == (4001, "done")


def test_faults_of_parameters_deny(port: int) -> None:
    """A fault of a parameter denies the handshake, with every fault in the answer."""
    with opened(port) as client:
        assert client.shake("/rooms/red/7?limit=0") == 422
        fault = json.loads(client.body())["detail"][0]
        assert fault["loc"] == ["query", "limit"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/guarded?token=wrong", 401),
        ("/guarded?token=banned", 403),
        ("/denied", 402),
        ("/closed-early", 403),
        ("/broken?when=before", 500),
        ("/nowhere", 404),
    ],
)
def test_denials(port: int, path: str, status: int) -> None:
    """What is refused before it is accepted gets an HTTP answer."""
    with opened(port) as client:
        assert client.shake(path) == status


def test_dependency(port: int) -> None:
    """A dependency that takes an HTTPConnection serves a WebSocket."""
    with talking(port, "/guarded", "X-Token: ann\r\n") as client:
        assert client.frame().payload == b"ann"
        assert client.closed().code == 1000


def test_subprotocol_and_headers(port: int, server_name: str) -> None:
    """The handler chooses a subprotocol and adds a header."""
    with talking(port, "/protocols", "Sec-WebSocket-Protocol: one, two\r\n") as client:
        assert client.headers["sec-websocket-protocol"] == "two"
        # Granian 2.8 sends no header of its application's with the handshake.
        assert client.headers.get("x-served") == ("yes" if server_name != "granian" else None)
        assert heard(client) == ["one", "two"]


def test_typed_messages(port: int) -> None:
    """A typed message reaches the handler as its type."""
    with talking(port, "/typed") as client:
        say(client, {"text": "hi", "stars": 5})
        assert heard(client) == {"got": "hi", "stars": 5}


@pytest.mark.parametrize(
    ("message", "code", "reason"),
    [
        ('{"text": "hi", "stars": 9}', 1008, "stars: "),
        ('{"stars": 1}', 1008, "text: Field required"),
        ("{", 1007, "The message is not valid JSON."),
        ("[" * 100_000, 1007, "The message"),
    ],
)
def test_wrong_typed_messages(port: int, message: str, code: int, reason: str) -> None:
    """A message that does not fit closes with a code and says why."""
    with talking(port, "/typed") as client:
        client.text(message)
        end = client.closed()
        assert end.code == code
        assert end.reason.startswith(reason)


@pytest.mark.parametrize(
    ("path", "code", "reason"),
    [
        ("/broken", 1011, "Internal Error"),
        ("/raises/404", 1008, "No"),
        ("/raises/503", 1011, "No"),
        ("/returns", 1000, ""),
    ],
)
def test_ends_of_handlers(port: int, path: str, code: int, reason: str) -> None:
    """However a handler ends, the client gets a close frame that fits."""
    with talking(port, path) as client:
        client.text("go on")
        end = client.closed()
        assert (end.code, end.reason) == (code, reason)


def test_wrong_kind_of_message(port: int) -> None:
    """A binary message to a handler of texts closes with 1003."""
    with talking(port, "/small") as client:
        client.send(encode(BINARY, b"no text"))
        assert client.closed().code == 1003


def test_rate(port: int) -> None:
    """One message too many closes with 1008."""
    with talking(port, "/fast") as client:
        for number in range(4):
            client.text(str(number))
        assert [client.frame().payload for _ in range(3)] == [b"0", b"1", b"2"]
        end = client.closed()
        assert (end.code, end.reason) == (1008, "Too many messages.")


def test_message_too_big(port: int) -> None:
    """A message past the route's limit closes with 1009."""
    with talking(port, "/small") as client:
        client.text("x" * 64)
        assert client.frame().payload == b"x" * 64
        client.text("x" * 65)
        assert client.closed().code == 1009


def test_client_closes(port: int, server_name: str) -> None:
    """A close frame is answered with its code; the handler learns both."""
    with talking(port, "/watched") as client:
        client.send(encode(CLOSE, close_payload(4002, b"bye")))
        assert client.closed().code == 4002
    with opened(port) as client:
        client.ask("GET /ended HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
        reason = "bye" if server_name != "granian" else ""  # Granian 2.8 does not tell it
        assert f"4002 {reason}" in json.loads(client.body())


@pytest.mark.parametrize(
    ("path", "headers", "allowed"),
    [
        ("/page", "Origin: http://test\r\nCookie: a=b\r\n", True),
        ("/page", "Origin: http://test:3000\r\nCookie: a=b\r\n", True),
        ("/page", "Origin: http://evil.example\r\nCookie: a=b\r\n", False),
        ("/page", "Origin: null\r\nCookie: a=b\r\n", False),
        ("/page", "Origin: http://[\r\nCookie: a=b\r\n", False),
        ("/page", "Origin: http://evil.example\r\n", True),
        ("/page", "Cookie: a=b\r\n", True),
        ("/listed", "Origin: https://app.example\r\nCookie: a=b\r\n", True),
        ("/listed", "Origin: http://test\r\n", False),
        ("/listed", "Origin: http://other.example\r\n", False),
    ],
)
def test_origin(port: int, path: str, headers: str, *, allowed: bool) -> None:
    """A page of another host may not use the user's cookies, unless it is listed."""
    with opened(port) as client:
        assert client.shake(path, headers) == (101 if allowed else 403)


def test_not_a_websocket(port: int) -> None:
    """A plain GET to a WebSocket's path says what is missing; POST is not allowed."""
    with opened(port) as client:
        assert client.ask("GET /echo HTTP/1.1\r\nHost: test\r\n\r\n") == 426
        assert client.headers["upgrade"] == "websocket"
    with opened(port) as client:
        head = "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n"
        assert client.ask(head) == 405
