"""Clients that leave at any moment."""

from __future__ import annotations

import logging
import socket
import struct
import time

import pytest
from serving.raw_client import RawClient, connected
from serving.running import engine, wait_until


def reset(client: RawClient) -> None:
    """Close with a TCP reset."""
    client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.sock.close()


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GE",
        b"GET / HTTP/1.1\r\nHost: t",
        b"POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 100\r\n\r\nhalf",
        b"POST /upload HTTP/1.1\r\nHost: t\r\nContent-Length: 100\r\n\r\nhalf",
        b"POST /upload HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        b"GET /slow HTTP/1.1\r\nHost: t\r\n\r\n",
        b"GET /flood HTTP/1.1\r\nHost: t\r\n\r\n",
        b"GET /ticks HTTP/1.1\r\nHost: t\r\n\r\n",
        b"GET /slow HTTP/1.1\r\nHost: t\r\n\r\nGET /flood HTTP/1.1\r\nHost: t\r\n\r\n",
    ],
)
@pytest.mark.parametrize("how", ["close", "reset"])
def test_leaving(sent: bytes, how: str, caplog: pytest.LogCaptureFixture) -> None:
    """A client that leaves at any point leaves nothing behind and nothing in the log."""
    with engine(limits={"linger": 0.1}) as running:
        with connected(running.port) as client:
            client.send(sent)
            time.sleep(0.03)
            if how == "reset":
                reset(client)
        wait_until(lambda: running.server.stats.connections == 0)
        wait_until(lambda: running.server.stats.in_flight == 0)
        with connected(running.port) as other:
            assert other.get("/").status == 200
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING] == []


def test_half_closed_client_is_answered() -> None:
    """A client that only ends its side gets all its answers."""
    with engine() as running, connected(running.port) as client:
        client.send(b"GET /slow HTTP/1.1\r\nHost: t\r\n\r\nGET /stream HTTP/1.1\r\nHost: t\r\n\r\n")
        client.sock.shutdown(socket.SHUT_WR)
        assert client.answer().body == b'"slow"'
        assert client.answer().body == b"0\n1\n2\n"
        assert client.is_closed()


def test_handler_knows() -> None:
    """A handler sees that its client left, and runs to its end."""
    with engine() as running:
        with connected(running.port) as client:
            client.send(b"GET /watch HTTP/1.1\r\nHost: t\r\n\r\n")
            wait_until(lambda: "watching" in running.app.events)
        wait_until(lambda: "left True" in running.app.events)
        assert running.server.stats.disconnects == 1


def test_stream_cut_short(caplog: pytest.LogCaptureFixture) -> None:
    """A stream that ends before its announced length is cut off and logged."""
    with engine() as running, connected(running.port) as client:
        client.send(b"GET /short HTTP/1.1\r\nHost: t\r\n\r\n")
        assert client.rest().endswith(b"0\n1\n2\n")
    assert "content-length is 60, its body 6 bytes" in caplog.text


def test_stream_that_breaks(caplog: pytest.LogCaptureFixture) -> None:
    """A stream that fails midway is logged with its trace and cut off."""
    with engine() as running, connected(running.port) as client:
        client.send(b"GET /broken HTTP/1.1\r\nHost: t\r\n\r\n")
        assert not client.rest().endswith(b"0\r\n\r\n")
    assert "failed midway" in caplog.text
    assert "RuntimeError: midway" in caplog.text
