"""Nothing that a client does makes the engine keep more than a bounded amount for it."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving.raw_client import connected
from serving.running import engine, free_port, process, wait_for_port, wait_until

GET = b"GET %b HTTP/1.1\r\nHost: t\r\n\r\n"


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[int, int]]:
    """Run the engine in a process; yield its port and process id."""
    port = free_port()
    with process("-m", "serving.engine_small_app", str(port), stderr=subprocess.DEVNULL) as running:
        wait_for_port(port, running)
        with connected(port) as client:
            client.get("/")
            client.get("/stream")
        yield port, running.pid


def rss(pid: int) -> int:
    """Return the resident bytes of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


def test_stream_to_a_client_that_does_not_read(served: tuple[int, int]) -> None:
    """100 MB streamed to a stalled client cost at most 8 MB."""
    port, pid = served
    with connected(port) as client, connected(port) as other:
        before = rss(pid)
        client.send(GET % b"/flood")
        time.sleep(0.7)
        assert rss(pid) - before < 8_000_000
        assert other.get("/").status == 200


def test_pipelined_streams_to_a_client_that_does_not_read(served: tuple[int, int]) -> None:
    """A thousand large answers asked for at once wait for the client to read."""
    port, pid = served
    with connected(port) as client:
        before = rss(pid)
        client.send((GET % b"/flood") * 1000)
        time.sleep(0.5)
        assert rss(pid) - before < 12_000_000


def test_body_to_a_handler_that_does_not_read() -> None:
    """A streamed body stops at the socket while its handler does not read."""
    with engine(limits={"read_buffer": 10_000}) as running, connected(running.port) as client:
        running.app.endpoints["/gate"].body_mode = "stream"
        running.app.endpoints["/gate"].max_body = 10**9
        client.send(b"POST /gate HTTP/1.1\r\nHost: t\r\nContent-Length: 500000000\r\n\r\n")
        client.sock.settimeout(0.3)
        sent = 0
        with pytest.raises(TimeoutError):
            while sent < 100_000_000:
                sent += client.sock.send(b"x" * 1_000_000)
        running.call(running.app.gate.set)
        assert client.answer().body == b'"open"'


def test_body_that_nobody_wants() -> None:
    """An answer given before the body is read closes the connection after it."""
    with engine() as running, connected(running.port) as client:
        client.send(b"POST /ignore HTTP/1.1\r\nHost: t\r\nContent-Length: 9000000\r\n\r\nabc")
        answer = client.answer()
        assert (answer.body, answer.header("connection")) == (b"ignored", "close")
        assert client.is_closed()


def test_expectation_that_nobody_meets() -> None:
    """A handler that does not read gets no body: no 100 is sent."""
    with engine() as running, connected(running.port) as client:
        client.send(
            b"POST /ignore HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"
        )
        assert client.answer().status == 200
        assert client.is_closed()


def test_ten_thousand_pipelined_requests() -> None:
    """They are all answered, in order, and others have their turn between them."""
    count = 10_000
    with engine() as running, connected(running.port, timeout=20) as client:
        waits = []

        def ask() -> None:
            with connected(running.port) as other:
                for _ in range(20):
                    began = time.monotonic()
                    assert other.get("/").status == 200
                    waits.append(time.monotonic() - began)

        sender = threading.Thread(target=client.send, args=((GET % b"/") * count,))
        asker = threading.Thread(target=ask)
        sender.start()
        asker.start()
        assert all(client.answer().status == 200 for _ in range(count))
        sender.join()
        asker.join()
        assert len(waits) == 20
        assert sorted(waits)[10] < 0.2


def test_pipelining_behind_a_slow_request() -> None:
    """Requests behind one that waits are not run before it, and reading pauses."""
    with engine(limits={"max_pipelined": 4}) as running, connected(running.port) as client:
        client.send(GET % b"/gate" + (GET % b"/") * 50_000)
        wait_until(lambda: "gate" in running.app.events)
        time.sleep(0.1)
        assert running.server.stats.requests == 1
        assert len(running.app.seen) < 2000
        running.call(running.app.gate.set)
        assert client.answer().body == b'"open"'
        assert all(client.answer().status == 200 for _ in range(50_000))


def test_too_many_connections() -> None:
    """One connection above the limit is answered 503 at once; those that are open go on."""
    with engine(limits={"max_connections": 2, "linger": 0.2}) as running:
        with connected(running.port) as first, connected(running.port) as second:
            assert (first.get("/").status, second.get("/").status) == (200, 200)
            with connected(running.port) as third:
                assert third.answer().status == 503
                assert third.is_closed()
            assert first.get("/").status == 200
        assert running.server.stats.refused["connections"] == 1


def test_limit_on_connections_is_given_back() -> None:
    """Connections that ended make room."""
    with engine(limits={"max_connections": 1}) as running:
        for _ in range(5):
            with connected(running.port) as client:
                assert client.get("/").status == 200
            wait_until(lambda: running.server.stats.connections == 0)
