"""The load of WebSocket workloads, against the engine."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.errors import PeerError
from benchmarks.sockets import Sockets, connect

SUPPORT = str(Path(__file__).parents[2] / "support")
if SUPPORT not in sys.path:
    sys.path.insert(0, SUPPORT)

from serving.running import engine  # noqa: E402  the path above
from serving.socket_app import app  # noqa: E402  as above


@pytest.fixture
def port() -> Iterator[int]:
    """Run the application of WebSockets."""
    with engine(app) as running:
        yield running.port


def test_full_speed(port: int) -> None:
    """Every socket has one message under way until the time is over."""
    sockets = Sockets(port, "/echo", b"x" * 64, 4)
    with closing(sockets):
        assert 0.1 <= sockets.at_full_speed(0.1) < 2
    assert sockets.answers > 10
    assert sockets.errors == 0


def test_rate(port: int) -> None:
    """At a rate there is one time for each message."""
    sockets = Sockets(port, "/echo", b"x" * 64, 4)
    with closing(sockets):
        found = sockets.at_rate(200, 0.1)
    assert len(found) == sockets.answers == 20
    assert all(0 < milliseconds < 2000 for milliseconds in found)


def test_wrong_echo(port: int) -> None:
    """What is not the message is an error."""
    sockets = Sockets(port, "/page", b"x" * 64, 1)
    with closing(sockets):
        sockets.at_rate(10, 0.1)
    assert sockets.answers == 0
    assert sockets.errors


def test_no_websocket(port: int) -> None:
    """A path that does not accept is told."""
    with pytest.raises(PeerError, match="was not accepted"):
        connect(port, "/denied")
