"""What clients cost that hold still: memory of the server's process, bounded."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving.raw_client import connected
from serving.running import free_port, process, wait_for_port
from serving.socket_client import TEXT, encode, opened, talking

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

SOCKETS = 1000
MB = 1024 * 1024


@pytest.fixture
def served() -> Iterator[tuple[int, int]]:
    """Run the application of WebSockets in a process; yield its port and process id."""
    port = free_port()
    arguments = ("-m", "serving.engine_socket_app", str(port))
    with process(*arguments, stderr=subprocess.DEVNULL) as running:
        wait_for_port(port, running)
        with talking(port, "/echo", "Sec-WebSocket-Extensions: permessage-deflate\r\n") as warm:
            warm.text("x" * 1000)
            warm.frame()
        yield port, running.pid


def memory(pid: int) -> int:
    """Return the bytes that a process has to itself."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("RssAnon")).split()[1]) * 1024


def growth(pid: int, before: int, seconds: float = 1.0) -> int:
    """Return the most that was taken beyond what it began with."""
    end, most = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        most = max(most, memory(pid) - before)
        time.sleep(0.02)
    return most


def test_idle_sockets(served: tuple[int, int]) -> None:
    """A thousand of them, with compression agreed on, cost less than 16 KB each."""
    port, pid = served
    before = memory(pid)
    with contextlib.ExitStack() as stack:
        for _ in range(SOCKETS):
            client = stack.enter_context(opened(port))
            header = "Sec-WebSocket-Extensions: permessage-deflate\r\n"
            assert client.shake("/echo", header) == 101
            client.text("once")
            client.frame()
        each = growth(pid, before) / SOCKETS
    assert 0 < each < 16 * 1024


def test_a_client_that_reads_nothing(served: tuple[int, int]) -> None:
    """Messages without end are held back: less than 8 MB for ten such clients."""
    port, pid = served
    before = memory(pid)
    with contextlib.ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(talking(port, "/flood"))
        assert growth(pid, before) < 8 * MB


def test_a_handler_that_takes_nothing(served: tuple[int, int]) -> None:
    """What clients send to it waits in the network: less than 8 MB for ten such clients."""
    port, pid = served
    before, frame = memory(pid), encode(TEXT, b"x" * 30_000)
    with contextlib.ExitStack() as stack:
        for _ in range(10):
            client = stack.enter_context(talking(port, "/slow"))
            client.sock.settimeout(0.1)
            with contextlib.suppress(TimeoutError):
                for _ in range(1000):
                    client.send(frame)
        assert growth(pid, before) < 8 * MB


def test_heads_that_change_every_time(served: tuple[int, int]) -> None:
    """Other headers, paths and hosts with every request leave nothing behind."""
    port, pid = served

    def ask(first: int, last: int) -> None:
        with connected(port) as client:
            for number in range(first, last):
                filler = f"{number:06d}" * 40
                headers = f"x-{number}: {filler}\r\ncookie: c{number}={filler}\r\n"
                assert client.get(f"/none/{number}?q={number}", headers=headers).status == 404

    ask(0, 1000)
    before = memory(pid)
    ask(1000, 6000)
    assert growth(pid, before, 0.2) < 2 * MB
