"""A small open-loop client: sends at a fixed rate, whatever the server does, and takes the time.

A request is never held back by an answer that is late: it takes an idle connection or opens one,
so a slow spell of the server shows in every request that falls into it. It runs as a process
of its own, ``python -m benchmarks.openloop``, and prints JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import PeerError
from benchmarks.exchange import Call
from benchmarks.figures import percentile
from benchmarks.machine import on_core

__all__ = ["Latency", "measure_latency"]

MAX_CONNECTIONS = 900
LAST_ANSWER_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from sending a request to the last byte of its answer."""

    p50_ms: float
    p99_ms: float
    errors: int


class Connection(asyncio.Protocol):
    """One connection with one request at a time."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.transport: asyncio.Transport | None = None
        self.received = bytearray()
        self.sent = 0.0
        self.waiting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def send(self, data: bytes, sent: float) -> None:
        """Send a request; ``sent`` is when it was due, the time to connect included."""
        assert self.transport is not None
        self.sent = sent
        self.waiting = True
        self.received.clear()
        self.transport.write(data)

    def data_received(self, data: bytes) -> None:
        self.received += data
        status, complete, keep = answer_state(self.received)
        if not complete:
            return
        self.waiting = False
        self.client.answered(time.perf_counter() - self.sent, status)
        if keep:
            self.client.idle.append(self)
        elif self.transport is not None:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.waiting:
            self.waiting = False
            self.client.failed()
        if self in self.client.idle:
            self.client.idle.remove(self)
        self.client.open -= 1


def answer_state(data: bytes | bytearray) -> tuple[int, bool, bool]:
    """Return status, whether the answer is complete, whether the connection stays."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return 0, False, True
    head = bytes(data[:end]).lower()
    status = int(head[9:12])
    keep = b"\r\nconnection: close" not in head
    if b"\r\ntransfer-encoding: chunked" in head:
        return status, data.endswith(b"0\r\n\r\n"), keep
    _, _, rest = head.partition(b"\r\ncontent-length:")
    length = int(rest.split(b"\r\n", 1)[0]) if rest else 0
    return status, len(data) - end - 4 >= length, keep


class Client:
    """Sends requests in turn at a fixed rate and keeps how long each took."""

    def __init__(self, port: int, requests: Sequence[bytes]) -> None:
        self.port = port
        self.requests = requests
        self.idle: list[Connection] = []
        self.open = 0
        self.times: list[float] = []
        self.errors = 0
        self.pending = 0
        self.tasks: set[asyncio.Task[None]] = set()

    def answered(self, seconds: float, status: int) -> None:
        """Note an answer."""
        self.pending -= 1
        if status >= 400:
            self.errors += 1
        else:
            self.times.append(seconds)

    def failed(self) -> None:
        """Note a request that got no answer."""
        self.pending -= 1
        self.errors += 1

    def send(self, data: bytes) -> None:
        """Send one request now."""
        now = time.perf_counter()
        self.pending += 1
        if self.idle:
            self.idle.pop().send(data, now)
        elif self.open < MAX_CONNECTIONS:
            self.open += 1
            task = asyncio.create_task(self.send_on_new(data, now))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        else:
            self.failed()

    async def send_on_new(self, data: bytes, now: float) -> None:
        """Open a connection and send the request on it."""
        loop = asyncio.get_running_loop()
        try:
            _, connection = await loop.create_connection(
                lambda: Connection(self), "127.0.0.1", self.port
            )
        except OSError:
            self.open -= 1
            self.failed()
        else:
            connection.send(data, now)

    async def run(self, *, rate: float, seconds: float) -> Latency:
        """Send for this long, wait for the last answers, return the figures."""
        total = max(1, round(rate * seconds))
        start = time.perf_counter()
        for number in range(total):
            pause = start + number / rate - time.perf_counter()
            if pause > 0:
                await asyncio.sleep(pause)
            self.send(self.requests[number % len(self.requests)])
        deadline = time.perf_counter() + LAST_ANSWER_SECONDS
        while self.pending and time.perf_counter() < deadline:
            await asyncio.sleep(0.005)
        self.errors += self.pending
        if not self.times:
            text = f"None of {total} requests at {rate:g} a second was answered rightly."
            raise PeerError(text)
        ordered = sorted(1000 * value for value in self.times)
        return Latency(percentile(ordered, 50), percentile(ordered, 99), self.errors)


def measure_latency(
    port: int, calls: Sequence[Call], *, rate: float, seconds: float, core: int
) -> Latency:
    """Run the client in a process of its own on ``core``."""
    wire = [call.on_the_wire(f"127.0.0.1:{port}").decode("latin-1") for call in calls]
    command = [sys.executable, "-m", "benchmarks.openloop", str(port), str(rate), str(seconds)]
    with on_core(core):
        done = subprocess.run(
            command,
            input=json.dumps(wire),
            capture_output=True,
            text=True,
            timeout=seconds + LAST_ANSWER_SECONDS + 30,
            cwd=Path(__file__).parent.parent,
        )
    if done.returncode:
        text = f"Latency could not be measured: {done.stderr.strip()[-300:]}"
        raise PeerError(text)
    return Latency(**json.loads(done.stdout))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure as the command line says and print the figures as JSON."""
    text = "Reads a JSON list of raw requests from standard input."
    parser = argparse.ArgumentParser(prog="python -m benchmarks.openloop", description=text)
    parser.add_argument("port", type=int)
    parser.add_argument("rate", type=float, help="requests a second")
    parser.add_argument("seconds", type=float)
    options = parser.parse_args(arguments)
    requests = [text.encode("latin-1") for text in json.load(sys.stdin)]
    gc.disable()
    client = Client(options.port, requests)
    try:
        latency = asyncio.run(client.run(rate=options.rate, seconds=options.seconds))
    except PeerError as error:
        raise SystemExit(str(error)) from None
    figures = {"p50_ms": latency.p50_ms, "p99_ms": latency.p99_ms, "errors": latency.errors}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
