"""What a server may be told: addresses, limits, time-outs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds that hold for every connection of one worker.

    Sizes are bytes, times are seconds. A request past a bound is refused with a 4xx and the
    connection is closed; a route's own ``max_body`` bounds its body.

    max_target:      of the request's target, its path and query: 414
    max_head:        of all header lines together, and of the trailers: 431
    max_headers:     header lines: 431
    max_connections: open at once in one worker; one more is answered 503
    max_pipelined:   requests that wait behind a running one before reading pauses
    header_timeout:  from the first byte of a head to its end: 408
    body_timeout:    the patience with a body that arrives slower than ``body_min_rate``: 408
    body_min_rate:   bytes a second that a body must keep up, once its patience is used
    write_timeout:   the patience with a client that does not take its answer; it is cut off
    response_timeout: for a handler to answer and for a stream between two chunks; past it the
                     handler is cancelled and the client gets 503; 0: no limit
    ping_interval:   the longest silence after which a WebSocket's client is asked whether it is
                     there
    ping_timeout:    for its answer; it is cut off then
    keep_alive:      of an idle connection between two requests
    linger:          how long a refused client may go on sending before it is cut off
    tls_handshake:   from the connection to the end of its handshake
    write_buffer:    bytes of an answer that wait in memory before its writer must wait
    read_buffer:     bytes of a streamed body that wait in memory before reading pauses
    """

    max_target: int = 8 * 1024
    max_head: int = 32 * 1024
    max_headers: int = 100
    max_connections: int = 10_000
    max_pipelined: int = 16
    header_timeout: float = 10.0
    body_timeout: float = 20.0
    body_min_rate: int = 512
    write_timeout: float = 30.0
    response_timeout: float = 0.0
    ping_interval: float = 20.0
    ping_timeout: float = 20.0
    keep_alive: float = 75.0
    linger: float = 2.0
    tls_handshake: float = 10.0
    write_buffer: int = 64 * 1024
    read_buffer: int = 128 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerConfig:
    """Where a server listens and how it behaves.

    port:        0 takes a free one
    uds:         the path of a Unix socket, in place of host and port
    fd:          a listening socket that was inherited, in place of all three
    workers:     processes; 1 runs in the calling process, without a supervisor
    certfile:    PEM chain; with ``keyfile`` it turns TLS on
    backlog:     connections that the kernel may queue
    drain_grace: seconds in which idle connections may still send a request at shutdown
    drain_timeout: seconds that requests in flight may take at shutdown
    guard_threshold: seconds that a call may hold up the event loop before its line is named in the
                 log; 0: no guard
    guard_loud:  name it as an error, with the whole stack
    access_log:  one line a request on the logger ``trimaran.access``
    tune_gc:     freeze what start-up made, so that collections do not look at it again
    """

    host: str = "127.0.0.1"
    port: int = 8000
    uds: str | None = None
    fd: int | None = None
    workers: int = 1
    certfile: str | None = None
    keyfile: str | None = None
    backlog: int = 2048
    drain_grace: float = 0.25
    drain_timeout: float = 30.0
    guard_threshold: float = 0.1
    guard_loud: bool = False
    access_log: bool = False
    tune_gc: bool = True
    limits: Limits = field(default_factory=Limits)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, as JSON has them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> ServerConfig:
        """Return the configuration that ``as_dict`` described."""
        return cls(**{**values, "limits": Limits(**values["limits"])})
