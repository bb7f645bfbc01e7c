"""What the event loop is spared, and WebSockets through mounts, on every server."""

from __future__ import annotations

import threading
import time

import pytest
from serving.raw_client import connected
from serving.running import wait_until
from serving.socket_client import opened


def seen(port: int) -> list[str]:
    """Return what has happened in the application."""
    with connected(port) as client:
        found: list[str] = client.get("/seen").json()
        return found


def leave(port: int, name: str) -> None:
    """Ask for something, and hang up once its handler has begun."""
    with connected(port) as client:
        client.send(f"GET /{name} HTTP/1.1\r\nHost: t\r\n\r\n".encode())
        wait_until(lambda: f"{name} begins" in seen(port))


def test_a_client_that_left_cancels_its_handler(care_port: int) -> None:
    """Unless the route says that it goes on."""
    leave(care_port, "cancelled")
    leave(care_port, "kept")
    wait_until(lambda: "cancelled is cancelled" in seen(care_port))
    wait_until(lambda: "kept ends" in seen(care_port))
    assert "cancelled ends" not in seen(care_port)


def test_a_route_has_a_time_limit(care_port: int) -> None:
    """504, and the handler is cancelled."""
    with connected(care_port) as client:
        assert client.get("/timed").status == 504
    assert "timed is cancelled" in seen(care_port)


def test_too_many_at_once(care_port: int) -> None:
    """503 with ``Retry-After`` for the second."""
    with connected(care_port) as first, connected(care_port) as second:
        first.send(b"GET /narrow HTTP/1.1\r\nHost: t\r\n\r\n")
        time.sleep(0.2)
        refused = second.get("/narrow")
        assert (refused.status, refused.header("retry-after")) == (503, "7")
        assert first.answer().status == 200


def test_functions_that_block_do_so_in_threads(care_port: int) -> None:
    """With the context of their own request, and others are answered meanwhile."""
    found: dict[str, object] = {}

    def ask(name: str) -> None:
        with connected(care_port) as client:
            found[name] = client.get(f"/blocking/{name}").json()

    threads = [threading.Thread(target=ask, args=(f"n{number}",)) for number in range(8)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    seen(care_port)
    for thread in threads:
        thread.join()
    assert found == {f"n{number}": f"n{number}" for number in range(8)}
    assert time.monotonic() - began < 8 * 0.4


@pytest.mark.parametrize(
    ("path", "host", "answer"),
    [
        ("/inner/ann", "test", b"ann /inner hello"),
        ("/ann", "live.example", b"ann  hello"),
        ("/foreign/x", "test", b"/foreign hello"),
    ],
)
def test_sockets_of_mounts(care_port: int, path: str, host: str, answer: bytes) -> None:
    """Through another ``App``, a host, and an application that is ASGI's."""
    head = (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    with opened(care_port) as client:
        assert client.ask(head) == 101
        client.text("hello")
        assert client.frame().payload == answer
