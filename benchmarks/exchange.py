"""The requests of a workload and the answers that every peer must give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["ANY_ANSWER", "REQUEST_HEADERS", "Call", "Check", "Echo", "Workload"]

REQUEST_HEADERS: dict[str, str] = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Accept": "application/json,text/html;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-US,en;q=0.5",
    "Accept-Encoding": "gzip, deflate, br",
    "Cookie": "theme=dark; session=4f1b2c3d4e5f60718293a4b5c6d7e8f9",
}
"""What a browser sends with every request; ``Host`` is added by whoever sends it."""

ANY_ANSWER: Any = object()
"""Stands for an answer whose body is not compared."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request; a body is always JSON."""

    method: str
    target: str
    body: bytes = b""

    def headers(self) -> dict[str, str]:
        """Return the headers that go with it, without ``Host`` and ``Content-Length``."""
        if not self.body:
            return REQUEST_HEADERS
        return {**REQUEST_HEADERS, "Content-Type": "application/json"}

    def on_the_wire(self, host: str) -> bytes:
        """Return the bytes of the request as an HTTP/1.1 client sends them."""
        lines = [f"{self.method} {self.target} HTTP/1.1", f"Host: {host}"]
        lines += [f"{name}: {value}" for name, value in self.headers().items()]
        if self.body:
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass(frozen=True, slots=True)
class Check:
    """A request and what counts as the right answer to it.

    statuses: any of these is right; frameworks differ between 400, 404 and 422
    answer:   the decoded JSON, or ``ANY_ANSWER``
    """

    call: Call
    statuses: frozenset[int]
    answer: Any = ANY_ANSWER


@dataclass(frozen=True, slots=True)
class Echo:
    """What is sent to a path and expected back, as a text."""

    target: str
    text: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What is asked of every peer.

    title:   one line for the table and the chart
    calls:   sent in turn, again and again, while the load runs
    checks:  made on every fresh server before anything is measured
    rate:    requests a second while latency is measured, modest for the slowest peer
    prepare: fills the PostgreSQL database behind the given address; None if none is needed
    echo:    makes it a WebSocket workload: this is sent in place of the calls
    """

    title: str
    calls: Sequence[Call]
    checks: Sequence[Check]
    rate: int
    prepare: Callable[[str], None] | None = None
    echo: Echo | None = None
