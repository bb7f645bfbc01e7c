"""Load for WebSocket workloads: each socket sends its message again once it has come back.

It runs as a process of its own, ``python -m benchmarks.sockets``, and prints JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable

from benchmarks.errors import PeerError
from benchmarks.exchange import Echo
from benchmarks.figures import percentile
from benchmarks.load import Load
from benchmarks.machine import on_core
from benchmarks.openloop import Latency

__all__ = ["echo_latency", "echo_load"]


def frame(payload: bytes) -> bytes:
    """Return a masked text frame of fewer than 126 bytes."""
    mask = os.urandom(4)
    head = bytes((0x81, 0x80 | len(payload)))
    return head + mask + bytes(byte ^ mask[i & 3] for i, byte in enumerate(payload))


def connect(port: int, target: str) -> socket.socket:
    """Open one WebSocket; fail where it is not accepted."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=10)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    key = b64encode(os.urandom(16)).decode()
    lines = [
        *(f"GET {target} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket"),
        *("Connection: Upgrade", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"),
    ]
    sock.sendall("\r\n".join([*lines, "", ""]).encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += sock.recv(4096) or b"\r\n\r\n"
    if b" 101 " not in answer:
        sock.close()
        text = f"The WebSocket was not accepted: {answer[:200]!r}"
        raise PeerError(text)
    sock.setblocking(False)
    return sock


class Sockets:
    """Sockets that echo, watched by one poll."""

    def __init__(self, port: int, target: str, text: bytes, count: int) -> None:
        self.frame = frame(text)
        self.expected = bytes((0x81, len(text))) + text
        self.open = {sock.fileno(): sock for sock in (connect(port, target) for _ in range(count))}
        self.poll = select.epoll()
        for number in self.open:
            self.poll.register(number, select.EPOLLIN)
        self.answers = self.errors = 0

    def close(self) -> None:
        """Leave, without a word."""
        for sock in self.open.values():
            sock.close()
        self.poll.close()

    def at_full_speed(self, seconds: float) -> float:
        """Keep one message under way on each socket; return the time that it took."""
        began = time.perf_counter()
        for sock in self.open.values():
            sock.send(self.frame)
        while time.perf_counter() - began < seconds and self.open:
            for number, _ in self.poll.poll(1):
                if self.take(number):
                    self.open[number].send(self.frame)
        return time.perf_counter() - began

    def at_rate(self, rate: int, seconds: float) -> list[float]:
        """Send a message when it is due, on each socket in turn; return the milliseconds."""
        numbers = list(self.open)
        sent: dict[int, list[float]] = {number: [] for number in numbers}
        found: list[float] = []
        began = time.perf_counter()
        for turn in range(int(rate * seconds)):
            due = began + turn / rate
            while (left := due - time.perf_counter()) > 0:
                self.note(left, sent, found)
            number = numbers[turn % len(numbers)]
            if number in self.open:
                sent[number].append(due)
                self.open[number].send(self.frame)
        end = time.perf_counter() + 2
        while any(sent.values()) and time.perf_counter() < end:
            self.note(0.1, sent, found)
        self.errors += sum(map(len, sent.values()))
        return found

    def note(self, wait: float, sent: dict[int, list[float]], found: list[float]) -> None:
        """Take the echoes that come within a while."""
        for number, _ in self.poll.poll(wait):
            count = self.take(number)
            now = time.perf_counter()
            found += [(now - due) * 1000 for due in sent[number][:count]]
            del sent[number][:count]

    def take(self, number: int) -> int:
        """Read echoes, return how many; a socket that gives something else is closed."""
        data = self.open[number].recv(65536)
        count = len(data) // len(self.expected)
        if data and data == self.expected * count:
            self.answers += count
            return count
        self.errors += 1
        self.poll.unregister(number)
        self.open.pop(number).close()
        return 0


def run(
    port: int, echo: Echo, *, seconds: float, connections: int, core: int, rate: int
) -> subprocess.Popen[str]:
    """Start the load on its core."""
    command = [sys.executable, "-m", "benchmarks.sockets", str(port), echo.target]
    command += [echo.text.decode(), f"--seconds={seconds}", f"--connections={connections}"]
    with on_core(core):
        return subprocess.Popen([*command, f"--rate={rate}"], stdout=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str], seconds: float) -> dict[str, float]:
    """Wait for the load's totals."""
    try:
        output, _ = process.communicate(timeout=seconds + 30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        text = "The load did not end: the server may be stuck."
        raise PeerError(text) from None
    if process.returncode:
        text = "The load broke off: the server does not echo."
        raise PeerError(text)
    found: dict[str, float] = json.loads(output)
    return found


def echo_load(
    port: int,
    echo: Echo,
    *,
    seconds: float,
    connections: int,
    core: int,
    near_the_end: Callable[[], None] | None = None,
) -> Load:
    """Echo at full speed; ``near_the_end`` is called when 85 % of the time is over."""
    process = run(port, echo, seconds=seconds, connections=connections, core=core, rate=0)
    if near_the_end is not None:
        time.sleep(seconds * 0.85)
        near_the_end()
    found = finish(process, seconds)
    return Load(int(found["answers"]), found["seconds"], int(found["errors"]))


def echo_latency(port: int, echo: Echo, *, rate: int, seconds: float, core: int) -> Latency:
    """Echo at a fixed rate; return how long the echoes took."""
    process = run(port, echo, seconds=seconds, connections=16, core=core, rate=rate)
    found = finish(process, seconds)
    return Latency(found["p50_ms"], found["p99_ms"], int(found["errors"]))


def main() -> None:
    """Run the load that the arguments describe; print its totals."""
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("target")
    parser.add_argument("text")
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--connections", type=int, required=True)
    parser.add_argument("--rate", type=int, required=True)
    given = parser.parse_args()
    sockets = Sockets(given.port, given.target, given.text.encode(), given.connections)
    totals: dict[str, float] = {}
    if given.rate:
        found = sorted(sockets.at_rate(given.rate, given.seconds))
        totals = {"p50_ms": percentile(found, 50), "p99_ms": percentile(found, 99)}
    else:
        totals["seconds"] = sockets.at_full_speed(given.seconds)
    sockets.close()
    print(json.dumps({**totals, "answers": sockets.answers, "errors": sockets.errors}))


if __name__ == "__main__":
    main()
