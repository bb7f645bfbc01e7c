"""The client that measures latency at a fixed rate."""

import asyncio

import pytest

from benchmarks.errors import PeerError
from benchmarks.openloop import Client, Latency, answer_state

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (OK, (200, True, True)),
        (OK[:-1], (200, False, True)),
        (b"HTTP/1.1 200 OK\r\nContent-Le", (0, False, True)),
        (b"HTTP/1.1 404 Not Found\r\nConnection: Close\r\n\r\n", (404, True, False)),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", (200, False, True)),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            (200, True, True),
        ),
    ],
)
def test_an_answer_is_complete_at_its_last_byte(
    data: bytes, expected: tuple[int, bool, bool]
) -> None:
    """By length, by chunks, or without a body."""
    assert answer_state(data) == expected


def run_against(answer: bytes, *, delay: float = 0.0, broken: int = 0) -> tuple[Latency, int]:
    """Measure 50 requests in a quarter of a second; return the number of connections, too.

    broken: how many connections the server closes without an answer
    """
    opened = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                await asyncio.sleep(delay)
                if opened > broken:
                    writer.write(answer)
                if b"close" in answer or not answer:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def run() -> Latency:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            client = Client(server.sockets[0].getsockname()[1], [b"GET / HTTP/1.1\r\n\r\n"])
            try:
                return await client.run(rate=200, seconds=0.25)
            finally:
                for connection in list(client.idle):
                    assert connection.transport is not None
                    connection.transport.close()
                await asyncio.sleep(0.02)

    return asyncio.run(run()), opened


def test_quick_answers_share_a_connection() -> None:
    """Fifty requests need far fewer than fifty connections; none fails."""
    latency, opened = run_against(OK)
    assert latency.errors == 0
    assert 0 < latency.p50_ms <= latency.p99_ms
    assert opened < 25


def test_a_slow_server_holds_no_request_back() -> None:
    """Requests go out at their time, so what is measured is the delay, not a queue."""
    latency, opened = run_against(OK, delay=0.1)
    assert latency.errors == 0
    assert latency.p50_ms >= 100
    assert opened >= 10


def test_errors_are_counted() -> None:
    """A connection closed in the middle of an answer is one error, the others go on."""
    good = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    latency, opened = run_against(good, broken=5)
    assert (latency.errors, opened) == (5, 50)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"])
def test_no_answer_is_no_latency(answer: bytes) -> None:
    """Where nothing was answered rightly there is no figure, not a figure of zero."""
    with pytest.raises(PeerError, match="None of 50 requests at 200 a second was answered"):
        run_against(answer)
