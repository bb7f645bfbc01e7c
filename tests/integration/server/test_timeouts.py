"""A client that is too slow is cut off; the others do not notice."""

from __future__ import annotations

import contextlib
import http.client
import time

import pytest
from serving.raw_client import connected
from serving.running import engine, wait_until

FAST = {
    "header_timeout": 0.2,
    "body_timeout": 0.2,
    "keep_alive": 0.2,
    "write_timeout": 0.3,
    "linger": 0.2,
    "body_min_rate": 10_000,
}
HEAD = b"POST /echo HTTP/1.1\r\nHost: test\r\n"


def test_slow_head() -> None:
    """A head that drips in is answered 408 when its time is over."""
    with engine(limits=FAST) as running, connected(running.port) as client:
        began = time.monotonic()
        client.send(b"GET / HTTP/1.1\r\n")
        with connected(running.port) as other:
            assert other.get("/").status == 200
        answer = client.answer()
        assert time.monotonic() - began < 1.5
        assert (answer.status, client.is_closed()) == (408, True)
        assert running.server.stats.refused["head_timeout"] == 1


def test_dripping_head() -> None:
    """Single bytes do not buy time."""
    with engine(limits=FAST) as running, connected(running.port) as client:
        client.sock.settimeout(0.03)
        received = b""
        for byte in b"GET / HTTP/1.1\r\nX-Drip: " + b"x" * 200:
            try:
                client.send(bytes([byte]))
                received += client.sock.recv(1000)
            except TimeoutError:
                continue
            except OSError:
                break
            if received:
                break
        assert received.startswith(b"HTTP/1.1 408 ")


def test_silent_connection() -> None:
    """A connection that never says anything is closed without an answer."""
    with engine(limits=FAST) as running, connected(running.port) as client:
        assert client.rest() == b""


def test_slow_body() -> None:
    """A body that stops arriving is answered 408."""
    with engine(limits=FAST) as running, connected(running.port) as client:
        client.send(HEAD + b"Content-Length: 10\r\n\r\nhalf")
        answer = client.answer()
        assert answer.json() == {"detail": "The request body did not arrive in time."}
        assert (answer.status, client.is_closed()) == (408, True)


def test_dripping_body() -> None:
    """A body below the least rate is refused although bytes keep coming."""
    with engine(limits=FAST) as running, connected(running.port) as client:
        client.send(HEAD + b"Content-Length: 1000\r\n\r\n")
        with contextlib.suppress(OSError):
            for _ in range(12):
                client.send(b"x")
                time.sleep(0.05)
        assert client.answer().status == 408


def test_steady_body() -> None:
    """A body above the least rate may take longer than the time-out."""
    with engine(limits=FAST) as running, connected(running.port) as client:
        client.send(HEAD.replace(b"/echo", b"/upload") + b"Content-Length: 20000\r\n\r\n")
        for _ in range(10):
            client.send(b"x" * 2000)
            time.sleep(0.05)
        assert client.answer().body == b"20000"


def test_slow_body_of_a_streaming_endpoint() -> None:
    """An endpoint that reads a stalled body gets an exception that it can answer."""
    with engine(limits=FAST) as running, connected(running.port) as client:
        client.send(HEAD.replace(b"/echo", b"/upload") + b"Content-Length: 10\r\n\r\nhalf")
        answer = client.answer()
        assert (answer.status, client.is_closed()) == (408, True)


def test_idle_connection() -> None:
    """A connection between two requests is closed after the keep-alive time."""
    with engine(limits=FAST) as running, connected(running.port) as client:
        assert client.get("/").status == 200
        began = time.monotonic()
        assert client.is_closed()
        assert 0.1 < time.monotonic() - began < 1.5


@pytest.mark.parametrize("path", ["/slow", "/gate"])
def test_handler_outlives_the_time_outs(path: str) -> None:
    """None of the clients' time-outs ends a handler that works."""
    limits = {**FAST, "keep_alive": 0.05, "header_timeout": 0.05}
    with engine(limits=limits) as running, connected(running.port) as client:
        client.send(f"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n".encode())
        time.sleep(0.3)
        running.call(running.app.gate.set)
        assert client.answer().status == 200


def test_reader_that_stops() -> None:
    """A client that does not take its answer is cut off, and its stream is closed."""
    with engine(limits=FAST) as running, connected(running.port) as client:
        client.send(b"GET /flood HTTP/1.1\r\nHost: test\r\n\r\n")
        time.sleep(1.0)
        assert running.server.stats.refused["write_timeout"] == 1
        assert running.server.stats.in_flight == 0
        assert len(client.rest()) < 100_000_000


def test_refused_client_that_goes_on() -> None:
    """A refused client that keeps sending is cut off after the linger time."""
    with engine(limits=FAST) as running, connected(running.port) as client:
        client.send(b"GET\t/ HTTP/1.1\r\n\r\n")
        assert client.answer().status == 400
        began = time.monotonic()
        with pytest.raises(OSError):
            while True:
                client.send(b"x" * 1000)
                time.sleep(0.01)
        assert time.monotonic() - began < 2


def test_client_that_sends_before_it_reads() -> None:
    """A client that sends the whole of an oversized body first finds the answer after it."""
    with engine() as running:
        client = http.client.HTTPConnection("127.0.0.1", running.port, timeout=10)
        client.request("POST", "/echo", body=b"x" * 16_000_000)
        assert client.getresponse().status == 413
        client.close()


def test_handler_that_takes_too_long(caplog: pytest.LogCaptureFixture) -> None:
    """With a response time-out, a handler that hangs is cancelled and answered 503."""
    with engine(limits={"response_timeout": 0.2}) as running, connected(running.port) as client:
        client.send(b"GET /gate HTTP/1.1\r\nHost: t\r\n\r\nGET / HTTP/1.1\r\nHos")
        answer = client.answer()
        assert answer.json() == {"detail": "The answer took too long."}
        assert (answer.status, client.is_closed()) == (503, True)
        assert running.server.stats.refused["response_timeout"] == 1
    assert "did not answer in time and was cancelled" in caplog.text


def test_stream_that_falls_silent() -> None:
    """With a response time-out, a stream that stops is cut off and closed."""
    with engine(limits={"response_timeout": 0.2}) as running, connected(running.port) as client:
        client.send(b"GET /ticks HTTP/1.1\r\nHost: t\r\n\r\n")
        assert not client.rest().endswith(b"0\r\n\r\n")
        wait_until(lambda: "ticks closed" in running.app.events)


def test_small_limit_on_heads() -> None:
    """A limit below the size of a segment is exact."""
    limits = {"max_head": 100, "linger": 0.2}
    with engine(limits=limits) as running, connected(running.port) as client:
        assert client.get("/", headers=f"X-A: {'x' * 60}\r\n").status == 200
        assert client.get("/", headers=f"X-A: {'x' * 90}\r\n").status == 431


def test_continue_waits_for_its_turn() -> None:
    """The 100 for a pipelined request comes after the answers before it."""
    with engine() as running, connected(running.port) as client:
        client.send(b"GET /slow HTTP/1.1\r\nHost: t\r\n\r\n")
        client.send(HEAD + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert client.answer().body == b'"slow"'
        assert client.answer().status == 100
        client.send(b"ok")
        assert client.answer().body == b"ok"
