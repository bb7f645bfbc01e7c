"""What the engine does around the frames: handshakes, time-outs, back-pressure, shutdown."""

from __future__ import annotations

import socket
import time

import pytest
from serving.running import engine, wait_until
from serving.socket_app import app
from serving.socket_client import (
    CLOSE,
    PING,
    PONG,
    TEXT,
    SocketClient,
    close_payload,
    encode,
    opened,
    talking,
)

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def head(**changes: str | None) -> str:
    """Return a handshake with some of its headers changed or left out."""
    fields: dict[str, str | None] = {
        "Host": "test",
        "Upgrade": "websocket",
        "Connection": "keep-alive, Upgrade",
        "Sec-WebSocket-Key": KEY,
        "Sec-WebSocket-Version": "13",
    }
    fields.update({name.replace("_", "-"): value for name, value in changes.items()})
    lines = [f"{name}: {value}" for name, value in fields.items() if value is not None]
    return "\r\n".join(["GET /echo HTTP/1.1", *lines, "", ""])


def test_accept_key(engine_port: int) -> None:
    """The example of RFC 6455, 1.3."""
    with opened(engine_port) as client:
        assert client.ask(head()) == 101
        assert client.headers["sec-websocket-accept"] == ACCEPT
        assert client.headers["connection"] == "Upgrade"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"Sec_WebSocket_Version": "8"}, 426),
        ({"Sec_WebSocket_Version": None}, 426),
        ({"Sec_WebSocket_Key": None}, 400),
        ({"Sec_WebSocket_Key": "short"}, 400),
        ({"Sec_WebSocket_Key": "!" * 24}, 400),
        ({"Upgrade": "h2c"}, 426),
        ({"Upgrade": None}, 426),
        ({"Connection": "keep-alive"}, 426),
        ({"Upgrade": "WebSocket"}, 101),
    ],
)
def test_handshakes(engine_port: int, changes: dict[str, str | None], status: int) -> None:
    """A handshake needs version 13, a key of 16 bytes and both tokens (4.2.1)."""
    with opened(engine_port) as client:
        assert client.ask(head(**changes)) == status
        if changes.get("Sec_WebSocket_Version", "13") != "13":
            assert client.headers["sec-websocket-version"] == "13"


def test_refused_handshake_keeps_the_connection(engine_port: int) -> None:
    """After an answer to a bad handshake the next one may be right."""
    with opened(engine_port) as client:
        assert client.ask(head(Sec_WebSocket_Key=None)) == 400
        client.body()
        assert client.ask(head()) == 101
        client.text("hi")
        assert client.frame().payload == b"hi"


def test_frames_with_the_handshake(engine_port: int) -> None:
    """Frames that come with the handshake, or long before it is answered, are not lost."""
    with opened(engine_port) as client:
        frames = encode(TEXT, b"early") + encode(TEXT, b"x" * 100_000)
        client.send(head().encode() + frames)
        assert client.read_head() == 101
        assert client.frame().payload == b"early"
        assert client.frame().payload == b"x" * 100_000


def test_after_another_request(engine_port: int) -> None:
    """A connection that has answered requests may become a WebSocket."""
    with opened(engine_port) as client:
        assert client.ask("GET /ended HTTP/1.1\r\nHost: test\r\n\r\n") == 200
        client.body()
        assert client.ask(head()) == 101


def test_upgrade_of_a_plain_route(engine_port: int) -> None:
    """Where no WebSocket route has the path, the request is one like any other."""
    with opened(engine_port) as client:
        assert client.ask(head().replace("/echo", "/ended")) == 200


def test_silent_client_is_asked_and_cut_off() -> None:
    """A client that is silent gets a ping; one that does not answer is cut off."""
    limits = {"ping_interval": 0.1, "ping_timeout": 0.1}
    with engine(app, limits=limits) as running, talking(running.port) as client:
        assert client.frame().opcode == PING
        client.send(encode(PONG))
        assert client.frame().opcode == PING
        assert client.until_end() == b""
        assert running.server.stats.refused["ping_timeout"] == 1


def test_client_that_never_closes() -> None:
    """A client that does not answer the close frame is cut off."""
    with (
        engine(app, limits={"linger": 0.1}) as running,
        talking(running.port, "/returns") as client,
    ):
        assert client.closed().code == 1000
        began = time.monotonic()
        assert client.until_end() == b""
        assert time.monotonic() - began < 2


def test_slow_reader() -> None:
    """A client that reads nothing costs a bounded amount, then it is cut off."""
    limits = {"write_timeout": 0.3}
    with engine(app, limits=limits) as running, opened(running.port) as client:
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        assert client.shake("/flood") == 101
        wait_until(lambda: running.server._running.clock.stalled)
        (stalled,) = running.server._running.clock.stalled
        assert stalled.transport.get_write_buffer_size() < 256 * 1024  # type: ignore[attr-defined]
        wait_until(lambda: running.server.stats.refused["write_timeout"])
        wait_until(lambda: not running.server.stats.websockets)


def test_slow_handler(engine_port: int) -> None:
    """Messages that the handler does not take stop the reading, and all arrive in the end."""
    with talking(engine_port, "/slow") as client:
        client.sock.settimeout(0.3)
        sent = 0
        try:
            while sent < 4000:
                client.text("x" * 10_000)
                sent += 1
        except TimeoutError:
            pass
        assert 0 < sent < 4000


def test_shutdown() -> None:
    """At shutdown clients are told with 1001 and handlers end."""
    with engine(app, drain_grace=0.5) as running, talking(running.port, "/watched") as client:
        began = time.monotonic()
        running.stop()
        assert client.closed().code == 1001
        client.send(encode(CLOSE, close_payload(1001)))
        assert client.until_end() == b""
        running.join()
        assert time.monotonic() - began < 3


def test_restart() -> None:
    """Where another server takes this one's place, clients are told with 1012."""
    with engine(app) as running, talking(running.port, "/watched") as client:
        running.call(running.server.make_way)
        running.stop()
        assert client.closed().code == 1012


def test_client_that_vanishes(engine_port: int) -> None:
    """A client that leaves without a close frame is 1006 to the handler."""
    with talking(engine_port, "/watched"):
        pass
    with opened(engine_port) as client:
        client.ask("GET /ended HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
        assert "1006" in client.body().decode()


def test_counters() -> None:
    """Open WebSockets are counted as long as they are open."""
    with engine(app) as running:
        with talking(running.port) as client:
            client.text("hi")
            client.frame()
            assert running.server.stats.as_dict()["websockets"] == 1
        wait_until(lambda: running.server.stats.connections == 0)
        assert running.server.stats.websockets == 0


def test_many_at_once(engine_port: int) -> None:
    """Two hundred sockets talk at the same time."""
    clients: list[SocketClient] = []
    try:
        for _ in range(200):
            sock = socket.create_connection(("127.0.0.1", engine_port), timeout=10)
            clients.append(SocketClient(sock))
            assert clients[-1].shake("/echo") == 101
        for number, client in enumerate(clients):
            client.text(str(number))
        assert [client.frame().payload for client in clients] == [b"%d" % n for n in range(200)]
    finally:
        for client in clients:
            client.sock.close()
